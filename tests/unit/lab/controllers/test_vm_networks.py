"""VM networks: their labels, whether they are ready, and how they follow the MTU."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    VLAN_CONFIG,
    VLAN_STATUS,
    Object,
    labels_of,
)
from harvester_net.harvester.cni import cni_config
from harvester_net.harvester.names import UPLINK_MTU
from harvester_net.harvester.snapshot import status_name
from harvester_net.harvester.versions import Version
from harvester_net.lab.controllers.catalogue import NETWORK_CONTROLLERS
from harvester_net.lab.controllers.controller import Action, Patch, State
from harvester_net.lab.controllers.vm_networks import CONTROLLERS
from tests.objects import NETWORK, cluster_network, cni, config, going, nad, node, vlan_status

from .conftest import Lives
from .state import V1_4, V1_5, V1_6, V1_7, V1_8, Life, world

FINALIZER = "wrangler.cattle.io/harvester-network-manager-nad-controller"
LEFTOVER = "wrangler.cattle.io/harvester-network-nad-controller"
READY = {"status": {"conditions": [{"type": "ready", "status": "True"}]}}


def new_nad(name: str = "vm100", **conf: Any) -> Object:
    """A VM network without any label."""
    made = nad(name, config=cni(name, **conf))
    del made["metadata"]["labels"]
    return made


def labels(life: Life, name: str = "vm100") -> dict[str, str]:
    """Harvester's labels of a VM network, without their prefix."""
    found = labels_of(life.there(NAD, f"default/{name}"))
    return {key.removeprefix(f"{NETWORK}/"): text for key, text in found.items()}


def mtus(life: Life) -> dict[str, int | None]:
    return {key: cni_config(one).get("mtu") for key, one in life.of(NAD).items()}


KINDS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"vlan": 100}, {"type": "L2VlanNetwork", "vlan-id": "100"}),
    ({"vlan": 100, "type": ""}, {"type": "L2VlanNetwork", "vlan-id": "100"}),
    ({}, {"type": "UntaggedNetwork"}),
    ({"vlan": 0}, {"type": "UntaggedNetwork"}),
    ({"vlan": 0, "vlanTrunk": [{"id": 5}]}, {"type": "L2VlanTrunkNetwork"}),
]


@pytest.mark.parametrize(("conf", "wanted"), KINDS)
def test_new_vm_network_gets_its_labels_then_its_finalizer(
    lives: Lives, conf: dict[str, Any], wanted: dict[str, str]
) -> None:
    life = lives(world(cluster_network("data") | READY), CONTROLLERS)
    life.put(new_nad(**conf))
    name = "NetworkAttachmentDefinition default/vm100"
    assert life.settle() == [f"Patch {name}", f"Patch {name}"]
    assert labels(life) == wanted | {"clusternetwork": "data", "ready": "true"}
    assert life.there(NAD, "default/vm100")["metadata"]["finalizers"] == [FINALIZER]


def test_overlay_network_is_on_mgmt(lives: Lives) -> None:
    life = lives(world(cluster_network("mgmt") | READY), CONTROLLERS)
    life.put(new_nad(type="kube-ovn", provider="vm100.default.ovn"))
    life.settle()
    assert labels(life) == {
        "clusternetwork": "mgmt",
        "type": "OverlayNetwork",
        "ready": "true",
    }


@pytest.mark.parametrize(
    "text",
    [
        "not JSON",
        json.dumps(cni(vlan="100")),
        json.dumps(cni(type="macvlan")),
        json.dumps(cni(bridge="br0")),
        json.dumps(cni(bridge="other-br")),
    ],
)
def test_vm_network_of_no_cluster_network_gets_no_label(lives: Lives, text: str) -> None:
    life = lives(world(cluster_network("data") | READY), CONTROLLERS)
    made = nad(config=text)
    del made["metadata"]["labels"]
    life.put(made)
    life.settle()
    assert labels(life) == {}


def test_wrong_labels_are_made_good(lives: Lives) -> None:
    wrong = {f"{NETWORK}/type": "L2VlanNetwork", f"{NETWORK}/vlan-id": "7", "mine": "kept"}
    life = lives(world(cluster_network("data")), CONTROLLERS)
    life.put(nad(config=cni(), labels=wrong))
    life.settle()
    assert labels(life) == {
        "clusternetwork": "data",
        "type": "UntaggedNetwork",
        "ready": "false",
        "mine": "kept",
    }


