"""ClusterNetwork: its MTU is an annotation, and metadata of others is never touched."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester_net.cluster.merge_patch import applied
from harvester_net.cluster.resources import VLAN_CONFIG, Object
from harvester_net.kinds.cluster_network import ClusterNetwork
from harvester_net.kinds.codecs.codec import metadata, own_metadata

from ... import objects
from ..programs import CLUSTER_NETWORK, FULL, program
from .calls import offline_call, wish_of

KIND = ClusterNetwork()
UPLINK_MTU = "network.harvesterhci.io/uplink-mtu"


async def changes(inputs: Object, live: Object, *configs: Object) -> Object:
    call = offline_call()

    async def listed(*_: Any) -> dict[str, Object]:
        return {config["metadata"]["name"]: config for config in configs}

    with patch.object(call.cluster, "list", listed):
        return await KIND.patch_for(wish_of(KIND, inputs), live, call)


@pytest.mark.parametrize("mtu", [None, 0, 1500, 9000])
async def test_mtu_is_not_sent_at_create(mtu: int | None) -> None:
    """The server refuses a cluster network that carries it (H3.1)."""
    desired = wish_of(KIND, program(CLUSTER_NETWORK, mtu=mtu))
    assert KIND.codec.manifest(desired, 0) == {
        "apiVersion": "network.harvesterhci.io/v1beta1",
        "kind": "ClusterNetwork",
        "metadata": {"name": "data"},
    }


async def test_own_labels_and_annotations_are_sent_at_create() -> None:
    manifest = KIND.codec.manifest(wish_of(KIND, FULL[CLUSTER_NETWORK]), 0)
    assert manifest["metadata"] == {
        "name": "data",
        "labels": {"team": "network", "example.com/rack": "a"},
        "annotations": {"example.com/note": "hello"},
    }


@pytest.mark.parametrize(
    ("wanted", "live", "patch"),
    [
        (None, None, None),
        (None, 1500, None),
        (0, None, None),
        (1500, None, None),
        (9000, 9000, None),
        (9000, None, "9000"),
        (None, 9000, "1500"),
        (0, 9000, "1500"),
    ],
)
async def test_mtu_is_annotated_only_when_it_means_another(
    wanted: int | None, live: int | None, patch: str | None
) -> None:
    expected = {"metadata": {"annotations": {UPLINK_MTU: patch}}} if patch else {}
    inputs = program(CLUSTER_NETWORK, mtu=wanted)
    assert await changes(inputs, objects.cluster_network("data", live)) == expected


async def test_mtu_follows_configs_that_carry_it_already() -> None:
    patch = await changes(
        program(CLUSTER_NETWORK, mtu=9000),
        objects.cluster_network("data"),
        objects.config("rack-a", uplink={"nics": ["eth1"], "linkAttributes": {"mtu": 9000}}),
    )
    assert patch == {"metadata": {"annotations": {UPLINK_MTU: "9000"}}}


def test_bookkeeping_of_the_server_is_not_shown() -> None:
    live = objects.cluster_network(
        "data",
        9000,
        annotations={"network.harvesterhci.io/mtu-source-vc": "rack-a", "mine": "x"},
        labels={"theirs": "y"},
        uid="u",
    )
    assert KIND.inputs_of(live, {}, offline_call()) == {"name": "data", "mtu": 9000}
    mine = {"name": "data", "annotations": {"mine": "z", "gone": "w"}}
    assert KIND.inputs_of(live, mine, offline_call()) == {
        "name": "data",
        "mtu": 9000,
        "annotations": {"mine": "x"},
    }


def test_config_of_the_cluster_network_blocks_its_deletion() -> None:
    call = offline_call()
    call.cluster.cached(VLAN_CONFIG)["rack-a"] = objects.config("rack-a")
    blockers = KIND.blockers(objects.cluster_network("data"), call)
    assert [blocker.words for blocker in blockers] == ["network config rack-a"]


@pytest.mark.parametrize(("key", "special"), [("mgmt", True), ("data", False)])
def test_only_mgmt_is_taken_over_and_forgotten(key: str, special: bool) -> None:
    assert KIND.can_adopt(key) is special
    assert KIND.keeps_on_delete(key) is special


def test_empty_labels_are_not_sent() -> None:
    desired = wish_of(KIND, program(CLUSTER_NETWORK, labels={}, annotations={}))
    assert metadata(desired) == {"name": "data"}


OWN: list[tuple[str, Object, Object, Object, Object]] = [
    ("nothing to do", {"labels": {"a": "1"}}, {}, {"a": "1", "theirs": "x"}, {}),
    ("a new label", {"labels": {"a": "1"}}, {}, {"theirs": "x"}, {"a": "1"}),
    (
        "a changed label",
        {"labels": {"a": "2"}},
        {"labels": {"a": "1"}},
        {"a": "1"},
        {"a": "2"},
    ),
    ("a label taken away", {}, {"labels": {"a": "1"}}, {"a": "1", "theirs": "x"}, {"a": None}),
    ("a label that is gone already", {}, {"labels": {"a": "1"}}, {"theirs": "x"}, {}),
    ("a label of others", {}, {}, {"theirs": "x"}, {}),
    (
        "a drifted label",
        {"labels": {"a": "1"}},
        {"labels": {"a": "1"}},
        {"a": "9"},
        {"a": "1"},
    ),
]


@pytest.mark.parametrize(
    ("new", "old", "present", "expected"),
    [pytest.param(n, o, p, e, id=what) for what, n, o, p, e in OWN],
)
@pytest.mark.parametrize("field", ["labels", "annotations"])
def test_own_metadata_is_patched_and_that_of_others_kept(
    field: str, new: Object, old: Object, present: Object, expected: Object
) -> None:
    def turned(given: Object) -> Object:
        return {field: given["labels"]} if "labels" in given else {}

    desired = wish_of(KIND, program(CLUSTER_NETWORK) | turned(new))
    patch = own_metadata(desired, turned(old), {"metadata": {"name": "data", field: present}})
    assert patch == ({"metadata": {field: expected}} if expected else {})


texts = st.dictionaries(st.sampled_from("abcd"), st.sampled_from("xyz"))


@given(texts, texts, texts)
def test_patch_of_own_labels_touches_no_other(
    old: dict[str, str], new: dict[str, str], present: dict[str, str]
) -> None:
    live = {"metadata": {"name": "data", "labels": present}}
    desired = wish_of(KIND, program(CLUSTER_NETWORK, labels=new))
    patched = applied(live, own_metadata(desired, {"labels": old}, live))["metadata"]["labels"]
    others = {key: value for key, value in present.items() if key not in {*old, *new}}
    assert patched == others | new
