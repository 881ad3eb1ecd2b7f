"""What real nodes did, in real_nodes.json: for each step, the facts that it changed.

Where runs of the real nodes differ, both facts are kept, and either is right.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .facts import Facts, Fields
from .order import ORDER, agree
from .stage import ROLES

FILE = Path(__file__).with_name("real_nodes.json")
_EITHER = "one of"

Steps = dict[str, Facts]
"""By the title of a step, all facts after it."""
Record = dict[str, Steps]
"""By the title of a scenario."""


def read() -> Record:
    stored = json.loads(FILE.read_text())
    return {scenario: _all_facts(steps) for scenario, steps in stored.items()}


def write(record: Record) -> None:
    stored = {scenario: _changes(steps) for scenario, steps in record.items()}
    FILE.write_text(_lines(stored))


def merged(recorded: Steps, run: Steps) -> Steps:
    """The record of a scenario with one more run; if its steps are others now, the run."""
    if recorded.keys() != run.keys():
        return run
    return {title: _merged(recorded[title], run[title]) for title in run}


def allows(field: str, recorded: Any, seen: Any) -> bool:
    """Whether real nodes did this, at least once."""
    known = _alternatives(recorded)
    if field == ORDER and seen is not None:
        return any(one is not None and agree(one, seen) for one in known)
    return seen in known


def _alternatives(recorded: Any) -> list[Any]:
    if isinstance(recorded, dict) and recorded.keys() == {_EITHER}:
        return list(recorded[_EITHER])
    return [recorded]


def _either(field: str, recorded: Any, seen: Any) -> Any:
    """The recorded value, with the one that was seen if that is another."""
    if not allows(field, recorded, seen):
        return {_EITHER: [*_alternatives(recorded), seen]}
    if field == ORDER and isinstance(recorded, list):
        return max(recorded, seen, key=len)
    return recorded


def _merged(recorded: Facts, seen: Facts) -> Facts:
    return {
        key: _merged_fields(recorded.get(key), seen.get(key))
        for key in sorted(recorded.keys() | seen.keys())
    }


def _merged_fields(recorded: Fields | None, seen: Fields | None) -> Fields:
    """A thing that was not there every time has fields that were None then."""
    old, new = recorded or {}, seen or {}
    return {
        name: _either(name, old.get(name), new.get(name))
        for name in sorted(old.keys() | new.keys())
    }


def _changes(steps: Mapping[str, Facts]) -> dict[str, dict[str, Fields | None]]:
    before: Facts = {}
    changes: dict[str, dict[str, Fields | None]] = {}
    for title, facts in steps.items():
        keys = sorted(before.keys() | facts.keys())
        changed = (key for key in keys if facts.get(key) != before.get(key))
        changes[title] = _folded({key: facts.get(key) for key in changed})
        before = facts
    return changes


def _all_facts(steps: Mapping[str, Mapping[str, Fields | None]]) -> dict[str, Facts]:
    facts: Facts = {}
    after: dict[str, Facts] = {}
    for title, changes in steps.items():
        told = {**facts, **_unfolded(changes)}
        facts = {key: fields for key, fields in told.items() if fields is not None}
        after[title] = facts
    return after


def _folded(changes: Mapping[str, Fields | None]) -> dict[str, Fields | None]:
    """With `*` for the node where all nodes have the same."""
    told: dict[str, Fields | None] = {}
    for key, fields in changes.items():
        nodes = [_for_node(key, role) for role in ROLES]
        alike = all(node in changes and changes[node] == fields for node in nodes)
        told[_for_node(key, "*") if alike else key] = fields
    return told


def _unfolded(changes: Mapping[str, Fields | None]) -> dict[str, Fields | None]:
    return {
        _for_node(key, role) if "*" in key else key: fields
        for key, fields in changes.items()
        for role in ROLES
    }


def _for_node(key: str, role: str) -> str:
    """The name of the same fact about another node; of a fact about none it is the same."""
    words = (role if word in (*ROLES, "*") else word for word in key.split())
    return " ".join(words)


def _lines(stored: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """JSON with a line for each thing: differences of runs are to be read."""
    scenarios = []
    for scenario, steps in stored.items():
        told = []
        for title, facts in steps.items():
            lines = [f"   {json.dumps(key)}: {json.dumps(facts[key])}" for key in facts]
            told.append(f"  {json.dumps(title)}: {{\n" + ",\n".join(lines) + "\n  }")
        scenarios.append(f" {json.dumps(scenario)}: {{\n" + ",\n".join(told) + "\n }")
    return "{\n" + ",\n".join(scenarios) + "\n}\n"
