"""What is not as it should be on the nodes, each a sentence with what to do next: pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..harvester.names import AGENTS, BOND, BRIDGE, UPLINK_MTU
from ..harvester.versions import NEWEST, Version
from ..harvester.wording import listed, more_than
from ..specs.limits import MGMT
from . import host_commands
from .devices import Bond, Bridge, Devices
from .outcome import Finding
from .port_owners import AttachedWorkload
from .port_owners import words as port_words
from .vlans import words as vlan_words

AGENT = f"the pod of DaemonSet {AGENTS}"
MOST_PORTS = 3
ARP_SILENT = (2, 8)
"""Values of `arp_ignore` that give requests from other subnets, or all, no answer."""


@dataclass(frozen=True)
class Uplink:
    """What a network config wants of the bond on its nodes."""

    config: str
    nics: tuple[str, ...]
    mode: str


@dataclass(frozen=True)
class Expected:
    """How the devices of a cluster network should be."""

    cluster_network: str
    mtu: int
    """MTU in bytes."""
    version: Version = NEWEST
    vm_networks: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """The VLANs that each VM network needs on the uplinks."""
    uplinks: Mapping[str, Uplink] = field(default_factory=dict)
    """By node; none for mgmt, which no network config sets up."""
    failures: Mapping[str, str] = field(default_factory=dict)
    """What the agent of a node says that could not set the devices up."""
    nics: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The NICs that each node has, as far as its agent tells."""
    host_networks: frozenset[str] = frozenset()
    """The nodes' own VLAN devices that host network configs make."""
    noted: bool = True
    """Whether somebody has told Harvester or us the MTU; else it is only the default."""

    def missing(self, node: str) -> list[str]:
        """The NICs of a node's network config that the node does not have."""
        uplink = self.uplinks.get(node)
        if uplink is None or node not in self.nics:
            return []
        return [nic for nic in uplink.nics if nic not in self.nics[node]]

    @property
    def by_hand(self) -> bool:
        """Whether an operator sets the devices up, not Harvester (H5.3)."""
        return self.cluster_network == MGMT

    def sets_up_by_hand(self, device: str) -> bool:
        """Whether an operator sets up this VLAN device of the nodes."""
        return self.by_hand and device not in self.host_networks


def findings(
    seen: Devices, expected: Expected, attached_workloads: Iterable[AttachedWorkload] = ()
) -> list[Finding]:
    """What is wrong on one node."""
    return [
        *_of_bond(seen, expected),
        *_of_bridge(seen, expected, list(attached_workloads)),
        *_of_vlans(seen, expected),
        *(f for f in _of_host_devices(seen, expected) if expected.sets_up_by_hand(f.device)),
        *_of_arp(seen),
    ]


def notes(
    seen: Devices, expected: Expected, attached_workloads: Iterable[AttachedWorkload] = ()
) -> list[Finding]:
    """What is worth knowing on one node, but keeps nothing from working."""
    return [
        *_of_links(seen),
        *_of_ports(seen, expected, list(attached_workloads)),
        *(
            f
            for f in _of_host_devices(seen, expected)
            if not expected.sets_up_by_hand(f.device)
        ),
        *_of_leftovers(seen),
    ]


def coverage(without: Sequence[str], cluster_network: str) -> Iterator[Finding]:
    """The nodes that no network config of a cluster network matches, which is no fault."""
    if without:
        what = (
            f"no network config puts {cluster_network} there, and no VM on it runs there; if "
            "that is not meant, make one that matches"
        )
        yield Finding(listed(without), f"{cluster_network}{BRIDGE}", what)


def has_small_port(seen: Devices, mtu: int) -> bool:
    """Whether a port of the bridge has less than this MTU in bytes."""
    return any(port.mtu < mtu for port in seen.ports.lowest)


# --- bond -----------------------------------------------------------------------------------


def _of_bond(seen: Devices, expected: Expected) -> Iterator[Finding]:
    name = f"{expected.cluster_network}{BOND}"
    bond = seen.bond
    if bond is None:
        what = f"there is no bond {name}; {_agent(seen.node, expected)}"
        yield Finding(seen.node, name, what)
        return
    if bond.mtu != expected.mtu:
        yield Finding(
            seen.node,
            name,
            f"bond {name} has MTU {bond.mtu}, not {expected.mtu}; {_mtu(seen, expected)}",
        )
    yield from _of_switch(seen.node, "bond", bond)
    yield from _of_nics(seen.node, bond, expected)
    if seen.node in expected.uplinks:
        yield from _of_uplink(seen.node, bond, expected)
    # An agent that has no NIC comes no further; of that enough is said.
    if bond.members and seen.bridge is not None and not _joined(seen):
        yield Finding(
            seen.node,
            name,
            f"bond {name} is no port of bridge {seen.bridge.name}, so no VM reaches the "
            f"uplink; {_agent(seen.node, expected)}",
        )


