"""Many names in few words: numbers that follow each other become a range."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from ..markdown import escaped

_NUMBERED = re.compile(r"(.*?)(\d+)$")
_PLAIN = re.compile(r"[A-Za-z0-9._/:-]+")
FEWEST = 3
"""Names that make a range."""

LONGEST_NUMBER = 18
"""Digits of what is still taken for a number."""

Key = tuple[str, int, int]


def name(text: str) -> str:
    """A name as code, also in a cell of a table; one that is no usual name is escaped."""
    return f"`{text}`" if _PLAIN.fullmatch(text) else escaped(text)


def ranges(names: Iterable[str]) -> list[str]:
    """The names in order, each or each range in Markdown."""
    found = sorted(set(names), key=lambda text: (_key(text), text))
    runs: list[list[str]] = [[text] for text in found[:1]]
    for before, text in pairwise(found):
        if _follows(before, text):
            runs[-1].append(text)
        else:
            runs.append([text])
    return [words for run in runs for words in _words(run)]


def _words(run: list[str]) -> list[str]:
    if len(run) < FEWEST:
        return [name(text) for text in run]
    return [f"{name(run[0])} … {name(run[-1])} ({len(run)})"]


def _key(text: str) -> Key:
    """Its beginning, the number that it ends with, and how many digits that has."""
    match = _NUMBERED.fullmatch(text)
    if match is None or len(match[2]) > LONGEST_NUMBER:
        return text, -1, 0
    return match[1], int(match[2]), len(match[2])


def _follows(before: str, text: str) -> bool:
    (one, number, digits), (other, following, more) = _key(before), _key(text)
    if number < 0 or one != other or number + 1 != following:
        return False
    # net-9 is followed by net-10, but net-09 by no net-010.
    return digits == more or len(str(number)) == digits
