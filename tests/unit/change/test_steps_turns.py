"""A network config of many nodes gets another uplink while VMs run: a node at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harvester_net.change.apply import resume_change
from harvester_net.change.consent import NodeCheck
from harvester_net.change.goals.network_config import ConfigGoal
from harvester_net.change.plan import plan
from harvester_net.change.report import plan_text
from harvester_net.change.rights import changing, moving, rights_of
from harvester_net.change.steps import nodes
from harvester_net.change.steps.turn_order import closing_again
from harvester_net.change.steps.turns import LeaveConfig
from harvester_net.change.turns import CHANGE, FIRST, SECOND, WRITTEN
from harvester_net.cluster.errors import Denied
from harvester_net.cluster.merge_patch import applied
from harvester_net.cluster.resources import (
    CONFIG_MAP,
    LEASE,
    MIGRATION,
    NODE,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
    annotations_of,
    labels_of,
)
from harvester_net.cluster.rights import rights
from harvester_net.harvester.names import MATCHED_NODES
from harvester_net.harvester.snapshot import status_name
from harvester_net.verify.outcome import Finding, Outcome

from ... import objects
from .controllers import DEAD, settled
from .live import LiveCluster, Write, context_on
from .sites import reasons, wide_site
from .test_steps_moving import (
    BOTH,
    CORDONED,
    LARGE,
    MOVE,
    WIDE,
    arrived,
    cordoned,
    is_whole,
    nobody_is_cut_off,
    node_labels,
    nodes_of_vms,
    noted,
    specs,
    stopped,
    uids,
    up,
)
from .world import FAILS, STAYS, World

SECOND_NAME = "wide-harvester-net"
FOUR = {f"default/vm{n}": f"node{n % 2}" for n in range(4)}
TWO = wide_site(2, vms=FOUR)


def alive(world: World) -> LiveCluster:
    live = LiveCluster(world)
    live.trouble = nobody_is_cut_off
    return live


def is_reached(live: LiveCluster, before: World, *stuck: str) -> bool:
    """The config has its new uplink, all else is as before, and no instance has ended but of
    these VMs.
    """
    after = live.world
    expected = specs(before)
    expected["wide"] = applied(expected["wide"], WIDE.patch)
    return (
        specs(after) == expected
        and node_labels(after) == node_labels(before)
        and uids(after, *stuck) == uids(before, *stuck)
        and is_whole(after)
    )


def labels_written(write: Write, node: str) -> bool:
    """Whether it is a write of this node's labels, or of its cordon."""
    return write == ("patch", NODE, node)


# --- the way forth ---------------------------------------------------------------------------


def test_plan_numbers_the_steps_node_by_node() -> None:
    made = plan(TWO.snapshot, WIDE, MOVE)
    assert reasons(made.refusals) == []
    assert plan_text(made) == (
        "change network config wide, in 18 steps:\n"
        "   1. label node0, node1 with harvester-net/first-config\n"
        "   2. let network config wide match nodes with this label alone\n"
        "   3. cordon node0\n"
        "   4. migrate 2 VMs away from node0: default/vm0, default/vm2\n"
        "   5. take node0 out of network config wide\n"
        "   6. put node0 into network config wide-harvester-net, with the new uplink\n"
        "   7. uncordon node0\n"
        "   8. cordon node1\n"
        "   9. migrate 2 VMs away from node1: default/vm1, default/vm3\n"
        "  10. change network config wide, in which only node1 is left: uplink\n"
        "  11. uncordon node1\n"
        "  12. cordon node0 again\n"
        "  13. migrate away from node0 what has come to it\n"
        "  14. take node0 out of network config wide-harvester-net\n"
        "  15. put node0 back into network config wide\n"
        "  16. uncordon node0 again\n"
        "  17. let network config wide match nodes as before\n"
        "  18. take the labels away, and network config wide-harvester-net if it is left\n"
        "estimate: no VM that is migrated is without its network, no new one comes to a "
        "cordoned node for 1 to 3 minutes, the change takes 1 to 9 minutes: to migrate up to "
        "2 min in each of 3 turns, the uplink of a node up to 1 min in each of 3 turns. "
        "Nobody has measured it on this cluster\n"
        "note: the nodes of network config wide change one by one, through a second network "
        "config, wide-harvester-net, and come back: 3 times a node is emptied, with about 6 "
        "migrations of 4 VMs; with a network config for each node it would be 2 times, with "
        "about 4 migrations\n"
        "plan id: 654301bfe6b1-0-18"
    )


