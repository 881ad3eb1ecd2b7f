"""Conditions as KubeVirt's controllers write them."""

from __future__ import annotations

from typing import Any

from harvester_net.cluster.resources import Object
from harvester_net.lab.simulators.timings import now

Conditions = list[Object]


def is_true(condition: Object) -> bool:
    return bool(condition.get("status") == "True")


def with_condition(
    conditions: Conditions, kind: str, status: str, reason: str = "", message: str = ""
) -> Conditions:
    """The conditions with this one in its place; its time is new if it says something new."""
    said = {"status": status, "reason": reason, "message": message}
    said = {name: text for name, text in said.items() if text}
    new = {"type": kind, **said, "lastProbeTime": None, "lastTransitionTime": now()}
    return with_same(conditions, new)


def with_same(conditions: Conditions, new: Object) -> Conditions:
    """The conditions with one of another object, in its words and with its times."""
    for position, known in enumerate(conditions):
        if known["type"] == new["type"]:
            if _said(known) == _said(new):
                return conditions
            return [*conditions[:position], new, *conditions[position + 1 :]]
    return [*conditions, new]


def without_condition(conditions: Conditions, kind: str) -> Conditions:
    return [each for each in conditions if each["type"] != kind]


def _said(condition: Object) -> list[Any]:
    return [condition.get(name) or "" for name in ("status", "reason", "message")]
