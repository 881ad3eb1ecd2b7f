"""Simulated agents do in every scenario what real ones did, but for the known differences."""

from __future__ import annotations

import pytest

from lab import RealLab

from . import record
from .differences import expectation, surprises
from .play import played
from .scenarios import SCENARIOS, Scenario
from .stage import simulated_stage

QUIET = 2.0


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.title)
async def test_simulated_agents_do_as_real_ones(
    lab: RealLab, number: int, scenario: Scenario
) -> None:
    recorded = record.read()[scenario.title]
    expected = expectation(scenario.title, recorded)
    async with simulated_stage(lab, number) as stage:
        seen = {
            title: facts async for title, facts in played(scenario, stage, QUIET, expected)
        }
    assert surprises(scenario.title, recorded, seen) == []
