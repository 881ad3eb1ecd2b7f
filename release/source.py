"""The plugin as its source, for platforms for which there is no executable.

`pulumi plugin install resource harvester-net VERSION --file ARCHIVE` unpacks it and has the
language host for Python make a virtual environment beside it.
"""

from __future__ import annotations

from pathlib import Path

from harvester_net.version import VERSION

from .archive import pack, tree
from .environment import PROJECT

BESIDE = ("PulumiPlugin.yaml", "pyproject.toml", "README.md", "LICENSE")


def make(directory: Path) -> list[Path]:
    """The archive; its name says `source` where others say a platform."""
    archive = directory / f"pulumi-resource-harvester-net-v{VERSION}-source.tar.gz"
    return [pack(archive, files())]


def files() -> dict[str, Path]:
    """What makes the plugin, by names in the archive."""
    package = {
        f"harvester_net/{name}": path
        for name, path in tree(PROJECT / "harvester_net").items()
        if "__pycache__" not in name
    }
    return package | {name: PROJECT / name for name in BESIDE}
