"""What the manager does about nodes that change, come and go (H4.6)."""

from __future__ import annotations

import json

import pytest

from harvester_net.cluster.resources import (
    LINK_MONITOR,
    NODE,
    VLAN_CONFIG,
    VLAN_STATUS,
    Object,
    annotations_of,
    labels_of,
)
from harvester_net.harvester.names import MATCHED_NODES, WITNESS
from harvester_net.harvester.snapshot import status_name
from harvester_net.lab.controllers.controller import Action, Patch, State
from harvester_net.lab.controllers.nodes import CONTROLLERS
from tests.objects import config, link, link_monitor, node, vlan_status

from .conftest import Lives
from .state import Life, fields_of, world

RACK = {"rack": "a"}
FINALIZER = "wrangler.cattle.io/harvester-network-manager-node-controller"
MGMT = {"network.harvesterhci.io/mgmt": "true"}


def on_rack(name: str = "nc", nodes: list[str] | None = None) -> Object:
    return config(name, nodes=nodes, spec={"nodeSelector": RACK})


def matched(life: Life, name: str = "nc") -> list[str]:
    text = annotations_of(life.there(VLAN_CONFIG, name))[MATCHED_NODES]
    nodes: list[str] = json.loads(text)
    return nodes


def test_new_node_gets_the_label_of_mgmt_and_the_finalizer(lives: Lives) -> None:
    life = lives(world(), CONTROLLERS)
    life.put(node("node1"))
    assert life.settle() == ["Patch Node node1", "Patch Node node1"]
    made = life.there(NODE, "node1")
    assert labels_of(made).items() >= MGMT.items()
    assert made["metadata"]["finalizers"] == [FINALIZER]


def test_new_node_joins_the_configs_that_match_it(lives: Lives) -> None:
    everywhere, elsewhere = config("all", nodes=["node1"]), config("b", nodes=[])
    elsewhere["spec"]["nodeSelector"] = {"rack": "b"}
    life = lives(
        world(on_rack(nodes=["node1"]), everywhere, elsewhere, node("node1", RACK)),
        CONTROLLERS,
    )
    life.put(node("node2", RACK))
    life.settle()
    assert matched(life) == ["node1", "node2"]
    assert matched(life, "all") == ["node1", "node2"]
    assert matched(life, "b") == []


def test_changed_labels_move_a_node_in_and_out(lives: Lives) -> None:
    life = lives(world(on_rack(nodes=["node1"]), node("node1", RACK | MGMT)), CONTROLLERS)
    life.settle()
    life.patch(NODE, "node1", {"metadata": {"labels": {"rack": "b"}}})
    assert life.settle() == ["Patch VlanConfig nc"]
    assert matched(life) == []
    life.patch(NODE, "node1", {"metadata": {"labels": {"rack": "a"}}})
    life.settle()
    assert matched(life) == ["node1"]


def test_change_that_matters_to_no_config_writes_nothing(lives: Lives) -> None:
    life = lives(world(on_rack(nodes=["node1"]), node("node1", RACK)), CONTROLLERS)
    life.settle()
    life.patch(NODE, "node1", {"metadata": {"annotations": {"some": "thing"}}})
    assert life.settle() == []


def test_selector_may_ask_for_all_labels_that_a_node_has(lives: Lives) -> None:
    labels = labels_of(node("node1", RACK | MGMT))
    picky = config("picky", nodes=[], spec={"nodeSelector": labels})
    life = lives(world(picky, node("node1", RACK | MGMT)), CONTROLLERS)
    life.settle()
    assert matched(life, "picky") == ["node1"]


def test_witness_carries_no_network_but_the_label_of_mgmt(lives: Lives) -> None:
    life = lives(world(config("all", nodes=[]), node("node1", {WITNESS: "true"})), CONTROLLERS)
    life.settle()
    assert matched(life, "all") == []
    assert labels_of(life.there(NODE, "node1")).items() >= MGMT.items()


def test_configs_of_mgmt_are_let_be(lives: Lives) -> None:
    mirror = config("mgmt-vlanconfig-node2", "mgmt", [])
    life = lives(world(mirror, node("node1", RACK)), CONTROLLERS)
    life.settle()
    assert matched(life, "mgmt-vlanconfig-node2") == []


def test_refused_removal_stops_the_pass_and_is_tried_again(lives: Lives) -> None:
    running = [True]

    def refuses(state: State, action: Action) -> str | None:
        is_first = isinstance(action, Patch) and action.key == "a"
        return "VMs must be stopped" if running[0] and is_first else None

    life = lives(
        world(on_rack("a", ["node1"]), on_rack("b", ["node1"]), node("node1", RACK | MGMT)),
        CONTROLLERS,
        refuses=refuses,
    )
    life.settle()
    life.patch(NODE, "node1", {"metadata": {"labels": {"rack": None}}})
    assert life.settle() == []
    assert (matched(life, "a"), matched(life, "b")) == (["node1"], ["node1"])
    running[0] = False
    life.settle()
    assert (matched(life, "a"), matched(life, "b")) == ([], [])


def test_node_that_goes_leaves_configs_statuses_and_monitors(lives: Lives) -> None:
    links = {"node1": [link("eth1", 2)], "node2": []}
    life = lives(
        world(
            on_rack(nodes=["node1", "node2"]),
            config("other", nodes=["node2"], spec={"nodeSelector": {"rack": "b"}}),
            vlan_status("nc", "node1"),
            vlan_status("nc", "node2"),
            link_monitor("nic", links),
            link_monitor("mgmt", {"node2": []}),
            node("node1", RACK | MGMT),
        ),
        CONTROLLERS,
    )
    life.settle()
    life.delete(NODE, "node1")
    assert life.settle() == [
        "Patch VlanConfig nc",
        f"Delete VlanStatus {status_name('data', 'node1')}",
        "Patch LinkMonitor nic",
        "Patch Node node1",
    ]
    assert life.of(NODE) == {}
    assert matched(life) == ["node2"]
    assert list(life.of(VLAN_STATUS)) == [status_name("data", "node2")]
    assert life.there(LINK_MONITOR, "nic")["status"]["linkStatus"] == {"node2": []}


def test_status_is_found_by_the_labels_of_config_and_node(lives: Lives) -> None:
    status = vlan_status("nc", "node1")
    del status["metadata"]["labels"]["network.harvesterhci.io/clusternetwork"]
    life = lives(
        world(on_rack(nodes=["node1"]), status, node("node1", RACK | MGMT)), CONTROLLERS
    )
    life.settle()
    life.delete(NODE, "node1")
    life.settle()
    assert life.of(VLAN_STATUS) == {}


@pytest.mark.parametrize("text", ["not JSON", '{"a": 1}', "[1]"])
def test_unreadable_annotation_is_let_be(text: str) -> None:
    broken = on_rack()
    broken["metadata"]["annotations"] = {MATCHED_NODES: text}
    life = Life(world(broken, node("node1", RACK | MGMT)), CONTROLLERS)
    assert life.settle() == ["Patch Node node1"]


@pytest.mark.parametrize("text", ["", "null", None])
def test_config_without_annotation_gets_one(text: str | None) -> None:
    bare = on_rack()
    bare["metadata"]["annotations"] = {} if text is None else {MATCHED_NODES: text}
    asked = CONTROLLERS[0].reconcile(world(bare, node("node1", RACK | MGMT)), "node1")
    written = fields_of(one for one in asked if isinstance(one, Patch))[0]
    assert written == {"metadata": {"annotations": {MATCHED_NODES: '["node1"]'}}}
