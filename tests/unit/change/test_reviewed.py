"""The id of a plan, and what is refused because nobody has reviewed it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harvester_net.change.consent import Consent, NodeCheck
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.change.plan import Plan, plan
from harvester_net.change.reviewed import plan_id
from harvester_net.cluster.resources import VM

from .sites import FULL, UP, reasons, site
from .world import World

VMS: dict[str, str | bool] = {"default/a": "Always", "default/b": True}
ANOTHER = "0123456789ab-1-4"


def made(world: World, consent: Consent = FULL, goal: MtuGoal = UP) -> Plan:
    return plan(world.snapshot, goal, consent)


def id_of(world: World, consent: Consent = FULL, goal: MtuGoal = UP) -> str:
    return plan_id(made(world, consent, goal).record)


def test_plan_has_the_same_id_with_and_without_consent() -> None:
    """So that the preview that is reviewed need not allow anything yet."""
    assert id_of(site(vms=VMS), Consent()) == id_of(site(vms=VMS))


def another_strategy() -> World:
    world = site(vms=VMS)
    vm = world.of(VM)["default/a"]
    return world.put(VM, vm | {"spec": vm["spec"] | {"runStrategy": "RerunOnFailure"}})


@pytest.mark.parametrize(
    ("world", "consent", "goal"),
    [
        pytest.param(site(vms={"default/a": "Always"}), FULL, UP, id="fewer VMs"),
        pytest.param(
            site(vms={"default/a": "Always", "default/c": True}), FULL, UP, id="another VM"
        ),
        pytest.param(another_strategy(), FULL, UP, id="the VM starts otherwise"),
        pytest.param(site(nodes=3, vms=VMS), FULL, UP, id="more nodes"),
        pytest.param(site(vms=VMS, storage=True), FULL, UP, id="a storage network"),
        pytest.param(
            site(vms=VMS), FULL, MtuGoal(cluster_network="data", mtu=8000), id="another MTU"
        ),
        pytest.param(
            site(vms=VMS), replace(FULL, restart_vms=False), UP, id="VMs stay stopped"
        ),
        pytest.param(
            site(vms=VMS), replace(FULL, verify_on_nodes=NodeCheck()), UP, id="with a proof"
        ),
    ],
)
def test_another_plan_has_another_id(world: World, consent: Consent, goal: MtuGoal) -> None:
    assert id_of(world, consent, goal) != id_of(site(vms=VMS))


def test_id_ends_with_how_many_vms_stop_in_how_many_steps() -> None:
    found = made(site(vms=VMS)).record
    assert plan_id(found).endswith("-2-7")


def test_plan_that_was_not_reviewed_is_refused_with_the_difference() -> None:
    id_ = id_of(site(vms=VMS))
    found = made(site(vms=VMS), replace(FULL, reviewed_plans=(ANOTHER,)))
    assert reasons(found.refusals) == [
        f"this plan, {id_} (2 VMs, 7 steps), was not reviewed, but {ANOTHER} (1 VM, 4 steps); "
        "allow it with harvester-net:reviewedPlan"
    ]
    assert found.lacks_only_consent


def test_one_of_several_reviewed_plans_is_carried_out() -> None:
    id_ = id_of(site(vms=VMS))
    found = made(site(vms=VMS), replace(FULL, reviewed_plans=(ANOTHER, id_)))
    assert found.refusals == []


def test_change_that_interrupts_nothing_needs_no_review() -> None:
    found = made(site(nodes=1), replace(FULL, reviewed_plans=(ANOTHER,)))
    assert found.refusals == []


def test_what_cannot_be_done_lacks_more_than_consent() -> None:
    found = replace(made(site(vms=VMS), Consent()), refusals=[])
    assert not found.lacks_only_consent
    impossible = MtuGoal(cluster_network="mgmt", mtu=9000)
    assert not made(site(vms=VMS), Consent(), impossible).lacks_only_consent
