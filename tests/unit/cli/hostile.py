"""What somebody writes who wants to fool whoever reads a terminal."""

from __future__ import annotations

ESCAPES = "\x1b]0;x\x07\x1b[2J"
"""Sets the terminal's title, and clears it."""
HOSTILE = f"{ESCAPES}\u202e[bold][link=http://evil]"
FORGED = f"{HOSTILE}\nproven: all is well"
SHOWN = r"\x1b]0;x\x07\x1b[2J\u202e[bold][link=http://evil]"
SHOWN_FORGED = f"{SHOWN} proven: all is well"


def assert_neutral(said: str) -> None:
    """It is said, with nothing that a terminal obeys and no line of somebody else's."""
    assert r"\x1b]0;x\x07\x1b[2J\u202e" in said, said
    lines = said.split("\n")
    assert [line for line in lines if not line.isprintable()] == []
    assert [line for line in lines if line.startswith("proven:")] == []
