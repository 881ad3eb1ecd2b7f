"""Scenarios on a lab of Harvester's own programs."""

from __future__ import annotations

from .play import Pace

PACE = Pace(lag=0.3, quiet=1.5, after_refusal=0.5, rest=1.0, hope=5.0, patience=30.0)
"""Controllers that were refused try again after longer pauses, which steps wait for by what
they want done.
"""
