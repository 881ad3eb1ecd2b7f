"""Files that a command writes: whole or not at all, and for their owner alone."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


class Unwritable(Exception):
    """A text cannot be put where it should go; the message says why."""


def check_place(output: Path, option: str = "--output") -> None:
    """Raises Unwritable where no file can be written, before the cluster is asked."""
    if output.exists() and not output.is_file():
        raise Unwritable(f"{output} is no file; give {option} the name of one")
    if not output.parent.is_dir():
        raise Unwritable(f"{output} cannot be written: there is no directory {output.parent}")


def write(output: Path, text: str) -> None:
    """Write a text in place of what the file has. Raises Unwritable."""
    try:
        _replace(output, text)
    except OSError as error:
        raise Unwritable(f"{output} cannot be written: {error.strerror}") from error


def _replace(output: Path, text: str) -> None:
    """By a file beside it, which only its owner may read from the start."""
    descriptor, partial = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
    try:
        with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.replace(partial, output)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(partial)
        raise
