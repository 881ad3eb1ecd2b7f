"""What the ports of the switches have to be, for each node and uplink. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..harvester.versions import UNTAGGED_IS_APART, Release
from ..harvester.wording import listed
from ..specs.limits import MGMT
from .model import ClusterNetwork, Topology, Uplink
from .words import UNTAGGED

NO_LAG, STATIC, LACP, UNKNOWN = "none", "static", "LACP", "unknown"
LAG_OF_MODE: Mapping[str, str] = {
    "balance-rr": STATIC,
    "active-backup": NO_LAG,
    "balance-xor": STATIC,
    "broadcast": STATIC,
    "802.3ad": LACP,
    "balance-tlb": NO_LAG,
    "balance-alb": NO_LAG,
}
"""The link aggregation that each bond mode needs on the switch (H9)."""
OVERHEAD = 14 + 4 + 4
"""Bytes of a frame around its payload: header, VLAN tag, checksum."""


@dataclass(frozen=True)
class SwitchPorts:
    """The ports to which the NICs of one node for one cluster network lead."""

    node: str
    cluster_network: str
    config: str
    nics: Sequence[str]
    mode: str
    """The bond's."""
    lag: str
    tagged: Sequence[int]
    """VLANs that the ports let through with their tags."""
    untagged: Sequence[str]
    """Who needs a native VLAN: networks, Settings, the node itself; empty if nobody does."""
    mtu: int
    """In bytes, of the payload."""
    notes: Sequence[str] = ()

    @property
    def frame(self) -> int:
        """Bytes of the largest frame with a tag."""
        return self.mtu + OVERHEAD

    @property
    def key(self) -> tuple[str, str]:
        """What tells the ports from all others."""
        return self.node, self.cluster_network


def switch_ports(topology: Topology, release: Release) -> list[SwitchPorts]:
    """Of all nodes, in the order of nodes and cluster networks."""
    found = [
        _ports(node, _as_on(node, network, topology), uplink, release)
        for network in topology.networks
        for uplink in network.uplinks
        for node in uplink.nodes
    ]
    return sorted(found, key=lambda ports: ports.key)


def _as_on(node: str, network: ClusterNetwork, topology: Topology) -> ClusterNetwork:
    """A cluster network with the host networks that one node has: each selects its nodes."""
    if not topology.nodes:
        # Of a program alone it is not known which nodes these are: each may be one of them.
        return network
    on_it = [each for each in network.host_networks if node in each.nodes]
    return replace(network, host_networks=on_it)


def _ports(
    node: str, network: ClusterNetwork, uplink: Uplink, release: Release
) -> SwitchPorts:
    tagged, untagged = _tagged(network), list(_untagged(network))
    return SwitchPorts(
        node,
        network.name,
        uplink.config,
        uplink.nics,
        uplink.mode,
        LAG_OF_MODE.get(uplink.mode, UNKNOWN),
        tagged,
        untagged,
        max(uplink.mtu, network.mtu),
        list(_notes(network, tagged, untagged, release)),
    )


def _tagged(network: ClusterNetwork) -> list[int]:
    of_vms = {vlan for each in network.vm_networks for vlan in each.vlans}
    of_settings = {each.vlan for each in network.settings if each.vlan not in UNTAGGED}
    of_hosts = {each.vlan for each in network.host_networks if each.vlan not in UNTAGGED}
    return sorted(of_vms | of_settings | of_hosts)


def _untagged(network: ClusterNetwork) -> Iterator[str]:
    if network.name == MGMT:
        # Whether it is in a VLAN is configured on the hosts, where no API tells.
        yield "the node itself"
    yield from (each.setting for each in network.settings if each.vlan in UNTAGGED)
    yield from (each.config for each in network.host_networks if each.vlan in UNTAGGED)
    for each in network.vm_networks:
        if each.is_untagged and not each.is_of_harvester:
            yield each.key


def _notes(
    network: ClusterNetwork, tagged: Sequence[int], untagged: Sequence[str], release: Release
) -> Iterator[str]:
    own = [each for each in network.vm_networks if not each.is_of_harvester]
    if with_vlan_1 := [each.key for each in own if each.has_vlan_1]:
        yield (
            f"VLAN 1 of {listed(with_vlan_1, 3)} leaves without a tag: it is the native VLAN "
            "of the ports, whichever that is"
        )
    if tagged and release < UNTAGGED_IS_APART:
        yield (
            "up to Harvester 1.6.0 VMs of VLAN networks also hear what the switch sends "
            "without a tag: a native VLAN that nobody else uses keeps it from them"
        )
    elif tagged and not untagged:
        yield "nobody takes frames without a tag: the ports need no native VLAN"
    elif tagged:
        yield "frames without a tag reach the untagged networks alone, no VLAN network"
