"""Every citation of a fact sheet can be followed: docs/facts has the section."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FACTS = ROOT / "docs" / "facts"
SHEETS = {"H": "harvester.md", "B": "breadth.md", "P": "pulumi.md", "O": "observed.md"}

ANCHOR = re.compile(r'<a id="([^"]*)"></a>')
CITATION = re.compile(r"\b[HBPO]\d+(?:\.\d+)*\b")
DATA = re.compile(r"(?:[0-9A-Fa-f]{2}:){2,}[0-9A-Fa-f]{2}|[A-Za-z0-9+/=_-]{16,}")
"""MAC addresses, hashes, base64: what looks like a citation in there is none."""
OLD_CITATION = re.compile(r"\blab\.md \d")
"""From before the sheets were here, by the sections of a file that is not."""


def citing_files() -> Iterator[Path]:
    for folder in ("harvester_net", "lab", "tests", "bench"):
        for suffix in ("py", "sh"):
            yield from (ROOT / folder).rglob(f"*.{suffix}")
    yield ROOT / "harvester_net" / "schema.json"
    yield ROOT / "README.md"
    yield from (ROOT / "docs").rglob("*.md")


def citations(text: str) -> Iterator[tuple[int, str]]:
    """Line number and reference of each citation."""
    for number, line in enumerate(text.splitlines(), 1):
        if CITATION.search(line):
            yield from ((number, cited) for cited in CITATION.findall(DATA.sub("", line)))


def anchors(letter: str) -> list[str]:
    return ANCHOR.findall((FACTS / SHEETS[letter]).read_text())


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def test_every_citation_has_its_section() -> None:
    sections = {anchor for letter in SHEETS for anchor in anchors(letter)}
    dead = [
        f"{place(path, line)}: {cited}"
        for path in citing_files()
        for line, cited in citations(path.read_text())
        if cited.lower() not in sections
    ]
    assert not dead, "no such section in docs/facts:\n" + "\n".join(dead)


def test_nothing_is_cited_by_its_old_name() -> None:
    old = [
        f"{place(path, number)}: {line.strip()}"
        for path in citing_files()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if OLD_CITATION.search(line)
    ]
    assert not old, "cite docs/facts/observed.md (O4.2) instead:\n" + "\n".join(old)


@pytest.mark.parametrize("letter", SHEETS)
def test_every_section_of_a_sheet_has_one_anchor_of_its_own(letter: str) -> None:
    lines = (FACTS / SHEETS[letter]).read_text().splitlines()
    headings = {
        f"{SHEETS[letter]}:{number}": (lines[number - 2], line)
        for number, line in enumerate(lines, 1)
        if re.match(rf"##+ {letter}\d", line)
    }
    without = {
        where: line
        for where, (above, line) in headings.items()
        if above != f'<a id="{line.split()[1].rstrip(".").lower()}"></a>'
    }
    assert headings
    assert not without, "the anchor on the line before is missing or another one's"
    assert len(headings) == len(anchors(letter)), "an anchor without a heading"
    twice = [anchor for anchor, times in Counter(anchors(letter)).items() if times > 1]
    assert not twice


def test_data_is_no_citation() -> None:
    text = "02:00:00:B1:22:33\nas H3.2 says (O5); aGVsbG8vH3+P5xyz00== B1"
    assert list(citations(text)) == [(2, "H3.2"), (2, "O5"), (2, "B1")]
