"""Properties of the planner on random clusters, against the model of the server."""

from __future__ import annotations

import os
from dataclasses import replace
from random import Random
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from harvester_net.change import report
from harvester_net.change.consent import Consent
from harvester_net.change.continuation import way_back
from harvester_net.change.goals import AnyGoal
from harvester_net.change.plan import Plan, plan
from harvester_net.cluster.errors import ClusterError
from harvester_net.cluster.resources import VMI
from harvester_net.harvester.snapshot import Snapshot

from .clusters import Case, cases, other_cases, picture
from .controllers import settled
from .sites import FULL, reasons
from .walking import Interrupted, Stuck, Walk, walked
from .world import World

EXAMPLES = int(os.environ.get("PLANNER_EXAMPLES", "100"))

# A cluster is large by nature, and some properties need one with running VMs.
LARGE = [HealthCheck.large_base_example, HealthCheck.too_slow, HealthCheck.filter_too_much]
many = settings(max_examples=EXAMPLES, suppress_health_check=LARGE)
chances = st.randoms(use_true_random=False)


def allowed(case: Case) -> Plan:
    """The plan of a case with full consent, which nothing may stand against."""
    made = plan(case.world.snapshot, case.goal, FULL)
    assert made.refusals == []
    return made


def assert_changed(case: Case, after: World) -> None:
    """Everything is as the controllers alone would have it, but for the MTU."""
    network = case.goal.mtu_network
    expected = picture(settled(case.world), network, case.goal.mtu_wanted)
    assert differences(picture(after, network), expected) == []
    assert case.goal.is_reached(after.snapshot)


def assert_as_before(case: Case, after: World) -> None:
    """Everything is as the controllers alone would have it."""
    network = case.goal.mtu_network
    expected = picture(settled(case.world), network)
    assert differences(picture(after, network), expected) == []


