"""The comparison as a table, between two comments in docs/lab.md.

It follows from the scenarios and the known differences alone: the tests see to it that there
are these and no others.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ..tables import Place
from .differences import KNOWN
from .scenarios import SCENARIOS, Scenario

PLACE = Place("agents-table")
SAME = "same"


def text() -> str:
    """The table, as it should be in the document."""
    head = ("| Scenario | Steps | Simulated agents |", "|---|---|---|")
    return "\n".join([*head, *(row for each in SCENARIOS for row in _rows(each))])


def _rows(scenario: Scenario) -> Iterator[str]:
    """A row for each run of steps of which the same is to be said."""
    told = groupby(scenario.steps, key=lambda step: _said(scenario.title, step.title))
    for number, (said, steps) in enumerate(told):
        titles = ", ".join(step.title for step in steps)
        yield f"| {'' if number else scenario.title} | {titles} | {said} |"


def _said(scenario: str, step: str) -> str:
    found = [each for each in KNOWN if each.scenario == scenario and step in each.steps]
    return "; ".join(f"{each.what}: {each.reason}" for each in found) or SAME
