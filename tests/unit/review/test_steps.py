"""Plans read from the words that `change/report.py` makes of real ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harvester_net.change.plan import Plan, plan
from harvester_net.change.report import (
    notes,
    plan_text,
    refusal_text,
    remaining_text,
    structured,
    titles,
)
from harvester_net.change.reviewed import plan_id
from harvester_net.change.steps.order import steps_of
from harvester_net.review.steps import ChangePlan, plan_in, refusal_and_plan

from ..change.sites import FULL, UP, site

FEW: dict[str, str | bool] = {"default/a": "Always", "default/b": True}
MANY: dict[str, str | bool] = {f"default/vm-{n:03}": "Always" for n in range(100)}


def plan_of(
    vms: dict[str, str | bool], *, storage: bool = False, shared: bool = False
) -> Plan:
    return plan(site(nodes=2, vms=vms, storage=storage, shared=shared).snapshot, UP, FULL)


def read(made: Plan) -> ChangePlan:
    found = plan_in(f"{plan_text(made)}\ncluster: https://127.0.0.1 (context lab)\n")
    assert found is not None
    return found


def of_outputs(made: Plan) -> ChangePlan:
    outputs = structured(made)
    steps, vms = outputs["plan"], outputs["affectedVms"]
    assert isinstance(steps, list)
    assert isinstance(vms, list)
    return ChangePlan.of_outputs(steps, vms)


def test_a_plan_is_read_back_as_it_was_told() -> None:
    made = plan_of(FEW, storage=True, shared=True)
    found = read(made)
    assert found.headline == "MTU of cluster network data: 1500 -> 9000"
    assert [title for _, title in found.steps] == titles(made.record)
    assert [number for number, _ in found.steps] == list(range(1, 13))
    assert found.affected_vms == found.started_vms == ("default/a", "default/b")
    assert found.cleared == ("RWX network", "storage network")
    assert found.estimate == made.estimate != ""
    assert found.notes == tuple(notes(made.record))
    assert found.id == plan_id(made.record)
    assert found.left_out == 0


@pytest.mark.parametrize("storage", [False, True])
def test_words_and_outputs_tell_the_same_of_who_is_interrupted(storage: bool) -> None:
    for vms in ({}, FEW):
        made = plan_of(vms, storage=storage)
        words, outputs = read(made), of_outputs(made)
        assert words.affected_vms == outputs.affected_vms == tuple(sorted(vms))
        assert words.cleared == outputs.cleared
        assert words.steps == outputs.steps


def test_a_long_plan_says_how_much_of_it_is_not_known() -> None:
    made = plan_of(MANY, storage=True)
    found = read(made)
    total = len(titles(made.record))
    assert len(found.steps) + found.left_out == total
    assert dict(found.steps).items() <= dict(enumerate(titles(made.record), start=1)).items()
    assert found.cleared == ("storage network",)
    assert 29 <= len(found.affected_vms) < 100
    assert of_outputs(made).affected_vms == tuple(sorted(MANY))


def test_vms_that_stay_down_are_not_started() -> None:
    made = plan(site(vms=FEW).snapshot, UP, replace(FULL, restart_vms=False))
    assert read(made).affected_vms == ("default/a", "default/b")
    assert read(made).started_vms == ()


def test_the_plan_of_a_refusal_is_told_from_its_reasons() -> None:
    made = plan_of(FEW)
    text = refusal_text("MTU: 1500 -> 9000", ["stop x", "clear y"], plan_text(made))
    said, found = refusal_and_plan(text)
    assert said == refusal_text("MTU: 1500 -> 9000", ["stop x", "clear y"])
    assert found is not None
    assert found == plan_in(plan_text(made))
    assert refusal_and_plan(said) == (said, None)


def test_what_is_left_of_an_unfinished_change_is_a_plan() -> None:
    record = plan_of(FEW, storage=True).record
    stopped_a = record.with_done(steps_of(record)[0].id)
    begun = stopped_a.model_copy(update={"began": "2026-11-29T12:00:00Z", "who": "ada"})
    found = plan_in(remaining_text(begun))
    assert found is not None
    assert found.headline == "MTU of cluster network data: 1500 -> 9000, which is not finished"
    assert [title for _, title in found.steps] == titles(record)[1:]
    assert found.affected_vms == ("default/b",)
    assert found.started_vms == ("default/a", "default/b")
    assert found.cleared == ("storage network",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ready",
        "harvester-net is offline: nothing on the cluster is looked at or changed",
        "1 of 2 nodes ready; node2: its agent has not set up the uplink yet",
        "MTU of cluster network data: 1500 -> 9000: refused, and nothing was changed:\n  - x",
    ],
)
def test_other_texts_are_no_plans(text: str) -> None:
    assert plan_in(text) is None
