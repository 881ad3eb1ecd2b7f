"""Mutants that mean the same, each with the reason: no test could tell them from the code.

They are named by what stands in the line, not by its number, so that they are found again when
lines move. They stay among the living; only the reader need not look at them again.
"""

from __future__ import annotations

from .mutants import Mutant

SAME: dict[tuple[str, str, str], str] = {
    (
        "harvester_net/verify/findings.py",
        "comparison turned: bridge.mtu <= expected.mtu",
        "if lowest and bridge.mtu < expected.mtu:",
    ): "it is asked only of a bridge that has another MTU",
}
"""By file, what is changed, and the line as it is written, without space around it."""


def reason(mutant: Mutant, source: str) -> str | None:
    """Why a mutant means the same, if it is one of these."""
    line = source.splitlines()[mutant.line - 1].strip()
    return SAME.get((mutant.file, mutant.what, line))
