"""What can go wrong with a lab, said in sentences a person can act on."""

from __future__ import annotations


class LabError(Exception):
    """The lab can't do what was asked; the text says what, why, and what to do next."""


class NoRealNodes(LabError):
    """Real nodes can't run on this machine; the text says why, in one line."""
