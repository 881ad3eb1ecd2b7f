"""Sets of fields, in the form in which `managedFields` has them (FieldsV1).

A set is a tree: ``f:NAME`` leads into a map, ``k:{KEY}`` and ``v:VALUE`` into a list whose
items are told apart. What has nothing below it is in the set, and so is what has a ``.``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from harvester_net.lab.apiserver.objects import Object

Fields = dict[str, Any]
Path = tuple[str, ...]
Keyed = Callable[[str], str | None]
"""By the name of a list: the field that tells its items apart, "" for a set, None if a list
is changed as a whole only.
"""

_SELF = "."


def fields_of(value: Any, keyed: Keyed, name: str = "") -> Fields:
    """All fields that a value sets."""
    if isinstance(value, dict):
        return {f"f:{key}": fields_of(item, keyed, key) for key, item in value.items()}
    key = keyed(name) if isinstance(value, list) else None
    if key is None:
        return {}
    if not key:
        return {_step_to(item, key): {} for item in value}
    return {_step_to(item, key): {_SELF: {}} | fields_of(item, keyed) for item in value}


def union(one: Fields, other: Fields) -> Fields:
    """What is in one of two sets."""
    result = dict(one)
    for step, below in other.items():
        known = result.get(step)
        if known is None or known == below:
            result[step] = below
        else:
            result[step] = union(known or {_SELF: {}}, below or {_SELF: {}})
    return result


def minus(one: Fields, other: Fields) -> Fields:
    """What is in one set and not in the other."""
    result: Fields = {}
    for step, below in one.items():
        if step not in other:
            result[step] = below
            continue
        there = other[step]
        if not below:
            if there and _SELF not in there:
                result[step] = below
        elif left := minus(below, there or {_SELF: {}}):
            # What had more than itself is no leaf, however little is left.
            result[step] = left
    return result


def paths(fields: Fields, above: Path = ()) -> Iterator[Path]:
    """The members of a set."""
    for step, below in fields.items():
        if step == _SELF:
            yield above
        elif below:
            yield from paths(below, (*above, step))
        else:
            yield (*above, step)


def tree_of(members: list[Path]) -> Fields:
    """The set that has these members."""
    result: Fields = {}
    for path in members:
        one: Fields = {}
        for step in reversed(path):
            one = {step: one}
        result = union(result, one)
    return result


def value_at(value: Any, path: Path) -> Any:
    """What is at a path; raises KeyError if nothing is."""
    for step in path:
        value = _into(value, step)
    return value


def without(value: Any, path: Path) -> Any:
    """A value without what is at a path; the value that is given stays."""
    step, *rest = path
    try:
        below = _into(value, step)
    except KeyError:
        return value
    changed = [without(below, tuple(rest))] if rest else []
    if isinstance(value, dict):
        name = step.removeprefix("f:")
        others = {key: item for key, item in value.items() if key != name}
        return others | {name: changed[0]} if changed else others
    position = next(n for n, item in enumerate(value) if item is below)
    return [*value[:position], *changed, *value[position + 1 :]]


def shown(path: Path) -> str:
    """A path as the server shows it: ``.spec.containers[name="a"].image``."""
    return "".join(map(_shown_step, path))


def _shown_step(step: str) -> str:
    kind, _, text = step.partition(":")
    if kind == "f":
        return f".{text}"
    if kind == "v":
        return f"[={text}]"
    keys = json.loads(text).items()
    return f"[{','.join(f'{name}={json.dumps(value)}' for name, value in keys)}]"


def _step_to(item: Any, key: str) -> str:
    if not key:
        return f"v:{_compact(item)}"
    told = item.get(key) if isinstance(item, dict) else None
    return f"k:{_compact({key: told})}"


def _into(value: Any, step: str) -> Any:
    kind, _, text = step.partition(":")
    if kind == "f":
        if isinstance(value, dict):
            return value[text]
        raise KeyError(step)
    for item in value if isinstance(value, list) else ():
        if _matches(item, kind, text):
            return item
    raise KeyError(step)


def _matches(item: Any, kind: str, text: str) -> bool:
    wanted: Object | str = json.loads(text)
    if kind == "v":
        return bool(item == wanted)
    return (
        isinstance(item, dict)
        and isinstance(wanted, dict)
        and all(item.get(name) == value for name, value in wanted.items())
    )


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)
