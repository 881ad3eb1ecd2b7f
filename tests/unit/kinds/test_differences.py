"""Differences by meaning, and the live inputs in the words of the program."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester_net.kinds.differences import Change, Difference, differences, projected, same
from harvester_net.kinds.registry import KINDS
from harvester_net.specs.limits import DEFAULT_MTU
from harvester_net.specs.parse import spec_within
from harvester_net.specs.spec import Spec, property_names

from ..programs import (
    CLUSTER_NETWORK,
    FULL,
    LEAST,
    NETWORK_CONFIG,
    STORAGE_NETWORK,
    TRUNK,
    VM_NETWORK,
    program,
)

names = st.from_regex(r"\A[a-z]([a-z0-9-]{0,6}[a-z0-9])?\Z")
keys = st.sampled_from(["team", "example.com/rack", "a-b", "1st"])
texts = st.dictionaries(keys, st.sampled_from(["", "a", "b"]), max_size=3)
mtus = st.sampled_from([0, 576, 1500, 9000])
vlans = st.integers(1, 4094)
disruptions = st.fixed_dictionaries(
    {}, optional={"stopVms": st.booleans(), "onlyVms": st.lists(st.just("default/*"))}
)
own = {"labels": texts, "annotations": texts, "disruption": disruptions}

ranges = vlans.map(lambda vlan: {"id": vlan}) | st.tuples(vlans, vlans).map(
    lambda pair: {"minID": min(pair), "maxID": max(pair)}
)
routes = st.just({"mode": "auto"}) | st.just(
    {"mode": "manual", "cidr": "10.0.0.0/24", "gateway": "10.0.0.1"}
)
uplinks = st.fixed_dictionaries(
    {"nics": st.lists(st.sampled_from(["eth1", "eth2", "eth3"]), min_size=1, unique=True)},
    optional={
        "bondOptions": st.fixed_dictionaries(
            {},
            optional={
                "mode": st.sampled_from(["active-backup", "802.3ad"]),
                "miimon": st.sampled_from([-1, 50, 100]),
            },
        ),
        "linkAttributes": st.fixed_dictionaries(
            {},
            optional={
                "txQLen": st.sampled_from([-1, 1000]),
                "hardwareAddr": st.sampled_from(["02:00:00:aa:bb:cc", "02:00:00:AA:BB:CC"]),
            },
        ),
    },
)
networks = st.sampled_from(["192.168.0.1/32", "192.168.0.128/25", "192.168.0.16/28"])

INPUTS = {
    CLUSTER_NETWORK: st.fixed_dictionaries({"name": names}, optional=own | {"mtu": mtus}),
    NETWORK_CONFIG: st.fixed_dictionaries(
        {"name": names, "clusterNetwork": names, "uplink": uplinks},
        optional=own
        | {"mtu": mtus, "description": st.sampled_from(["", "a"]), "nodeSelector": texts},
    ),
    VM_NETWORK: st.fixed_dictionaries(
        {"name": names, "clusterNetwork": names},
        optional=own
        | {
            "namespace": st.sampled_from(["default", "other"]),
            "vlan": vlans,
            "vlanTrunk": st.lists(ranges, min_size=1, max_size=3),
            "route": routes,
            "mtu": mtus,
        },
    ),
    STORAGE_NETWORK: st.fixed_dictionaries(
        {
            "clusterNetwork": names,
            "vlan": st.integers(0, 3),
            "range": st.just("192.168.0.0/24"),
        },
        optional={
            "exclude": st.lists(networks, unique=True),
            "exclusiveVlan": st.booleans(),
            "disruption": disruptions,
        },
    ),
}
of_any_kind = st.sampled_from(list(INPUTS)).flatmap(
    lambda token: st.tuples(st.just(token), INPUTS[token], INPUTS[token])
)


def in_spec(model: type[Spec] | None, location: tuple[int | str, ...]) -> bool:
    """Whether a location leads through properties of the spec."""
    if not location or model is None:
        return True
    if isinstance(location[0], int):
        return in_spec(model, location[1:])
    if location[0] not in property_names(model):
        return False
    field = next(f for f in model.model_fields.values() if f.alias == location[0])
    return in_spec(spec_within(field.annotation), location[1:])


@given(of_any_kind)
def test_nothing_differs_from_itself(case: tuple[str, dict[str, Any], Any]) -> None:
    token, inputs, _ = case
    assert differences(KINDS[token].spec, inputs, copy.deepcopy(inputs)) == []


@given(of_any_kind)
def test_every_difference_is_at_a_property_of_the_spec(case: tuple[str, Any, Any]) -> None:
    token, old, new = case
    for difference in differences(KINDS[token].spec, old, new):
        assert in_spec(KINDS[token].spec, difference.location), difference
        assert difference.location[0] in old or difference.location[0] in new


@given(of_any_kind)
def test_differences_are_the_same_in_both_directions(case: tuple[str, Any, Any]) -> None:
    token, old, new = case
    turned = {
        Change.ADD: Change.DELETE,
        Change.DELETE: Change.ADD,
        Change.UPDATE: Change.UPDATE,
    }
    there = {(d.path, d.change) for d in differences(KINDS[token].spec, old, new)}
    back = {(d.path, turned[d.change]) for d in differences(KINDS[token].spec, new, old)}
    assert there == back


@given(of_any_kind)
def test_no_path_is_reported_twice(case: tuple[str, Any, Any]) -> None:
    token, old, new = case
    paths = [difference.path for difference in differences(KINDS[token].spec, old, new)]
    assert len(paths) == len(set(paths))


@given(of_any_kind)
def test_what_means_the_same_stays_as_the_program_wrote_it(case: tuple[str, Any, Any]) -> None:
    token, mine, seen = case
    spec = KINDS[token].spec
    result = projected(spec, seen, mine)
    for name in property_names(spec):
        if name not in ("labels", "annotations") and same(
            spec, name, seen.get(name), mine.get(name)
        ):
            assert result.get(name) == mine.get(name)


@given(of_any_kind)
def test_projecting_what_is_mine_gives_it_back(case: tuple[str, Any, Any]) -> None:
    token, mine, _ = case
    spec = KINDS[token].spec
    assert differences(spec, projected(spec, mine, mine), mine) == []
    assert projected(spec, mine, mine) == mine


@given(of_any_kind)
def test_projection_differs_from_mine_where_the_live_one_does(
    case: tuple[str, Any, Any],
) -> None:
    """Nothing that drifted is hidden, and nothing else is shown."""
    token, mine, seen = case
    spec = KINDS[token].spec
    ours = ("labels", "annotations", "disruption")
    drift = {d.location[0] for d in differences(spec, seen, mine)} - set(ours)
    shown = {
        d.location[0] for d in differences(spec, projected(spec, seen, mine), mine)
    } - set(ours)
    assert shown == drift


@given(INPUTS[CLUSTER_NETWORK], texts)
def test_labels_of_others_are_never_seen(mine: dict[str, Any], others: dict[str, str]) -> None:
    spec = KINDS[CLUSTER_NETWORK].spec
    seen = mine | {"labels": others | (mine.get("labels") or {})}
    assert projected(spec, seen, mine).get("labels") == mine.get("labels")


SAME: list[tuple[str, str, Any, Any]] = [
    (CLUSTER_NETWORK, "mtu", None, 0),
    (CLUSTER_NETWORK, "mtu", None, 1500),
    (CLUSTER_NETWORK, "mtu", 0, 1500),
    (CLUSTER_NETWORK, "labels", None, {}),
    (CLUSTER_NETWORK, "disruption", None, {}),
    (NETWORK_CONFIG, "description", None, ""),
    (NETWORK_CONFIG, "nodeSelector", None, {}),
    (NETWORK_CONFIG, "uplink", {"nics": ["a", "b"]}, {"nics": ["b", "a"]}),
    (
        NETWORK_CONFIG,
        "uplink",
        {"nics": ["a"]},
        {
            "nics": ["a"],
            "bondOptions": {"mode": "active-backup", "miimon": 100},
            "linkAttributes": {"txQLen": -1},
        },
    ),
    (
        NETWORK_CONFIG,
        "uplink",
        {"nics": ["a"], "bondOptions": {"miimon": -1}},
        {"nics": ["a"], "bondOptions": {"miimon": 100}},
    ),
    (
        NETWORK_CONFIG,
        "uplink",
        {"nics": ["a"], "linkAttributes": {"hardwareAddr": "02:00:00:AA:BB:CC"}},
        {"nics": ["a"], "linkAttributes": {"hardwareAddr": "02:00:00:aa:bb:cc"}},
    ),
    (VM_NETWORK, "namespace", None, "default"),
    (VM_NETWORK, "vlanTrunk", [{"id": 5}, {"id": 7}], [{"id": 7}, {"id": 5}]),
    (VM_NETWORK, "vlanTrunk", [{"id": 5}], [{"minID": 5, "maxID": 5}]),
    (STORAGE_NETWORK, "vlan", 0, 1),
    (STORAGE_NETWORK, "exclude", None, []),
    (STORAGE_NETWORK, "exclude", ["a", "b"], ["b", "a"]),
    (STORAGE_NETWORK, "exclusiveVlan", None, False),
]


@pytest.mark.parametrize(("token", "name", "one", "other"), SAME)
def test_different_spellings_of_the_same_are_no_difference(
    token: str, name: str, one: Any, other: Any
) -> None:
    spec = KINDS[token].spec
    assert same(spec, name, one, other)
    assert same(spec, name, other, one)
    assert differences(spec, {name: one}, {name: other}) == []
    assert projected(spec, {name: other}, {name: one}) == (
        {} if one is None or name == "labels" else {name: one}
    )


DIFFERENT: list[tuple[str, dict[str, Any], dict[str, Any], list[tuple[str, str, bool]]]] = [
    (CLUSTER_NETWORK, {}, {"mtu": 9000}, [("mtu", "add", False)]),
    (CLUSTER_NETWORK, {"mtu": 9000}, {}, [("mtu", "delete", False)]),
    (CLUSTER_NETWORK, {"mtu": 9000}, {"mtu": 1500}, [("mtu", "update", False)]),
    (CLUSTER_NETWORK, {"name": "a"}, {"name": "b"}, [("name", "update", True)]),
    (
        CLUSTER_NETWORK,
        {"labels": {"a": "1", "b.c/d": "2"}},
        {"labels": {"b.c/d": "3", "e": "4"}},
        [
            ("labels.a", "delete", False),
            ('labels["b.c/d"]', "update", False),
            ("labels.e", "add", False),
        ],
    ),
    (CLUSTER_NETWORK, {}, {"labels": {"a": "1"}}, [("labels", "add", False)]),
    (
        CLUSTER_NETWORK,
        {"disruption": {"stopVms": False}},
        {"disruption": {"stopVms": True}},
        [("disruption.stopVms", "update", False)],
    ),
    (
        NETWORK_CONFIG,
        {"uplink": {"nics": ["a", "b"]}},
        {"uplink": {"nics": ["a", "c", "d"], "bondOptions": {"mode": "802.3ad"}}},
        [
            ("uplink.nics[1]", "update", False),
            ("uplink.nics[2]", "add", False),
            ("uplink.bondOptions.mode", "add", False),
        ],
    ),
    (
        NETWORK_CONFIG,
        {"clusterNetwork": "a"},
        {"clusterNetwork": "b"},
        [("clusterNetwork", "update", False)],
    ),
    (
        VM_NETWORK,
        {"clusterNetwork": "a", "namespace": "x"},
        {"clusterNetwork": "b"},
        [("namespace", "delete", True), ("clusterNetwork", "update", True)],
    ),
    (
        VM_NETWORK,
        {"vlanTrunk": [{"id": 5}]},
        {"vlanTrunk": [{"id": 5}, {"id": 6}]},
        [("vlanTrunk[1]", "add", False)],
    ),
    (
        VM_NETWORK,
        {"vlan": 5},
        {"vlanTrunk": [{"id": 5}]},
        [("vlan", "delete", False), ("vlanTrunk", "add", False)],
    ),
    (
        STORAGE_NETWORK,
        {"vlan": 5, "range": "10.0.0.0/24"},
        {"vlan": 0, "range": "10.0.1.0/24"},
        [("vlan", "update", False), ("range", "update", False)],
    ),
]


@pytest.mark.parametrize(("token", "old", "new", "expected"), DIFFERENT)
def test_change_is_shown_at_its_own_property(
    token: str,
    old: dict[str, Any],
    new: dict[str, Any],
    expected: list[tuple[str, str, bool]],
) -> None:
    seen = [(d.path, d.change.value, d.replaces) for d in KINDS[token].diff(old, new)]
    if token in (VM_NETWORK, NETWORK_CONFIG):
        expected = [row for row in expected if row[:2] != ("mtu", "add")]
    assert seen == expected


@pytest.mark.parametrize("token", [NETWORK_CONFIG, VM_NETWORK])
def test_mtu_that_was_followed_and_is_now_spelled_out_is_no_change(token: str) -> None:
    assert KINDS[token].diff(program(token), program(token, mtu=9000)) == []
    changed = KINDS[token].diff(program(token, mtu=1500), program(token, mtu=9000))
    assert changed == [Difference(("mtu",), Change.UPDATE, False)]


@pytest.mark.parametrize("token", LEAST)
def test_import_shows_no_defaults(token: str) -> None:
    """Without inputs of a program, what is a default on the server is left out."""
    spec = KINDS[token].spec
    seen = program(token, mtu=DEFAULT_MTU, namespace="default", description="")
    seen = {name: value for name, value in seen.items() if name in property_names(spec)}
    assert projected(spec, seen, {}) == LEAST[token]


@pytest.mark.parametrize("token", FULL)
def test_import_shows_everything_that_is_no_default(token: str) -> None:
    own = ("labels", "annotations", "disruption")
    mine = {name: value for name, value in FULL[token].items() if name not in own}
    assert projected(KINDS[token].spec, FULL[token], {}) == mine
    assert projected(KINDS[token].spec, FULL[token], FULL[token]) == FULL[token]


def test_trunk_drift_shows_at_the_trunk() -> None:
    live = TRUNK | {"vlanTrunk": [{"id": 200}]}
    spec = KINDS[VM_NETWORK].spec
    assert projected(spec, live, TRUNK)["vlanTrunk"] == [{"id": 200}]


def test_import_shows_a_default_that_must_be_given() -> None:
    """Without it the program that Pulumi writes would not run."""
    spec, seen = KINDS[STORAGE_NETWORK].spec, program(STORAGE_NETWORK, vlan=0)
    assert projected(spec, seen, {}) == seen
    assert projected(spec, seen, program(STORAGE_NETWORK, vlan=1))["vlan"] == 1
