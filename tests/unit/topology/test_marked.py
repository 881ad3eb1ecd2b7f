"""Two states in one picture: what stays, comes, changes and goes, in every form."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from harvester_net.cluster.resources import Object
from harvester_net.topology.diagram import (
    MOST_BANDS,
    MOST_BRIEFLY,
    MOST_DRAWN,
    MOST_HOSTS_BRIEFLY,
    changes,
    mermaid,
)
from harvester_net.topology.drawing import document, text
from harvester_net.topology.marked import Mark, picture
from harvester_net.topology.model import Topology, topology
from harvester_net.topology.svg import svg
from tests import objects

from .snapshots import LACP, NODES, cluster, network, snapshot, storage

WEB, FLAT = network("web", vlan=100), network("flat")


def of(*more: Object, mtu: int = 9000) -> Topology:
    return topology(cluster(*more, mtu=mtu))


def with_uplink(*nodes: str, **uplink: object) -> Topology:
    return of(objects.config("rack-a", nodes=list(nodes), uplink=LACP | uplink))


SAME = of(WEB)
CASES = {
    "nothing": (SAME, of(WEB), []),
    "a new network": (SAME, of(WEB, FLAT), ["  + VM network default/flat; untagged"]),
    "a network that goes": (of(WEB, FLAT), SAME, ["  - VM network default/flat; untagged"]),
    "another VLAN": (
        SAME,
        of(network("web", vlan=200)),
        ["  ~ VM network default/web; VLAN 100 → VLAN 200"],
    ),
    "VLAN 1 beside another": (
        of(network("web", vlanTrunk=[{"id": 5}])),
        of(network("web", vlanTrunk=[{"id": 5}, {"id": 1}])),
        ["  ~ VM network default/web; VLAN 5 → untagged, VLAN 5"],
    ),
    "an MTU is told of the cluster network alone": (
        of(WEB, mtu=1500),
        SAME,
        ["~ cluster network data, MTU 1500 → MTU 9000"],
    ),
    "a new Setting": (
        of(),
        of(storage()),
        ["  + Setting storage-network; VLAN 300; 10.7.0.0/22"],
    ),
    "another VLAN of a Setting": (
        of(storage()),
        of(storage(301)),
        ["  ~ Setting storage-network; VLAN 300 → VLAN 301; 10.7.0.0/22"],
    ),
    "a new host network": (
        SAME,
        of(WEB, objects.host_network()),
        ["  + host network backup; VLAN 400, dhcp; on node1, node2"],
    ),
    "a host network that goes": (
        of(objects.host_network()),
        of(),
        ["  - host network backup; VLAN 400, dhcp; on node1, node2"],
    ),
    "another VLAN and mode of a host network": (
        of(objects.host_network()),
        of(objects.host_network(vlan=401, ips={"node1": "10.41.0.11/24"})),
        ["  ~ host network backup; VLAN 400, dhcp → VLAN 401, static; on node1, node2"],
    ),
    "another address of a host network, which no picture shows": (
        of(objects.host_network(ips={"node1": "10.41.0.11/24"})),
        of(objects.host_network(ips={"node1": "10.41.0.12/24"})),
        [],
    ),
    "another NIC": (
        with_uplink("node1", "node2"),
        with_uplink("node1", "node2", nics=["eno2"]),
        ["  ~ uplink rack-a; 802.3ad: eno2, eno3 → 802.3ad: eno2; node1, node2"],
    ),
    "the last node is covered": (
        with_uplink("node1", "node2"),
        with_uplink(*NODES),
        [
            "  ~ uplink rack-a; 802.3ad: eno2, eno3; node1, node2 → node1, node2, node3",
            "  - not on node3",
        ],
    ),
    "the uplink goes": (
        of(),
        topology(snapshot(*map(objects.node, NODES), objects.cluster_network("data", 9000))),
        [
            "  ~ not on node3 → not on node1, node2, node3",
            "  - uplink rack-a; 802.3ad: eno2, eno3; node1, node2",
        ],
    ),
    "a network is moved": (
        SAME,
        of(network("web", "gone-br", vlan=100)),
        [
            "  + default/web: on cluster network gone, which is not there",
            "  - VM network default/web; VLAN 100",
        ],
    ),
    "a whole cluster network": (
        SAME,
        of(WEB, objects.cluster_network("more")),
        ["+ cluster network more, MTU 1500", "  + not on node1, node2, node3"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_marked(case: str) -> None:
    before, after, expected = CASES[case]
    lines = text(after, before).splitlines()
    marked = [line for line in lines if line.lstrip()[:2] in ("+ ", "~ ", "- ")]
    assert sorted(marked) == sorted(expected)
    assert bool(expected) == picture(after, before).changes
    assert bool(expected) == bool(changes(after, before))
    told = json.loads(document(after, before))["changes"]
    assert len(told) == len(expected)
    drawn = mermaid(after, before)
    assert drawn.count("(new)") == sum(
        "+ " in it and "default/web:" not in it for it in expected
    )


def test_nodes_beyond_those_that_are_listed_count() -> None:
    nodes = [f"node{number}" for number in range(9)]

    def on(*some: str) -> Topology:
        found = (*map(objects.node, nodes), objects.cluster_network("data"))
        return topology(snapshot(*found, objects.config("all", nodes=list(some))))

    [band] = picture(on(*nodes[:7], "node8"), on(*nodes[:8])).bands
    assert [(part.part.config, part.mark) for part in band.uplinks] == [("all", Mark.CHANGED)]


def test_as_a_diagram() -> None:
    before, after = of(WEB, FLAT, storage()), of(network("web", vlan=200), network("new"))
    assert (
        changes(after, before)
        == """\
