"""The record is right: Harvester's own programs still do what they did when it was made.

A few scenarios, or all of them with HARVESTER_NET_EVERY_SCENARIO=1 (half an hour). They need a
session of `--control-plane real`.
"""

from __future__ import annotations

import pytest

from lab import RealLab
from tests.tiers import EVERY

from . import record
from .differences import differences, expectation, undecided_networks
from .live import followed
from .play import played
from .real import PACE
from .scenario import Scenario
from .scenarios import SCENARIOS

USUAL = (
    "cluster network",
    "configs per rack",
    "storage network on mgmt",
    "VM that runs always",
)


@pytest.mark.parametrize(
    "scenario",
    [each for each in SCENARIOS if EVERY or each.title in USUAL],
    ids=lambda scenario: scenario.title,
)
async def test_real_control_plane_does_as_recorded(
    real_parts: RealLab, scenario: Scenario
) -> None:
    recorded = record.read(scenario.title)
    expected = expectation(scenario.title, recorded)
    undecided = undecided_networks(recorded)
    async with real_parts.api() as api, followed(api) as live:
        async for step, seen in played(scenario, api, live, PACE, expected):
            found = differences(recorded[step], seen, undecided[step])
            assert [f"{step}: {each}" for each in found] == []
