"""Waiting in tests: for what happens, never for a length of time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

SECONDS = 20.0
"""Longer than anything takes here; a test that waits so long has failed."""


async def until(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    """Wait until something that others do has happened."""
    async with asyncio.timeout(seconds):
        # No event tells of it.
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
