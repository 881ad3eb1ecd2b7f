"""The files of a project: what it is, its program, what that needs, what is imported. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import StrEnum

from ..version import VERSION
from .go import go
from .names import resource_names
from .outline import outline
from .program import Program
from .python import python
from .site import Site
from .typescript import typescript
from .yaml import yaml

NAME = "harvester-networks"
IMPORTS = "import.json"
_PLUGIN = """\
plugins:
  providers:
    - name: harvester-net
      path: .venv/bin
"""
_PYTHON = """\
runtime:
  name: python
  options:
    virtualenv: .venv
"""
# The classes come by `pulumi package add`, which writes down where they are.
_NODE = {
    "name": NAME,
    "main": "index.ts",
    "dependencies": {"@pulumi/pulumi": "^3.0.0"},
    "devDependencies": {"@types/node": "^22", "typescript": "^5"},
}
_GO_MOD = f"module {NAME}\n\ngo 1.24\n"


class Language(StrEnum):
    """The languages in which a program can be written."""

    PYTHON = "python"
    YAML = "yaml"
    TYPESCRIPT = "typescript"
    GO = "go"


def files(site: Site, language: Language) -> dict[str, str]:
    """The texts of a project that manages a site, by the names of their files."""
    return _PROJECTS[language](outline(site)) | {IMPORTS: imports(site, language)}


def names_of_files(language: Language) -> list[str]:
    """The names of the files of a project."""
    return [*files(Site([]), language)]


def imports(site: Site, language: Language) -> str:
    """What ``pulumi import --file`` reads."""
    names = resource_names(site.found)
    # Classes name their version; an import with another one has another provider.
    version = {} if language is Language.YAML else {"version": VERSION}
    resources = [
        {
            "type": f"harvester-net:index:{each.kind}",
            "name": names[each.kind, each.key],
            "id": each.key,
        }
        | version
        for each in site.found
    ]
    return _json({"resources": resources})


def _python(program: Program) -> dict[str, str]:
    return {
        "Pulumi.yaml": _project(_PYTHON),
        "__main__.py": python(program),
        "requirements.txt": "harvester-net\n",
    }


def _yaml(program: Program) -> dict[str, str]:
    return {"Pulumi.yaml": _project("runtime: yaml\n") + yaml(program) + "\n"}


def _typescript(program: Program) -> dict[str, str]:
    return {
        "Pulumi.yaml": _project("runtime: nodejs\n"),
        "index.ts": typescript(program),
        "package.json": _json(_NODE),
    }


def _go(program: Program) -> dict[str, str]:
    return {
        "Pulumi.yaml": _project("runtime: go\n"),
        "main.go": go(program),
        "go.mod": _GO_MOD,
    }


_PROJECTS: Mapping[Language, Callable[[Program], dict[str, str]]] = {
    Language.PYTHON: _python,
    Language.YAML: _yaml,
    Language.TYPESCRIPT: _typescript,
    Language.GO: _go,
}


def _project(runtime: str) -> str:
    about = "description: The networks of a Harvester cluster\n"
    return f"name: {NAME}\n{about}{runtime}{_PLUGIN}"


def _json(document: object) -> str:
    return json.dumps(document, indent=2) + "\n"
