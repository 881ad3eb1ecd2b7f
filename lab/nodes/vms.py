"""Stand-ins for virtual machines on real nodes: what a VM's network card is to a bridge.

Each is a network namespace in the guest, on a veth pair whose other end is a port of a cluster
network's bridge with a VLAN of its own, as Harvester's bridge plugin makes it for a VM.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Self

from lab.nodes.guest import Answer, Guest

_FRAMES = 3
_HEADERS = 28
"""Bytes of an IP packet besides what a ping carries."""


@dataclass(frozen=True)
class Vms:
    """One VM on each of these nodes; as a context manager they end with it. MTU in bytes."""

    guest: Guest
    nodes: tuple[str, ...]
    cluster_network: str
    vlan: int
    mtu: int

    def __enter__(self) -> Self:
        for number, node in enumerate(self.nodes, 1):
            self.guest.run_now(self._plugged_in(node, number)).checked()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for node in self.nodes:
            self.guest.run_now(f"ip netns del {_namespace(node)}")

    def ping(self, source: str, target: str, size: int | None = None) -> Answer:
        """Full frames from the VM on one node to that on another; no router may split them.

        `size` is the payload in bytes, without IP and ICMP headers; by default all that the
        MTU lets through.
        """
        payload = self.mtu - _HEADERS if size is None else size
        command = f"ping -M do -c {_FRAMES} -i 0.2 -W 2 -s {payload} {self._address(target)}"
        return self.guest.run_now(command, _namespace(source))

    def _plugged_in(self, node: str, number: int) -> str:
        vm, port = _namespace(node), f"vethvm{number}"
        return f"""set -e
ip netns add {vm}
ip -n {node} link add {port} type veth peer name eth0 netns {vm}
ip -n {node} link set {port} mtu {self.mtu} master {self.cluster_network}-br up
bridge -n {node} vlan del dev {port} vid 1
bridge -n {node} vlan add dev {port} vid {self.vlan} pvid untagged
ip -n {vm} link set eth0 mtu {self.mtu} up
ip -n {vm} address add {self._address(node)}/24 dev eth0
"""

    def _address(self, node: str) -> str:
        return f"192.168.100.{self.nodes.index(node) + 1}"


def _namespace(node: str) -> str:
    return f"vm-{node}"