@pytest.mark.parametrize("version", [(1, 6), (1, 7), (1, 8), (1, 9)])
@pytest.mark.parametrize("selector", [{"uplink": "wide"}, None])
async def test_no_instance_ends_and_none_is_ever_cut_off(
    version: tuple[int, int], selector: dict[str, str] | None
) -> None:
    fields = {"spec": {"nodeSelector": selector}}
    world = settled(replace(TWO.changed(VLAN_CONFIG, "wide", fields), version=version))
    live = alive(world)
    await up(live, WIDE)
    assert is_reached(live, world)
    assert cordoned(live.world) == []


async def test_the_config_never_has_no_node_and_the_second_one_goes_with_its_last() -> None:
    live, seen = alive(LARGE), list[tuple[list[str], list[str]]]()

    def look(write: Write) -> None:
        statuses = live.world.of(VLAN_STATUS).values()
        of = {
            name: sorted(
                s["status"]["node"] for s in statuses if s["status"]["vlanConfig"] == name
            )
            for name in ("wide", SECOND_NAME)
        }
        if not seen or seen[-1] != (of["wide"], of[SECOND_NAME]):
            seen.append((of["wide"], of[SECOND_NAME]))
        if write[:2] == ("delete", VLAN_CONFIG):
            assert write[2] == SECOND_NAME

    live.before_write = look
    await up(live, WIDE, BOTH)
    assert seen == [
        (["node0", "node1", "node2"], []),
        (["node1", "node2"], []),
        (["node1", "node2"], ["node0"]),
        (["node2"], ["node0"]),
        (["node2"], ["node0", "node1"]),
        (["node2"], ["node1"]),
        (["node0", "node2"], ["node1"]),
        (["node0", "node2"], []),
        (["node0", "node1", "node2"], []),
    ]


async def test_the_second_config_has_the_new_uplink_and_says_whose_it_is() -> None:
    live, made = alive(TWO), list[Any]()

    def look(write: Write) -> None:
        made.extend(c for k, c in live.world.of(VLAN_CONFIG).items() if k == SECOND_NAME)

    live.before_write = look
    await up(live, WIDE)
    (mark,) = {config["metadata"]["annotations"][CHANGE] for config in made}
    assert made[0]["spec"] == {
        "clusterNetwork": "data",
        "description": "while network config wide gets another uplink",
        "nodeSelector": {SECOND: mark},
        "uplink": applied(TWO.of(VLAN_CONFIG)["wide"]["spec"]["uplink"], WIDE.patch["uplink"]),
    }


async def test_a_vm_that_cannot_go_is_stopped_once_and_started_at_the_end() -> None:
    live = alive(LARGE)
    await up(live, WIDE, BOTH)
    assert is_reached(live, LARGE, "default/vm5")
    assert [key for verb, of, key in live.writes if of is VM] == ["default/vm5"] * 2
    assert live.world.of(VMI)["default/vm5"]["status"]["phase"] == "Running"


async def test_what_was_cordoned_before_stays_cordoned() -> None:
    world = wide_site(3, vms={"default/a": "node0", "default/b": "node1"})
    world = world.changed(NODE, "node0", CORDONED)
    live = alive(world)
    await up(live, WIDE)
    assert is_reached(live, world)
    assert cordoned(live.world) == ["node0"]


# --- faults ----------------------------------------------------------------------------------


