"""Network configs: their cluster network, its MTU and where that comes from."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    VLAN_CONFIG,
    Object,
    annotations_of,
)
from harvester_net.harvester.names import MTU_SOURCE, UPLINK_MTU
from harvester_net.harvester.versions import Version
from harvester_net.lab.controllers.network_configs import CONTROLLERS
from tests.objects import cluster_network, config, going

from .conftest import Lives
from .state import V1_4, V1_5, V1_6, V1_7, V1_8, V1_9, Life, world

AGENTS = "wrangler.cattle.io/harvester-network-vlanconfig-controller"
MANAGER = "wrangler.cattle.io/harvester-network-manager-vlanconfig-controller"
SINCE_1_6 = [V1_6, V1_7, V1_8, V1_9]


def with_mtu(name: str, mtu: int | None, cluster_network: str = "data") -> Object:
    attributes = {} if mtu is None else {"linkAttributes": {"mtu": mtu}}
    return config(name, cluster_network, ["node1"], uplink={"nics": ["eth1"]} | attributes)


def noted(life: Life) -> tuple[str | None, str | None]:
    notes = annotations_of(life.there(CLUSTER_NETWORK, "data"))
    return notes.get(UPLINK_MTU), notes.get(MTU_SOURCE)


@pytest.mark.parametrize(
    ("mtu", "text"),
    [(9000, "9000"), (1500, "1500"), (0, "1500"), (None, "1500"), (100, "1500")],
)
@pytest.mark.parametrize("version", SINCE_1_6)
def test_config_notes_its_mtu_on_the_cluster_network(
    lives: Lives, version: Version, mtu: int | None, text: str
) -> None:
    life = lives(world(cluster_network("data"), version=version), CONTROLLERS)
    life.put(with_mtu("nc", mtu))
    life.settle()
    assert noted(life) == (text, "nc")


def test_cluster_network_that_is_missing_is_made(lives: Lives) -> None:
    life = lives(world(), CONTROLLERS)
    life.put(with_mtu("nc", 9000))
    assert life.settle() == ["Create ClusterNetwork data", "Patch VlanConfig nc"]
    assert noted(life) == ("9000", "nc")


@pytest.mark.parametrize("version", [V1_4, V1_5])
def test_up_to_1_5_a_cluster_network_says_nothing_of_the_mtu(
    lives: Lives, version: Version
) -> None:
    life = lives(world(version=version), CONTROLLERS)
    life.put(with_mtu("nc", 9000))
    assert life.settle() == ["Create ClusterNetwork data"]
    assert noted(life) == (None, None)
    life.put(with_mtu("nc", 1500))
    assert life.settle() == []


def test_second_config_of_the_same_mtu_changes_no_source(lives: Lives) -> None:
    life = lives(world(cluster_network("data"), version=V1_7), CONTROLLERS)
    life.put(with_mtu("nc1", 1500))
    life.settle()
    life.put(with_mtu("nc2", None))
    assert life.settle() == []
    assert noted(life) == ("1500", "nc1")


def test_changed_mtu_is_noted_with_its_config(lives: Lives) -> None:
    life = lives(
        world(cluster_network("data"), with_mtu("nc1", 1500), version=V1_7), CONTROLLERS
    )
    life.settle()
    life.put(with_mtu("nc1", 9000))
    assert life.settle() == ["Patch ClusterNetwork data"]
    assert noted(life) == ("9000", "nc1")


def test_annotation_that_somebody_changed_stays_until_a_config_changes(lives: Lives) -> None:
    life = lives(
        world(cluster_network("data"), with_mtu("nc", 9000), version=V1_7), CONTROLLERS
    )
    life.settle()
    life.patch(CLUSTER_NETWORK, "data", {"metadata": {"annotations": {UPLINK_MTU: "1400"}}})
    assert life.settle() == []
    life.patch(VLAN_CONFIG, "nc", {"spec": {"description": "another"}})
    life.settle()
    assert noted(life) == ("9000", "nc")


@pytest.mark.parametrize(
    ("version", "finalizers"),
    [(V1_6, None), (V1_7, None), (V1_8, [MANAGER]), (V1_9, [MANAGER])],
)
def test_manager_holds_configs_from_1_8_on(
    lives: Lives, version: Version, finalizers: list[str] | None
) -> None:
    life = lives(world(with_mtu("nc", 9000), version=version), CONTROLLERS)
    life.settle()
    assert life.there(VLAN_CONFIG, "nc")["metadata"].get("finalizers") == finalizers


def test_agents_and_manager_each_take_their_own_finalizer(lives: Lives) -> None:
    life = lives(world(cluster_network("data"), with_mtu("nc", 9000)), CONTROLLERS)
    life.settle()
    life.patch(VLAN_CONFIG, "nc", {"metadata": {"finalizers": [AGENTS, MANAGER]}})
    life.delete(VLAN_CONFIG, "nc")
    life.settle()
    assert life.there(VLAN_CONFIG, "nc")["metadata"]["finalizers"] == [AGENTS]
    life.patch(VLAN_CONFIG, "nc", {"metadata": {"finalizers": []}})
    assert life.get(VLAN_CONFIG, "nc") is None


@pytest.mark.parametrize(
    ("version", "others", "left"),
    [
        (V1_7, [], ("9000", "nc")),
        (V1_8, [], (None, None)),
        (V1_8, [("b", 9000), ("c", 9000)], ("9000", "b")),
        (V1_8, [("b", None), ("c", 1500)], ("1500", "c")),
        (V1_8, [("b", None)], ("1500", "b")),
        (V1_9, [("b", 9000)], ("9000", "b")),
    ],
)
def test_source_moves_from_1_8_on_when_its_config_goes(
    lives: Lives,
    version: Version,
    others: list[tuple[str, int | None]],
    left: tuple[str | None, str | None],
) -> None:
    gone = going(with_mtu("nc", 9000))
    gone["metadata"]["finalizers"] = [MANAGER]
    network = cluster_network("data", 9000, annotations={MTU_SOURCE: "nc"})
    life = lives(world(network, gone, version=version), CONTROLLERS)
    # They are there, but did not change, so that none of them is a reason to write.
    life.world = world(
        network, gone, *(with_mtu(name, mtu) for name, mtu in others), version=version
    )
    life.settle()
    assert life.get(VLAN_CONFIG, "nc") is None
    assert noted(life) == left


def test_config_that_is_not_the_source_takes_nothing_along(lives: Lives) -> None:
    life = lives(
        world(cluster_network("data"), with_mtu("a", 9000), with_mtu("b", 9000)), CONTROLLERS
    )
    life.settle()
    life.delete(VLAN_CONFIG, "b")
    assert life.settle() == ["Patch VlanConfig b"]
    assert noted(life) == ("9000", "a")


def test_source_never_moves_to_a_config_that_goes_itself(lives: Lives) -> None:
    life = lives(
        world(cluster_network("data"), with_mtu("a", 9000), with_mtu("b", 9000)), CONTROLLERS
    )
    life.settle()
    for name in ("a", "b"):
        life.delete(VLAN_CONFIG, name)
    life.settle()
    assert noted(life) == (None, None)
    assert life.of(VLAN_CONFIG) == {}


def test_configs_of_mgmt_are_let_be(lives: Lives) -> None:
    mirror = with_mtu("mgmt-vlanconfig-node1", 9000, "mgmt")
    life = lives(world(cluster_network("mgmt"), mirror, version=V1_9), CONTROLLERS)
    assert life.settle() == []


def test_refused_note_is_tried_again(lives: Lives) -> None:
    stubborn = [True]
    life = lives(
        world(cluster_network("data")),
        CONTROLLERS,
        refuses=lambda state, action: "not now" if stubborn[0] else None,
    )
    life.put(with_mtu("nc", 9000))
    assert life.settle() == []
    stubborn[0] = False
    life.settle()
    assert noted(life) == ("9000", "nc")
