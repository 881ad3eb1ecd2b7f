"""The console on which tables are drawn."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console


def plain_console(
    out: TextIO, width: int | None = None, *, colours: bool | None = None
) -> Console:
    """A console that takes nothing of what it prints for markup: others may have written it.

    ``width`` in characters and ``colours`` are the terminal's own if not given.
    """
    return Console(
        file=out,
        width=width,
        highlight=False,
        markup=False,
        emoji=False,
        force_terminal=colours,
    )
