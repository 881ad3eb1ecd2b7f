"""What the nodes are held against: MTU, nodes and VLANs, from live objects."""

from __future__ import annotations

from typing import Any

from harvester_net.cluster.resources import CLUSTER_NETWORK, NAD, NODE
from harvester_net.harvester.names import UPLINK_MTU
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.verify.facts import CheckRequest, Facts, facts_of
from harvester_net.verify.findings import Uplink

from ... import objects
from .nodes_world import NodesWorld, world


def facts(site: NodesWorld, *, version: tuple[int, int] = (1, 7), **asked: Any) -> Facts:
    request = CheckRequest(asked.pop("network", "data"), **asked)
    return facts_of(request, Snapshot(site.objects, version))


def test_the_nodes_are_those_of_its_network_configs() -> None:
    site = world("node1", "node2")
    site.objects[NODE]["witness"] = objects.node("witness")
    assert facts(site).nodes == ("node1", "node2")


def test_mgmt_is_on_every_node() -> None:
    site = world("node1", "node2", network="mgmt")
    assert facts(site, network="mgmt").nodes == ("node1", "node2")


def test_nodes_that_are_away_are_told_apart() -> None:
    site = world("node1", "node2", "node3")
    site.objects[NODE]["node2"] = objects.node("node2", ready="False")
    del site.objects[NODE]["node3"]
    found = facts(site)
    assert (found.nodes, found.away) == (("node1",), ("node2", "node3"))


def test_the_mtu_is_the_cluster_networks_unless_another_is_asked_for() -> None:
    site = world("node1", mtu=9000)
    assert facts(site).expected.mtu == 9000
    assert facts(site, mtu=1500).expected.mtu == 1500


def test_the_mtu_is_that_of_the_configs_unless_a_newer_server_has_noted_it() -> None:
    site = world("node1", mtu=9000)
    site.objects[CLUSTER_NETWORK]["data"]["metadata"]["annotations"] = {}
    assert facts(site, version=(1, 5)).expected.mtu == 9000
    assert facts(site, version=(1, 6)).expected.mtu == 9000
    site.objects[CLUSTER_NETWORK]["data"]["metadata"]["annotations"] = {UPLINK_MTU: "1500"}
    assert facts(site, version=(1, 5)).expected.mtu == 9000
    assert facts(site, version=(1, 6)).expected.mtu == 1500


def test_what_the_bonds_should_be_is_in_the_configs() -> None:
    site = world("node1", "node2")
    wanted = Uplink("rack", ("ens1", "ens2"), "active-backup")
    assert facts(site).expected.uplinks == {"node1": wanted, "node2": wanted}
    on_mgmt = facts(world("node1", network="mgmt"), network="mgmt")
    assert on_mgmt.expected.uplinks == {}


def test_the_vlans_are_those_of_its_own_vm_networks() -> None:
    site = world("node1")
    other = dict(site.objects[NAD]["default/web"])
    other["metadata"] = {"name": "x", "namespace": "default", "labels": {}}
    site.objects[NAD]["default/x"] = other
    assert facts(site).expected.vm_networks == {"default/web": frozenset({100})}
