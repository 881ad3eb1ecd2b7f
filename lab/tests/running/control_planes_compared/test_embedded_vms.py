"""The embedded control plane does with VMs as the real one, and refuses what that refuses."""

from __future__ import annotations

import pytest

from ..tables import LAB
from . import table
from .embedded_suite import Played, news_of, play
from .scenario import Scenario
from .scenarios.denials import DENIALS
from .scenarios.vms import VMS

PLAYED = (*VMS, *DENIALS)


@pytest.fixture(scope="module")
def played() -> Played:
    return play(PLAYED)


@pytest.mark.parametrize("scenario", PLAYED, ids=lambda scenario: scenario.title)
def test_embedded_control_plane_does_as_the_real_one(
    played: Played, scenario: Scenario
) -> None:
    assert news_of(scenario, played) == []


def test_documents_have_the_tables(played: Played) -> None:
    how = "write it with: make planes-table"
    assert table.PLACE.written(LAB.read_text()) == table.scenarios(), how
    written = table.PLACE.written(table.REFUSALS.read_text())
    assert written == table.refusals(played), how
