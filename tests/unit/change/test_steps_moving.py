"""Uplinks that change while VMs run: nodes are emptied, and nothing is lost whatever
happens.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harvester_net.change import journal, lease
from harvester_net.change.apply import apply_change, resume_change
from harvester_net.change.consent import Consent, NodeCheck
from harvester_net.change.errors import ChangeRolledBack, ChangeStopped
from harvester_net.change.goals import AnyGoal
from harvester_net.change.goals.network_config import ConfigDeletionGoal, ConfigGoal
from harvester_net.change.plan import plan
from harvester_net.change.rights import rights_of
from harvester_net.change.steps import nodes
from harvester_net.change.steps.moving import CHANGE, CORDONED_FOR
from harvester_net.cluster.errors import Denied
from harvester_net.cluster.resources import (
    CONFIG_MAP,
    LEASE,
    MIGRATION,
    NAD,
    NODE,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
    Object,
    annotations_of,
    labels_of,
)
from harvester_net.cluster.rights import rights
from harvester_net.verify.outcome import Finding, Outcome

from ...objects import status_name
from .clusters import vm_object
from .controllers import DEAD, settled
from .live import Heard, LiveCluster, context_on
from .sites import site, wide_site
from .world import FAILS, STAYS, World

VMS: dict[str, str | bool] = {"default/a": "Always", "default/b": "Always"}
THREE = site(nodes=3, vms=VMS)
MOVE = Consent(migrate_vms=True)
BOTH = Consent(migrate_vms=True, stop_vms=True)
BOND = ConfigGoal(
    key="nc-0", patch={"uplink": {"nics": ["eth2"], "bondOptions": {"mode": "802.3ad"}}}
)
AWAY = ConfigGoal(key="nc-0", patch={"clusterNetwork": "other"})
LEAVE = ConfigGoal(key="nc-0", patch={"nodeSelector": {"uplink": None, "other": "yes"}})
GONE = ConfigDeletionGoal(key="nc-0")
CORDONED = {"spec": {"unschedulable": True}}


def noted(world: World, key: str, note: str, text: str) -> World:
    return settled(
        world.changed(VM, key, {"metadata": {"annotations": {note: text}}}).without(VMI, key)
    )


STUCK = noted(THREE, "default/a", STAYS, "PVC a-disk is not shared")


async def up(
    live: LiveCluster,
    goal: AnyGoal = BOND,
    consent: Consent = MOVE,
    heard: Heard | None = None,
) -> list[str]:
    return await apply_change(context_on(live, heard), goal, consent)


async def stopped(live: LiveCluster, goal: AnyGoal = BOND, consent: Consent = MOVE) -> str:
    with pytest.raises(ChangeStopped) as error:
        await up(live, goal, consent)
    return str(error.value)


def nodes_of_vms(world: World) -> dict[str, str]:
    return {key: vmi["status"]["nodeName"] for key, vmi in sorted(world.of(VMI).items())}


def uids(world: World, *without: str) -> dict[str, str]:
    found = world.of(VMI).items()
    return {key: vmi["metadata"]["uid"] for key, vmi in found if key not in without}


def is_whole(world: World) -> bool:
    """Nothing of a change is left: no journal, and no node that is closed by one."""
    closed = any(CORDONED_FOR in annotations_of(node) for node in world.of(NODE).values())
    return journal.KEY not in world.of(CONFIG_MAP) and not closed


def specs(world: World) -> dict[str, Object]:
    return {key: config["spec"] for key, config in world.of(VLAN_CONFIG).items()}


def node_labels(world: World) -> dict[str, Object]:
    return {key: labels_of(node) for key, node in world.of(NODE).items()}


def cordoned(world: World) -> list[str]:
    return [
        key
        for key, node in world.of(NODE).items()
        if (node.get("spec") or {}).get("unschedulable")
    ]


# --- the way forth ---------------------------------------------------------------------------


@pytest.mark.parametrize("goal", [BOND, AWAY, LEAVE, GONE])
async def test_no_instance_ends(goal: AnyGoal) -> None:
    live, before = LiveCluster(THREE), uids(THREE)
    await up(live, goal)
    assert goal.is_reached(live.world.snapshot)
    assert uids(live.world) == before
    assert nodes_of_vms(live.world) == {"default/a": "node1", "default/b": "node1"}
    assert is_whole(live.world)
    assert cordoned(live.world) == []


async def test_migrations_carry_the_mark_of_the_change() -> None:
    live = LiveCluster(THREE)
    await up(live)
    (first, *_) = live.world.of(MIGRATION).values()
    change = labels_of(first)[CHANGE]
    assert sorted(live.world.of(MIGRATION)) == [
        f"default/harvester-net-{change}-1-a",
        f"default/harvester-net-{change}-1-b",
    ]


async def test_steps_are_told_with_what_they_wait_for() -> None:
    live, heard = LiveCluster(THREE), Heard()
    await up(live, heard=heard)
    assert heard.steps == [
        "step 1 of 4 done: cordon node0",
        "step 2 of 4 done: migrate 2 VMs away from node0: default/a, default/b",
        "step 3 of 4 done: change network config nc-0 (node0): uplink",
        "step 4 of 4 done: uncordon node0",
    ]
    assert "waiting for default/b to be migrated away from node0" in heard.statuses


async def test_only_those_that_cannot_go_are_stopped_and_started_again() -> None:
    live, before = LiveCluster(STUCK), uids(STUCK, "default/a")
    await up(live, consent=BOTH)
    assert uids(live.world, "default/a") == before
    assert live.world.of(VMI)["default/a"]["status"]["phase"] == "Running"
    assert {key for verb, of, key in live.writes if of is VM} == {"default/a"}
    assert is_whole(live.world)


async def test_what_was_cordoned_before_stays_cordoned() -> None:
    live = LiveCluster(THREE.changed(NODE, "node0", CORDONED).changed(NODE, "node2", CORDONED))
    await up(live)
    assert cordoned(live.world) == ["node0", "node2"]
    assert nodes_of_vms(live.world) == {"default/a": "node1", "default/b": "node1"}


async def test_what_somebody_cordons_meanwhile_stays_cordoned() -> None:
    live = LiveCluster(THREE)

    def cordon(write: Any) -> None:
        if write[:2] == ("create", CONFIG_MAP):
            live.world = live.world.changed(NODE, "node0", CORDONED)

    live.before_write = cordon
    await up(live)
    assert cordoned(live.world) == ["node0"]


async def test_so_many_migrations_are_asked_for_at_once() -> None:
    many: dict[str, str | bool] = {f"default/vm{n}": "Always" for n in range(12)}
    live, most = LiveCluster(site(nodes=3, vms=many)), [0]

    def count(before: World, after: World) -> World:
        going = [m for m in after.of(MIGRATION).values() if "status" not in m]
        most[0] = max(most[0], len(going))
        return after

    live.trouble = count
    await up(live)
    assert is_whole(live.world)
    created = [key for verb, of, key in live.writes if (verb, of) == ("create", MIGRATION)]
    assert len(created) == 12
    assert most[0] <= 5


# --- faults ----------------------------------------------------------------------------------


async def test_a_migration_that_fails_is_tried_again() -> None:
    live = LiveCluster(noted(THREE, "default/a", FAILS, "2"))
    await up(live)
    assert is_whole(live.world)
    assert len([k for k in live.world.of(MIGRATION) if k.endswith("-a")]) == 3


async def test_a_migration_that_fails_again_and_again_stops_at_a_safe_point() -> None:
    live = LiveCluster(noted(THREE, "default/a", FAILS, "9"))
    before = uids(live.world)
    assert await stopped(live) == (
        "step 2, migrate 2 VMs away from node0: default/a, default/b: VM default/a could not "
        "be migrated away from node0, 3 times: the model says so. 2 of 4 steps are done; "
        "left: migrate 2 VMs away from node0: default/a, default/b; change network config "
        "nc-0 (node0): uplink. node0 takes VMs again"
    )
    assert cordoned(live.world) == []
    assert uids(live.world) == before
    assert not is_whole(live.world)
    await resume_change(context_on(live), backwards=True)
    assert is_whole(live.world)
    assert not BOND.is_reached(live.world.snapshot)


async def test_resumed_it_tries_again_as_often() -> None:
    live = LiveCluster(noted(THREE, "default/a", FAILS, "4"))
    await stopped(live)
    await resume_change(context_on(live))
    assert BOND.is_reached(live.world.snapshot)
    assert is_whole(live.world)


async def test_a_failure_with_roll_back_leaves_all_as_it_was() -> None:
    live = LiveCluster(noted(THREE, "default/a", FAILS, "9"))
    with pytest.raises(ChangeRolledBack, match="Everything is as it was before"):
        await up(live, consent=replace(MOVE, on_failure="rollBack"))
    assert is_whole(live.world)
    assert cordoned(live.world) == []


async def test_no_room_that_only_kubevirt_sees_ends_after_the_limit() -> None:
    """Others take the room after the plan was made; the migrations are taken back."""
    live = LiveCluster(THREE)

    def full(write: Any) -> None:
        if write[:2] == ("create", MIGRATION):
            for node in ("node1", "node2"):
                live.world = live.world.changed(NODE, node, CORDONED)

    live.before_write = full
    told = await stopped(live, consent=replace(MOVE, migration_timeout_seconds=60))
    assert "not done after 60 s, still default/a, default/b to be migrated away" in told
    assert told.endswith("node0 takes VMs again")
    assert live.world.of(MIGRATION) == {}


async def test_the_limit_begins_anew_when_the_api_was_away() -> None:
    live, looks = LiveCluster(THREE), [0]

    def full(write: Any) -> None:
        if write[:2] == ("create", MIGRATION) and not looks[0]:
            for node in ("node1", "node2"):
                live.world = live.world.changed(NODE, node, CORDONED)

    def passes(before: World, after: World) -> World:
        looks[0] += MIGRATION in after.objects and bool(after.of(MIGRATION))
        if looks[0] == 10:
            live.connection.away = 5.0
        room = {"spec": {"unschedulable": None}}
        return after.changed(NODE, "node1", room) if looks[0] > 90 else after

    live.before_write, live.trouble = full, passes
    await up(live, consent=replace(MOVE, migration_timeout_seconds=60))
    assert nodes_of_vms(live.world) == {"default/a": "node1", "default/b": "node1"}


def arrived(world: World, note: str = "", text: str = "") -> World:
    """VM default/new has come to node0, cordoned or not, as one may that tolerates it."""
    vm = vm_object("default/new", "Always", ["default/net"], "node0")
    vm["metadata"]["annotations"] |= {note: text} if note else {}
    world = settled(world.put(VM, vm))
    return world.changed(VMI, "default/new", {"status": {"nodeName": "node0"}})


async def test_a_vm_that_comes_to_the_cordoned_node_goes_too() -> None:
    live = LiveCluster(THREE)
    come: list[str] = []

    def comes(write: Any) -> None:
        if write[:2] == ("patch", VLAN_CONFIG) and not come:
            come.append("default/new")
            live.world = arrived(live.world)

    live.before_write = comes
    await up(live)
    assert nodes_of_vms(live.world)["default/new"] == "node1"
    assert is_whole(live.world)


async def test_a_vm_that_comes_and_cannot_go_is_named() -> None:
    live = LiveCluster(THREE)

    def comes(write: Any) -> None:
        if write[:2] == ("patch", VLAN_CONFIG) and "default/new" not in live.world.of(VM):
            live.world = arrived(live.world, STAYS, "PCI device")

    live.before_write = comes
    told = await stopped(live)
    assert (
        "1 VM cannot be migrated and must be stopped: default/new (DisksNotLiveMigratable: "
        "PCI device)"
    ) in told
    assert told.endswith("node0 takes VMs again")
    await up(live, consent=BOTH)
    assert BOND.is_reached(live.world.snapshot)
    assert live.world.of(VMI)["default/new"]["status"]["phase"] == "Running"
    assert is_whole(live.world)


async def test_resume_by_hand_stops_no_vm_that_was_not_to_be_stopped() -> None:
    live = LiveCluster(noted(THREE, "default/a", FAILS, "9"))
    await stopped(live)
    live.world = noted(live.world, "default/b", STAYS, "PCI device")
    with pytest.raises(ChangeStopped, match="1 VM cannot be migrated and must be stopped"):
        await resume_change(context_on(live))
    assert "default/b" in live.world.of(VMI)
    assert cordoned(live.world) == []


async def test_a_node_that_dies_half_changed_stays_cordoned_until_it_is_back() -> None:
    live = LiveCluster(STUCK)

    def dies(write: Any) -> None:
        if write[:2] == ("patch", VLAN_CONFIG):
            dead = {"metadata": {"annotations": {DEAD: "yes"}}}
            live.world = live.world.changed(NODE, "node0", dead)
            status = status_name("data", "node0")
            live.world = live.world.without(VLAN_STATUS, status)

    live.before_write = dies
    told = await stopped(live, consent=replace(BOTH, node_timeout_seconds=30))
    assert told.endswith("node0 stays cordoned, for its uplink is not as it should be")
    assert cordoned(live.world) == ["node0"]
    assert nodes_of_vms(live.world) == {"default/a": "node1", "default/b": "node1"}
    live.before_write = lambda write: None
    alive = {"metadata": {"annotations": {DEAD: None}}}
    live.world = settled(live.world.changed(NODE, "node0", alive))
    await resume_change(context_on(live))
    assert BOND.is_reached(live.world.snapshot)
    assert is_whole(live.world)
    assert cordoned(live.world) == []


async def test_a_node_whose_devices_are_not_proven_stays_cordoned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live, found = LiveCluster(THREE), Finding("node0", "data-bo", "bond data-bo has no NIC")

    async def check(*_: object, **__: object) -> Outcome:
        wrong = BOND.is_reached(live.world.snapshot)
        return Outcome("data", 1500, findings=(found,) if wrong else ())

    monkeypatch.setattr(nodes, "check", check)
    told = await stopped(live, consent=replace(MOVE, verify_on_nodes=NodeCheck()))
    assert "node0: bond data-bo has no NIC" in told
    assert told.endswith("node0 stays cordoned, for its uplink is not as it should be")
    assert cordoned(live.world) == ["node0"]
    await resume_change(context_on(live), without_verification=True)
    assert is_whole(live.world)
    assert cordoned(live.world) == []


async def test_a_server_that_refuses_the_new_uplink_leaves_the_old_one_to_vms() -> None:
    live = LiveCluster(STUCK)

    def deny(write: Any) -> None:
        if write[:2] == ("patch", VLAN_CONFIG):
            raise Denied("a policy", "no such NIC")

    live.before_write = deny
    told = await stopped(live, consent=BOTH)
    assert "no such NIC" in told
    assert told.endswith("node0 takes VMs again")
    assert live.world.of(VMI)["default/a"]["status"]["phase"] == "Running"
    assert cordoned(live.world) == []


async def test_a_node_that_somebody_opens_meanwhile_is_closed_again() -> None:
    live = LiveCluster(THREE)
    opened: list[str] = []

    def open_it(write: Any) -> None:
        if write[:2] == ("patch", VLAN_CONFIG) and not opened:
            opened.append("node0")
            free = {"spec": {"unschedulable": None}}
            live.world = live.world.changed(NODE, "node0", free)
            raise Denied("the webhook", "it is blocked by VM(s) default/c")

    live.before_write = open_it
    await up(live)
    patches = [key for verb, of, key in live.writes if (verb, of) == ("patch", NODE)]
    assert patches == ["node0", "node0", "node0"]
    assert is_whole(live.world)


# --- killed at every write -------------------------------------------------------------------


async def killed_at_every_write(
    live: LiveCluster, goal: AnyGoal, consent: Consent
) -> list[LiveCluster]:
    """A cluster for each write of a change, as somebody leaves it who dies right before it,
    whatever would clean up. The change itself goes on to its end.
    """
    left: list[LiveCluster] = []

    def die(write: Any) -> None:
        # Whoever comes next finds out that the holder is dead.
        alone = LiveCluster(live.world.without(LEASE, lease.KEY))
        alone.trouble = nobody_is_cut_off
        left.append(alone)

    live.before_write, live.trouble = die, nobody_is_cut_off
    await up(live, goal, consent)
    assert len(left) > 8
    return left


def nobody_is_cut_off(before: World, after: World) -> World:
    """Every instance is on a node that has its cluster network, at every moment."""
    for key, node in nodes_of_vms(after).items():
        assert status_name("data", node) in after.of(VLAN_STATUS), f"{key} on {node}"
    return after


LARGE = noted(
    wide_site(
        3,
        beside=True,
        vms={f"default/vm{n}": f"node{n % 3}" for n in range(6)},
    ),
    "default/vm5",
    STAYS,
    "PCI device",
)
WIDE = ConfigGoal(key="wide", patch={"uplink": {"nics": ["eth2"]}})
AT_ONCE = replace(BOTH, max_unavailable=3)
CASES = [
    (THREE, BOND, MOVE),
    (STUCK, BOND, BOTH),
    (STUCK, AWAY, BOTH),
    (THREE, LEAVE, MOVE),
    (THREE, GONE, MOVE),
    (LARGE, WIDE, AT_ONCE),
    (LARGE, WIDE, BOTH),  # One node after the other.
]


@pytest.mark.parametrize(("world", "goal", "consent"), CASES)
async def test_killed_at_every_write_the_next_run_comes_to_the_same_end(
    world: World, goal: AnyGoal, consent: Consent
) -> None:
    undisturbed = LiveCluster(world)
    stuck = [key for key, vm in world.of(VM).items() if STAYS in annotations_of(vm)]
    killed = await killed_at_every_write(undisturbed, goal, consent)
    for writes, live in enumerate(killed):
        await up(live, goal, consent)
        assert goal.is_reached(live.world.snapshot), writes
        assert uids(live.world, *stuck) == uids(world, *stuck), writes
        assert live.world.of(VMI).keys() == undisturbed.world.of(VMI).keys(), writes
        assert is_whole(live.world), writes
        assert cordoned(live.world) == [], writes
        assert specs(live.world) == specs(undisturbed.world), writes
        assert node_labels(live.world) == node_labels(world), writes


@pytest.mark.parametrize(("world", "goal", "consent"), CASES)
async def test_rolled_back_from_every_write_all_is_as_it_was(
    world: World, goal: AnyGoal, consent: Consent
) -> None:
    stuck = [key for key, vm in world.of(VM).items() if STAYS in annotations_of(vm)]
    killed = await killed_at_every_write(LiveCluster(world), goal, consent)
    for writes, live in enumerate(killed):
        begun = journal.KEY in live.world.of(CONFIG_MAP)
        await resume_change(context_on(live), backwards=True)
        assert is_whole(live.world), writes
        assert cordoned(live.world) == [], writes
        assert uids(live.world, *stuck) == uids(world, *stuck), writes
        assert live.world.of(VMI).keys() == world.of(VMI).keys(), writes
        assert node_labels(live.world) == node_labels(world), writes
        if begun:
            assert specs(live.world) == specs(world), writes


# --- rights ----------------------------------------------------------------------------------


def test_it_asks_for_what_it_does_where_it_does_it() -> None:
    record = plan(THREE.snapshot, BOND, MOVE).record
    plain = rights_of(record.model_copy(update={"emptying": None}))
    assert rights_of(record) - plain == {
        *rights("get patch watch", NODE),
        *rights("list watch", MIGRATION),
        *rights("create delete", MIGRATION, namespace="default"),
        *rights("watch", VMI, NAD),
    }