def at(live: LiveCluster, number: int, node: str, then: Any) -> None:
    """Do something right before the n-th write of a node."""
    left = [number]

    def before(write: Write) -> None:
        if labels_written(write, node):
            left[0] -= 1
            if left[0] == 0:
                then()

    live.before_write = before


@pytest.mark.parametrize("label", [FIRST, SECOND])
@pytest.mark.parametrize("taken", [True, False])
async def test_labels_that_a_webhook_has_not_seen_are_seen_with_another_write(
    label: str, taken: bool
) -> None:
    """The manager's own write of a config is undone by a cache that is older (H3.2)."""
    live, has_lost = alive(TWO), list[bool]()

    def lose(before: World, after: World) -> World:
        node = after.of(NODE)["node0"]
        changes = (label in labels_of(node)) is taken
        followed = before.of(VLAN_CONFIG)["wide"] == after.of(VLAN_CONFIG)["wide"]
        if SECOND_NAME in after.of(VLAN_CONFIG) and label == SECOND:
            names = (w.of(VLAN_CONFIG).get(SECOND_NAME) for w in (before, after))
            followed = len({str(each) for each in names}) == 1
        if changes and not followed and WRITTEN not in annotations_of(node):
            has_lost.append(True)
            return before
        return nobody_is_cut_off(before, after)

    live.trouble = lose
    await up(live, WIDE)
    assert has_lost
    assert is_reached(live, TWO)
    assert all(WRITTEN not in annotations_of(node) for node in live.world.of(NODE).values())


async def test_a_vm_that_comes_to_an_emptied_node_goes_too() -> None:
    """Right before its label goes, after its cordon and the label itself."""
    live = alive(TWO)

    def comes() -> None:
        live.world = arrived(live.world)

    at(live, 3, "node0", comes)
    await up(live, WIDE)
    assert live.world.of(VMI)["default/new"]["status"]["phase"] == "Running"
    assert is_reached(live, TWO, "default/new")
    assert "default/new" not in {key for verb, of, key in live.writes if of is VM}


async def test_a_vm_that_comes_and_cannot_go_is_named() -> None:
    live = alive(TWO)

    def comes() -> None:
        live.world = arrived(live.world, STAYS, "PCI device")

    at(live, 3, "node0", comes)
    told = await stopped(live, WIDE)
    assert (
        "1 VM cannot be migrated and must be stopped: default/new (DisksNotLiveMigratable: "
        "PCI device)"
    ) in told
    assert told.endswith("node0 stays cordoned, for its uplink is not as it should be")
    await up(live, WIDE, BOTH)
    assert is_reached(live, TWO, "default/new")


async def test_a_migration_that_fails_in_the_second_round_stops_at_a_safe_point() -> None:
    live = alive(TWO)

    def sticks() -> None:
        for key in live.world.of(VMI):
            note = {"metadata": {"annotations": {FAILS: "9"}}}
            live.world = live.world.changed(VM, key, note)

    at(live, 5, "node0", sticks)
    told = await stopped(live, WIDE)
    assert "could not be migrated away from node0, 3 times: the model says so" in told
    assert told.endswith("node0 takes VMs again")
    assert cordoned(live.world) == []
    for key in live.world.of(VM):
        note = {"metadata": {"annotations": {FAILS: "0"}}}
        live.world = live.world.changed(VM, key, note)
    await resume_change(context_on(live))
    assert is_reached(live, TWO)


async def test_a_second_config_of_somebody_else_is_neither_used_nor_deleted() -> None:
    live = alive(TWO)
    theirs = objects.new_config(SECOND_NAME, "data", spec={"nodeSelector": {"a": "b"}})

    def make() -> None:
        live.world = live.world.put(VLAN_CONFIG, theirs)

    at(live, 3, "node0", make)
    told = await stopped(live, WIDE)
    assert f"somebody else has made network config {SECOND_NAME} meanwhile" in told
    await resume_change(context_on(live), backwards=True)
    assert SECOND_NAME in live.world.of(VLAN_CONFIG)
    assert node_labels(live.world) == node_labels(TWO)


