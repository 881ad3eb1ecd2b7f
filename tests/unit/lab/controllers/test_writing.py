"""Writes that all controllers have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest

from harvester_net.cluster.resources import CLUSTER_NETWORK, Object
from harvester_net.lab.controllers.controller import Action, Delete, Patch
from harvester_net.lab.controllers.writing import (
    annotated,
    conditions_with,
    deleted,
    held,
    is_held,
    labelled,
    patch,
    released,
)
from tests.objects import cluster_network, going

OURS = "wrangler.cattle.io/ours"


def network(**meta: Any) -> Object:
    return cluster_network("data", resourceVersion="7", uid="uid-1", **meta)


def finalizers_in(actions: Iterable[Action]) -> list[list[str]]:
    """What the finalizers become, by each of the writes."""
    return [one.fields["metadata"]["finalizers"] for one in actions if isinstance(one, Patch)]


def test_patch_is_for_the_version_that_was_looked_at() -> None:
    asked = patch(CLUSTER_NETWORK, network(), {"metadata": {"labels": {"a": "b"}}})
    fields = {"metadata": {"labels": {"a": "b"}, "resourceVersion": "7"}}
    assert asked == Patch(CLUSTER_NETWORK, "data", fields)


@pytest.mark.parametrize(
    ("before", "wanted", "written"),
    [
        ({}, {"a": "1"}, {"a": "1"}),
        ({"a": "1"}, {"a": "1"}, None),
        ({"a": "1", "b": "2"}, {"a": "1", "b": "3"}, {"b": "3"}),
        ({"a": "1"}, {"a": None}, {"a": None}),
        ({}, {"a": None}, None),
        ({"b": "2"}, {}, None),
    ],
)
def test_only_what_differs_is_written(
    before: dict[str, str],
    wanted: dict[str, str | None],
    written: dict[str, str | None] | None,
) -> None:
    for kind, write in (("annotations", annotated), ("labels", labelled)):
        asked = list(write(CLUSTER_NETWORK, network(**{kind: before}), wanted))
        seen = [one.fields["metadata"][kind] for one in asked if isinstance(one, Patch)]
        assert seen == ([] if written is None else [written])


@pytest.mark.parametrize(
    ("finalizers", "after"),
    [(None, [OURS]), ([], [OURS]), (["other"], ["other", OURS]), ([OURS], None)],
)
def test_finalizer_is_added_once(
    finalizers: list[str] | None, after: list[str] | None
) -> None:
    asked = held(CLUSTER_NETWORK, network(finalizers=finalizers), "ours")
    assert finalizers_in(asked) == ([] if after is None else [after])


def test_finalizer_is_not_added_to_what_goes() -> None:
    assert list(held(CLUSTER_NETWORK, going(network()), "ours")) == []


@pytest.mark.parametrize(
    ("finalizers", "after"), [(None, None), (["other"], None), (["a", OURS, "b"], ["a", "b"])]
)
def test_finalizer_is_taken_off_if_it_is_there(
    finalizers: list[str] | None, after: list[str] | None
) -> None:
    asked = released(CLUSTER_NETWORK, network(finalizers=finalizers), "ours")
    assert finalizers_in(asked) == ([] if after is None else [after])


def test_what_is_held_was_seen_before() -> None:
    assert is_held(network(finalizers=[OURS]), "ours")
    assert not is_held(network(), "ours")


def test_deletion_is_asked_for_once() -> None:
    asked = list(deleted(CLUSTER_NETWORK, network()))
    assert asked == [Delete(CLUSTER_NETWORK, "data", "uid-1")]
    assert list(deleted(CLUSTER_NETWORK, going(network()))) == []
    assert list(deleted(CLUSTER_NETWORK, None)) == []


def saying(**said: str) -> Object:
    """An object with this condition, of long ago."""
    condition = {"type": "ready", "lastUpdateTime": "2020-01-01T00:00:00Z"} | said
    return {"status": {"conditions": [{"type": "other", "status": "True"}, condition]}}


@pytest.mark.parametrize(
    ("before", "said", "after", "moves"),
    [
        ({}, ("True",), {"type": "ready", "status": "True"}, True),
        (saying(status="True"), ("True",), None, False),
        (saying(status="True"), ("False",), {"status": "False"}, True),
        (
            saying(status="False", reason="A", message="b"),
            ("False", "A", "c"),
            {"status": "False", "reason": "A", "message": "c"},
            True,
        ),
        (saying(status="True", reason="A"), ("True", "B"), {"reason": "B"}, False),
        (saying(status="True", reason="A"), ("True", None, None), None, False),
        (saying(status="True", reason="A"), ("True", "", ""), {"status": "True"}, False),
    ],
)
def test_condition_is_written_when_it_says_something_else(
    before: Object, said: tuple[str, ...], after: Object | None, moves: bool
) -> None:
    conditions = conditions_with(before, "ready", *said)
    assert (conditions is None) == (after is None)
    if conditions is None or after is None:
        return
    condition = conditions[-1]
    assert condition.items() >= after.items()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", condition["lastUpdateTime"])
    assert (condition["lastUpdateTime"] > "2020-01-01T00:00:00Z") is moves


def test_other_conditions_stay_and_empty_texts_go() -> None:
    before = saying(status="False", reason="In Progress", message="create NAD")
    conditions = conditions_with(before, "ready", "True", "Completed", "")
    assert conditions is not None
    assert [one["type"] for one in conditions] == ["other", "ready"]
    assert conditions[1].keys() == {"type", "status", "reason", "lastUpdateTime"}
