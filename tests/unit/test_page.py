"""docs/page.md: what it names is there, and its links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from harvester_net.rules.catalogue import all_rules

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "page.md"
SENTENCES = 81
"""How many there are that state a rule, a caution or a behaviour."""

ROW = re.compile(r"^\| (\d+) \| (.+) \| (.+) \|$", re.MULTILINE)
LINK = re.compile(r"\[([^\]]+)\]\((?!https:)([^)#]*)(?:#([^)]+))?\)")
RULE = re.compile(r"\[`([^`]+)`\]\(rules\.md#([^)]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
DECISION = re.compile(r"decision (\d+)")


def anchors(document: Path) -> Iterator[str]:
    """Where a link into a document may lead: its headings, as GitHub names them, and more."""
    text = document.read_text()
    yield from re.findall(r'<a id="([^"]+)"></a>', text)
    for heading in HEADING.findall(text):
        yield re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def leads_somewhere(file: str, anchor: str) -> bool:
    document = (PAGE.parent / file).resolve() if file else PAGE
    return document.exists() and (not anchor or anchor in set(anchors(document)))


def test_every_sentence_has_a_row_and_no_row_is_empty() -> None:
    rows = ROW.findall(PAGE.read_text())
    assert [int(number) for number, _, _ in rows] == list(range(1, SENTENCES + 1))
    assert [number for number, says, served in rows if not (says and served)] == []


def test_every_link_leads_somewhere() -> None:
    links = LINK.findall(PAGE.read_text())
    assert links
    assert [link for link in links if not leads_somewhere(*link[1:])] == []


def test_every_rule_that_is_named_is_one() -> None:
    named = RULE.findall(PAGE.read_text())
    assert named
    assert [name for name, anchor in named if name != anchor] == []
    assert {name for name, _ in named} - {rule.name for rule in all_rules()} == set()


def test_every_decision_that_is_named_is_about_it() -> None:
    decisions = (ROOT / "docs" / "decisions.md").read_text()
    (number,) = set(DECISION.findall(PAGE.read_text()))
    assert (
        f"\n{number}. **No preview says that a cluster network covers only some" in decisions
    )


def test_a_link_that_leads_nowhere_is_found() -> None:
    assert leads_somewhere("rules.md", "configs-have-one-mtu")
    assert not leads_somewhere("rules.md", "configs-have-two-mtus")
    assert not leads_somewhere("nothing.md", "")
