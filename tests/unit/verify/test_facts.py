"""What the nodes are held against: MTU, nodes and VLANs, from live objects."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster.resources import CLUSTER_NETWORK, NAD, NODE
from harvester_net.harvester.names import UPLINK_MTU, WITNESS
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.verify.facts import CheckRequest, Facts, facts_of
from harvester_net.verify.findings import Uplink

from ... import objects
from .nodes_world import Objects, healthy


def facts(site: Objects, *, version: tuple[int, int] = (1, 7), **asked: Any) -> Facts:
    request = CheckRequest(asked.pop("network", "data"), **asked)
    return facts_of(request, Snapshot(site, version))


def test_the_nodes_are_those_of_its_network_configs() -> None:
    site = healthy("node1", "node2")
    site[NODE]["witness"] = objects.node("witness")
    assert facts(site).nodes == ("node1", "node2")


def test_mgmt_is_on_every_node() -> None:
    site = healthy("node1", "node2", network="mgmt")
    found = facts(site, network="mgmt")
    assert (found.nodes, found.without) == (("node1", "node2"), ())


def test_nodes_that_no_config_matches_are_told_apart_from_a_witness() -> None:
    site = healthy("node1", "node2")
    assert facts(site).without == ()
    site[NODE] |= {
        "node3": objects.node("node3"),
        "node4": objects.node("node4", {WITNESS: "true"}),
    }
    assert facts(site).without == ("node3",)


def test_nodes_that_are_away_are_told_apart() -> None:
    site = healthy("node1", "node2", "node3")
    site[NODE]["node2"] = objects.node("node2", ready="False")
    found = facts(site)
    assert (found.nodes, found.away) == (("node1", "node3"), ("node2",))


def test_a_node_that_has_left_the_cluster_is_not_looked_for() -> None:
    site = healthy("node1", "node2")
    del site[NODE]["node2"]
    found = facts(site)
    assert (found.nodes, found.away) == (("node1",), ())


def test_the_mtu_is_the_cluster_networks_unless_another_is_asked_for() -> None:
    site = healthy("node1", mtu=9000)
    assert facts(site).expected.mtu == 9000
    assert facts(site, mtu=1500).expected.mtu == 1500


def test_the_mtu_is_that_of_the_configs_unless_a_newer_server_has_noted_it() -> None:
    site = healthy("node1", mtu=9000)
    site[CLUSTER_NETWORK]["data"]["metadata"]["annotations"] = {}
    assert facts(site, version=(1, 5)).expected.mtu == 9000
    assert facts(site, version=(1, 6)).expected.mtu == 9000
    site[CLUSTER_NETWORK]["data"]["metadata"]["annotations"] = {UPLINK_MTU: "1500"}
    assert facts(site, version=(1, 5)).expected.mtu == 9000
    assert facts(site, version=(1, 6)).expected.mtu == 1500


@pytest.mark.parametrize(
    ("version", "annotations", "asked", "noted"),
    [
        ((1, 7), {}, None, False),
        ((1, 7), {UPLINK_MTU: "9000"}, None, True),
        ((1, 7), {}, 9000, True),
        ((1, 5), {}, None, True),
    ],
)
def test_whether_the_mtu_is_more_than_the_default(
    version: tuple[int, int], annotations: dict[str, str], asked: int | None, noted: bool
) -> None:
    site = healthy("node1")
    site[CLUSTER_NETWORK]["mgmt"] = objects.cluster_network("mgmt", annotations=annotations)
    found = facts(site, network="mgmt", version=version, mtu=asked)
    assert found.expected.noted is noted


def test_what_the_bonds_should_be_is_in_the_configs() -> None:
    site = healthy("node1", "node2")
    wanted = Uplink("rack", ("ens1", "ens2"), "active-backup")
    assert facts(site).expected.uplinks == {"node1": wanted, "node2": wanted}
    on_mgmt = facts(healthy("node1", network="mgmt"), network="mgmt")
    assert on_mgmt.expected.uplinks == {}


def test_the_vlans_are_those_of_its_own_vm_networks() -> None:
    site = healthy("node1")
    other = dict(site[NAD]["default/web"])
    other["metadata"] = {"name": "x", "namespace": "default", "labels": {}}
    site[NAD]["default/x"] = other
    assert facts(site).expected.vm_networks == {"default/web": frozenset({100})}
