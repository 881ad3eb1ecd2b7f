"""The one QEMU guest in which all real nodes of a lab live: its hardware, and its saved state.

A machine is saved when it has booted and waits for its lab (`guest/init`), so it knows nothing
of any lab, and all labs begin from there. What is the lab's own it fetches over TFTP, which
QEMU's user network serves to the guest alone.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from harvester_net.lab import places
from lab.nodes import image
from lab.nodes.packages import Packages

MEMORY = 320
"""The guest's, in MiB."""
NICS = ("eno1", "eno2", "eno3", "eno4")
DATA_NICS = NICS[1:]
UNUSED_DAYS = 14
ADDRESS = "10.0.2.15"
"""The guest's, in the network between it and the lab; nodes have 10.0.2.101 and so on."""
MANAGEMENT, DATA = 0, 1
"""Two wires, each a hub: what one NIC sends reaches all others of that wire."""

# Below the directory of the lab, in which QEMU runs: a path to a socket may not be long.
SERVED = Path("nodes", "served")
MONITOR = Path("nodes", "monitor")


@dataclass(frozen=True)
class Machine:
    """The machine for so many nodes, not yet anybody's."""

    packages: Packages
    agent: Path
    nodes: int

    @property
    def version(self) -> str:
        return f"Linux {self.packages.kernel.name.removeprefix('vmlinuz-')}"

    @property
    def saved(self) -> Path:
        """The machine after it booted."""
        return places.nodes() / f"machine-{self._key}.gz"

    @property
    def ram_disk(self) -> Path:
        return places.nodes() / f"machine-{self._key}.initrd"

    def prepare(self) -> None:
        """Makes what QEMU wants to read."""
        if not self.ram_disk.exists():
            image.write(self.ram_disk, self.packages, self.agent)
        for file in (self.ram_disk, self.saved):
            if file.exists():
                os.utime(file)
        _forget_unused()

    def environment(self) -> dict[str, str]:
        return {"QEMU_MODULE_DIR": str(self.packages.qemu_modules)}

    def flags(self, port: int, log: str) -> list[str]:
        """QEMU's, after the loader that runs it; `port` of this machine leads to the guest."""
        incoming = f"exec:gzip -dc {shlex.quote(str(self.saved))}"
        return [
            *("--library-path", self.packages.libraries),
            *(str(self.packages.file("usr/bin/qemu-system-x86_64")), "-name", "nodes"),
            *self._hardware(),
            *_consoles(log),
            *self._network(port),
            *("-qmp", f"unix:{MONITOR},server=on,wait=off"),
            *(["-incoming", incoming] if self.saved.exists() else []),
        ]

    def _hardware(self) -> list[str]:
        data = self.packages.root / "usr" / "share"
        for_linux = "console=ttyS0 quiet panic=-1 net.ifnames=0 mitigations=off"
        return [
            *("-nodefaults", "-no-user-config", "-no-reboot"),
            *("-display", "none", "-L", str(data / "qemu"), "-L", str(data / "seabios")),
            # Emulated: KVM is missing in containers, and in most of continuous integration.
            *("-machine", "pc", "-accel", "tcg,thread=multi,tb-size=64", "-cpu", "max"),
            *("-smp", "2", "-m", str(MEMORY)),
            *("-kernel", str(self.packages.kernel), "-initrd", str(self.ram_disk)),
            *("-append", f"{for_linux} lab.nodes={self.nodes}"),
        ]

    def _network(self, port: int) -> list[str]:
        way = f"hostfwd=tcp:127.0.0.1:{port}-{ADDRESS}:80"
        return [
            *_nic(f"user,id=lab,ipv6=off,tftp={SERVED},{way}", "lab", 0, 0),
            *_nic(_port("mgmt", MANAGEMENT), "mgmt", 0, 1),
            *(flag for node in range(1, self.nodes + 1) for flag in _nics_of(node)),
        ]

    @cached_property
    def _key(self) -> str:
        """Changes with everything that a saved machine is made of.

        Found once, for the sources might be edited while the lab runs.
        """
        digest = hashlib.sha256(f"{self.packages.versions}".encode())
        status = self.agent.stat()
        digest.update(f"{self.agent} {status.st_size} {status.st_mtime_ns}".encode())
        digest.update(str(self.nodes).encode())
        for file in (Path(image.__file__), Path(__file__), *sorted(image.GUEST.iterdir())):
            digest.update(file.read_bytes())
        return digest.hexdigest()[:16]


def nic_name(node: str, nic: str) -> str:
    """What QEMU calls a node's NIC."""
    return f"{node}-{nic}"


def activation(kubeconfig: str, token: str) -> str:
    """What the guest runs when it becomes a lab's: it learns whom to obey."""
    return (
        f"echo {shlex.quote(kubeconfig)} > /run/kubeconfig\n"
        f"echo {shlex.quote(f'/:lab:{token}')} > /run/httpd.conf\n"
    )


def _consoles(log: str) -> list[str]:
    return [
        *("-chardev", f"file,id=kernel,path={log},append=on", "-serial", "chardev:kernel"),
        *("-device", "virtio-serial-pci"),
        *("-chardev", f"file,id=log,path={log},append=on"),
        *("-device", "virtconsole,chardev=log"),
    ]


def _nics_of(node: int) -> list[str]:
    flags: list[str] = []
    for number, nic in enumerate(NICS, 1):
        name = nic_name(f"node{node}", nic)
        wire = DATA if nic in DATA_NICS else MANAGEMENT
        flags += _nic(_port(name, wire), name, node, number)
    return flags


def _port(name: str, wire: int) -> str:
    return f"hubport,id={name},hubid={wire}"


def _nic(network: str, name: str, node: int, number: int) -> list[str]:
    """A NIC of a node, or of the guest itself, which counts as node 0."""
    address = f"52:54:00:00:{node:02x}:{number:02x}"
    device = f"virtio-net-pci,netdev={name},mac={address},romfile="
    return ["-netdev", network, "-device", device]


def _forget_unused() -> None:
    for file in places.nodes().glob("*machine-*"):
        if time.time() - file.stat().st_mtime > UNUSED_DAYS * 86400:
            file.unlink(missing_ok=True)
