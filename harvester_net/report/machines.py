"""The sections about VMs and about switches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from ..cluster.resources import VM, VMI, Object
from ..harvester.json_texts import fields_in
from ..harvester.name_ranges import ranges
from ..harvester.snapshot import Snapshot
from ..harvester.wording import listed
from ..markup import Element
from ..printable import printable
from ..review.look import Seat, seats
from ..topology.model import Topology
from ..topology.switch_ports import SwitchPorts
from ..topology.tables import MOST_UNTAGGED
from ..topology.vlans import vlans_text
from .parts import Row, Section, bullets, paragraph, table, with_code, with_known
from .subject import Subject

LONGEST = 60
"""Characters of the state of a VM."""


def vms(subject: Subject) -> Section:
    """The VMs of the cluster with their networks."""
    if subject.seen is None or not subject.knows(VM):
        return _vms(paragraph("The VMs were not looked at."))
    rows = list(_rows(subject.seen, subject.topology))
    if not rows:
        return _vms(paragraph("There is no VM."))
    heads, kept = with_known(["VM", "State", "Node", "Owner", "Networks"], rows)
    return _vms(table("VMs and the networks that they name", heads, map(Row, kept)))


def _vms(inside: Element) -> Section:
    return Section("vms", "VMs", [inside])


def _rows(seen: Snapshot, topology: Topology) -> Iterator[list[str]]:
    on = _networks_of_vms(topology)
    found = seats(seen.of(VM), seen.of(VMI))
    for key, vm in sorted(seen.of(VM).items()):
        seat, name = found.get(key, Seat()), printable(key)
        networks = ", ".join(on.get(name, ())) or "none of these"
        yield [name, _state(vm), seat.node, seat.owner, networks]


def _state(vm: Object) -> str:
    state = fields_in(vm.get("status")).get("printableStatus")
    return printable(str(state), LONGEST) if state else ""


def _networks_of_vms(topology: Topology) -> Mapping[str, Sequence[str]]:
    found = defaultdict[str, list[str]](list)
    for network in topology.networks:
        for each in network.vm_networks:
            for vm in each.vms:
                found[vm].append(each.key)
    return found


def switch_ports(subject: Subject) -> Section:
    """What the ports of the switches have to be, nodes that are alike in one row."""
    title = "Switch ports"
    if not subject.ports:
        return Section("ports", title, [paragraph("No uplink is known.")])
    groups = defaultdict[tuple[str, ...], list[str]](list)
    for ports in subject.ports:
        groups[_port_words(ports)].append(ports.node)
    rows = [Row([", ".join(ranges(nodes)), *words]) for words, nodes in sorted(groups.items())]
    after = ", after the change" if subject.preview is not None else ""
    made = table(
        f"What the ports have to be{after}",
        [
            "Nodes",
            "Cluster network",
            "NICs",
            "LAG",
            "Tagged VLANs",
            "Native VLAN for",
            *_BYTES,
        ],
        rows,
    )
    notes = dict.fromkeys(
        f"{ports.cluster_network}: {note}" for ports in subject.ports for note in ports.notes
    )
    return Section(
        "ports", title, [made, *([bullets(map(with_code, notes))] if notes else [])]
    )


_BYTES = ("MTU", "Largest frame")


def _port_words(ports: SwitchPorts) -> tuple[str, ...]:
    return (
        ports.cluster_network,
        ", ".join(ports.nics),
        f"{ports.lag} ({ports.mode})",
        vlans_text(ports.tagged) or "none",
        listed(ports.untagged, MOST_UNTAGGED) or "nobody",
        str(ports.mtu),
        str(ports.frame),
    )
