"""Requests side by side, but not more of them than help; and waiting for what will come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

AT_ONCE = 8
PATIENCE = 30.0
_POLL_SECONDS = 0.05


async def side_by_side(requests: Iterable[Awaitable[T]]) -> list[T]:
    """The results in the order of the requests."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(request: Awaitable[T]) -> T:
        async with limit:
            return await request

    return await asyncio.gather(*(one(request) for request in requests))


async def until(true: Callable[[], Awaitable[bool]], what: str) -> None:
    """Returns when it is true; raises TimeoutError if it takes too long."""
    end = time.monotonic() + PATIENCE
    while not await true():
        if time.monotonic() > end:
            raise TimeoutError(f"Waited {PATIENCE:.0f} s, but not: {what}.")
        await asyncio.sleep(_POLL_SECONDS)