def _of_switch(node: str, what: str, device: Bond | Bridge) -> Iterator[Finding]:
    if not device.up:
        off = f"{what} {device.name} is switched off; on {node}: ip link set {device.name} up"
        yield Finding(node, device.name, off)


def _joined(seen: Devices) -> bool:
    """Whether the bond is a port of its bridge."""
    return bool(seen.bond and seen.bridge and seen.bond.master == seen.bridge.name)


def _of_nics(node: str, bond: Bond, expected: Expected) -> Iterator[Finding]:
    if not bond.members:
        if not expected.missing(node):
            what = f"bond {bond.name} has no NIC; {_agent(node, expected)}"
            yield Finding(node, bond.name, what)
        return
    if bond.up and all(nic.state == "down" for nic in bond.members):
        names = ", ".join(nic.name for nic in bond.members)
        yield Finding(
            node,
            bond.name,
            f"no NIC of bond {bond.name} has a link ({names}); look at the cables and the "
            "switch ports",
        )
    for nic in bond.members:
        if nic.mtu != bond.mtu:
            yield Finding(
                node,
                nic.name,
                f"NIC {nic.name} of bond {bond.name} has MTU {nic.mtu}, not {bond.mtu} as the "
                f"bond; somebody has set it by hand: ip link set {nic.name} mtu {bond.mtu}",
            )


def _of_uplink(node: str, bond: Bond, expected: Expected) -> Iterator[Finding]:
    """What differs from the network config, other than the MTU."""
    wanted = expected.uplinks[node]
    gone = expected.missing(node)
    missing = sorted(set(wanted.nics) - {nic.name for nic in bond.members} - set(gone))
    if gone:
        none_left = "" if bond.members else f", and bond {bond.name} has no NIC"
        what = (
            f"the node has no {', '.join(gone)}, which network config {wanted.config} "
            f"wants{none_left}; put it back, or change uplink.nics"
        )
        yield Finding(node, bond.name, what)
    if missing and bond.members:
        what = (
            f"NIC {', '.join(missing)} of network config {wanted.config} is not in bond "
            f"{bond.name}; {_agent(node, expected)}"
        )
        yield Finding(node, bond.name, what)
    if bond.mode != wanted.mode:
        what = (
            f"bond {bond.name} has mode {bond.mode}, not {wanted.mode} as network config "
            f"{wanted.config}; {_agent(node, expected)}"
        )
        yield Finding(node, bond.name, what)


def _mtu(seen: Devices, expected: Expected) -> str:
    if expected.by_hand:
        right = seen.bond.mtu if seen.bond is not None else expected.mtu
        commands = host_commands.mtu_commands(expected.version, expected.mtu)
        if expected.noted or right == expected.mtu:
            return f"on {seen.node}: {commands}"
        return (
            f"nobody has told Harvester an MTU of {MGMT}, so it takes {expected.mtu}; if "
            f"{right} is right: kubectl annotate clusternetwork {MGMT} {UPLINK_MTU}={right}, "
            f"or mtu={right} on ClusterNetwork {MGMT}; if not, on {seen.node}: {commands}"
        )
    return _agent(seen.node, expected)


def _agent(node: str, expected: Expected) -> str:
    """What its agent says; of one that says nothing, where to look."""
    if said := expected.failures.get(node):
        return f"its agent says: {said}"
    return (
        f"its agent sets it up: look at the log of {AGENT} on {node}, and delete that pod if "
        "it hangs"
    )


# --- bridge ---------------------------------------------------------------------------------


def _of_bridge(
    seen: Devices, expected: Expected, attached_workloads: list[AttachedWorkload]
) -> Iterator[Finding]:
    name = f"{expected.cluster_network}{BRIDGE}"
    bridge = seen.bridge
    if bridge is None:
        what = f"there is no bridge {name}; {_agent(seen.node, expected)}"
        yield Finding(seen.node, name, what)
        return
    yield from _of_switch(seen.node, "bridge", bridge)
    if bridge.mtu != expected.mtu:
        because = _why_bridge(seen, bridge, expected, attached_workloads)
        if because:
            what = f"bridge {name} has MTU {bridge.mtu}, not {expected.mtu}: {because}"
            yield Finding(seen.node, name, what)


