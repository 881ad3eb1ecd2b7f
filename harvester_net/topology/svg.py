"""A topology as SVG: a band for each cluster network, with its uplinks on the left and what is
on it on the right. Drawn here, without a browser; light or dark as the reader's page is. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from ..harvester.wording import counted
from .model import ClusterNetwork, Topology
from .words import setting_words, uncovered_words, uplink_words, vm_network_words

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
.setting rect{fill:#ddf4ff}.missing rect{fill:none;stroke:#bc4c00;stroke-dasharray:4 4}
@media(prefers-color-scheme:dark){svg{color:#f0f6fc}
rect{fill:#151b23;stroke:#9198a1}.page{fill:#0d1117}.band{stroke:#3d444d}
.setting rect{fill:#0c2d6b}.missing rect{stroke:#db6d28}}"""


@dataclass(frozen=True)
class Box:
    """Some lines in a frame; the style is a class of the style sheet."""

    lines: Sequence[str]
    style: str = ""

    @property
    def height(self) -> int:
        """In pixels."""
        return len(self.lines) * LINE + 2 * PAD


def svg(topology: Topology) -> str:
    """The picture as the text of a file of its own."""
    parts: list[str] = []
    top = GAP
    for network in topology.networks:
        drawn, height = _band(network, top)
        parts += drawn
        top += height + GAP
    if topology.elsewhere:
        boxes = [Box([each.key, each.what], "missing") for each in topology.elsewhere]
        drawn, height = _framed("on no cluster network", [], boxes, top)
        parts += drawn
        top += height + GAP
    words = f"Networks of {counted(len(topology.nodes), 'node')}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{top}" '
        f'viewBox="0 0 {WIDTH} {top}" role="img"><title>{words}</title>'
    )
    page = f'<rect class="page" width="{WIDTH}" height="{top}"/>'
    return "\n".join([head, f"<style>{STYLE}</style>", page, *parts, "</svg>"])


def _band(network: ClusterNetwork, top: int) -> tuple[list[str], int]:
    left = [Box(uplink_words(uplink)) for uplink in network.uplinks]
    if network.uncovered:
        left.append(Box([uncovered_words(network.uncovered)], "missing"))
    right = [Box(setting_words(setting), "setting") for setting in network.settings]
    own = [each for each in network.vm_networks if not each.is_of_harvester]
    right += [Box(vm_network_words(each)) for each in own]
    return _framed(f"{network.name}, MTU {network.mtu}", left, right, top)


def _framed(
    title: str, left: Sequence[Box], right: Sequence[Box], top: int
) -> tuple[list[str], int]:
    """A band with its title, and its height."""
    inside = top + GAP + 2 * LINE
    columns, rows = [(GAP * 2, [[box] for box in left])], _rows(right)
    columns.append((LEFT + GAP, rows))
    drawn: list[str] = []
    bottom = inside
    for start, lines in columns:
        below = inside
        for row in lines:
            drawn += [
                part
                for place, box in enumerate(row)
                for part in _box(box, start + place * (BOX + GAP), below)
            ]
            below += max(box.height for box in row) + GAP
        bottom = max(bottom, below)
    frame = (
        f'<rect class="band" x="{GAP}" y="{top}" width="{WIDTH - 2 * GAP}" '
        f'height="{bottom - top}" rx="6"/>'
    )
    words = f'<text class="title" x="{2 * GAP}" y="{top + 2 * LINE}">{escape(title)}</text>'
    return [frame, words, *drawn], bottom - top


def _rows(boxes: Sequence[Box]) -> list[list[Box]]:
    return [[*boxes[start : start + COLUMNS]] for start in range(0, len(boxes), COLUMNS)]


def _box(box: Box, x: int, y: int) -> Iterator[str]:
    style = f' class="{box.style}"' if box.style else ""
    # The whole words, where a line is too long for its box, are seen by pointing at it.
    yield f"<g{style}><title>{escape(' · '.join(box.lines))}</title>"
    yield f'<rect x="{x}" y="{y}" width="{BOX}" height="{box.height}" rx="4"/>'
    for number, line in enumerate(box.lines):
        weight = ' class="first"' if number == 0 else ""
        below = y + PAD + (number + 1) * LINE - 3
        yield f'<text{weight} x="{x + PAD}" y="{below}">{escape(_short(line))}</text>'
    yield "</g>"


def _short(line: str) -> str:
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
