"""The plugin as an executable with an interpreter and all that it needs, for this platform.

It is what `pluginDownloadURL` and `pulumi plugin install ... --server` look for, and it must
start as fast as the installed one: so it is a directory, and nothing is unpacked at a start.
The command `harvester-net` is in it too, as a script of one line: another executable would
have all modules once more.
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from harvester_net.version import VERSION

from .archive import pack, tree
from .environment import BUILD, PROJECT, made_wheel, run, runtime

NAME = "pulumi-resource-harvester-net"
SPEC = PROJECT / "release" / "plugin.spec"
COMMAND = PROJECT / "release" / "harvester-net.sh"
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
"""As Pulumi calls machines, where Python calls them otherwise."""


def make(directory: Path) -> list[Path]:
    """The archive for this platform."""
    bundled = bundle(runtime(made_wheel(directory)))
    files = tree(bundled) | {"harvester-net": COMMAND, "LICENSE": PROJECT / "LICENSE"}
    name = f"{NAME}-v{VERSION}-{system()}-{machine()}.tar.gz"
    return [pack(directory / name, files)]


def bundle(python: Path) -> Path:
    """The directory with the executable, made of the environment of this Python."""
    (packages,) = python.parent.parent.glob("lib/python*/site-packages")
    made = BUILD / "bundle"
    places = ("--distpath", made, "--workpath", BUILD / "bundling")
    builder = (sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR")
    # The packages of the environment go before those of the tools.
    run(*builder, *places, SPEC, PYTHONPATH=str(packages))
    return made / NAME


def system() -> str:
    """The operating system, as Pulumi calls it."""
    return platform.system().lower()


def machine() -> str:
    """The kind of machine, as Pulumi calls it."""
    return MACHINES.get(platform.machine(), platform.machine())
