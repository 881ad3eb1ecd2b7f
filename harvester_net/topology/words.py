"""What is said of each part of a topology, in any picture. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ..harvester.name_ranges import ranges
from ..harvester.wording import counted, listed
from .model import ClusterNetwork, HostNetwork, SettingNetwork, Uplink, VmNetwork
from .vlans import vlans_named

FEW_NODES = 3
MOST_NODES = 6
MOST_VMS = 3
UNTAGGED = (0, 1)


def network_words(network: ClusterNetwork) -> list[str]:
    """Its name and its MTU."""
    return [network.name, f"MTU {network.mtu}"]


def uplink_words(uplink: Uplink) -> list[str]:
    """Its name, its bond and its nodes."""
    bond = f"{uplink.mode}: {', '.join(uplink.nics) or 'no NIC'}"
    nodes = _nodes(uplink.nodes) or "matches no node"
    return [uplink.config or "of the hosts", bond, nodes]


def vm_network_words(network: VmNetwork) -> list[str]:
    """Its key, its VLANs, and its VMs."""
    found = [network.key, traffic(network)]
    if network.vms:
        names = listed(network.vms, MOST_VMS)
        found.append(f"{counted(len(network.vms), 'VM')}: {names}")
    return found


def traffic(network: VmNetwork) -> str:
    """How the traffic of a VM network leaves the uplink."""
    tagged = vlans_named(network.vlans) if network.vlans else ""
    if network.is_untagged:
        return f"untagged, {tagged}" if tagged else "untagged"
    return tagged or "no VLAN"


def setting_words(network: SettingNetwork) -> list[str]:
    """Its name, its VLAN and its addresses."""
    vlan = "untagged" if network.vlan in UNTAGGED else f"VLAN {network.vlan}"
    return [network.setting, vlan, network.range]


def host_network_words(network: HostNetwork) -> list[str]:
    """Its name, its VLAN with the mode of its addresses, and its nodes."""
    vlan = "untagged" if network.vlan in UNTAGGED else f"VLAN {network.vlan}"
    nodes = f"on {_nodes(network.nodes)}" if network.nodes else "on no node"
    return [network.config, f"{vlan}, {network.mode}", nodes]


def uncovered_words(nodes: Sequence[str]) -> str:
    """The nodes without a cluster network."""
    return f"not on {_nodes(nodes)}"


def _nodes(nodes: Sequence[str]) -> str:
    """The names of a few nodes, and of many their ranges."""
    few = nodes if len(nodes) <= FEW_NODES else ranges(nodes)
    return listed(few, MOST_NODES)
