"""Waiting for what others do, without sleeping for a fixed time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(what: Callable[[], T], seconds: float = 60) -> T:
    """What the call returns as soon as that is true of it; fails when it never is."""
    deadline = time.monotonic() + seconds
    while not (seen := what()):
        assert time.monotonic() < deadline, (
            f"not within {seconds:.0f} s; at last it was {seen!r}"
        )
        time.sleep(0.05)
    return seen
