"""How the networks of a cluster hang together, and how that is drawn."""

from __future__ import annotations

import json

import pytest

from harvester_net.cluster.resources import Object
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.topology.diagram import MOST_DRAWN, mermaid
from harvester_net.topology.drawing import document, text
from harvester_net.topology.model import topology
from harvester_net.topology.vlans import vlans_text
from tests import objects

from .snapshots import NODES, cluster, mgmt, network, storage

FULL = cluster(
    *mgmt("eno1"),
    network("web", vlan=100),
    network("all", vlanTrunk=[{"minID": 1, "maxID": 3}, {"id": 400}]),
    network("flat"),
    network("other", type="macvlan"),
    network("over", type="kube-ovn", provider="over.default.ovn"),
    network("lost", "gone-br", vlan=5),
    objects.storage_nad(),
    storage(),
    objects.host_network("backup", "mgmt", 400),
    objects.host_network("iscsi", "data", 401, {"node1": "10.41.0.11/24"}),
    *(objects.vm(name, "default/web") for name in ("a", "b", "c", "d")),
)
TEXT = """\
3 nodes

cluster network mgmt, MTU 1500
  uplink of the hosts; set on the host: eno1; node1
  host network backup; VLAN 400, dhcp; on node1 … node3 (3), witness

cluster network data, MTU 9000
  uplink rack-a; 802.3ad: eno2, eno3; node1, node2
  not on node3
  Setting storage-network; VLAN 300; 10.7.0.0/22
  host network iscsi; VLAN 401, static; on node1, node2
  VM network default/all; untagged, VLANs 2-3,400
  VM network default/flat; untagged
  VM network default/web; VLAN 100; 4 VMs: default/a, default/b, default/c and 1 more
  made by Harvester harvester-system/storagenetwork-abcde; VLAN 300

on no cluster network
  default/lost: on cluster network gone, which is not there
  default/other: a network of CNI type 'macvlan'
  default/over: an overlay network of kube-ovn"""
MERMAID = """\
flowchart LR
  c0(["mgmt<br/>MTU 1500"])
  c0u0["of the hosts<br/>set on the host: eno1<br/>node1"] --- c0
  c0 --- c0h0[["backup<br/>VLAN 400, dhcp<br/>on node1 … node3 (3), witness"]]
  c1(["data<br/>MTU 9000"])
  c1u0["rack-a<br/>802.3ad: eno2, eno3<br/>node1, node2"] --- c1
  c1x["not on node3"]:::missing -.- c1
  c1 --- c1s0[("storage-network<br/>VLAN 300<br/>10.7.0.0/22")]
  c1 --- c1h0[["iscsi<br/>VLAN 401, static<br/>on node1, node2"]]
  c1 --- c1v0["default/all<br/>untagged, VLANs 2-3,400"]
  c1 --- c1v1["default/flat<br/>untagged"]
  c1 --- c1v2["default/web<br/>VLAN 100<br/>4 VMs: default/a, default/b, default/c and 1 more"]
  classDef missing stroke-dasharray: 4 4"""


def test_as_text() -> None:
    assert text(topology(FULL)) == TEXT


def test_as_a_diagram() -> None:
    assert mermaid(topology(FULL)) == MERMAID


def test_as_json() -> None:
    found = json.loads(document(topology(FULL)))
    assert found["nodes"] == ["node1", "node2", "node3"]
    data = found["networks"][1]
    assert data["uplinks"] == [
        {
            "config": "rack-a",
            "nodes": ["node1", "node2"],
            "nics": ["eno2", "eno3"],
            "mode": "802.3ad",
            "mtu": 9000,
        }
    ]
    assert data["uncovered"] == ["node3"]
    assert data["host_networks"] == [
        {"config": "iscsi", "vlan": 401, "mode": "static", "nodes": ["node1", "node2"]}
    ]
    assert [each["vlans"] for each in data["vm_networks"]] == [[2, 3, 400], [], [100], [300]]


@pytest.mark.parametrize("drawn", [text, mermaid, document])
def test_the_order_of_objects_makes_no_difference(drawn: object) -> None:
    assert callable(drawn)
    backwards = {kind: dict(reversed(list(of.items()))) for kind, of in FULL.objects.items()}
    assert drawn(topology(FULL)) == drawn(topology(Snapshot(backwards)))


def test_nothing_in_a_label_means_something_to_mermaid() -> None:
    hostile = 'x"]; click c0 "javascript:1" <b>`a`</b> #quot; \n end'
    config = objects.config("a", nodes=["node1"], uplink={"nics": [hostile]})
    line = next(
        line for line in mermaid(topology(cluster(config))).splitlines() if "click" in line
    )
    inner = line.partition('["')[2].rpartition('"]')[0]
    assert inner.startswith("a<br/>active-backup: x#quot;#93;; click c0 #quot;javascript")
    assert not set(inner.replace("<br/>", "")) & set('"<>[]`')


@pytest.mark.parametrize(
    ("config", "nodes"),
    [
        (objects.host_network(), NODES[:2]),
        (objects.host_network(cluster_network="mgmt"), [*NODES, "witness"]),
        (
            objects.host_network(
                cluster_network="mgmt", spec={"nodeSelector": {"matchLabels": {"a": "b"}}}
            ),
            ["node3"],
        ),
        (objects.host_network(spec={"nodeSelector": {"matchLabels": {"a": "b"}}}), []),
    ],
)
def test_a_host_network_is_on_the_selected_nodes_with_its_cluster_network(
    config: Object, nodes: list[str]
) -> None:
    there = cluster(*mgmt(), objects.node("node3", {"a": "b"}), config)
    [found] = [it for each in topology(there).networks for it in each.host_networks]
    assert list(found.nodes) == nodes


def test_many_host_networks_are_folded_in_a_diagram() -> None:
    vlans = range(10, 10 + MOST_DRAWN + 5)
    many = [objects.host_network(f"h{vlan:04}", vlan=vlan) for vlan in vlans]
    chart = mermaid(topology(cluster(*many)))
    assert chart.count('[["h') == MOST_DRAWN
    assert '[["5 more host networks<br/>VLANs 70-74"]]' in chart


def test_many_vm_networks_are_folded_in_a_diagram() -> None:
    vlans = range(10, 10 + MOST_DRAWN + 5)
    many = [network(f"v{vlan:04}", vlan=vlan) for vlan in vlans]
    vm = objects.vm("a", "default/v0073")
    chart = mermaid(topology(cluster(*many, vm)))
    assert chart.count("default/v") == MOST_DRAWN
    assert '["5 more VM networks<br/>VLANs 70-74<br/>1 VM"]' in chart


def test_mgmt_mirrors_are_uplinks() -> None:
    mirror = objects.config(
        "mgmt-vlanconfig-node1",
        "mgmt",
        uplink={"nics": ["eno1"], "bondOptions": {"mode": "balance-tlb"}},
        spec={"nodeSelector": {"kubernetes.io/hostname": "node1"}},
    )
    [uplink] = topology(cluster(*mgmt("eno1"), mirror)).networks[0].uplinks
    assert (uplink.mode, uplink.nodes) == ("balance-tlb", ["node1"])


@pytest.mark.parametrize(
    ("vlans", "expected"),
    [
        ([], ""),
        ([7], "7"),
        ([3, 1, 2], "1-3"),
        ([1, 3], "1,3"),
        ([5, 6, 9, 10, 11, 4094], "5-6,9-11,4094"),
    ],
)
def test_vlans(vlans: list[int], expected: str) -> None:
    assert vlans_text(vlans) == expected
