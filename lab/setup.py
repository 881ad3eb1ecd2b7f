"""One lab on this machine: its directory, ports, address, users and programs.

Everything a component's command line is made of, chosen anew at each start.
"""

from __future__ import annotations

import fcntl
import random
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

from harvester_net.lab.api import Api
from harvester_net.lab.errors import LabError
from harvester_net.lab.users import Users
from lab.nodes.machine import Machine

LOOPBACK = "127.0.0.1"
# Below the range from which Linux takes the ports of outgoing connections.
PORTS = range(20000, 32000)
_GET_ADDRESS = 0x8915  # SIOCGIFADDR


@dataclass(frozen=True)
class Setup:
    """What the components of one lab run with."""

    directory: Path
    ports: dict[str, int]
    """A port each for what listens: a component's name, or `etcd-peer`, `control`."""
    address: str
    """An address of this machine, not loopback: the API server refuses that for webhooks."""
    programs: dict[str, Path]
    machine: Machine | None = None
    """What the real nodes run on, in a lab that has some."""

    @property
    def url(self) -> str:
        return f"https://{LOOPBACK}:{self.ports['kube-apiserver']}"

    @property
    def users(self) -> Users:
        return Users(self.directory / "users")

    @property
    def ca_file(self) -> Path:
        return self.certificate("ca.crt")

    @property
    def etcd_data(self) -> Path:
        return self.directory / "etcd"

    def certificate(self, file: str) -> Path:
        return self.directory / "certificates" / file

    def log(self, component: str) -> Path:
        return self.directory / "logs" / f"{component}.log"

    def api(self, user: str = "admin") -> Api:
        return Api(self.url, str(self.ca_file), self.users.token(user))


def free_ports(names: tuple[str, ...]) -> dict[str, int]:
    """A port for each name that nothing listens on, on any address of this machine."""
    found: dict[str, int] = {}
    candidates = iter(random.sample(PORTS, len(PORTS)))
    for name in names:
        found[name] = next(port for port in candidates if _is_free(port))
    return found


def own_address() -> str:
    """An IPv4 address of this machine at which its own webhooks may be reached.

    The machine need not be connected to anything; the address must just not be loopback or
    link-local, which Kubernetes does not allow in an EndpointSlice.
    """
    for _, interface in socket.if_nameindex():
        address = _address_of(interface)
        if address and not address.startswith(("127.", "169.254.")):
            return address
    raise LabError(
        "This machine has no IPv4 address besides loopback, and Kubernetes does not call"
        " webhooks at a loopback address. Connect it to a network, or have an administrator"
        " run: ip link add lab0 type dummy; ip addr add 10.254.0.1/32 dev lab0;"
        " ip link set lab0 up"
    )


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


def _address_of(interface: str) -> str | None:
    request = struct.pack("256s", interface.encode()[:15])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            answer = fcntl.ioctl(probe.fileno(), _GET_ADDRESS, request)
        except OSError:
            return None
    return socket.inet_ntoa(answer[20:24])
