"""Waiting for what the lab's parts do, and what the server answers meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from harvester_net.lab.api import Api, ApiError, Object


async def until(
    probe: Callable[[], Awaitable[Any]], expected: Any = True, within: float = 30
) -> None:
    """Ask until the answer is `expected`; shows the last one if it never is."""
    end = time.monotonic() + within
    while (seen := await probe()) != expected:
        assert time.monotonic() < end, f"expected {expected}, seen {seen}"
        await asyncio.sleep(0.05)


async def refused(change: Awaitable[Object]) -> str:
    """What the server says when it refuses the change."""
    with pytest.raises(ApiError) as refusal:
        await change
    return refusal.value.message


async def accepted(change: Callable[[], Awaitable[Object]], within: float = 10) -> None:
    """Make the change as soon as the webhook lets it: its caches follow writes late (H3.0)."""
    end = time.monotonic() + within
    while True:
        try:
            await change()
        except ApiError:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.05)
        else:
            return


async def is_gone(api: Api, path: str) -> bool:
    try:
        await api.get(path)
    except ApiError as error:
        return error.status == 404
    return False
