"""The sections about networks: where they are, what is on them, and what the Settings say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..cluster.resources import HOST_NETWORK_CONFIG, NODE, VM
from ..harvester.wording import counted
from ..markup import Element, element
from ..topology.marked import Band, Marked
from ..topology.model import ClusterNetwork
from .parts import Row, Section, paragraph, table
from .subject import Subject

NOT_KNOWN = "not known"
NO_NETWORKS = "There is no cluster network."


def glance(subject: Subject) -> Section:
    """How much there is of everything."""
    topology = subject.topology
    on = [each for network in topology.networks for each in network.vm_networks]
    own = [each for each in on if not each.is_of_harvester]
    vms = len({vm for each in own for vm in each.vms})
    hosts = sum(len(network.host_networks) for network in topology.networks)
    numbers: dict[str, int | str] = {
        "Nodes": len(topology.nodes) if subject.knows(NODE) else NOT_KNOWN,
        "Cluster networks": len(topology.networks),
        "Uplinks": sum(len(network.uplinks) for network in topology.networks),
        "VM networks": len(own),
        "VMs on them": vms if subject.knows(VM) else NOT_KNOWN,
        "Host networks": hosts if subject.knows(HOST_NETWORK_CONFIG) else NOT_KNOWN,
        "Networks of Settings": sum(len(network.settings) for network in topology.networks),
    }
    pairs = (
        element("div", element("dt", name), element("dd", str(number)))
        for name, number in numbers.items()
    )
    return Section("glance", "At a glance", [element("dl", *pairs, class_="numbers")])


def coverage(subject: Subject) -> Section:
    """Which node has which cluster network, and by which network config."""
    networks = subject.topology.networks
    by_node = {
        network.name: {
            node: uplink.config for uplink in network.uplinks for node in uplink.nodes
        }
        for network in networks
    }
    named = {node for found in by_node.values() for node in found}
    nodes = [*subject.topology.nodes, *sorted(named - set(subject.topology.nodes))]
    if not nodes or not networks:
        return Section("coverage", "Coverage of the nodes", [paragraph("No node is known.")])
    rows = [
        Row([node, *(_covered(node, network, by_node[network.name]) for network in networks)])
        for node in nodes
    ]
    made = table(
        "The network config that gives a cluster network to a node",
        ["Node", *(network.name for network in networks)],
        rows,
    )
    return Section("coverage", "Coverage of the nodes", [made])


def _covered(node: str, network: ClusterNetwork, by_node: dict[str, str]) -> Element | str:
    if node in network.uncovered:
        return element("span", "not on it", class_="missing-here")
    # mgmt is on every node, also where no agent tells of its NICs.
    return by_node.get(node) or "set on the host"


def cluster_networks(subject: Subject) -> Section:
    """The cluster networks, and their uplinks."""
    bands = subject.picture.bands
    if not bands:
        return Section("networks", "Cluster networks", [paragraph(NO_NETWORKS)])
    networks = table(
        "Cluster networks and what is on them",
        ["Name", "MTU in bytes", "On it"],
        [Row([*_mtu(band), _on(band)], band.network.mark) for band in bands],
    )
    uplinks = table(
        "Uplinks of the nodes",
        ["Network config", "Cluster network", "Bond and NICs", "Nodes"],
        [
            Row([uplink.words[0], band.network.part.name, *uplink.words[1:]], uplink.mark)
            for band in bands
            for uplink in band.uplinks
        ],
    )
    return Section("networks", "Cluster networks", [networks, uplinks, *_host_networks(bands)])


def _host_networks(bands: Sequence[Band]) -> Iterator[Element]:
    rows = [
        Row([host.words[0], band.network.part.name, *host.words[1:]], host.mark)
        for band in bands
        for host in band.host_networks
    ]
    if rows:
        heads = ["Host network config", "Cluster network", "VLAN and mode", "Nodes"]
        yield table("Networks of the nodes themselves", heads, rows)


def _mtu(band: Band) -> list[str]:
    name, mtu = band.network.words
    return [name, mtu.replace("MTU ", "")]


def _on(band: Band) -> str:
    told = [counted(len(band.own_vm_networks), "VM network")]
    if band.host_networks:
        told.append(counted(len(band.host_networks), "host network"))
    return ", ".join([*told, *(setting.part.setting for setting in band.settings)])


def vm_networks(subject: Subject) -> Section:
    """The networks that VMs attach to."""
    found = [(band, each) for band in subject.picture.bands for each in band.own_vm_networks]
    rows = [
        Row([each.words[0], band.network.part.name, each.words[1], _vms(each)], each.mark)
        for band, each in found
    ]
    rows += [Row([*_padded(each.words)], each.mark) for each in subject.picture.elsewhere]
    if not rows:
        none = paragraph("There is no VM network.")
        return Section("vm-networks", "VM networks", [none])
    heads = ["Name", "Cluster network", "VLANs", "VMs"]
    made = table("Networks that VMs attach to", heads, rows)
    return Section("vm-networks", "VM networks", [made])


def _padded(words: Sequence[str]) -> Iterator[str]:
    """What is on no cluster network says so in place of its name."""
    key, what = words
    yield from (key, f"none: {what}", "none", "not looked at")


def _vms(network: Marked[Any]) -> str:
    return network.words[2] if len(network.words) > 2 else "none"


def settings(subject: Subject) -> Section:
    """The networks that Harvester's Settings name."""
    rows = [
        Row([setting.words[0], band.network.part.name, *setting.words[1:]], setting.mark)
        for band in subject.picture.bands
        for setting in band.settings
    ]
    if not rows:
        none = "No Setting has a network of its own: storage and migration use mgmt."
        return Section("settings", "Settings", [paragraph(none)])
    heads = ["Setting", "Cluster network", "VLAN", "Addresses"]
    made = table("Networks that Settings name", heads, rows)
    return Section("settings", "Settings", [made])
