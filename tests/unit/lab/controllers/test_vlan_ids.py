"""The VLANs of a cluster network as the manager notes them (H4.4)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from harvester_net.cluster.resources import CLUSTER_NETWORK, NAD, Object, annotations_of
from harvester_net.lab.controllers import vlan_ids, vm_networks
from harvester_net.lab.controllers.vlan_ids import HASH, VLANS
from tests.objects import NETWORK, cluster_network, cni, going, nad

from .conftest import Lives
from .state import V1_6, Life, world

CONTROLLERS = (*vm_networks.CONTROLLERS, *vlan_ids.CONTROLLERS)
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def network(name: str, **conf: Any) -> Object:
    return nad(name, config=cni(name, **conf))


def noted(life: Life, name: str = "data") -> tuple[str | None, str | None]:
    notes = annotations_of(life.there(CLUSTER_NETWORK, name))
    return notes.get(VLANS), notes.get(HASH)


def hashed(text: str) -> tuple[str, str]:
    return text, hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("nads", "text"),
    [
        ([network("a", vlan=100)], "100"),
        ([network("a", vlan=100), network("b", vlan=5), network("c", vlan=100)], "5,100"),
        ([network("a")], ""),
        (
            [network("a", vlanTrunk=[{"minID": 200, "maxID": 203}, {"id": 5}, {}])],
            "5,200,201,202,203",
        ),
        ([network("a", vlan=1)], "1"),
        ([network("a", vlan=100), network("b", type="kube-ovn", vlan=7)], "100"),
        ([network("a", vlan=100), network("b", type="macvlan", vlan=7)], "100"),
    ],
)
def test_vlans_of_all_vm_networks_are_noted(
    lives: Lives, nads: list[Object], text: str
) -> None:
    life = lives(world(cluster_network("data"), cluster_network("mgmt"), *nads), CONTROLLERS)
    life.settle()
    assert noted(life) == hashed(text)


def test_hash_of_no_vlan_is_that_of_an_empty_text(lives: Lives) -> None:
    life = lives(world(cluster_network("data"), network("a")), CONTROLLERS)
    life.settle()
    assert noted(life) == ("", EMPTY)


def test_change_and_deletion_are_noted(lives: Lives) -> None:
    life = lives(
        world(cluster_network("data"), network("a", vlan=100), network("b", vlan=5)),
        CONTROLLERS,
    )
    life.settle()
    changed = json.dumps(cni("a", vlan=101))
    life.patch(NAD, "default/a", {"spec": {"config": changed}})
    life.settle()
    assert noted(life) == hashed("5,101")
    life.delete(NAD, "default/b")
    life.settle()
    assert noted(life) == hashed("101")
    assert list(life.of(NAD)) == ["default/a"]


def test_vm_network_that_lingers_does_not_count(lives: Lives) -> None:
    lingering = going(nad("b", config=cni("b", vlan=5), finalizers=["somebody/else"]))
    life = lives(
        world(cluster_network("data"), network("a", vlan=100), lingering), CONTROLLERS
    )
    life.settle()
    assert noted(life) == hashed("100")


def test_lost_annotation_comes_back_with_the_next_change_of_a_vm_network(
    lives: Lives,
) -> None:
    life = lives(world(cluster_network("data"), network("a", vlan=100)), CONTROLLERS)
    life.settle()
    life.patch(CLUSTER_NETWORK, "data", {"metadata": {"annotations": None}})
    assert life.settle() == []
    life.patch(NAD, "default/a", {"metadata": {"annotations": {"some": "thing"}}})
    life.settle()
    assert noted(life) == hashed("100")


def test_other_cluster_networks_do_not_hear_of_it(lives: Lives) -> None:
    life = lives(
        world(cluster_network("data"), cluster_network("other"), network("a", vlan=100)),
        CONTROLLERS,
    )
    life.settle()
    assert noted(life, "other") == (None, None)


def test_unreadable_vm_network_leaves_the_annotation_as_it_was(lives: Lives) -> None:
    life = lives(world(cluster_network("data"), network("a", vlan=100)), CONTROLLERS)
    life.settle()
    broken = nad("b", config="nothing", labels={f"{NETWORK}/type": "L2VlanNetwork"})
    life.put(broken, network("c", vlan=7))
    life.settle()
    assert noted(life) == hashed("100")


def test_up_to_1_6_nothing_is_noted(lives: Lives) -> None:
    life = lives(
        world(cluster_network("data"), network("a", vlan=100), version=V1_6), CONTROLLERS
    )
    life.settle()
    assert noted(life) == (None, None)
    life.delete(NAD, "default/a")
    life.settle()
    assert life.of(NAD) == {}
