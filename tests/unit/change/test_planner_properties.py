"""Properties of the planner on random clusters, against the model of the server."""

from __future__ import annotations

import os
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvester_net.change import report
from harvester_net.change.carry_out import way_back
from harvester_net.change.consent import Consent
from harvester_net.change.plan import Plan, plan, reached
from harvester_net.change.situation import Situation
from harvester_net.change.steps.order import steps_of
from harvester_net.cluster.errors import ClusterError
from harvester_net.cluster.resources import VM, VMI

from .clusters import Case, cases, picture
from .controllers import settled
from .walking import Interrupted, Stuck, Walk, walked

EXAMPLES = int(os.environ.get("PLANNER_EXAMPLES", "100"))
FULL = Consent(stop_vms=True, cycle_storage_network=True)

many = settings(max_examples=EXAMPLES)
chances = st.randoms(use_true_random=False)


def allowed(case: Case) -> Plan:
    """The plan of a case with full consent, which nothing may stand against."""
    made = plan(case.world.situation, case.goal, FULL)
    assert made.refusals == []
    return made


def wanted(case: Case) -> dict[str, object]:
    """How everything must be after the change."""
    return picture(settled(case.world), case.goal.cluster_network, case.goal.mtu)


@many
@given(cases(), chances)
def test_a_plan_reaches_its_goal_in_any_order_without_a_refusal(
    case: Case, chance: Random
) -> None:
    made = allowed(case)
    after = settled(walked(case.world, made.record, chance))
    assert picture(after, case.goal.cluster_network) == wanted(case)
    assert reached(after.situation, case.goal)
