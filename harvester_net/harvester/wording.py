"""How lists and numbers are said in sentences."""

from __future__ import annotations

from collections.abc import Sequence


def listed(names: Sequence[str], most: int = 10) -> str:
    """A list for a sentence, cut where it would fill the screen."""
    return ", ".join(names[:most]) + more_than(most, len(names))


def more_than(said: int, number: int) -> str:
    """What is left when some of a number were said: `` and 3 more``; empty if nothing."""
    return f" and {number - said} more" if number > said else ""


def counted(number: int, what: str) -> str:
    """A number and its noun: ``1 VM``, ``2 VMs``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
