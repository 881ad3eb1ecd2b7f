"""A topology as SVG: a band for each cluster network, with its uplinks on the left and what is
on it on the right. Drawn here, without a browser; light or dark as the reader's page is. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..harvester.wording import counted
from ..markup import Element, element, xml
from .marked import BECOMES, Band, Marked, Picture, picture
from .model import Topology

BOX, GAP, LINE, PAD = 250, 14, 15, 8
"""Sizes in pixels: width of a box, space around it, height of a line, space inside."""
COLUMNS = 4
"""Of the boxes on the right."""
LONGEST = 34
"""Characters that fit into a box, also in a wide font."""
LEFT = 2 * GAP + BOX
WIDTH = LEFT + GAP + COLUMNS * (BOX + GAP) + GAP
STYLE = """\
svg{font:12px system-ui,sans-serif;color:#1f2328}
rect{fill:#f6f8fa;stroke:#59636e}text{fill:currentColor}.page{fill:#fff;stroke:none}
.band{fill:none;stroke:#d1d9e0}.first{font-weight:600}.title{font-size:15px;font-weight:600}
.setting rect{fill:#ddf4ff}.host rect{fill:#fbefff}
.missing rect{fill:none;stroke:#bc4c00;stroke-dasharray:4 4}
.new rect,.band.new{stroke:#1a7f37;stroke-width:2;stroke-dasharray:6 4}
.changed rect,.band.changed{stroke:#bf8700;stroke-width:3}
.going rect,.band.going{stroke:#cf222e;stroke-width:2;stroke-dasharray:1 3}
@media screen and (prefers-color-scheme:dark){svg{color:#f0f6fc}
rect{fill:#151b23;stroke:#9198a1}.page{fill:#0d1117}.band{stroke:#3d444d}
.setting rect{fill:#0c2d6b}.host rect{fill:#3c1e70}.missing rect{stroke:#db6d28}
.new rect,.band.new{stroke:#3fb950}.changed rect,.band.changed{stroke:#d29922}
.going rect,.band.going{stroke:#f85149}}"""


@dataclass(frozen=True)
class Box:
    """Some lines in a frame; the style is a class of the style sheet."""

    lines: Sequence[str]
    style: str = ""

    @property
    def height(self) -> int:
        """In pixels."""
        return len(self.lines) * LINE + 2 * PAD


def svg(topology: Topology, before: Topology | None = None) -> str:
    """The picture as the text of a file of its own."""
    return xml(drawing(topology, before))


def drawing(topology: Topology, before: Topology | None = None) -> Element:
    """The picture as an element, for a page."""
    found = picture(topology, before)
    parts: list[Element] = []
    top = GAP
    for band in found.bands:
        drawn, height = _band(band, top)
        parts += drawn
        top += height + GAP
    if found.elsewhere:
        boxes = [_marked(each, "missing") for each in found.elsewhere]
        drawn, height = _framed("on no cluster network", [], boxes, top)
        parts += drawn
        top += height + GAP
    words = f"Networks of {counted(len(found.nodes), 'node')}" if found.nodes else "Networks"
    return element(
        "svg",
        element("title", words, id="topology-title"),
        element("desc", _described(found, planned=before is not None), id="topology-words"),
        element("style", STYLE),
        element("rect", class_="page", width=WIDTH, height=top),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        width=WIDTH,
        height=top,
        viewBox=f"0 0 {WIDTH} {top}",
        role="img",
        aria_labelledby="topology-title topology-words",
    )


def _described(found: Picture, *, planned: bool) -> str:
    """The picture for who does not see it: what is on each cluster network."""
    bands = [
        f"Cluster network {', '.join(band.network.words)}: {_numbers(band)}."
        for band in found.bands
    ]
    meaning = (
        "What is new is dashed, what changes is thick, what goes is dotted." if planned else ""
    )
    return " ".join([*bands, meaning]).strip()


def _numbers(band: Band) -> str:
    told = [
        counted(len(band.uplinks), "uplink"),
        counted(len(band.own_vm_networks), "VM network"),
        *(f"Setting {setting.words[0]}" for setting in band.settings),
        *(f"host network {host.words[0]}" for host in band.host_networks),
        *(nodes.words[0] for nodes in band.uncovered),
    ]
    return ", ".join(told)


def _band(band: Band, top: int) -> tuple[list[Element], int]:
    left = [_marked(uplink) for uplink in band.uplinks]
    left += [_marked(nodes, "missing") for nodes in band.uncovered]
    right = [_marked(setting, "setting") for setting in band.settings]
    right += [_marked(host, "host") for host in band.host_networks]
    right += [_marked(each) for each in band.own_vm_networks]
    mark = "" if band.network.is_kept else str(band.network.mark)
    title = ", ".join([*band.network.words, *([f"({mark})"] if mark else [])])
    return _framed(title, left, right, top, mark)


def _marked(part: Marked[Any], style: str = "") -> Box:
    """A box whose mark is seen, and read by who sees no colours."""
    if part.is_kept:
        return Box(part.words, style)
    lines = [line for words in part.words for line in _broken(words)]
    return Box([*lines, f"({part.mark})"], f"{style} {part.mark}".strip())


def _broken(words: str) -> list[str]:
    """Old and new on a line each, where one line would cut off the new."""
    was, arrow, becomes = words.partition(BECOMES)
    return [f"{was}{arrow}".rstrip(), becomes] if arrow and len(words) > LONGEST else [words]


def _framed(
    title: str, left: Sequence[Box], right: Sequence[Box], top: int, style: str = ""
) -> tuple[list[Element], int]:
    """A band with its title, and its height."""
    inside = top + GAP + 2 * LINE
    columns, rows = [(GAP * 2, [[box] for box in left])], _rows(right)
    columns.append((LEFT + GAP, rows))
    drawn: list[Element] = []
    bottom = inside
    for start, lines in columns:
        below = inside
        for row in lines:
            drawn += [
                _box(box, start + place * (BOX + GAP), below) for place, box in enumerate(row)
            ]
            below += max(box.height for box in row) + GAP
        bottom = max(bottom, below)
    frame = element(
        "rect",
        class_=f"band {style}".strip(),
        x=GAP,
        y=top,
        width=WIDTH - 2 * GAP,
        height=bottom - top,
        rx=6,
    )
    words = element("text", title, class_="title", x=2 * GAP, y=top + 2 * LINE)
    return [frame, words, *drawn], bottom - top


def _rows(boxes: Sequence[Box]) -> list[list[Box]]:
    return [[*boxes[start : start + COLUMNS]] for start in range(0, len(boxes), COLUMNS)]


def _box(box: Box, x: int, y: int) -> Element:
    lines = [
        element(
            "text",
            _short(line),
            **({"class": "first"} if number == 0 else {}),
            x=x + PAD,
            y=y + PAD + (number + 1) * LINE - 3,
        )
        for number, line in enumerate(box.lines)
    ]
    return element(
        "g",
        # The whole words, where a line is too long for its box, are seen by pointing at it.
        element("title", " · ".join(box.lines)),
        element("rect", x=x, y=y, width=BOX, height=box.height, rx=4),
        *lines,
        **({"class": box.style} if box.style else {}),
    )


def _short(line: str) -> str:
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
