"""What was seen on one node: the devices of one cluster network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Member:
    """A NIC in the bond."""

    name: str
    mtu: int
    """MTU in bytes."""
    state: str
    """Whether the bond can use it: `up` or `down`, as its link monitoring sees it."""


@dataclass(frozen=True)
class Bond:
    """The uplink of a cluster network on a node, `<cluster network>-bo`."""

    name: str
    index: int
    mtu: int
    mode: str
    active_nic: str = ""
    """The NIC that carries the traffic in the modes that use one at a time."""
    master: str = ""
    """The bridge that it is a port of."""
    members: tuple[Member, ...] = ()
    up: bool = True
    """Whether it is switched on."""


@dataclass(frozen=True)
class Bridge:
    """The bridge of a cluster network on a node, `<cluster network>-br`."""

    name: str
    index: int
    mtu: int
    up: bool = True
    """Whether it is switched on."""


@dataclass(frozen=True)
class Port:
    """A port of the bridge other than the uplink: of a VM, or of a pod."""

    name: str
    kind: str
    """`veth`, `tun` and so on."""
    mtu: int
    macs: tuple[str, ...] = ()
    """The addresses that the bridge has learned behind it."""


@dataclass(frozen=True)
class Ports:
    """The ports of the bridge besides the uplink: how many of each MTU, and the lowest."""

    by_mtu: dict[int, int] = field(default_factory=dict)
    lowest: tuple[Port, ...] = ()
    """Those with the lowest MTU; not all of them if there are many."""

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(self.by_mtu.values())


@dataclass(frozen=True)
class Devices:
    """The devices of one cluster network on one node."""

    node: str
    bond: Bond | None = None
    bridge: Bridge | None = None
    ports: Ports = field(default_factory=Ports)
    vlans: frozenset[int] = frozenset()
    """The VLANs on the uplink, as a port of the bridge."""
    address: str = ""
    """IPv4 address of the node in the VLAN that was asked for."""
    vlan_device: bool = False
    """Whether the host has a device of its own in that VLAN."""
    host_devices: Mapping[str, int] = field(default_factory=dict)
    """The node's own VLAN devices on the bridge, with their MTU in bytes."""
    arp_ignore: Mapping[str, int] = field(default_factory=dict)
    """The kernel's `arp_ignore`, of `all` and of the bridge; only of mgmt."""
    leftovers: tuple[str, ...] = ()
    """Devices that a ping that was killed has left."""

    @property
    def is_connected(self) -> bool:
        """Whether the bridge has an uplink with a NIC that has a link."""
        bond, bridge = self.bond, self.bridge
        if bond is None or bridge is None or bond.master != bridge.name:
            return False
        return bond.up and bridge.up and any(nic.state != "down" for nic in bond.members)
