"""The package as a whole, as the schema describes it: its home, and its names by language."""

from __future__ import annotations

from typing import Any

from ..version import VERSION

PACKAGE = "harvester-net"
REPOSITORY = "https://github.com/harvester-net/pulumi-harvester-net"
"""As in `project.urls` of pyproject.toml."""

_PATH = REPOSITORY.removeprefix("https://github.com/")
_NAMES: dict[str, dict[str, Any]] = {
    "nodejs": {"packageName": "@harvester-net/pulumi"},
    # The name of the front that is written by hand: programs import one name, and what Pulumi
    # writes at an import or a conversion runs on both. The generated distribution has the
    # front's name too, so an environment has one of them.
    "python": {"packageName": "harvester_net", "pyproject": {"enabled": True}},
    "go": {
        "importBasePath": f"github.com/{_PATH}/sdk/go/harvesternet",
        "generateExtraInputTypes": True,
    },
    "csharp": {"rootNamespace": "HarvesterNet", "namespaces": {PACKAGE: "Networks"}},
    "java": {"basePackage": "io.github.harvesternet", "packages": {PACKAGE: "networks"}},
}


def token(name: str) -> str:
    """The token of a resource, function or type of the package."""
    return f"{PACKAGE}:index:{name}"


def about() -> dict[str, Any]:
    """The part of the schema that is about the package as a whole."""
    return {
        "name": PACKAGE,
        "displayName": "Harvester networking",
        "version": VERSION,
        "description": "Harvester networking: cluster networks, network configs, VM networks "
        "and the storage network.",
        "keywords": ["pulumi", "category/network", "kind/native", "harvester", "kubevirt"],
        "homepage": REPOSITORY,
        "repository": REPOSITORY,
        "license": "Apache-2.0",
        "logoUrl": f"https://raw.githubusercontent.com/{_PATH}/main/docs/logo.svg",
        "publisher": "harvester-net",
        "pluginDownloadURL": f"github://api.github.com/{_PATH}",
        "meta": {"supportPack": True},
        "language": {
            language: names | {"respectSchemaVersion": True}
            for language, names in _NAMES.items()
        },
    }
