"""Random requests, valid and not, on both control planes: the same verdicts, the same ends.

So many sequences as HARVESTER_NET_RANDOM_SEQUENCES says; they need a session of
`--control-plane real`. What is drawn is the same each time, so that a failure comes back.
"""

from __future__ import annotations

import asyncio
import os

from hypothesis import HealthCheck, Phase, given, settings

from lab import RealLab

from .acts import Act
from .answers import Answer
from .differences import differences, is_as_new, known_of
from .embedded import PACE, small_cluster
from .live import followed, stored
from .play import Pace, Seen, played
from .random_acts import sequences
from .scenario import Scenario, Step

SEQUENCES = int(os.environ.get("HARVESTER_NET_RANDOM_SEQUENCES", "4"))
LENGTH = 14

_PACE = Pace(lag=0.3, quiet=3.0, after_refusal=0.5, rest=0.0, hope=0.0, patience=1.0)
"""What is done is not known here, so that only quiet tells that it is done."""


def test_random_requests_are_judged_alike_and_end_alike(real_parts: RealLab) -> None:
    """One test, for the lab comes up once for all sequences."""

    @settings(
        max_examples=SEQUENCES,
        derandomize=True,
        deadline=None,
        database=None,
        # Each sequence takes half a minute; a smaller one is found by hand.
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(sequences(LENGTH))
    def alike(acts: list[Act]) -> None:
        real_parts.reset()
        assert asyncio.run(_differences(real_parts, acts)) == []

    alike()


async def _differences(lab: RealLab, acts: list[Act]) -> list[str]:
    """The first verdict that differs, or what is other in the end."""
    steps = (Step(f"{number}: {act}", act) for number, act in enumerate(acts, 1))
    scenario = Scenario("random requests", tuple(steps))
    async with lab.api() as api, followed(api) as live:
        playing = played(scenario, api, live, _PACE)
        real = {title: seen async for title, seen in playing}
    async with small_cluster() as cluster, cluster.api() as api:
        with stored(cluster) as live:
            playing = played(scenario, api, live, PACE, beginning=is_as_new)
            embedded = {title: seen async for title, seen in playing}
    for title, seen in real.items():
        if _verdicts(seen) != _verdicts(embedded[title]):
            return [f"{title}: real {seen.answers}, embedded {embedded[title].answers}"]
    last = scenario.steps[-1].title
    found = differences(_end(real[last]), _end(embedded[last]))
    return [str(each) for each in found if not known_of(scenario.title, last, each)]


def _verdicts(seen: Seen) -> list[Answer]:
    names = ("code", "reason", "webhook")
    return [{name: answer.get(name) for name in names} for answer in seen.answers]


def _end(seen: Seen) -> Seen:
    return Seen([], seen.facts, {}, [])
