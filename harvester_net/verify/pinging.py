"""Who pings whom, over what, and what came of it: pure.

The pings need a VLAN that the uplinks carry: one of a VM network, or one in which the hosts
have an address of their own. Where the hosts have none, the pods make a VLAN device and take
link-local addresses, which nobody routes and no DHCP server gives away.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ..harvester.names import BRIDGE
from .devices import Devices
from .parsing import PingReport
from .vlans import words

UNTAGGED = 1
MOST_NODES = 254
SECONDS_FOR_EACH_OTHER = 60
"""How long the pods wait for one another: the slowest has its image to pull."""
NETS = [net for net in range(2, 254, 2) if net not in (20, 168)]
"""Third numbers of link-local networks of /23; 169.254.20 and 169.254.169 have well-known
uses.
"""


class PingResult(StrEnum):
    """What a ping between two nodes came to."""

    FULL = "full"
    USUAL = "1500"
    SMALL = "small"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class PingPlan:
    """The pings between some nodes over one VLAN."""

    cluster_network: str
    vlan: int
    mtu: int
    """Size in bytes of a full frame."""
    addresses: Mapping[str, str]
    """The IPv4 address of each node."""
    over: bool = False
    """Whether these are the hosts' own, on devices that are there already."""
    net: int = 0

    def values(self, node: str) -> dict[str, str]:
        """Environment of the script on a node."""
        peers = [address for other, address in self.addresses.items() if other != node]
        return {
            "CN": self.cluster_network,
            "VLAN": str(self.vlan),
            "MTU": str(self.mtu),
            "OVER": vlan_device(self.cluster_network, self.vlan) if self.over else "",
            "OWN": own_device(self.cluster_network, self.vlan),
            "NET": str(self.net),
            "SELF": self.addresses[node].rpartition(".")[2],
            "PEERS": " ".join(peers),
            "PATIENCE": str(SECONDS_FOR_EACH_OTHER),
        }


@dataclass(frozen=True)
class Pings:
    """What the pings between the nodes came to."""

    vlan: int = 0
    results: Mapping[tuple[str, str], PingResult] = field(default_factory=dict)
    """By the node that pings and the one that is pinged."""
    mtus: Mapping[str, int] = field(default_factory=dict)
    """MTU in bytes of the device that each node pinged from."""
    device: str = ""
    """The device that they pinged from."""
    over: bool = False
    """Whether the hosts had that device already."""


def vlan_device(cluster_network: str, vlan: int) -> str:
    """The host's own device in a VLAN, where it has one (H1.5)."""
    bridge = f"{cluster_network}{BRIDGE}"
    return bridge if vlan == UNTAGGED else f"{bridge}.{vlan}"


def own_device(cluster_network: str, vlan: int) -> str:
    """The device that a pod makes: not named as the agents and HostNetworkConfig name theirs,
    so that neither takes it for its own (H4.4), and at most 15 characters.
    """
    return f"hnv-{vlan}-{zlib.crc32(cluster_network.encode()) & 0xFFFF:04x}"


def ping_plan(
    seen: Mapping[str, Devices],
    cluster_network: str,
    vlan: int,
    mtu: int,
    vm_networks: Mapping[str, frozenset[int]],
) -> tuple[PingPlan | None, list[str]]:
    """Who pings whom; and why some, or all, cannot be pinged."""
    carrying = {n: d for n, d in sorted(seen.items()) if vlan == UNTAGGED or vlan in d.vlans}
    reasons = _not_carried(seen, carrying, cluster_network, vlan, vm_networks)
    with_device = {node: d for node, d in carrying.items() if d.vlan_device}
    if with_device:
        return _over(with_device, carrying, cluster_network, vlan, mtu, reasons)
    if vlan == UNTAGGED:
        return None, [*reasons, "untagged frames cannot be pinged; name a VLAN"]
    if len(carrying) < 2:
        return None, reasons or [_too_few(len(seen))]
    if len(carrying) > MOST_NODES:
        return None, [f"more than {MOST_NODES} nodes cannot be pinged at once"]
    net = NETS[zlib.crc32(f"{cluster_network}/{vlan}".encode()) % len(NETS)]
    addresses = {n: f"169.254.{net}.{i}" for i, n in enumerate(carrying, start=1)}
    return PingPlan(cluster_network, vlan, mtu, addresses, net=net), reasons


