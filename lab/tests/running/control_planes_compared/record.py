"""What the real control plane did, in `recorded/`, a file for each scenario.

Of the facts after a step a file has those that the step changed. Where runs differ, all that
was seen is kept, and either is right; of the order, what was the same in all runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from .agreement import is_new
from .answers import compared
from .facts import Facts, Fields
from .play import Seen
from .scenario import Scenario

DIRECTORY = Path(__file__).with_name("recorded")
_EITHER = "one of"

Steps = dict[str, Seen]
"""By the title of a step."""
T = TypeVar("T")


def read(scenario: str) -> Steps:
    """What is recorded of a scenario; nothing if there is no record."""
    file = _file(scenario)
    if not file.exists():
        return {}
    facts: Facts = {}
    steps: Steps = {}
    for title, told in json.loads(file.read_text()).items():
        facts = _later(facts, told["facts"])
        steps[title] = Seen(told["answers"], facts, told["writes"], told["order"])
    return steps


def is_of(scenario: Scenario) -> bool:
    """Whether there is a record of this very scenario."""
    return list(read(scenario.title)) == [step.title for step in scenario.steps]


def write(scenario: str, steps: Steps) -> None:
    DIRECTORY.mkdir(exist_ok=True)
    before: Facts = {}
    told = {}
    for title, seen in steps.items():
        told[title] = {
            "answers": seen.answers,
            "facts": _changes(before, seen.facts),
            "writes": seen.writes,
            "order": seen.order,
        }
        before = seen.facts
    _file(scenario).write_text(_lines(told))


def merged(recorded: Steps, run: Steps) -> Steps:
    """The record of a scenario with one more run; if its steps are others now, the run."""
    if list(recorded) != list(run):
        return run
    return {title: _merged(recorded[title], run[title]) for title in run}


def allows(recorded: Any, seen: Any) -> bool:
    """Whether the real control plane did this, at least once."""
    return seen in alternatives(recorded)


def alternatives(recorded: Any) -> list[Any]:
    """All that it did."""
    if isinstance(recorded, dict) and recorded.keys() == {_EITHER}:
        return list(recorded[_EITHER])
    return [recorded]


def _merged(one: Seen, other: Seen) -> Seen:
    return Seen(
        answers=[
            _either(a, b, same=lambda a, b: compared(a) == compared(b))
            for a, b in zip(one.answers, other.answers, strict=True)
        ],
        facts=_each(one.facts, other.facts, _merged_fields),
        writes={
            name: _either_writes(name, one.writes.get(name), other.writes.get(name))
            for name in sorted(one.writes.keys() | other.writes.keys())
        },
        order=[pair for pair in one.order if _is_no_chance(pair, one, other)],
    )


def _is_no_chance(pair: str, one: Seen, other: Seen) -> bool:
    return pair in one.order and pair in other.order


def _either(
    recorded: Any, seen: Any, same: Callable[[Any, Any], bool] = lambda a, b: a == b
) -> Any:
    """The recorded value, with the one that was seen if that is another."""
    known = alternatives(recorded)
    if any(same(each, seen) for each in known):
        return recorded
    return {_EITHER: [*known, seen]}


def _either_writes(name: str, recorded: Any, seen: Any) -> Any:
    known = alternatives(recorded)
    return {_EITHER: [*known, seen]} if is_new(name, known, seen) else recorded


def _merged_fields(recorded: Fields | None, seen: Fields | None) -> Fields:
    """A thing that was not there every time has fields that were None then."""
    return _each(recorded or {}, seen or {}, _either)


def _each(
    one: Mapping[str, Any], other: Mapping[str, Any], merge: Callable[[Any, Any], T]
) -> dict[str, T]:
    names = sorted(one.keys() | other.keys())
    return {name: merge(one.get(name), other.get(name)) for name in names}


def _changes(before: Facts, after: Facts) -> dict[str, Fields | None]:
    """By object, the fields that are others now; None for a field, or object, that is not."""
    return {
        name: None if name not in after else _changed(before.get(name), after[name])
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    }


def _changed(before: Fields | None, after: Fields) -> Fields:
    was = before or {}
    paths = sorted(was.keys() | after.keys())
    return {path: after.get(path) for path in paths if was.get(path) != after.get(path)}


def _later(facts: Facts, changes: Mapping[str, Fields | None]) -> Facts:
    """The facts after these changes."""
    later = dict(facts)
    for name, fields in changes.items():
        if fields is None:
            del later[name]
        else:
            now = later.get(name, {}) | fields
            later[name] = {path: now[path] for path in sorted(now) if now[path] is not None}
    return {name: later[name] for name in sorted(later)}


def _file(scenario: str) -> Path:
    return DIRECTORY / f"{scenario.replace(' ', '_')}.json"


def _lines(told: Mapping[str, Mapping[str, Any]]) -> str:
    """JSON with a line for each thing: differences of runs are to be read."""
    steps = []
    for title, parts in told.items():
        lines = ",\n".join(f"  {json.dumps(part)}: {_part(parts[part])}" for part in parts)
        steps.append(f" {json.dumps(title)}: {{\n{lines}\n }}")
    return "{\n" + ",\n".join(steps) + "\n}\n"


def _part(part: Any) -> str:
    if not part:
        return json.dumps(part)
    if isinstance(part, list):
        return "[\n" + ",\n".join(f"   {json.dumps(each)}" for each in part) + "\n  ]"
    entries = (f"   {json.dumps(name)}: {json.dumps(part[name])}" for name in part)
    return "{\n" + ",\n".join(entries) + "\n  }"


def titles() -> Iterable[str]:
    """Of all scenarios that are recorded."""
    return (file.stem.replace("_", " ") for file in DIRECTORY.glob("*.json"))
