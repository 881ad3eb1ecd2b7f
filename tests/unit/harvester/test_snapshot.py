"""What a snapshot finds among thousands of objects, also when something is laid over it."""

from __future__ import annotations

import sys

import pytest

from harvester_net.cluster.resources import NAD, SETTING, VLAN_CONFIG, key_of
from harvester_net.harvester.snapshot import NADS_OF, VMIS_AT, VMIS_ON, VMS_ON, Snapshot
from harvester_net.harvester.versions import NEWEST, Release, Version

from ... import objects
from ..rules.cases import cluster
from ..rules.storage import WITNESS

NODES = [
    objects.node("n2", {"rack": "a", "row": "1"}),
    objects.node("n1", {"rack": "a", "row": "2"}),
    objects.node("n3", {"rack": "b", "row": "1"}),
    objects.node("w1", {"rack": "a", "row": "1", WITNESS: "true"}),
    objects.node("w2", {"rack": "a", "row": "1", WITNESS: "false"}),
]


@pytest.mark.parametrize(
    ("selector", "nodes"),
    [
        (None, ("n1", "n2", "n3")),
        ({}, ("n1", "n2", "n3")),
        ({"rack": "a"}, ("n1", "n2")),
        ({"rack": "a", "row": "1"}, ("n2",)),
        ({"rack": "b", "row": "2"}, ()),
        ({"rack": "c"}, ()),
        ({"rack": ""}, ()),
        ({WITNESS: "true"}, ()),
    ],
)
def test_selector_matches_nodes_that_are_no_witnesses_sorted(
    selector: dict[str, str] | None, nodes: tuple[str, ...]
) -> None:
    assert cluster(*NODES).matching(selector) == nodes


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("v1.8.0", (1, 8)),
        ("1.7.1-rc2", (1, 7)),
        ("v1.10.0", (1, 10)),
        ("master-2f1a3c-head", NEWEST),
        ("", NEWEST),
    ],
)
def test_version_is_that_of_the_setting(text: str, version: Version) -> None:
    found = objects.setting("server-version", text)
    assert Snapshot({SETTING: {"server-version": found}}).version == version
    by_default = objects.setting("server-version", None, text)
    assert Snapshot({SETTING: {"server-version": by_default}}).version == version
    assert Snapshot({}).version == NEWEST


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ("v1.6.0", (1, 6, 0)),
        ("1.6.1-rc2", (1, 6, 1)),
        ("v1.10.12", (1, 10, 12)),
        ("v1.6-head", (1, 6, sys.maxsize)),
        ("master-2f1a3c-head", (*NEWEST, sys.maxsize)),
    ],
)
def test_release_is_the_version_to_its_patch(text: str, release: Release) -> None:
    found = objects.setting("server-version", text)
    assert Snapshot({SETTING: {"server-version": found}}).release == release


def test_vms_are_found_by_network_and_by_node() -> None:
    found = cluster(
        objects.vm("vm1", "vm100", "default/vm100"),
        objects.vmi("vm1", "vm100", node="n1"),
        objects.vmi("vm2", "default/vm100", namespace="tenants", node=""),
    )
    assert [key_of(vm) for vm in found.group(VMS_ON, "default/vm100")] == ["default/vm1"]
    assert set(found.keyed(VMIS_ON, "default/vm100")) == {"default/vm1", "tenants/vm2"}
    assert set(found.keyed(VMIS_AT, "n1")) == {"default/vm1"}
    assert set(found.keyed(VMIS_AT, "")) == {"tenants/vm2"}


def test_object_that_is_put_moves_from_group_to_group() -> None:
    live = cluster(objects.nad("a"), objects.nad("b"))
    after = live.copy()
    assert set(after.keyed(NADS_OF, "data")) == {"default/a", "default/b"}
    after.put(NAD, "default/a", objects.nad("a", cluster_network="other"))
    assert set(after.keyed(NADS_OF, "data")) == {"default/b"}
    assert set(after.keyed(NADS_OF, "other")) == {"default/a"}
    after.put(NAD, "default/a", None)
    assert set(after.keyed(NADS_OF, "other")) == set()
    assert set(live.keyed(NADS_OF, "data")) == {"default/a", "default/b"}


def test_object_that_is_put_keeps_its_place() -> None:
    after = cluster(objects.nad("a"), objects.nad("b")).copy()
    assert list(after.keyed(NADS_OF, "data")) == ["default/a", "default/b"]
    after.put(NAD, "default/a", objects.nad("a"))
    assert list(after.of(NAD)) == ["default/a", "default/b"]
    assert list(after.keyed(NADS_OF, "data")) == ["default/a", "default/b"]


def test_configs_of_a_node_follow_their_selectors() -> None:
    after = cluster(*NODES, objects.config("all")).copy()
    assert set(after.configs_at("n3")) == {"all"}
    after.put(VLAN_CONFIG, "all", objects.config("all", spec={"nodeSelector": {"rack": "a"}}))
    assert set(after.configs_at("n3")) == set()
    assert set(after.configs_at("n1")) == {"all"}
    assert set(after.configs_at("w2")) == set()
