"""What a control plane did otherwise than the record says, and whether it is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .agreement import disagreements, values_of
from .answers import compared
from .facts import Facts
from .known import KNOWN, Known
from .order import Order
from .play import Expectation, Seen
from .record import Steps, allows, alternatives, read
from .scenarios.networks import NEW_CLUSTER
from .writes import (
    CONFIG_LABEL,
    GONE,
    MGMT_LABEL,
    NETWORK_GROUP,
    READY,
    READY_LABEL,
    Writes,
)

ANSWER, FACT, WRITES, ORDER = "answer", "fact", "writes", "order"
_STATUS = re.compile(r"VlanStatus (.*)-node\d-[0-9a-f]{8}")
_PAIR = re.compile(r"(.*), then (.*)")


@dataclass(frozen=True)
class Difference:
    """Something that is another; None: it is not there at all."""

    what: str
    """`answer`, `fact`, `writes` or `order`."""
    name: str
    """Which one: an object with a field, an object, or a pair of writes."""
    recorded: Any
    seen: Any

    def __str__(self) -> str:
        return f"{self.what} {self.name}: real {self.recorded!r}, seen {self.seen!r}"


def differences(
    recorded: Seen, seen: Seen, undecided: frozenset[str] = frozenset()
) -> list[Difference]:
    """What is another; of the `undecided` cluster networks readiness is left to chance."""
    return [
        *_of_answers(recorded, seen),
        *_of_facts(recorded.facts, seen.facts, undecided),
        *_of_writes(recorded.writes, seen.writes),
        *_of_order(recorded.order, seen.order),
    ]


def undecided_networks(recorded: Steps) -> dict[str, frozenset[str]]:
    """By step, the cluster networks that nodes have left by then.

    Whether such a network is still ready depends on how they went (H4.5), and its VM networks
    may keep for ever what it said for a moment.
    """
    left: frozenset[str] = frozenset()
    found = {}
    for title, seen in recorded.items():
        left |= {
            status.group(1)
            for name, runs in seen.writes.items()
            if (status := _STATUS.fullmatch(name))
            and any(GONE in write for run in alternatives(runs) for write in run or ())
        }
        found[title] = left
    return found


def known_of(scenario: str, step: str, difference: Difference) -> Known | None:
    """The entry that explains a difference, if there is one."""
    said = f"{difference.what} {difference.name}"
    return next((known for known in KNOWN if known.covers(scenario, step, said)), None)


def expectation(scenario: str, recorded: Steps) -> Callable[[str], Expectation]:
    """For a step, whether what was seen is as recorded, but for what is known to differ."""

    undecided = undecided_networks(recorded)

    def of_step(step: str) -> Expectation:
        return lambda seen: all(
            known_of(scenario, step, each)
            for each in differences(recorded[step], seen, undecided[step])
        )

    return of_step


def is_as_new(facts: Facts) -> bool:
    """Whether these are the facts of a cluster to which nothing was done yet."""
    recorded = read(NEW_CLUSTER.title)
    found = _of_facts(recorded[NEW_CLUSTER.steps[0].title].facts, facts, frozenset())
    return all(known_of(NEW_CLUSTER.title, NEW_CLUSTER.steps[0].title, each) for each in found)


def surprises(scenario: str, recorded: Steps, seen: Steps) -> list[str]:
    """What differs for no known reason."""
    return [
        f"{step}: {each}"
        for step, each in _all(recorded, seen)
        if not known_of(scenario, step, each)
    ]


def news(recorded: Steps, seen: Steps) -> list[str]:
    """Everything that differs, as between two runs of the real control plane."""
    return [f"{step}: {each}" for step, each in _all(recorded, seen)]


def used(scenario: str, recorded: Steps, seen: Steps) -> set[Known]:
    """The known differences that there really are."""
    return {
        known
        for step, each in _all(recorded, seen)
        if (known := known_of(scenario, step, each))
    }


def _all(recorded: Steps, seen: Steps) -> Iterator[tuple[str, Difference]]:
    undecided = undecided_networks(recorded)
    for step in seen:
        for each in differences(recorded[step], seen[step], undecided[step]):
            yield step, each


def _of_answers(recorded: Seen, seen: Seen) -> Iterator[Difference]:
    for number, (was, now) in enumerate(zip(recorded.answers, seen.answers, strict=True), 1):
        if compared(now) not in [compared(each) for each in alternatives(was)]:
            yield Difference(ANSWER, str(number), was, now)


def _of_facts(recorded: Facts, seen: Facts, undecided: frozenset[str]) -> Iterator[Difference]:
    for name in sorted(recorded.keys() | seen.keys()):
        was, now = recorded.get(name, {}), seen.get(name, {})
        for path in sorted(was.keys() | now.keys()):
            same = allows(was.get(path), now.get(path))
            if not same and not _is_left_to_chance(name, path, seen, undecided):
                yield Difference(FACT, f"{name}: {path}", was.get(path), now.get(path))


def _is_left_to_chance(name: str, path: str, seen: Facts, undecided: frozenset[str]) -> bool:
    """Whether the real control plane could have done either.

    A node that is in several cluster networks has the label of the config that wrote last
    (H2).
    """
    word, _, key = name.partition(" ")
    if word == "Node" and path == CONFIG_LABEL:
        labels = (other for other in seen[name] if other.startswith(f"labels[{NETWORK_GROUP}"))
        return len(set(labels) - {CONFIG_LABEL, MGMT_LABEL}) > 1
    if (word, path) == ("ClusterNetwork", READY):
        return key in undecided
    bridge = str(seen.get(name, {}).get("spec.config.bridge"))
    return (word, path) == ("NAD", READY_LABEL) and bridge.removesuffix("-br") in undecided


def _of_writes(recorded: Writes, seen: Writes) -> Iterator[Difference]:
    for name in sorted(recorded.keys() | seen.keys()):
        runs, now = alternatives(recorded.get(name)), seen.get(name)
        for path in disagreements(name, runs, now):
            was = [values_of(run).get(path) for run in runs]
            yield Difference(WRITES, f"{name}: {path}", was, values_of(now).get(path))


def _of_order(recorded: Order, seen: Order) -> Iterator[Difference]:
    """Pairs that came the other way round; what did not come at all is told by the writes."""
    turned = {_turned(pair) for pair in seen}
    for pair in recorded:
        if pair in turned and pair not in seen:
            yield Difference(ORDER, pair, pair, _turned(pair))


def _turned(pair: str) -> str:
    found = _PAIR.fullmatch(pair)
    assert found, pair
    return f"{found.group(2)}, then {found.group(1)}"
