"""The guest's own files: a kernel, and an initial ram disk with all that it needs.

The ram disk is the whole system: busybox, iproute2 and ping with their libraries, kernel
modules, the network agent, and the scripts in `guest/`.
"""

from __future__ import annotations

import lzma
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lab.nodes.packages import Packages

GUEST = Path(__file__).parent / "guest"

_PROGRAMS = (
    "bin/busybox",
    "bin/dash",
    "bin/ip",
    "bin/ping",
    "sbin/bridge",
    "sbin/tc",
    # Those of busybox that run another program would run busybox's own of that name.
    "sbin/chroot",
    "bin/env",
    "bin/nohup",
    "bin/setpriv",
    "bin/setsid",
    "bin/timeout",
)
_SCRIPTS = ("keep-agent", "run-pod", "stop-pod")
_MODULES = (
    "virtio_pci",
    "virtio_net",
    "virtio_console",
    "bonding",
    "bridge",
    "br_netfilter",
    "8021q",
    "veth",
    "dummy",
    "macvlan",
    # For a switch that drops long frames.
    "sch_ingress",
    "cls_matchall",
    "act_police",
)
_DIRECTORY, _PROGRAM, _FILE = 0o040755, 0o100755, 0o100644
_END = "TRAILER!!!"


@dataclass(frozen=True)
class Entry:
    """A file of the ram disk, by its path without the first slash."""

    path: str
    content: bytes
    mode: int = _PROGRAM


def write(target: Path, packages: Packages, agent: Path) -> None:
    """Writes the ram disk, complete or not at all."""
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    with open(partial, "wb") as file:
        for part in archive(entries(packages, agent)):
            file.write(part)
    partial.rename(target)


def entries(packages: Packages, agent: Path) -> list[Entry]:
    programs = [packages.file(path) for path in _PROGRAMS]
    return [
        Entry("init", (GUEST / "init").read_bytes()),
        *(Entry(f"bin/{name}", (GUEST / name).read_bytes()) for name in _SCRIPTS),
        Entry("bin/network-agent", agent.read_bytes()),
        Entry("bin/sh", packages.file("bin/dash").read_bytes()),
        Entry("www/cgi-bin/run", (GUEST / "run").read_bytes()),
        *(Entry(f"bin/{program.name}", program.read_bytes()) for program in programs),
        *(
            Entry(f"lib/{name}", path.read_bytes())
            for name, path in _libraries(packages, programs).items()
        ),
        Entry("lib64/ld-linux-x86-64.so.2", packages.loader.read_bytes()),
        *_module_entries(packages),
    ]


def archive(wanted: list[Entry]) -> Iterator[bytes]:
    """The files as a cpio archive of the format "newc", directories first."""
    folders = {str(folder) for entry in wanted for folder in Path(entry.path).parents}
    directories = [Entry(path, b"", _DIRECTORY) for path in sorted(folders - {"."})]
    for number, entry in enumerate([*directories, *wanted], 1):
        yield _record(number, entry)
    yield _record(0, Entry(_END, b"", 0))


def load_order(wanted: tuple[str, ...], read: Callable[[str], bytes]) -> dict[str, bytes]:
    """Modules by name, each after those that it says it depends on.

    `read` gives the content of a module, or nothing if it is a part of the kernel.
    """
    order: dict[str, bytes] = {}

    def add(name: str) -> None:
        content = read(name)
        for needed in _dependencies(content):
            add(needed)
        if content:
            order.setdefault(name, content)

    for name in wanted:
        add(name)
    return order


def _record(number: int, entry: Entry) -> bytes:
    name = entry.path.encode() + b"\0"
    fields = (
        *(number, entry.mode, 0, 0, 1, 0, len(entry.content)),
        *(0, 0, 0, 0, len(name), 0),
    )
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + name
    return _padded(head) + _padded(entry.content)


def _padded(content: bytes) -> bytes:
    return content + b"\0" * (-len(content) % 4)


def _libraries(packages: Packages, programs: list[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for program in programs:
        listed = subprocess.run(
            [packages.loader, "--library-path", packages.libraries, "--list", program],
            capture_output=True,
            text=True,
        )
        # A static program has none, and says so with an error.
        found |= {
            name: Path(path)
            for name, path in re.findall(r"^\s*([^/\s]+) => (/\S+)", listed.stdout, re.M)
        }
    return found


def _module_entries(packages: Packages) -> list[Entry]:
    files = {_module_name(path): path for path in packages.modules.rglob("*.ko*")}
    order = load_order(_MODULES, lambda name: _content(files[name]) if name in files else b"")
    lines = "".join(f"{name}.ko\n" for name in order).encode()
    loaded = [Entry(f"modules/{name}.ko", module, _FILE) for name, module in order.items()]
    return [Entry("modules/order", lines, _FILE), *loaded]


def _content(module: Path) -> bytes:
    return (
        lzma.decompress(module.read_bytes()) if module.suffix == ".xz" else module.read_bytes()
    )


def _dependencies(module: bytes) -> list[str]:
    said = re.search(rb"\0depends=([^\0]*)\0", module)
    return said[1].decode().replace("-", "_").split(",") if said and said[1] else []


def _module_name(path: Path) -> str:
    return path.name.partition(".")[0].replace("-", "_")
