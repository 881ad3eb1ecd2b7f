"""Texts of others in a program: as literals that mean the same, and in comments. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

from ..printable import printable

_SHORT = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}


def literal(text: str, escaped: str = '\\"') -> str:
    """A text in double quotes, as Python, Go and YAML read it.

    ``escaped`` are the characters that get a backslash. What nobody sees is written by its
    number.
    """
    return f'"{body(text, escaped)}"'


def body(text: str, escaped: str, wide: str = "\\U{:08x}") -> str:
    """What stands between the quotes of a literal."""
    return "".join(_character(each, escaped, wide) for each in text)


def _character(character: str, escaped: str, wide: str) -> str:
    if character in escaped:
        return f"\\{character}"
    if character in _SHORT:
        return _SHORT[character]
    if character == printable(character, lines=True):
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else wide.format(code)


def comment(mark: str, sentences: Iterable[str], width: int, above: str = "") -> Iterator[str]:
    """Sentences as lines of a comment, each of which begins with the mark."""
    for sentence in sentences:
        for line in wrap(printable(sentence), width - len(above) - len(mark) - 1):
            yield f"{above}{mark} {line}"