async def test_a_node_that_dies_between_both_configs_stays_cordoned_until_it_is_back() -> None:
    live = LiveCluster(TWO)

    def dies() -> None:
        dead = {"metadata": {"annotations": {DEAD: "yes"}}}
        live.world = live.world.changed(NODE, "node0", dead)
        live.world = live.world.without(VLAN_STATUS, status_name("data", "node0"))

    at(live, 3, "node0", dies)
    told = await stopped(live, WIDE, replace(MOVE, node_timeout_seconds=30))
    assert f"still waiting for network config {SECOND_NAME} on node0" in told
    assert told.endswith("node0 stays cordoned, for its uplink is not as it should be")
    back = {"metadata": {"annotations": {DEAD: None}}}
    live.world = settled(live.world.changed(NODE, "node0", back))
    await resume_change(context_on(live))
    assert is_reached(live, TWO)


async def test_a_node_that_leaves_the_cluster_keeps_nobody_waiting() -> None:
    live = LiveCluster(LARGE)

    def leaves(write: Write) -> None:
        if write == ("create", VLAN_CONFIG, SECOND_NAME):
            world = live.world.without(NODE, "node1")
            world = world.without(VLAN_STATUS, status_name("data", "node1"))
            left = {"metadata": {"annotations": {MATCHED_NODES: '["node2"]'}}}
            world = world.changed(VLAN_CONFIG, "wide", left)
            for key, node in nodes_of_vms(world).items():
                if node == "node1":
                    world = world.without(VM, key).without(VMI, key)
            live.world = world

    live.before_write = leaves
    await up(live, WIDE, BOTH)
    assert WIDE.is_reached(live.world.snapshot)
    assert is_whole(live.world)


async def test_a_denial_by_a_cache_that_lags_behind_stops_no_vm() -> None:
    live = alive(LARGE)
    denied = list[Write]()

    def deny(write: Write) -> None:
        if write == ("patch", VLAN_CONFIG, "wide") and not denied:
            denied.append(write)
            raise Denied("the webhook", "it is blocked by VM(s) default/vm0")

    live.before_write = deny
    await up(live, WIDE, BOTH)
    assert is_reached(live, LARGE, "default/vm5")
    assert {key for verb, of, key in live.writes if of is VM} == {"default/vm5"}


async def test_devices_that_are_wrong_on_the_first_node_stop_it_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live, found = alive(TWO), Finding("node0", "data-bo", "bond data-bo has no NIC")

    async def check(*_: object, **__: object) -> Outcome:
        wrong = SECOND_NAME in live.world.of(VLAN_CONFIG)
        return Outcome("data", 1500, findings=(found,) if wrong else ())

    monkeypatch.setattr(nodes, "check", check)
    told = await stopped(live, WIDE, replace(MOVE, verify_on_nodes=NodeCheck()))
    assert "node0: bond data-bo has no NIC" in told
    assert told.endswith("node0 stays cordoned, for its uplink is not as it should be")
    assert not WIDE.is_reached(live.world.snapshot)
    await resume_change(context_on(live), backwards=True)
    assert specs(live.world) == specs(TWO)
    assert cordoned(live.world) == []


async def test_devices_are_looked_at_before_each_node_opens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live, looks = alive(TWO), list[list[str]]()

    async def check(*_: object, **__: object) -> Outcome:
        looks.append(cordoned(live.world))
        return Outcome("data", 1500)

    monkeypatch.setattr(nodes, "check", check)
    await up(live, WIDE, replace(MOVE, verify_on_nodes=NodeCheck()))
    assert looks == [[], ["node0"], ["node1"], ["node0"]]


# --- another wish ----------------------------------------------------------------------------


