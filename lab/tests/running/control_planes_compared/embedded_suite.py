"""What the tests of the embedded control plane share; there are two, to run side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from . import record
from .differences import surprises, used
from .embedded import all_on_embedded
from .known import KNOWN
from .record import Steps
from .scenario import Scenario

Played = dict[str, Steps]
"""By the title of the scenario, what was seen of its steps."""


def play(scenarios: Iterable[Scenario]) -> Played:
    """All side by side in this process, each on a cluster of its own."""
    recorded = [scenario for scenario in scenarios if record.is_of(scenario)]
    return asyncio.run(all_on_embedded(recorded))


def news_of(scenario: Scenario, played: Played) -> list[str]:
    """What differs for no known reason, and which known differences there are no more."""
    if scenario.title not in played:
        return ["it has other steps than its record"]
    recorded, seen = record.read(scenario.title), played[scenario.title]
    found = used(scenario.title, recorded, seen)
    stale = (k for k in KNOWN if k.scenario == scenario.title and k not in found)
    return [
        *surprises(scenario.title, recorded, seen),
        *(f"no longer so: {known.what}" for known in stale),
    ]
