"""Resources that are alike, found and put into rows. Pure.

Alike are those that have the same properties and differ in few values. A value that whole
groups share makes groups of its own, as a person would: a loop for each namespace, not a
column with two namespaces in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str, ...]
Leaves = Mapping[Path, Any]

MOST_COLUMNS = 4
"""More of them than that, and a row is harder to read than a resource."""


@dataclass(frozen=True)
class Text:
    """A text with the value of another path in it."""

    base: Path
    before: str
    after: str


@dataclass(frozen=True)
class Group:
    """Members, by their places in the sequence, and the paths in which they differ."""

    members: Sequence[int]
    columns: Sequence[Path] = ()
    texts: Mapping[Path, Text] = field(default_factory=dict)
    """Paths that follow from a column."""

    @property
    def is_loop(self) -> bool:
        """Whether it is written as a loop."""
        return len(self.members) > 1


def leaves(properties: Mapping[str, Any], above: Path = ()) -> dict[Path, Any]:
    """The values of properties by their paths; lists are values."""
    found: dict[Path, Any] = {}
    for name, value in properties.items():
        if isinstance(value, Mapping) and value:
            found |= leaves(value, (*above, name))
        else:
            found[*above, name] = value
    return found


def grouped(items: Sequence[Leaves], fewest: int, apart: Collection[Path] = ()) -> list[Group]:
    """All items in groups, in the order of their first members; groups of fewer than
    ``fewest`` become single ones.

    ``apart``: paths whose values all members of a group share.
    """
    shapes: dict[Any, list[int]] = {}
    for index, item in enumerate(items):
        shape = (tuple(item), *(item.get(path) for path in apart))
        shapes.setdefault(shape, []).append(index)
    groups = [g for members in shapes.values() for g in _split(items, members, fewest)]
    return sorted(groups, key=lambda group: group.members[0])


def _split(items: Sequence[Leaves], members: list[int], fewest: int) -> Iterator[Group]:
    if len(members) < fewest:
        yield from (Group([member]) for member in members)
        return
    differing = [
        path
        for path in items[members[0]]
        if any(items[m][path] != items[members[0]][path] for m in members)
    ]
    for path in differing:
        classes = _classes(items, members, path)
        if all(len(each) >= fewest for each in classes):
            for each in classes:
                yield from _split(items, each, fewest)
            return
    texts = _texts(items, members, differing)
    columns = [path for path in differing if path not in texts]
    if len(columns) <= MOST_COLUMNS:
        yield Group(members, columns, texts)
        return
    # The value that repeats most often leaves the fewest single ones.
    classes = min((_classes(items, members, path) for path in columns), key=len)
    if len(classes) == len(members):
        yield from (Group([member]) for member in members)
        return
    for each in classes:
        yield from _split(items, each, fewest)


def _classes(items: Sequence[Leaves], members: list[int], path: Path) -> list[list[int]]:
    """The members by their value of a path."""
    found: dict[str, list[int]] = {}
    for member in members:
        found.setdefault(repr(items[member][path]), []).append(member)
    return list(found.values())


def _texts(
    items: Sequence[Leaves], members: list[int], differing: list[Path]
) -> dict[Path, Text]:
    """The paths that follow from another one, which is a column then."""
    found: dict[Path, Text] = {}
    by_length = sorted(
        differing, key=lambda path: sum(len(str(items[m][path])) for m in members)
    )
    for path in differing:
        if any(text.base == path for text in found.values()):
            continue
        # The shortest is what the others are made of.
        for base in by_length:
            if base == path or base in found:
                continue
            pairs = [(items[m][path], items[m][base]) for m in members]
            if (text := _around(pairs)) is not None:
                found[path] = Text(base, *text)
                break
    return found


def _around(pairs: list[tuple[Any, Any]]) -> tuple[str, str] | None:
    """The constant texts before and after the second values in the first ones."""
    if not all(_can_hold(whole, part) for whole, part in pairs):
        return None
    whole, part = pairs[0][0], str(pairs[0][1])
    start = whole.find(part)
    while start >= 0:
        before, after = whole[:start], whole[start + len(part) :]
        if all(f"{before}{inner}{after}" == outer for outer, inner in pairs):
            return before, after
        start = whole.find(part, start + 1)
    return None


def _can_hold(whole: Any, part: Any) -> bool:
    if not isinstance(whole, str) or isinstance(part, bool):
        return False
    return (isinstance(part, str) and part != "") or isinstance(part, int)
