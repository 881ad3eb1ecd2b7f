"""What the network webhook writes into network configs before they are stored (H3.2)."""

from __future__ import annotations

import json

import pytest

from harvester_net.cluster.resources import NAD, Object
from harvester_net.harvester.versions import Version
from harvester_net.lab.apiserver.objects import copied
from harvester_net.lab.webhooks.networks import NetworkMutator, complete_config
from tests import objects
from tests.unit.lab.controllers.state import V1_6, V1_7, World

from .network_requests import request

LABEL = f"{objects.NETWORK}/clusternetwork"
NODES = f"{objects.NETWORK}/matched-nodes"
ROUTE = f"{objects.NETWORK}/route"
ELSEWHERE = {"nodeSelector": {"site": "x"}}


def completed(old: Object | None, new: Object, version: Version = V1_7) -> Object:
    state = World(version).put(objects.node("node1")).put(objects.node("node2"))
    config = copied(new)
    complete_config(state, old, config)
    meta: Object = config["metadata"]
    return meta


def test_new_config_has_its_label_and_its_nodes() -> None:
    meta = completed(None, objects.new_config("nc1"))
    assert meta["labels"] == {LABEL: "data"}
    assert sorted(json.loads(meta["annotations"][NODES])) == ["node1", "node2"]


def test_new_config_without_nodes_has_the_label_all_the_same() -> None:
    meta = completed(None, objects.new_config("nc1", spec=ELSEWHERE))
    assert meta["labels"] == {LABEL: "data"}
    assert "annotations" not in meta


def test_config_that_loses_its_last_node_keeps_what_it_says_of_nodes() -> None:
    old = objects.config("nc1", nodes=["node1"])
    meta = completed(old, objects.config("nc1", nodes=["node1"], spec=ELSEWHERE))
    assert json.loads(meta["annotations"][NODES]) == ["node1"]


@pytest.mark.parametrize(("network", "label"), [("edge", "edge"), ("data", "mine")])
def test_label_is_written_when_the_cluster_network_changes(network: str, label: str) -> None:
    old = objects.config("nc1", labels={LABEL: "mine"})
    new = objects.config("nc1", network, labels={LABEL: "mine"})
    assert completed(old, new)["labels"] == {LABEL: label}


@pytest.mark.parametrize(("version", "nodes"), [(V1_6, ["old"]), (V1_7, ["node1", "node2"])])
def test_nodes_are_found_anew_at_every_update_since_1_7(
    version: Version, nodes: list[str]
) -> None:
    old = objects.config("nc1", nodes=["old"])
    meta = completed(old, copied(old), version)
    assert sorted(json.loads(meta["annotations"][NODES])) == nodes


@pytest.mark.parametrize("route", ["null", "[]", "7", "no JSON", '{"mode":"auto"}'])
def test_route_of_any_form_stays_when_nothing_moves(route: str) -> None:
    nad = objects.nad(annotations={ROUTE: route})
    asked = request(NAD, nad, nad)
    NetworkMutator(World(V1_7).put(objects.cluster_network("data")))(asked)
    assert asked.object is not None
    assert asked.object["metadata"]["annotations"] == {ROUTE: route}