flowchart LR
  c0(["data<br/>MTU 9000"])
  c0x["not on node3"]:::missing -.- c0
  c0 -.- c0s0[("storage-network<br/>VLAN 300<br/>10.7.0.0/22<br/>(going)")]:::going
  c0 -.- c0v0["default/new<br/>untagged<br/>(new)"]:::new
  c0 --- c0v1["default/web<br/>VLAN 100 → VLAN 200<br/>(changed)"]:::changed
  c0 -.- c0v2["default/flat<br/>untagged<br/>(going)"]:::going
  c0u["1 more uplink"] --- c0
  classDef missing stroke-dasharray: 4 4
  classDef new stroke:#1a7f37,stroke-width:2px,stroke-dasharray: 4 4
  classDef changed stroke:#bf8700,stroke-width:3px
  classDef going stroke:#cf222e,stroke-width:2px,stroke-dasharray: 1 3"""
    )


def test_as_svg() -> None:
    root = ElementTree.fromstring(svg(of(WEB, FLAT), of(WEB, storage())))
    classes = {
        (group[0].text or "").partition(" ")[0]: group.get("class")
        for group in root.iter("{http://www.w3.org/2000/svg}g")
    }
    assert classes == {
        "rack-a": None,
        "not": "missing",
        "storage-network": "setting going",
        "default/web": None,
        "default/flat": "new",
    }


def test_in_svg_the_new_is_never_cut_off_behind_the_old() -> None:
    before = with_uplink("node1", nics=["enp1s0f0", "enp1s0f1"])
    drawn = svg(with_uplink("node1", nics=["enp9s0f0", "enp9s0f1"]), before)
    assert ">802.3ad: enp1s0f0, enp1s0f1 →</text>" in drawn
    assert ">802.3ad: enp9s0f0, enp9s0f1</text>" in drawn
    band = svg(of(mtu=9000), of(mtu=1500))
    assert '<rect class="band changed"' in band
    assert ">data, MTU 1500 → MTU 9000, (changed)</text>" in band


def test_what_changes_is_never_folded_for_what_does_not() -> None:
    old = [network(f"a{number:03}", vlan=100 + number) for number in range(MOST_DRAWN + 5)]
    chart = mermaid(of(*old, network("z", vlan=5)), of(*old))
    assert '"default/z<br/>VLAN 5<br/>(new)"' in chart
    assert chart.count("default/a") == MOST_DRAWN - 1
    assert '"6 more VM networks<br/>VLANs 159-164"' in chart


def test_a_diagram_of_changes_has_a_bound() -> None:
    names = [f"n{number:03}" for number in range(MOST_BANDS + 30)]
    vm_networks = [
        network(f"{name}-{number:02}", f"{name}-br", vlan=10 + number)
        for name in names
        for number in range(MOST_BRIEFLY + 10)
    ]
    on_hosts = [
        objects.host_network(f"{name}-{number:02}", name, 10 + number)
        for name in names
        for number in range(MOST_HOSTS_BRIEFLY + 10)
    ]
    uplinks = [
        objects.config(f"{name}-{number:02}", name, nodes=["node1"])
        for name in names
        for number in range(MOST_BRIEFLY + 10)
    ]
    before = of(*map(objects.cluster_network, names))
    after = of(*map(objects.cluster_network, names), *vm_networks, *on_hosts, *uplinks)
    chart = changes(after, before)
    assert 'more["30 more cluster networks with changes"]' in chart
    folded = '["10 more VM networks<br/>VLANs 30-39<br/>(new)"]:::new'
    assert chart.count(folded) == MOST_BANDS
    folded = '[["10 more host networks<br/>VLANs 15-24<br/>(new)"]]:::new'
    assert chart.count(folded) == MOST_BANDS
    # What pages draw at most of a diagram.
    assert chart.count("-.-") + chart.count("---") < 500
    assert len(chart) < 50_000
