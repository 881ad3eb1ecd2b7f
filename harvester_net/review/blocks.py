"""The parts of a comment, and which of them it has room for.

A comment has a limit, and a stack may have thousands of networks. What does not fit is left
out item by item from the end of the least important parts, never in the middle of one, and
what was left out is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from ..harvester.wording import counted


class Weight(IntEnum):
    """How important a part is: what has more is taken first."""

    ALWAYS = 10
    """Mark, verdict, hash: short, and there whatever else is."""
    REFUSALS = 9
    INTERRUPTED = 8
    WARNINGS = 7
    CHANGES = 6
    PORTS = 5
    OTHERS = 4
    PLAN = 3
    PICTURE = 2
    NOTES = 1


_LONGEST_NOTE = 300
"""Room for the sentence about what is left out: a few words for each kind of item."""


@dataclass(frozen=True)
class Block:
    """A part of a comment: its items, and what stands around them."""

    weight: Weight
    items: tuple[str, ...]
    what: str = ""
    """What an item is: ``step``."""
    head: str = ""
    tail: str = ""

    def text(self, most: int | None = None) -> str:
        """Its Markdown, with at most so many of its items."""
        shown = self.items if most is None else self.items[:most]
        return "".join([self.head, *(f"{item}\n" for item in shown), self.tail])


def size(text: str) -> int:
    """Its length as the strictest of those who limit it count: in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def fitted(blocks: Sequence[Block], limit: int) -> str:
    """The blocks in their order, with as many items as the limit has room for.

    What is `Weight.ALWAYS` is there even if the limit is too small for it.
    """
    whole = "\n".join(block.text() for block in blocks)
    if size(whole) <= limit:
        return whole
    room = limit - _LONGEST_NOTE
    kept = [0] * len(blocks)
    for index in sorted(range(len(blocks)), key=lambda it: -blocks[it].weight):
        kept[index] = _most(blocks[index], room)
        if kept[index]:
            room -= size(blocks[index].text(kept[index])) + 1
    shown = [block.text(n) for block, n in zip(blocks, kept, strict=True) if n]
    return "\n".join([*shown, _left_out(blocks, kept, limit)])


def _most(block: Block, room: int) -> int:
    """How many items of a block fit; 0 if it is left out."""
    if block.weight is Weight.ALWAYS or size(block.text()) < room:
        return len(block.items)
    left = room - size(block.text(0)) - 1
    for number, item in enumerate(block.items):
        left -= size(item) + 1
        if left < 0:
            return number
    return len(block.items)


def _left_out(blocks: Sequence[Block], kept: Sequence[int], limit: int) -> str:
    missing = Counter[str]()
    for block, shown in zip(blocks, kept, strict=True):
        missing[block.what] += len(block.items) - shown
    told = ", ".join(counted(number, what) for what, number in missing.items() if number)
    return f"_Left out, for a comment has at most {limit} characters: {told}._\n"
