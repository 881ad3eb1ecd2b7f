"""The controllers as a whole."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import SETTING, annotations_of
from harvester_net.harvester.network_settings import MIGRATION, RWX, STORAGE, NetworkSetting
from harvester_net.harvester.versions import Version
from harvester_net.lab.controllers.catalogue import HARVESTER_CONTROLLERS, NETWORK_CONTROLLERS
from harvester_net.lab.users import USERS
from tests.objects import cluster_network, link_monitor, node, setting

from .settings import VALUE, cluster, text
from .state import V1_4, V1_5, V1_6, V1_7, V1_8, V1_9, Life, world

ALL = (*NETWORK_CONTROLLERS, *HARVESTER_CONTROLLERS)


def test_each_controller_has_a_name_of_its_own() -> None:
    names = [controller.name for controller in ALL]
    assert len(set(names)) == len(names)


def test_each_program_writes_as_its_own_user() -> None:
    assert {one.user for one in NETWORK_CONTROLLERS} == {"harvester-network-controller"}
    assert {one.user for one in HARVESTER_CONTROLLERS} == {"harvester"}
    assert {one.user for one in ALL} <= USERS.keys()


def test_nothing_is_asked_for_what_is_gone() -> None:
    there = world(node("node1"), cluster_network("mgmt"), link_monitor("nic", {}))
    asked = {one.name: list(one.reconcile(there, "gone")) for one in ALL}
    assert [name for name, actions in asked.items() if actions] == []


@pytest.mark.parametrize(
    ("version", "heeded"),
    [
        (V1_4, {STORAGE}),
        (V1_5, {STORAGE}),
        (V1_6, {STORAGE, MIGRATION}),
        (V1_7, {STORAGE, MIGRATION}),
        (V1_8, {STORAGE, MIGRATION, RWX}),
        (V1_9, {STORAGE, MIGRATION, RWX}),
    ],
)
def test_each_version_heeds_its_own_settings(
    version: Version, heeded: set[NetworkSetting]
) -> None:
    values = {STORAGE: text(VALUE), MIGRATION: text(VALUE), RWX: text({"network": VALUE})}
    objects = [setting(kind.name, value) for kind, value in values.items()]
    life = Life(cluster(*objects, version=version), HARVESTER_CONTROLLERS)
    life.settle()
    seen = {kind for kind in values if kind.current_note in _notes(life, kind)}
    assert seen == heeded


def _notes(life: Life, kind: NetworkSetting) -> dict[str, str]:
    return annotations_of(life.there(SETTING, kind.name))


def test_each_controller_watches_something() -> None:
    assert [one.name for one in ALL if not one.watches] == []
