"""In which order facts appear: LinkMonitor shows a new bond before it is the bridge's port.

All kinds of objects are in one etcd, so their resource versions say what was written first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harvester_net.lab.api import Object

from .facts import Names, Numbers, Objects, Wanted, facts_of, holds, of_each

Sights = Mapping[str, Wanted]
"""What may come into sight in a step, each by a name."""


ORDER = "in order"
"""The field of a fact that is an order."""


@dataclass(frozen=True)
class Event:
    """One write; `obj` is None if it was a deletion."""

    version: int
    kind: str
    key: str
    obj: Object | None


def order_seen(
    sights: Sights,
    start: Objects,
    events: Iterable[Event],
    nodes: tuple[str, ...],
    names: Names,
    numbers: Numbers,
) -> dict[str, list[str]]:
    """By node, the sights that came up since `start`, in the order of their first time."""
    wanted = {
        (node, name): of_each(sight, (node,))
        for node in nodes
        for name, sight in sights.items()
    }
    objects = {kind: dict(known) for kind, known in start.items()}
    facts = facts_of(objects, names, numbers)
    waiting = [key for key in wanted if not holds(facts, wanted[key])]
    seen: dict[str, list[str]] = {node: [] for node in nodes}
    for event in sorted(events, key=lambda event: event.version):
        objects[event.kind].pop(event.key, None)
        if event.obj is not None:
            objects[event.kind][event.key] = event.obj
        facts = facts_of(objects, names, numbers)
        for node, name in list(waiting):
            if holds(facts, wanted[node, name]):
                waiting.remove((node, name))
                seen[node].append(name)
    return seen


def agree(one: list[str], other: list[str]) -> bool:
    """Whether two orders end alike and contradict each other in nothing.

    What lasts a moment is not always seen: agents write down what they find when they look.
    """
    common = [sight for sight in one if sight in other]
    return one[-1:] == other[-1:] and common == [sight for sight in other if sight in one]
