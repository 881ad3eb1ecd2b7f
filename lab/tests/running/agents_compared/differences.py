"""What nodes did otherwise than the record says; the differences that stay, and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .facts import Facts
from .record import Steps, allows
from .scenarios import DELETED, REPAIRED


@dataclass(frozen=True)
class Difference:
    """A field that is another; None: it is not there at all."""

    key: str
    field: str
    recorded: Any
    seen: Any

    def __str__(self) -> str:
        return f"{self.key}: {self.field}: real nodes {self.recorded!r}, seen {self.seen!r}"


@dataclass(frozen=True)
class Known:
    """A difference of simulated nodes that stays in these steps of a scenario."""

    scenario: str
    steps: tuple[str, ...]
    facts: str
    """A regular expression for the names of facts that differ, each with its field."""
    what: str
    reason: str

    def covers(self, scenario: str, step: str, difference: Difference) -> bool:
        fact = f"{difference.key}: {difference.field}"
        here = scenario == self.scenario and step in self.steps
        return here and bool(re.fullmatch(self.facts, fact))


_NEW_NIC = (
    "`eno2` of b has a new index when it is back",
    "a NIC that is put in again is a new link; real nodes' NICs are only moved out of them",
)

KNOWN: tuple[Known, ...] = (
    Known("NIC missing", (REPAIRED, DELETED), "link b eno2: number", *_NEW_NIC),
    Known(
        "NIC pulled in use",
        ("NIC of b back", "MTU 9000", DELETED),
        "link b eno2: number",
        *_NEW_NIC,
    ),
)


def differences(recorded: Facts, seen: Facts) -> list[Difference]:
    return list(_differences(recorded, seen))


def known_of(scenario: str, step: str, difference: Difference) -> Known | None:
    return next((known for known in KNOWN if known.covers(scenario, step, difference)), None)


def expectation(scenario: str, recorded: Steps) -> Callable[[str, Facts], bool]:
    """Whether the facts after a step are as recorded, but for the order, told at its end."""

    def met(step: str, facts: Facts) -> bool:
        before = recorded.get(step, {})
        still = {key: before[key] for key in before if not key.startswith("order ")}
        found = differences(still, facts)
        return all(known_of(scenario, step, each) for each in found)

    return met


def surprises(scenario: str, recorded: Steps, seen: Steps) -> list[str]:
    """What simulated nodes do otherwise for no known reason, and what they do no more."""
    return [
        surprise
        for step in recorded | seen
        for surprise in _surprises(scenario, step, recorded.get(step, {}), seen.get(step, {}))
    ]


def _surprises(scenario: str, step: str, recorded: Facts, seen: Facts) -> Iterator[str]:
    expected = {known for known in KNOWN if known.scenario == scenario and step in known.steps}
    for each in differences(recorded, seen):
        known = known_of(scenario, step, each)
        expected.discard(known)
        if not known:
            yield f"{step}: {each}"
    for known in expected:
        yield f"{step}: no longer so: {known.what}"


def _differences(recorded: Facts, seen: Facts) -> Iterator[Difference]:
    for key in sorted(recorded.keys() | seen.keys()):
        was, now = recorded.get(key, {}), seen.get(key, {})
        for field in sorted(was.keys() | now.keys()):
            same = allows(field, was.get(field), now.get(field))
            if not same and not _is_left_to_chance(key, field, seen):
                yield Difference(key, field, was.get(field), now.get(field))


def _is_left_to_chance(key: str, field: str, seen: Facts) -> bool:
    """Whether a network without nodes is still ready depends on how they went.

    The network controller takes note of the last VlanStatus that goes, but of none if it
    sees the last two go at once.
    """
    kind, _, name = key.rpartition(" ")
    network = name.removeprefix("vlan-")
    has_nodes = any(other.startswith(f"VlanStatus {network} ") for other in seen)
    return field == "ready" and kind in ("ClusterNetwork", "VM network") and not has_nodes