@pytest.mark.parametrize(
    ("preset", "version", "is_labelled"),
    [
        (["type", "clusternetwork"], V1_6, False),
        (["type", "clusternetwork"], V1_7, True),
        (["type"], V1_6, True),
        (["clusternetwork"], V1_6, True),
        ([], V1_4, True),
    ],
)
def test_up_to_1_6_two_labels_keep_the_others_away(
    lives: Lives, preset: list[str], version: Version, is_labelled: bool
) -> None:
    texts = {"type": "L2VlanNetwork", "clusternetwork": "data"}
    life = lives(world(cluster_network("data") | READY, version=version), CONTROLLERS)
    made = new_nad(vlan=100)
    made["metadata"]["labels"] = {f"{NETWORK}/{name}": texts[name] for name in preset}
    life.put(made)
    life.settle()
    assert labels(life).get("vlan-id") == ("100" if is_labelled else None)


def test_changed_vlan_changes_the_label(lives: Lives) -> None:
    life = lives(world(cluster_network("data") | READY, new_nad(vlan=100)), CONTROLLERS)
    life.settle()
    for conf, vlan in ((cni(vlan=200), "200"), (cni(), None)):
        life.patch(NAD, "default/vm100", {"spec": {"config": json.dumps(conf)}})
        life.settle()
        assert labels(life).get("vlan-id") == vlan


# --- readiness -------------------------------------------------------------------------------


def test_label_ready_follows_the_cluster_network(lives: Lives) -> None:
    elsewhere = nad("c", config=cni("c", "other-br"), cluster_network="other")
    networks = [cluster_network(name) for name in ("data", "other")]
    life = lives(world(*networks, nad("a"), nad("b"), elsewhere), CONTROLLERS)
    life.settle()
    for status in ("True", "False", "True"):
        conditions = {"conditions": [{"type": "ready", "status": status}]}
        life.patch(CLUSTER_NETWORK, "data", {"status": conditions})
        assert life.settle() == [
            "Patch NetworkAttachmentDefinition default/a",
            "Patch NetworkAttachmentDefinition default/b",
        ]
        assert {labels(life, name)["ready"] for name in "ab"} == {status.lower()}


def test_condition_that_is_lost_makes_them_unready(lives: Lives) -> None:
    life = lives(world(cluster_network("data") | READY, nad("a")), CONTROLLERS)
    life.settle()
    life.patch(CLUSTER_NETWORK, "data", {"status": None})
    life.settle()
    assert labels(life, "a")["ready"] == "false"


def test_vm_network_that_goes_is_not_relabelled(lives: Lives) -> None:
    leaving = going(nad("a", finalizers=["somebody/else"]))
    life = lives(world(cluster_network("data") | READY, leaving), CONTROLLERS)
    life.settle()
    assert "ready" not in labels(life, "a")


# --- the MTU ---------------------------------------------------------------------------------


def test_vm_networks_follow_the_mtu_in_the_text_as_it_was(lives: Lives) -> None:
    life = lives(world(cluster_network("data"), nad("a"), nad("b")), CONTROLLERS)
    life.settle()
    before = life.there(NAD, "default/a")["spec"]["config"]
    life.patch(CLUSTER_NETWORK, "data", {"metadata": {"annotations": {UPLINK_MTU: "9000"}}})
    life.settle()
    assert mtus(life) == {"default/a": 9000, "default/b": 9000}
    assert life.there(NAD, "default/a")["spec"]["config"] == f'{before[:-1]},"mtu":9000}}'


@pytest.mark.parametrize(
    ("annotation", "before", "after"),
    [
        ("9000", None, 9000),
        ("9000", 9000, 9000),
        ("1500", None, None),
        ("1500", 0, 0),
        ("0", 1500, 1500),
        ("0", 9000, 0),
        ("", 9000, 9000),
        ("many", 9000, 9000),
        ("100", 9000, 9000),
    ],
)
def test_mtus_that_mean_the_same_are_not_rewritten(
    lives: Lives, annotation: str, before: int | None, after: int | None
) -> None:
    conf = cni("a") if before is None else cni("a", mtu=before)
    network = cluster_network("data", annotations={UPLINK_MTU: annotation})
    life = lives(world(network, nad("a", config=conf)), CONTROLLERS)
    life.settle()
    assert mtus(life) == {"default/a": after}


