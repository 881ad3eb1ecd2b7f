"""Values of properties in words: what changes, and what a new object is like."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..printable import printable
from .preview import Change, Operation, Properties

_PART = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.\[\]]+)')
_ESCAPED = re.compile(r"\\(.)")
_SECRET_MARK = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How Pulumi writes what is known only at `up`."""
NOT_KNOWN = "known at up"
LONGEST = 160
"""Characters of a value."""
FEW = 3
"""Values that are told one by one."""
_UNTOLD = frozenset(("name", "namespace", "labels", "annotations", "disruption"))
"""Of a new object: what its name says, and what no reviewer of networks looks for first."""
_MISSING = object()


def value_at(properties: Properties, path: str) -> object:
    """The value at the path of a difference: ``uplink.nics[0]``, ``labels["a.b"]``."""
    found: Any = properties
    for quoted, index, plain in _PART.findall(path):
        if index and isinstance(found, list):
            found = found[int(index)] if int(index) < len(found) else _MISSING
        elif isinstance(found, dict):
            found = found.get(plain or index or _ESCAPED.sub(r"\1", quoted), _MISSING)
        else:
            return _MISSING
    return found


def difference(change: Change) -> str:
    """What changes, old and new, as plain text."""
    return _difference(change.paths, change.old, change.new)


def drift(change: Change) -> str:
    """What somebody has changed past Pulumi, as plain text; empty if nobody has."""
    if change.recorded is None:
        return ""
    if not change.old:
        return "it is gone from the cluster"
    found = {**change.recorded, **change.old}
    paths = [it for it in sorted(found) if change.recorded.get(it) != change.old.get(it)]
    return _difference(paths, change.recorded, change.old)


def _difference(paths: Iterable[str], before: Properties, after: Properties) -> str:
    told = []
    for path in paths:
        old, new = value_at(before, path), value_at(after, path)
        if old is _MISSING and new is _MISSING:
            told.append(path)
        elif old is _MISSING:
            told.append(f"{path}: {_words(new)}")
        else:
            now = "nothing" if new is _MISSING else _words(new)
            told.append(f"{path}: {_words(old)} → {now}")
    return "; ".join(told)


def description(group: Sequence[Properties]) -> str:
    """What objects are like that come or go together, as plain text: what they have in
    common, a few values that differ, and of many numbers the least and the greatest.
    """
    leaves = [dict(_leaves(properties)) for properties in group]
    paths = sorted({path for leaf in leaves for path in leaf})
    told = (
        (path, _in_common([leaf.get(path, _MISSING) for leaf in leaves])) for path in paths
    )
    return "; ".join(f"{path}: {words}" for path, words in told if words)


def is_described(change: Change) -> bool:
    """Whether all of the object is new or goes, so that there is no old and new."""
    return not change.paths and change.operation is not Operation.UPDATE


def _in_common(values: list[object]) -> str:
    if any(value is _MISSING for value in values):
        return ""
    told = list(dict.fromkeys(map(_words, values)))
    if len(told) <= FEW:
        return ", ".join(told)
    numbers = [it for it in values if isinstance(it, int | float) and not isinstance(it, bool)]
    if len(numbers) < len(values):
        return ""
    return f"{_words(min(numbers))} … {_words(max(numbers))}"


def _leaves(value: Properties, path: str = "") -> Iterator[tuple[str, object]]:
    """The values that are no objects, with their paths; a list of values is one."""
    for name, inner in value.items():
        if not path and (name in _UNTOLD or name.startswith("__")):
            continue
        if isinstance(inner, dict) and _SECRET_MARK not in inner:
            yield from _leaves(inner, f"{path}{name}.")
        elif inner is not None:
            yield f"{path}{name}", inner


def _words(value: object) -> str:
    """A value in one line of bounded length; a secret never."""
    plain = _plain(value)
    if isinstance(plain, list) and all(isinstance(inner, str) for inner in plain):
        plain = " + ".join(plain)
    text = plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
    return printable(text, LONGEST) or '""'


def _plain(value: object) -> object:
    if value == UNKNOWN:
        return NOT_KNOWN
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, dict):
        if value.get(_SECRET_MARK) == _SECRET:
            return "[secret]"
        return {name: _plain(inner) for name, inner in sorted(value.items())}
    return value
