"""The comparison as tables: scenarios in docs/lab.md, refusals in docs/refusals.md.

The first follows from the scenarios and the known differences alone: the tests see to it that
there are these and no others. The second has Harvester's words from the record, and those of
the embedded control plane as it was played.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ..tables import LAB, Place
from . import record
from .answers import Answer
from .known import EVERYWHERE, KNOWN, Known
from .record import Steps, alternatives
from .scenario import Scenario
from .scenarios import SCENARIOS
from .scenarios.denials import DENIALS

PLACE = Place("planes-table")
REFUSALS = LAB.with_name("refusals.md")
SAME = "same"

Played = Mapping[str, Steps]
"""What was seen of the steps of scenarios, by title."""


def scenarios() -> str:
    """The table of scenarios."""
    head = ("| Scenario | Steps | Embedded control plane |", "|---|---|---|")
    everywhere = [k for k in KNOWN if k.scenario == EVERYWHERE]
    rows = (*map(_everywhere, everywhere), *(row for each in SCENARIOS for row in _rows(each)))
    return "\n".join([*head, *rows, f"| all | {_count()} | |"])


def refusals(embedded: Played) -> str:
    """The table of what is refused, in whose words."""
    head = (
        "| Asked | Answer | Harvester | Embedded control plane |",
        "|---|---|---|---|",
    )
    return "\n".join([*head, *(row for each in DENIALS for row in _refused(each, embedded))])


def write(embedded: Played) -> None:
    """Both into their documents."""
    _into(LAB, scenarios())
    _into(REFUSALS, refusals(embedded))


def _into(document: Path, table: str) -> None:
    document.write_text(PLACE.rewritten(document.read_text(), table))


def _count() -> int:
    return sum(len(each.steps) for each in SCENARIOS)


def _everywhere(known: Known) -> str:
    return f"| in any | | {known.what}: {known.reason} |"


def _rows(scenario: Scenario) -> Iterator[str]:
    """A row for the scenario, and for each further difference."""
    found = [known for known in KNOWN if known.scenario == scenario.title]
    for number, known in enumerate(found or (None,)):
        title, count = (scenario.title, len(scenario.steps)) if not number else ("", "")
        yield f"| {title} | {count} | {_said(known)} |"


def _said(known: Known | None) -> str:
    if known is None:
        return SAME
    steps = f" ({', '.join(known.steps)})" if known.steps else ""
    return f"{known.what}{steps}: {known.reason}"


def _refused(scenario: Scenario, embedded: Played) -> Iterator[str]:
    recorded, seen = record.read(scenario.title), embedded[scenario.title]
    for step in scenario.steps:
        for was, now in zip(
            recorded[step.title].answers, seen[step.title].answers, strict=True
        ):
            real = alternatives(was)[0]
            if "webhook" in real:
                words = (step.title, _answer(real), _words(real), _words(now))
                yield f"| {' | '.join(words)} |"


def _answer(answer: Answer) -> str:
    return f"{answer['code']} {answer.get('reason', '')}".strip()


def _words(answer: Answer) -> str:
    """In a cell of a table."""
    said = str(answer.get("said", "taken")).removeprefix("Internal error occurred: ")
    return said.replace("|", r"\|").replace("\n", " ").replace("<", r"\<")
