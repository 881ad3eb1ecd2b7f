"""Whose turn it is: which changes take turns, in which order, and where each node stands."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.change.consent import Consent
from harvester_net.change.goals import AnyGoal
from harvester_net.change.goals.network_config import ConfigDeletionGoal, ConfigGoal
from harvester_net.change.plan import plan
from harvester_net.change.record import Record, Turns
from harvester_net.change.turns import (
    CHANGE,
    FIRST,
    SECOND,
    Standing,
    cost,
    second_name,
    take_turns,
    turns_of,
)
from harvester_net.cluster.resources import NODE, VLAN_CONFIG, VLAN_STATUS

from ... import objects
from .sites import wide_site
from .world import World

UPLINK: dict[str, Any] = {"uplink": {"nics": ["eth2"]}}
WIDE = ConfigGoal(key="wide", patch=UPLINK)
VMS = {f"default/vm{n}": f"node{n % 3}" for n in range(6)}
THREE = wide_site(3, beside=True, vms=VMS)
MOVE = Consent(migrate_vms=True)
ID = "0123abcd"


def record(world: World = THREE) -> Record:
    made = plan(world.snapshot, WIDE, MOVE).record
    return made.model_copy(update={"id": ID})


# --- the plan --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("goal", "nodes", "most", "version", "expected"),
    [
        (WIDE, 3, 1, (1, 8), True),
        (WIDE, 3, 2, (1, 8), True),
        (WIDE, 3, 3, (1, 8), False),
        (WIDE, 1, 1, (1, 8), False),
        (WIDE, 3, 1, (1, 6), True),
        (WIDE, 3, 1, (1, 5), False),
        (ConfigGoal(key="wide", patch=UPLINK | {"description": "x"}), 3, 1, (1, 8), True),
        (ConfigGoal(key="wide", patch={"nodeSelector": None}), 3, 1, (1, 8), False),
        (ConfigGoal(key="wide", patch=UPLINK | {"nodeSelector": {}}), 3, 1, (1, 8), False),
        (ConfigGoal(key="wide", patch=UPLINK | {"clusterNetwork": "b"}), 3, 1, (1, 8), False),
        (ConfigDeletionGoal(key="wide"), 3, 1, (1, 8), False),
    ],
)
def test_nodes_take_turns_where_their_config_gets_another_uplink(
    goal: AnyGoal, nodes: int, most: int, version: tuple[int, int], expected: bool
) -> None:
    consent = Consent(migrate_vms=True, max_unavailable=most)
    assert take_turns(goal, consent, nodes, version) is expected


GOING: dict[str, list[str]] = {"node0": ["a/x"], "node1": [], "node2": []}


@pytest.mark.parametrize(
    ("staying", "order", "stops_at"),
    [
        (set(), ["node0", "node1", "node2"], ""),
        ({"node2"}, ["node0", "node1", "node2"], "empty node2"),
        ({"node0"}, ["node1", "node2", "node0"], "empty node0"),
        ({"node1", "node0"}, ["node2", "node0", "node1"], "empty node0"),
    ],
)
def test_nodes_with_vms_that_cannot_go_are_last(
    staying: set[str], order: list[str], stops_at: str
) -> None:
    assert turns_of(THREE.snapshot, "wide", GOING, staying) == Turns(
        nodes=order, second="wide-harvester-net", stops_at=stops_at
    )


@pytest.mark.parametrize(
    ("key", "taken", "name"),
    [
        ("wide", [], "wide-harvester-net"),
        ("wide", ["wide-harvester-net"], "wide-harvester-net-2"),
        ("wide", ["wide-harvester-net", "wide-harvester-net-2"], "wide-harvester-net-3"),
        ("x" * 63, [], "x" * 49 + "-harvester-net"),
    ],
)
def test_second_config_has_a_name_that_nobody_has_and_that_fits_a_label(
    key: str, taken: list[str], name: str
) -> None:
    world = THREE
    for other in taken:
        world = world.put(VLAN_CONFIG, objects.new_config(other, "data"))
    assert second_name(world.snapshot, key) == name
    assert len(name) <= 63


def test_cost_says_what_half_of_it_would_do() -> None:
    assert cost(record()) == (
        "the nodes of network config wide change one by one, through a second network config, "
        "wide-harvester-net, and come back: 5 times a node is emptied, with about 10 "
        "migrations of 6 VMs; with a network config for each node it would be 3 times, with "
        "about 6 migrations"
    )
    assert cost(record().model_copy(update={"emptying": None})) == ""


# --- where it stands -------------------------------------------------------------------------


def labelled(world: World, node: str, **labels: str | None) -> World:
    names = {"first": FIRST, "second": SECOND}
    given = {names[name]: value for name, value in labels.items()}
    return world.changed(NODE, node, {"metadata": {"labels": given}})


def on(world: World, node: str, config: str = "", why_not: str | None = None) -> World:
    """The node has set up this config, or has not for some reason; or has none."""
    key = objects.status_name("data", node)
    if not config:
        return world.without(VLAN_STATUS, key)
    return world.put(VLAN_STATUS, objects.vlan_status(config, node, why_not))


def narrowed(world: World) -> World:
    for number in range(3):
        world = labelled(world, f"node{number}", first=ID)
    spec = {"spec": {"nodeSelector": {FIRST: ID}}}
    return world.changed(VLAN_CONFIG, "wide", spec)


def with_second(world: World, mark: str = ID) -> World:
    config = objects.new_config("wide-harvester-net", "data")
    config["metadata"]["annotations"] = {CHANGE: mark}
    return world.put(VLAN_CONFIG, config)


def moved(world: World, *nodes: str) -> World:
    for node in nodes:
        world = on(labelled(world, node, first=None, second=ID), node, "wide-harvester-net")
    return world


NARROW = narrowed(THREE)
BETWEEN = on(labelled(NARROW, "node0", first=None, second=ID), "node0")
ONE_OUT = moved(with_second(NARROW), "node0")
ALL_OUT = moved(ONE_OUT, "node1")
CHANGED = ALL_OUT.changed(VLAN_CONFIG, "wide", {"spec": UPLINK})
COMING = on(labelled(CHANGED, "node0", first=ID, second=None), "node0", "wide", "no NIC")
ONE_BACK = on(COMING, "node0", "wide")
LAST_OUT = on(labelled(ONE_BACK, "node1", second=None), "node1").without(
    VLAN_CONFIG, "wide-harvester-net"
)
ALL_BACK = on(labelled(LAST_OUT, "node1", first=ID), "node1", "wide")
WIDENED = ALL_BACK.changed(VLAN_CONFIG, "wide", {"spec": {"nodeSelector": {FIRST: None}}})
REACHED = THREE.changed(VLAN_CONFIG, "wide", {"spec": UPLINK})

BOTH = ["node0", "node1"]
STANDS: dict[str, tuple[World, list[str], bool, list[str], bool]] = {
    # leaving, whether the last one changes, returning, whether marks are left
    "untouched": (THREE, BOTH, True, BOTH, False),
    "narrowed": (NARROW, BOTH, True, BOTH, True),
    "one between both": (BETWEEN, BOTH, True, BOTH, True),
    "one out": (ONE_OUT, ["node1"], True, BOTH, True),
    "all out": (ALL_OUT, [], True, BOTH, True),
    "changed": (CHANGED, [], False, BOTH, True),
    "one coming back": (COMING, [], False, BOTH, True),
    "one back": (ONE_BACK, [], False, ["node1"], True),
    "the last one between both": (LAST_OUT, [], False, ["node1"], True),
    "all back": (ALL_BACK, [], False, [], True),
    "widened": (WIDENED, [], False, [], True),
    "reached": (REACHED, [], False, [], False),
    "the last one not ready": (on(CHANGED, "node2", "wide", "no NIC"), [], True, BOTH, True),
    "a node gone": (NARROW.without(NODE, "node0"), ["node1"], True, ["node1"], True),
    "the last one gone": (CHANGED.without(NODE, "node2"), [], False, BOTH, True),
    "another second config": (with_second(NARROW, "ffffffff"), BOTH, True, BOTH, True),
}


@pytest.mark.parametrize(
    ("world", "leaving", "last", "returning", "marked"), STANDS.values(), ids=STANDS
)
def test_labels_tell_whose_turn_is_over(
    world: World, leaving: list[str], last: bool, returning: list[str], marked: bool
) -> None:
    found = Standing(record(), world.snapshot)
    assert (found.leaving, found.changes_last, found.returning) == (leaving, last, returning)
    assert found.emptied == {*leaving, *returning, *(["node2"] if last else [])}
    assert found.is_marked is marked


WAYS_BACK: dict[str, tuple[World, list[str], bool, list[str]]] = {
    "untouched": (THREE, [], False, []),
    "narrowed": (NARROW, [], False, []),
    "one between both": (BETWEEN, [], False, ["node0"]),
    "one out": (ONE_OUT, [], False, ["node0"]),
    "all out": (ALL_OUT, [], False, BOTH),
    "changed": (CHANGED, [], True, BOTH),
    "one back, which leaves once more": (ONE_BACK, ["node0"], True, BOTH),
    "all back": (ALL_BACK, BOTH, True, BOTH),
    "reached": (REACHED, BOTH, True, BOTH),
}


@pytest.mark.parametrize(
    ("world", "leaving", "last", "returning"), WAYS_BACK.values(), ids=WAYS_BACK
)
def test_the_way_back_is_the_same_towards_the_old_uplink(
    world: World, leaving: list[str], last: bool, returning: list[str]
) -> None:
    found = Standing(record().turned_back(), world.snapshot)
    assert (found.leaving, found.changes_last, found.returning) == (leaving, last, returning)


def test_labels_of_another_change_say_nothing() -> None:
    other = record().model_copy(update={"id": "ffffffff"})
    found = Standing(other, ONE_OUT.snapshot)
    assert (found.is_narrowed, found.second, found.labelled) == (False, None, [])
