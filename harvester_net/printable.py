"""Text of others, made safe to print: of servers, nodes, pods, plugins, other users.

A terminal obeys control characters, and an invisible character makes a sentence read as
another one (kubectl's CVE-2021-25743). Where free text enters a sentence it becomes one line
of bounded length; whatever a front prints goes through here once more, with our own lines
kept. What is printable already comes back as it is, so twice does no harm.
"""

from __future__ import annotations

import re

LONGEST = 2_000
"""Characters of a text of others; a sentence of the server has some hundred."""
_ROOM = 40
"""Characters for saying how much was cut off."""
_BREAKS = re.compile(r"[\t\r\n]+")
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks without a shape, which Python takes for printable (Unicode's
Default_Ignorable_Code_Point).
"""


def printable(text: str, most: int | None = LONGEST, *, lines: bool = False) -> str:
    r"""The text with everything that is not seen as an escape: ``\x1b``, ``\u202e``.

    Those are control characters, direction marks and overrides, characters of no width, line
    separators, halves of characters, private and unassigned ones. Line breaks and tabs become
    a space, or with ``lines`` stay. It has at most ``most`` characters, and says how many of
    the text are left out.
    """
    if not lines:
        parts = (part.strip(" ") for part in _BREAKS.split(text))
        text = " ".join(part for part in parts if part)
    if most is None:
        return _escaped(text, lines=lines)
    shown = _escaped(text[:most], lines=lines)
    return shown if max(len(text), len(shown)) <= most else _cut(text, most, lines=lines)


def _cut(text: str, most: int, *, lines: bool) -> str:
    shown, size = [], 0
    for character in text[:most]:
        seen = _escaped(character, lines=lines)
        size += len(seen)
        if size > most - _ROOM:
            break
        shown.append(seen)
    return f"{''.join(shown)}… ({len(text) - len(shown)} more characters)"


def _escaped(text: str, *, lines: bool) -> str:
    if text.isprintable() and not _INVISIBLE.search(text):
        return text
    return "".join(_seen(character, lines=lines) for character in text)


def _seen(character: str, *, lines: bool) -> str:
    if character.isprintable() and not _INVISIBLE.match(character):
        return character
    if lines and character in "\t\n":
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
