"""What the command line prints: nothing that a terminal would obey leaves it."""

from __future__ import annotations

import sys
from typing import TextIO

from ..printable import printable


def say(words: str, out: TextIO | None = None) -> None:
    """Print lines, at once; to standard output if nothing else is given."""
    print(printable(words, None, lines=True), file=out or sys.stdout, flush=True)