def differences(seen: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """Where two pictures differ, in a few words."""
    return [
        f"{part}: {seen[part]} instead of {expected[part]}"
        for part in expected
        if seen[part] != expected[part]
    ]


@many
@given(cases(), chances)
def test_a_plan_reaches_its_goal_in_any_order_without_a_refusal(
    case: Case, chance: Random
) -> None:
    assert_changed(case, settled(walked(case.world, allowed(case).record, chance)))


@many
@given(cases(), chances, st.data())
def test_no_vm_is_stopped_that_could_go_on_running(
    case: Case, chance: Random, data: st.DataObject
) -> None:
    record = allowed(case).record
    assume(record.vms)
    key = data.draw(st.sampled_from(sorted(record.vms)), label="VM that is left as it is")
    assume(not comes_to_rest_stopped(case.world, key))
    left = frozenset({f"stop {key}", f"start {key}"})
    with pytest.raises((ClusterError, Stuck)):
        Walk(case.world, record, chance, skipped=left).go()


def comes_to_rest_stopped(world: World, key: str) -> bool:
    """Whether a VM that is still in the way is about to stop by itself."""
    return key not in settled(world).of(VMI) and key in world.of(VMI)


@many
@given(cases(), st.permutations(range(12)))
def test_the_same_situation_gives_the_same_plan_and_text_whatever_the_order_of_objects(
    case: Case, order: list[int]
) -> None:
    first = allowed(case)
    second = plan(shuffled(case.world.snapshot, order), case.goal, FULL)
    assert second == first
    assert report.plan_text(second) == report.plan_text(first)
    assert report.structured(second) == report.structured(first)


def shuffled(snapshot: Snapshot, order: list[int]) -> Snapshot:
    """The same snapshot, with its objects and their keys in another order."""

    def mixed(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        items = list(value.items())
        turned = [items[i] for i in order if i < len(items)] + items[len(order) :]
        return {key: mixed(inner) for key, inner in turned}

    return Snapshot(mixed({kind: dict(objs) for kind, objs in snapshot.objects.items()}))


@many
@given(cases())
def test_a_vm_that_runs_is_never_stopped_without_consent_and_the_refusal_lists_exactly_them(
    case: Case,
) -> None:
    record = allowed(case).record
    running = [key for key, vm in record.vms.items() if not vm.finished]
    refused = plan(case.world.snapshot, case.goal, Consent())
    about_vms = [reason for reason in reasons(refused.refusals) if "must be stopped" in reason]
    assert refused.record.vms == record.vms
    if not running:
        assert about_vms == []
        return
    [reason] = about_vms
    assert listed_in(reason) == running
    assert reason.endswith("allow it with disruption.stopVms: true")


def listed_in(reason: str) -> list[str]:
    """The VMs that a refusal names."""
    return reason.partition(": ")[2].partition(";")[0].split(", ")


@many
@given(cases(), st.data())
def test_a_vm_outside_the_patterns_of_the_consent_refuses_the_change(
    case: Case, data: st.DataObject
) -> None:
    running = [key for key, vm in allowed(case).record.vms.items() if not vm.finished]
    assume(running)
    other = data.draw(st.sampled_from(running))
    patterns = tuple(key for key in running if key != other) or ("nobody/*",)
    consent = Consent(stop_vms=True, only_vms=patterns, cycle_storage_network=True)
    [reason] = reasons(plan(case.world.snapshot, case.goal, consent).refusals)
    assert reason == (
        f"1 VM must be stopped that no pattern names: {other}; allow it with "
        "disruption.onlyVms"
    ) or (len(running) == 1 and other in reason)


@many
@given(cases())
def test_the_storage_network_is_never_cleared_without_consent(case: Case) -> None:
    record = allowed(case).record
    refused = plan(case.world.snapshot, case.goal, Consent(stop_vms=True))
    cycles = record.storage is not None or record.rwx is not None
    assert {r.allowed_by for r in refused.refusals} <= {"cycleStorageNetwork"}
    assert bool(refused.refusals) == cycles


@many
@given(cases(), chances, st.lists(st.integers(0, 60), min_size=1, max_size=3))
def test_a_change_killed_at_any_act_ends_as_an_undisturbed_one(
    case: Case, chance: Random, kills: list[int]
) -> None:
    world, record = case.world, allowed(case).record
    for kill_after in kills:
        walk = Walk(world, record, chance, kill_after=kill_after)
        try:
            world = walk.go()
        except Interrupted:
            # What was done after the last write of the journal is not in it.
            world, record = walk.world, walk.journalled
        else:
            break
    else:
        world = walked(world, record, chance)
    assert_changed(case, settled(world))


@many
@given(cases(), chances, st.integers(0, 60), st.booleans())
def test_a_change_rolled_back_from_any_act_ends_where_it_began(
    case: Case, chance: Random, acts: int, at_rest: bool
) -> None:
    walk = Walk(case.world, allowed(case).record, chance, kill_after=acts)
    try:
        world = walk.go()
    except Interrupted:
        world = walk.world
    if at_rest:
        world = settled(world)
    back = way_back(walk.journalled, world.snapshot)
    assert_as_before(case, settled(walked(world, back, chance)))


@many
@given(cases(), chances, st.integers(0, 40), st.integers(0, 40))
def test_a_roll_back_that_is_killed_itself_ends_where_the_change_began(
    case: Case, chance: Random, acts: int, more_acts: int
) -> None:
    walk = Walk(case.world, allowed(case).record, chance, kill_after=acts)
    try:
        world = walk.go()
    except Interrupted:
        world = walk.world
    back = Walk(world, way_back(walk.journalled, world.snapshot), chance, more_acts)
    try:
        world = back.go()
    except Interrupted:
        world = walked(back.world, back.journalled, chance)
    assert_as_before(case, settled(world))


# --- changes that are not about the MTU ------------------------------------------------------

UNTOUCHED = {
    "config": (
        "networks",
        "vm networks",
        "vms",
        "settings",
        "longhorn",
        "volumes",
        "cordoned",
    ),
    "configDeletion": ("cordoned",),
    "vmNetwork": ("networks", "configs", "statuses", "vms", "settings", "longhorn", "volumes"),
    "storageNetwork": ("networks", "configs", "statuses", "vms", "volumes"),
}


def test_every_goal_is_tried() -> None:
    """A new goal is drawn in `other_cases`, and says here what it leaves alone."""
    goals = get_args(get_args(AnyGoal)[0])
    assert {goal.model_fields["kind"].default for goal in goals} == {"mtu", *UNTOUCHED}


"""What a change of each kind leaves as it was, besides the other configs."""


def without_target(seen: dict[str, Any], goal: AnyGoal) -> dict[str, Any]:
    """The parts of a picture that a change of this kind leaves alone."""
    configs = {
        key: config
        for key, config in seen["configs"].items()
        if key != getattr(goal, "key", "")
    }
    return {part: seen[part] for part in UNTOUCHED[goal.kind]} | {"other configs": configs}


MOVES = replace(FULL, migrate_vms=True, max_unavailable=99)
IN_TURN = replace(MOVES, max_unavailable=1)
consents = st.sampled_from((FULL, MOVES, IN_TURN))


def possible(case: Case, consent: Consent) -> Plan:
    """The plan of a case, unless Harvester has no way at all, and the plan says so."""
    made = plan(case.world.snapshot, case.goal, consent)
    assume(not any("at the same time" in why for why in reasons(made.refusals)))
    assume(not any("the VM migration network first" in why for why in reasons(made.refusals)))
    assume(not any("not take the storage" in reason for reason in reasons(made.refusals)))
    assume(
        not any("shares the storage network" in reason for reason in reasons(made.refusals))
    )
    assert made.refusals == []
    return made


@many
@given(other_cases(), chances, consents)
def test_any_other_change_reaches_its_goal_in_any_order_without_a_refusal(
    case: Case, chance: Random, consent: Consent
) -> None:
    after = settled(walked(case.world, possible(case, consent).record, chance))
    expected = without_target(picture(settled(case.world), ""), case.goal)
    assert differences(without_target(picture(after, ""), case.goal), expected) == []
    assert case.goal.is_reached(after.snapshot)


@many
@given(other_cases(), chances, st.integers(0, 20), consents)
def test_any_other_change_killed_at_any_act_ends_as_an_undisturbed_one(
    case: Case, chance: Random, acts: int, consent: Consent
) -> None:
    record = possible(case, consent).record
    walk = Walk(case.world, record, chance, kill_after=acts)
    try:
        world = walk.go()
    except Interrupted:
        world = walked(walk.world, walk.journalled, chance)
    expected = picture(settled(walked(case.world, record, chance)), "")
    assert differences(picture(settled(world), ""), expected) == []


@many
@given(other_cases(), chances, st.integers(0, 20), st.booleans(), consents)
def test_any_other_change_rolled_back_from_any_act_ends_where_it_began(
    case: Case, chance: Random, acts: int, at_rest: bool, consent: Consent
) -> None:
    walk = Walk(case.world, possible(case, consent).record, chance, kill_after=acts)
    try:
        world = walk.go()
    except Interrupted:
        world = walk.world
    if at_rest:
        world = settled(world)
    back = way_back(walk.journalled, world.snapshot)
    assert_as_before(case, settled(walked(world, back, chance)))
