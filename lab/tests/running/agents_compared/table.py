"""The comparison as a table, between two comments in docs/lab.md.

It follows from the scenarios and the known differences alone: the tests see to it that there
are these and no others.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from .differences import KNOWN
from .scenarios import SCENARIOS, Scenario

FILE = Path(__file__).parents[4] / "docs" / "lab.md"
BEGIN = "<!-- Made by `make agents-table`: begin -->"
END = "<!-- end of the table -->"
SAME = "same"


def text() -> str:
    """The table, as it should be in the document."""
    head = ("| Scenario | Steps | Simulated agents |", "|---|---|---|")
    return "\n".join([*head, *(row for each in SCENARIOS for row in _rows(each))])


def written(document: str) -> str:
    """The table that the document has. ValueError: there is no place for one."""
    _, begin, after = document.partition(f"{BEGIN}\n")
    table, end, _ = after.partition(END)
    if not begin or not end:
        raise ValueError(f"{FILE.name} lacks one of the comments {BEGIN} and {END}")
    return table.strip("\n")


def rewritten(document: str) -> str:
    """The document with the table as it should be."""
    written(document)
    before, _, after = document.partition(f"{BEGIN}\n")
    _, _, rest = after.partition(END)
    return f"{before}{BEGIN}\n\n{text()}\n\n{END}{rest}"


def _rows(scenario: Scenario) -> Iterator[str]:
    """A row for each run of steps of which the same is to be said."""
    told = groupby(scenario.steps, key=lambda step: _said(scenario.title, step.title))
    for number, (said, steps) in enumerate(told):
        titles = ", ".join(step.title for step in steps)
        yield f"| {'' if number else scenario.title} | {titles} | {said} |"


def _said(scenario: str, step: str) -> str:
    found = [each for each in KNOWN if each.scenario == scenario and step in each.steps]
    return "; ".join(f"{each.what}: {each.reason}" for each in found) or SAME
