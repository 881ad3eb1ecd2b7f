"""Differences between objects, and conditions."""

from __future__ import annotations

import pytest

from harvester_net.cluster.merge_patch import applied, difference
from harvester_net.cluster.resources import Object, condition
from harvester_net.lab.controllers.changes import is_true, with_condition, without_condition


@pytest.mark.parametrize(
    ("before", "after", "patch"),
    [
        ({"a": 1}, {"a": 1}, {}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {}, {"a": None}),
        ({}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, {"a": {"c": 3}}),
        ({"a": {"b": 1}}, {"a": {}}, {"a": {"b": None}}),
        ({"a": [1, 2]}, {"a": [2]}, {"a": [2]}),
        ({"a": [1]}, {"a": {"b": 1}}, {"a": {"b": 1}}),
    ],
)
def test_difference_makes_one_of_the_other(
    before: Object, after: Object, patch: Object
) -> None:
    assert difference(before, after) == patch
    assert applied(before, patch) == after


def test_condition_keeps_its_time_while_it_says_the_same() -> None:
    old = [{"type": "Ready", "status": "False", "reason": "R", "lastTransitionTime": "then"}]
    assert with_condition(old, "Ready", "False", "R") == old
    (new,) = with_condition(old, "Ready", "True")
    assert (new["status"], "reason" in new) == ("True", False)
    assert new["lastTransitionTime"] != "then"


def test_conditions_keep_their_order() -> None:
    known = [{"type": name, "status": "False"} for name in ("A", "B")]
    changed = with_condition(with_condition(known, "A", "True"), "C", "True")
    assert [each["type"] for each in changed] == ["A", "B", "C"]
    assert [each["type"] for each in without_condition(changed, "B")] == ["A", "C"]


def test_condition_that_is_not_there_is_not_true() -> None:
    known = {"status": {"conditions": [{"type": "A", "status": "True"}]}}
    assert is_true(condition(known, "A"))
    assert not is_true(condition(known, "B"))
    assert condition({}, "A") == {}
