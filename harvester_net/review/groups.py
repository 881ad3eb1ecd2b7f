"""What changes, in few rows: what changes in the same way, or comes to the same network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .preview import Change, Operation
from .properties import description, difference, is_described


@dataclass(frozen=True)
class Group:
    """Resources to which the same happens; all of it as plain text."""

    operation: Operation
    kind: str
    names: Sequence[str]
    what: str
    """What changes, old and new, or what they are like."""


def groups(changes: Iterable[Change]) -> list[Group]:
    """The changes in the order in which they come."""
    found: dict[tuple[Operation, str, str], list[Change]] = defaultdict(list)
    for change in changes:
        found[change.operation, change.kind, _what_is_alike(change)].append(change)
    return [
        Group(operation, kind, list(map(_which, group)), _what(group))
        for (operation, kind, _), group in found.items()
    ]


def _what(group: Sequence[Change]) -> str:
    if is_described(group[0]):
        return description([it.new or it.old for it in group])
    return difference(group[0])


def _what_is_alike(change: Change) -> str:
    if not is_described(change):
        return difference(change)
    return str((change.new or change.old).get("clusterNetwork") or "")


def _which(change: Change) -> str:
    """The name of the resource, and that of its object where it is another one."""
    inputs = change.new or change.old
    named = inputs.get("name")
    if isinstance(named, str) and named != change.urn.name:
        return f"{change.urn.name} ({named})"
    return change.urn.name
