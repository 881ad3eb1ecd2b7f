"""What sections of the page are made of: headings, lists, tables that can be read aloud."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..markup import Element, Inside, element
from ..topology.marked import Mark

Cell = Element | str


@dataclass(frozen=True)
class Section:
    """A part of the page with its heading, to which the list of contents leads."""

    id: str
    title: str
    inside: Sequence[Element]

    @property
    def element(self) -> Element:
        """It in the page."""
        heading = element("h2", self.title, id=f"{self.id}-title")
        return element(
            "section", heading, *self.inside, id=self.id, aria_labelledby=f"{self.id}-title"
        )


@dataclass(frozen=True)
class Row:
    """A row of a table, whose first cell is its heading."""

    cells: Sequence[Cell]
    mark: Mark = Mark.KEPT
    """What a preview makes of what it is about."""


def table(caption: str, heads: Sequence[str], rows: Iterable[Row]) -> Element:
    """A table that scrolls for itself where the page is narrow, with the keyboard too.

    Where a preview makes something of a row, a column says it in words.
    """
    found = list(rows)
    marked = any(row.mark is not Mark.KEPT for row in found)
    shown = [*heads, "Change"] if marked else heads
    head = element("tr", *(element("th", name, scope="col") for name in shown))
    made = element(
        "table",
        element("caption", caption),
        element("thead", head),
        element("tbody", *(_row(row, marked=marked) for row in found)),
    )
    return element("div", made, class_="scroll", tabindex=0, role="group", aria_label=caption)


def _row(row: Row, *, marked: bool) -> Element:
    first, *others = row.cells
    cells = [element("td", each) for each in others]
    if marked:
        cells.append(element("td", "stays" if row.mark is Mark.KEPT else row.mark))
    made = element("tr", element("th", first, scope="row"), *cells)
    if row.mark is not Mark.KEPT:
        made.set("class", f"is-{row.mark}")
    return made


def with_known(
    heads: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[list[str], list[list[str]]]:
    """Without the columns that are empty in all rows; what is empty in some is not known."""
    kept = [place for place in range(len(heads)) if any(row[place] for row in rows)]
    shown = [[row[place] or "not known" for place in kept] for row in rows]
    return [heads[place] for place in kept], shown


def with_code(text: str) -> Element:
    """A sentence whose parts in backticks are code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return element("span", text)
    shown = (element("code", it) if place % 2 else it for place, it in enumerate(parts))
    return element("span", *shown)


def bullets(items: Iterable[Inside]) -> Element:
    """A list."""
    return element("ul", *(element("li", item) for item in items))


def paragraph(*inside: Inside) -> Element:
    """A paragraph."""
    return element("p", *inside)


def heading(title: str) -> Element:
    """The heading of a part of a section."""
    return element("h3", title)
