"""Names in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..harvester import name_ranges
from ..markdown import escaped

_PLAIN = re.compile(r"[A-Za-z0-9._/:-]+")


def name(text: str) -> str:
    """A name as code, also in a cell of a table; one that is no usual name is escaped."""
    return f"`{text}`" if _PLAIN.fullmatch(text) else escaped(text)


def ranges(names: Iterable[str]) -> list[str]:
    """The names in order, each or each range."""
    return name_ranges.ranges(names, name)
