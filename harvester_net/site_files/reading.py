"""The file of a site: what it describes, or all that is wrong with it, each with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..printable import printable
from ..specs.parse import without_nulls
from ..specs.site import problems_of_description
from .numbered import Mistake, numbered

LARGEST = 500_000
"""Bytes; a site with a thousand VM networks has 100,000."""
MOST_TOLD = 50
LONGEST_LINE = 500

Description = dict[str, Any]


class WrongSiteFile(Exception):
    """A file does not describe a site: a line for each thing that is wrong."""


def read_site(file: str) -> Description:
    """What a file describes: inputs of a Site, with the names of the schema.

    The path is one of a regular file, from the directory that the process works in. Raises
    WrongSiteFile.
    """
    return described(_text(file), file)


def described(text: str, file: str) -> Description:
    """What the text of a file describes. Raises WrongSiteFile. Pure."""
    try:
        read = numbered(text)
    except Mistake as mistake:
        raise _wrong(file, [(mistake.line, mistake.path, mistake.sentence)]) from None
    description = without_nulls(read.value)
    if not isinstance(description, dict):
        sentence = "must be a map with trafficPaths, mgmt or both"
        raise _wrong(file, [(read.line_of(""), "", sentence)])
    problems = problems_of_description(description)
    if problems:
        found = [(read.line_of(it.path), it.path, it.sentence) for it in problems]
        raise _wrong(file, found)
    return description


def _wrong(file: str, found: list[tuple[int, str, str]]) -> WrongSiteFile:
    lines = [
        printable(": ".join(filter(None, (f"{file}:{line}", path, sentence))), LONGEST_LINE)
        for line, path, sentence in sorted(found, key=lambda each: each[0])
    ]
    if len(lines) > MOST_TOLD:
        lines[MOST_TOLD:] = [f"and {len(lines) - MOST_TOLD} more"]
    return WrongSiteFile("\n".join(lines))


def _text(file: str) -> str:
    try:
        content = _content(Path(file))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        place = "" if Path(file).is_absolute() else f" (from {Path.cwd()})"
        raise _unreadable(file, f"cannot be read: {why}{place}") from None
    if len(content) > LARGEST:
        raise _unreadable(file, f"has more than {LARGEST:,} bytes; is it a site?")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _wrong(file, [(line, "", "is no text in UTF-8")]) from None


def _content(path: Path) -> bytes:
    # A pipe without a writer would never open.
    if path.exists() and not path.is_file():
        raise ValueError("it is no regular file")
    with path.open("rb") as opened:
        return opened.read(LARGEST + 1)


def _unreadable(file: str, sentence: str) -> WrongSiteFile:
    return WrongSiteFile(printable(f"{file}: {sentence}", LONGEST_LINE))
