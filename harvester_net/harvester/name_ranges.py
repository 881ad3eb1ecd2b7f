"""Many names in few words: numbers that follow each other become a range. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import pairwise

_NUMBERED = re.compile(r"(.*?)(\d+)$")
FEWEST = 3
"""Names that make a range."""

LONGEST_NUMBER = 18
"""Digits of what is still taken for a number."""

Key = tuple[str, int, int]


def ranges(names: Iterable[str], form: Callable[[str], str] = str) -> list[str]:
    """The names in order, each or each range; ``form``: how a name is written."""
    found = sorted(set(names), key=lambda text: (_key(text), text))
    runs: list[list[str]] = [[text] for text in found[:1]]
    for before, text in pairwise(found):
        if _follows(before, text):
            runs[-1].append(text)
        else:
            runs.append([text])
    return [words for run in runs for words in _words(run, form)]


def _words(run: list[str], form: Callable[[str], str]) -> list[str]:
    if len(run) < FEWEST:
        return list(map(form, run))
    return [f"{form(run[0])} … {form(run[-1])} ({len(run)})"]


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
