"""The previews of Pulumi that a command is given: files, or standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..harvester.wording import listed
from ..review.preview import Preview, Unfit
from ..review.reading import previews

LARGEST = 512 * 2**20
"""Bytes of a preview; one of 1,000 networks has 14 MB."""
STANDARD_INPUT = Path("-")


def read_previews(files: Sequence[Path]) -> Iterator[Preview]:
    """All that are in them; without a file, in standard input. Raises Unfit and OSError."""
    for file in files or (STANDARD_INPUT,):
        try:
            yield from previews(_text(file))
        except Unfit as error:
            where = "standard input" if file == STANDARD_INPUT else file
            raise Unfit(f"{where}: {error}") from error


def read_preview(file: Path) -> Preview:
    """The one that is in a file. Raises Unfit and OSError."""
    found = list(read_previews([file]))
    if len(found) > 1:
        names = listed([preview.name for preview in found], 3)
        raise Unfit(f"{file}: previews of {names}; a picture is of one")
    return found[0]


def _text(file: Path) -> str:
    if file == STANDARD_INPUT:
        found = sys.stdin.buffer.read(LARGEST + 1)
    else:
        with file.open("rb") as opened:
            found = opened.read(LARGEST + 1)
    if len(found) > LARGEST:
        raise Unfit(f"more than {LARGEST} bytes")
    try:
        return found.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unfit("not UTF-8") from error