def _not_carried(
    seen: Mapping[str, Devices],
    carrying: Mapping[str, Devices],
    cluster_network: str,
    vlan: int,
    vm_networks: Mapping[str, frozenset[int]],
) -> list[str]:
    missing = [node for node in sorted(seen) if node not in carrying]
    if not missing:
        return []
    known = frozenset(vlan for vlans in vm_networks.values() for vlan in vlans)
    if vlan in known:
        return [f"VLAN {vlan} is not on the uplink of {', '.join(missing)}"]
    there = f"there are {words(known)}" if known else "there is none with a VLAN"
    return [
        f"VLAN {vlan} is not on the uplink of {', '.join(missing)}, because no VM network of "
        f"cluster network {cluster_network} has it ({there})"
    ]


def _over(
    with_device: Mapping[str, Devices],
    carrying: Mapping[str, Devices],
    cluster_network: str,
    vlan: int,
    mtu: int,
    reasons: list[str],
) -> tuple[PingPlan | None, list[str]]:
    device = vlan_device(cluster_network, vlan)
    addresses = {node: d.address for node, d in with_device.items() if d.address}
    others = [node for node in carrying if node not in addresses]
    for address, twins in _shared(addresses).items():
        # Each would ping itself, and prove nothing.
        reasons = [*reasons, f"{' and '.join(twins)} have the same address, {address}"]
        addresses = {node: own for node, own in addresses.items() if own != address}
    if others:
        reasons = [
            *reasons,
            f"{', '.join(others)} cannot be pinged over VLAN {vlan}: device {device} has no "
            "IPv4 address there; it is the hosts' own, and is left alone",
        ]
    if len(addresses) < 2:
        return None, reasons or [_too_few(len(carrying))]
    return PingPlan(cluster_network, vlan, mtu, addresses, over=True), reasons


def _shared(addresses: Mapping[str, str]) -> dict[str, list[str]]:
    """The addresses that several nodes have, and these nodes."""
    nodes: defaultdict[str, list[str]] = defaultdict(list)
    for node, address in addresses.items():
        nodes[address].append(node)
    return {address: names for address, names in nodes.items() if len(names) > 1}


def _too_few(nodes: int) -> str:
    return "there is no second node to ping" if nodes else "no node could be looked at"


def pings_of(plan: PingPlan, answers: Mapping[str, PingReport]) -> Pings:
    """What the pings came to, from the answers of those nodes that gave one."""
    results = {
        (node, other): _came(answers.get(node), plan, other, answers)
        for node in plan.addresses
        for other in plan.addresses
        if other != node
    }
    name = vlan_device if plan.over else own_device
    device = name(plan.cluster_network, plan.vlan)
    mtus = {node: pinged.mtu for node, pinged in answers.items()}
    return Pings(plan.vlan, results, mtus, device, plan.over)


def _came(
    pinged: PingReport | None, plan: PingPlan, other: str, answers: Mapping[str, PingReport]
) -> PingResult:
    if pinged is None:
        return PingResult.UNKNOWN
    address = plan.addresses[other]
    name = address if plan.over else address.rpartition(".")[2]
    if name in pinged.full:
        # Without the right to forbid fragments, a device that is too small would make them.
        fits = not pinged.plain or pinged.mtu >= plan.mtu
        return PingResult.FULL if fits else PingResult.SMALL
    if name in pinged.usual:
        return PingResult.USUAL
    if name in pinged.small:
        return PingResult.SMALL
    # A node whose pod did not run has no address that could answer.
    return PingResult.NONE if plan.over or other in answers else PingResult.UNKNOWN