async def stopped_half_way(live: LiveCluster) -> None:
    """The config has its new uplink, and one node waits to come back to it."""
    note = {"metadata": {"annotations": {DEAD: "yes"}}}

    def dies() -> None:
        live.world = live.world.changed(NODE, "node0", note)

    at(live, 5, "node0", dies)
    await stopped(live, WIDE, replace(MOVE, node_timeout_seconds=30))
    back = {"metadata": {"annotations": {DEAD: None}}}
    live.world = settled(live.world.changed(NODE, "node0", back))
    live.before_write = lambda write: None
    assert WIDE.is_reached(live.world.snapshot)


@pytest.mark.parametrize(
    ("patch", "undone"),
    [
        ({"uplink": {"nics": ["eth1"]}}, True),
        ({"uplink": {"nics": ["eth1"]}, "description": "another"}, False),
        ({"uplink": {"nics": ["eth3"]}}, False),
    ],
)
async def test_the_old_wish_leads_back_and_another_one_goes_on_from_there(
    patch: Any, undone: bool
) -> None:
    live = LiveCluster(TWO)
    await stopped_half_way(live)
    wish = ConfigGoal(key="wide", patch=patch)
    live.writes.clear()
    await up(live, wish)
    assert wish.is_reached(live.world.snapshot)
    assert is_whole(live.world)
    # Back: uplink and selector. Forth: the selector, and all of the other change.
    patches = [write for write in live.writes if write == ("patch", VLAN_CONFIG, "wide")]
    assert len(patches) == (2 if undone else 4)
    if undone:
        assert specs(live.world) == specs(TWO)


# --- what must be empty ----------------------------------------------------------------------


def test_only_the_node_whose_turn_it_is_is_emptied_again() -> None:
    record = plan(LARGE.snapshot, WIDE, BOTH).record
    steps = {
        "leaves": LeaveConfig(record, (), "wide", "node1", second=False),
        "comes": LeaveConfig(record, (), "wide", "node1", second=True),
    }
    for step in steps.values():
        again = [one.id for one in closing_again(step, record)]
        assert again == ["cordon node1", "empty node1"]


async def test_labels_of_others_stay() -> None:
    ours = {"metadata": {"labels": {"rack": "a", FIRST: "ffffffff"}}}
    world = TWO.changed(NODE, "node1", ours)
    live = alive(world)
    await up(live, WIDE)
    assert labels_of(live.world.of(NODE)["node1"])["rack"] == "a"
    assert len(live.world.of(MIGRATION)) >= 4


def test_vm_with_room_nowhere_else_is_judged_by_one_closed_node() -> None:
    """While all three nodes lose their uplink at once, no VM could go anywhere."""
    made = plan(wide_site(3, vms={"default/a": "node0"}).snapshot, WIDE, MOVE)
    assert (reasons(made.refusals), made.warnings) == ([], [])
    at_once = plan(
        wide_site(3, vms={"default/a": "node0"}).snapshot,
        WIDE,
        replace(MOVE, max_unavailable=3),
    )
    assert reasons(at_once.refusals) == [
        "1 VM cannot be migrated and must be stopped: default/a (there is no other node); "
        "allow it with disruption.stopVms: true"
    ]


def test_vms_that_cannot_go_are_told_in_the_turn_of_their_node() -> None:
    world = noted(wide_site(2, vms=FOUR), "default/vm0", STAYS, "PCI device")
    text = plan_text(plan(world.snapshot, WIDE, BOTH))
    assert "   8. cordon node0\n" in text
    assert "  10. stop VM default/vm0 (Always)\n  11. change network config wide" in text


# --- rights ----------------------------------------------------------------------------------


def test_it_asks_for_what_it_does_and_the_roles_give_it() -> None:
    asked = rights_of(plan(LARGE.snapshot, WIDE, BOTH).record)
    writes = {r for r in asked if r.writes and r.resource not in (CONFIG_MAP, LEASE)}
    assert writes == {
        *rights("patch", NODE),
        *rights("create delete patch", VLAN_CONFIG),
        *rights("create delete", MIGRATION, namespace="default"),
        *rights("patch", VM, namespace="default"),
    }
    given = changing() | moving()
    assert {
        r for r in asked if r not in given and replace(r, namespace="") not in given
    } == set()