def _why_bridge(
    seen: Devices,
    bridge: Bridge,
    expected: Expected,
    attached_workloads: list[AttachedWorkload],
) -> str:
    """What holds the bridge at its MTU; empty if the bond does, of which enough is said."""
    lowest = [port for port in seen.ports.lowest if port.mtu == bridge.mtu]
    if lowest and bridge.mtu < expected.mtu:
        names = [
            port_words(port, seen.node, attached_workloads) for port in lowest[:MOST_PORTS]
        ]
        number = seen.ports.by_mtu.get(bridge.mtu, len(lowest))
        more = more_than(len(names), number)
        hold = "holds" if number == 1 else "hold"
        return (
            f"{', '.join(names)}{more} {hold} it there; stop what is behind it, or take it "
            f"out of the bridge on {seen.node}: ip link set {lowest[0].name} nomaster"
        )
    if seen.bond is not None and seen.bond.mtu == bridge.mtu:
        return ""
    if expected.by_hand:
        return f"on {seen.node}: {host_commands.mtu_commands(expected.version, expected.mtu)}"
    return (
        "no port holds it there, so somebody has set it by hand: "
        f"ip link set {bridge.name} mtu {expected.mtu}"
    )


# --- VLANs ----------------------------------------------------------------------------------


def _of_vlans(seen: Devices, expected: Expected) -> Iterator[Finding]:
    """VM networks whose VLAN the uplink does not let through (H4.4, H7)."""
    if seen.bond is None or not _joined(seen):
        return
    lacking = {
        key: vlans - seen.vlans
        for key, vlans in sorted(expected.vm_networks.items())
        if vlans - seen.vlans
    }
    if not lacking:
        return
    missing = frozenset().union(*lacking.values())
    names = ", ".join(lacking)
    what = (
        f"VLAN {vlan_words(missing)} of VM network {names} is not on the uplink "
        f"{seen.bond.name} (it has {vlan_words(seen.vlans) or 'none'})"
    )
    # An agent that hears of the VM network too late looks again only when this changes.
    look_again = (
        f"kubectl annotate --overwrite clusternetwork {expected.cluster_network} "
        'harvester-net/look-again="$(date)" has its agent look again'
    )
    by_hand = ""
    if expected.by_hand:
        command = host_commands.vlan_commands(expected.version, seen.vlans, missing)
        by_hand = f"; if that does not help, on {seen.node}: {command}"
    said = f"{what}; {look_again}{by_hand}"
    yield Finding(seen.node, seen.bond.name, said, look_again=True)


# --- the node's own devices -----------------------------------------------------------------


def _of_host_devices(seen: Devices, expected: Expected) -> Iterator[Finding]:
    """VLAN devices of the node on a bridge that has the right MTU, which they do not follow
    up.
    """
    if seen.bridge is None or seen.bridge.mtu != expected.mtu:
        return
    for name, mtu in sorted(seen.host_devices.items()):
        if mtu != expected.mtu:
            what = f"VLAN device {name} of the node has MTU {mtu}, not {expected.mtu}"
            way = (
                _mtu(seen, expected)
                if expected.sets_up_by_hand(name)
                else "it stays so until its HostNetworkConfig is made again"
            )
            yield Finding(seen.node, name, f"{what}; {way}")


# --- ARP ------------------------------------------------------------------------------------


def _of_arp(seen: Devices) -> Iterator[Finding]:
    """Nodes and their pods ask each other from other subnets; the kernel goes by the larger
    value of `all` and the device (H9).
    """
    # Of equal ones `all` comes first: it is the one that pods get, too.
    where = max(seen.arp_ignore, key=seen.arp_ignore.__getitem__, default="")
    value = seen.arp_ignore.get(where)
    if value not in ARP_SILENT:
        return
    setting = f"net.ipv4.conf.{where}.arp_ignore"
    yield Finding(
        seen.node,
        where,
        f"{setting} is {value}, so ARP requests from other subnets get no answer and "
        "Longhorn's pods do not become ready; where the host sets it, take it out, then on "
        f"{seen.node}: sysctl -w {setting}=0, and delete the pods of Longhorn that are not "
        "ready, which keep the old value",
    )


# --- notes ----------------------------------------------------------------------------------


def _of_links(seen: Devices) -> Iterator[Finding]:
    members = seen.bond.members if seen.bond else ()
    down = [nic.name for nic in members if nic.state == "down"]
    if seen.bond is not None and down and len(down) < len(members):
        what = f"NIC {', '.join(down)} of bond {seen.bond.name} has no link"
        yield Finding(seen.node, seen.bond.name, what)


def _of_ports(
    seen: Devices, expected: Expected, attached_workloads: list[AttachedWorkload]
) -> Iterator[Finding]:
    """Ports that are too small and do not hold the bridge, because its MTU was set by hand."""
    if seen.bridge is None or seen.bridge.mtu != expected.mtu:
        return
    for port in seen.ports.lowest[:MOST_PORTS]:
        if port.mtu < expected.mtu:
            who = port_words(port, seen.node, attached_workloads)
            what = f"{who} still has MTU {port.mtu}; start what is behind it anew"
            yield Finding(seen.node, port.name, what)


def _of_leftovers(seen: Devices) -> Iterator[Finding]:
    for name in seen.leftovers:
        what = f"device {name} is left of a ping that was killed: ip link delete {name}"
        yield Finding(seen.node, name, what)
