"""The embedded control plane does with networks and settings what the real one did."""

from __future__ import annotations

import pytest

from .embedded_suite import Played, news_of, play
from .scenario import Scenario
from .scenarios.drift import DRIFT
from .scenarios.faults import FAULTS
from .scenarios.networks import NETWORKS
from .scenarios.settings import SETTINGS

PLAYED = (*NETWORKS, *SETTINGS, *DRIFT, *FAULTS)


@pytest.fixture(scope="module")
def played() -> Played:
    return play(PLAYED)


@pytest.mark.parametrize("scenario", PLAYED, ids=lambda scenario: scenario.title)
def test_embedded_control_plane_does_as_the_real_one(
    played: Played, scenario: Scenario
) -> None:
    assert news_of(scenario, played) == []
