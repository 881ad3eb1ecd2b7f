"""The record is right: real agents still do what they did when it was made.

A few scenarios, or all of them with HARVESTER_NET_EVERY_SCENARIO=1 (six minutes).
"""

from __future__ import annotations

import pytest

from lab import RealLab
from tests.tiers import EVERY

from . import record
from .differences import differences
from .facts import Facts
from .play import played
from .scenarios import SCENARIOS, Scenario
from .stage import real_stage

QUIET = 5.0
USUAL = (
    "MTU",
    "NICs",
    "deleted while not ready",
    "nodes join and leave",
)


@pytest.mark.parametrize(
    "scenario",
    [each for each in SCENARIOS if EVERY or each.title in USUAL],
    ids=lambda scenario: scenario.title,
)
async def test_real_agents_do_as_recorded(
    real_lab: RealLab, number: int, scenario: Scenario
) -> None:
    recorded = record.read()[scenario.title]

    def expected(step: str, facts: Facts) -> bool:
        told = {
            key: was for key, was in recorded[step].items() if not key.startswith("order ")
        }
        return not differences(told, facts)

    async with real_stage(real_lab, number) as stage:
        async for step, facts in played(scenario, stage, QUIET, expected):
            assert [f"{step}: {each}" for each in differences(recorded[step], facts)] == []
