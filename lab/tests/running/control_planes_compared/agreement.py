"""Whether the writes to an object are such as the real control plane does.

Controllers may see two changes at once and write once for both, or see each and write twice;
a status that lasts a moment may not be seen at all. So each field is looked at by itself: it
must take all values that it took in every recorded run, none that it never took, in an order
in which it took them once, and end as it ended then.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from .writes import Write, counts

Values = list[Any]
"""The values that a field took, one after the other."""
_Labels = list[str]


def values_of(writes: Iterable[Write] | None) -> dict[str, Values]:
    """By field, what the writes to an object made of it."""
    values: dict[str, Values] = {}
    for write in writes or ():
        for path, value in write.items():
            values.setdefault(path, []).append(value)
    return values


def disagreements(
    name: str, runs: Sequence[list[Write] | None], seen: list[Write] | None
) -> list[str]:
    """The fields of an object in whose writes no recorded run agrees with what was seen."""
    recorded, now = [values_of(run) for run in runs], values_of(seen)
    return [
        path
        for path in _paths(name, [*recorded, now])
        if not _agree([run.get(path, []) for run in recorded], now.get(path, []))
    ]


def _agree(runs: Sequence[Values], seen: Values) -> bool:
    return agrees([_settled(run) for run in runs], _settled(seen))


def _settled(values: Values) -> Values:
    """Without what a VM says for a moment, if virt-controller looks in that moment.

    A new one is Stopped until it has an instance; one that is deleted is Terminating as long
    as somebody has to let it go.
    """
    begun = values[1:] if values[:2] == ["Stopped", "Starting"] else values
    return begun[:-1] if begun[-1:] == ["Terminating"] else begun


def agrees(runs: Sequence[Values], seen: Values) -> bool:
    """Whether a field may have taken these values."""
    labelled, now = [_labels(run) for run in runs], _labels(seen)
    always = set.intersection(*map(set, labelled))
    ever = set.union(*map(set, labelled))
    return always <= set(now) <= ever and any(_in_line(run, now) for run in labelled)


def is_new(name: str, runs: Sequence[list[Write] | None], seen: list[Write] | None) -> bool:
    """Whether a run has writes to an object that none before had."""
    recorded, now = [values_of(run) for run in runs], values_of(seen)
    return any(
        now.get(path, []) not in [run.get(path, []) for run in recorded]
        for path in _paths(name, [*recorded, now])
    )


def _paths(name: str, runs: Iterable[dict[str, Values]]) -> list[str]:
    """The fields that were written and whose writes count."""
    return sorted(path for path in set().union(*runs) if counts(name, path))


def _labels(values: Values) -> _Labels:
    """A word for each value, and another one if it comes back."""
    counts: Counter[str] = Counter()
    labels = []
    for value in values:
        text = json.dumps(value, sort_keys=True)
        counts[text] += 1
        labels.append(f"{text} {counts[text]}")
    return labels


def _in_line(run: _Labels, seen: _Labels) -> bool:
    """Whether both end alike, and what they have in common comes in one order."""
    common = [label for label in run if label in seen]
    return run[-1:] == seen[-1:] and common == [label for label in seen if label in run]