def test_annotation_that_goes_changes_no_vm_network(lives: Lives) -> None:
    life = lives(world(cluster_network("data", 9000), nad("a")), CONTROLLERS)
    life.settle()
    life.patch(CLUSTER_NETWORK, "data", {"metadata": {"annotations": {UPLINK_MTU: None}}})
    assert life.settle() == []
    assert mtus(life) == {"default/a": 9000}


@pytest.mark.parametrize("version", [V1_4, V1_5])
def test_up_to_1_5_nothing_follows(lives: Lives, version: Version) -> None:
    life = lives(world(cluster_network("data", 9000), nad("a"), version=version), CONTROLLERS)
    life.settle()
    assert mtus(life) == {"default/a": None}


def test_first_refusal_keeps_the_rest_waiting(lives: Lives) -> None:
    used = {"default/b"}

    def refuses(state: State, action: Action) -> str | None:
        if isinstance(action, Patch) and "spec" in action.fields and action.key in used:
            return "still used by VM(s)"
        return None

    life = lives(
        world(cluster_network("data"), nad("a"), nad("b"), nad("c")),
        CONTROLLERS,
        refuses=refuses,
    )
    life.settle()
    life.patch(CLUSTER_NETWORK, "data", {"metadata": {"annotations": {UPLINK_MTU: "9000"}}})
    life.settle()
    assert mtus(life) == {"default/a": 9000, "default/b": None, "default/c": None}
    used.clear()
    life.settle()
    assert set(mtus(life).values()) == {9000}


def test_unreadable_vm_network_keeps_the_rest_waiting(lives: Lives) -> None:
    life = lives(
        world(cluster_network("data", 9000), nad("a", config="nothing"), nad("b")),
        CONTROLLERS,
    )
    life.settle()
    assert mtus(life)["default/b"] is None


# --- deletion --------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "left"), [(V1_6, [LEFTOVER]), (V1_8, None)])
def test_finalizer_of_old_agents_is_stripped_from_1_7_on(
    lives: Lives, version: Version, left: list[str] | None
) -> None:
    life = lives(world(cluster_network("data") | READY, version=version), CONTROLLERS)
    life.put(nad("a", finalizers=[LEFTOVER, FINALIZER]))
    life.settle()
    life.delete(NAD, "default/a")
    life.settle()
    seen = life.get(NAD, "default/a")
    assert (seen["metadata"]["finalizers"] if seen else None) == left


def test_whole_life_of_vm_networks_on_a_cluster_network(lives: Lives) -> None:
    """Made early, readied, carried to another MTU and back, unreadied, deleted."""
    life = lives(world(node("node1")), NETWORK_CONTROLLERS)
    life.put(cluster_network("data"))
    life.settle()
    life.put(new_nad("early", vlan=100), new_nad("plain"))
    life.settle()
    assert labels(life, "early")["ready"] == "false"
    life.put(config("nc", nodes=["node1"], uplink=_uplink(9000)))
    life.settle()
    life.put(vlan_status("nc", "node1"))
    life.settle()
    assert labels(life, "early")["ready"] == labels(life, "plain")["ready"] == "true"
    assert mtus(life) == {"default/early": 9000, "default/plain": 9000}
    life.patch(VLAN_CONFIG, "nc", {"spec": {"uplink": _uplink(1500)}})
    life.settle()
    assert mtus(life) == {"default/early": 1500, "default/plain": 1500}
    life.delete(VLAN_STATUS, status_name("data", "node1"))
    life.delete(VLAN_CONFIG, "nc")
    life.settle()
    assert labels(life, "early")["ready"] == "false"
    for name in ("early", "plain"):
        life.delete(NAD, f"default/{name}")
    life.settle()
    life.delete(CLUSTER_NETWORK, "data")
    life.settle()
    assert (life.of(NAD), set(life.of(CLUSTER_NETWORK))) == ({}, {"mgmt"})


def _uplink(mtu: int) -> Object:
    return {"nics": ["eth1"], "linkAttributes": {"mtu": mtu}}
