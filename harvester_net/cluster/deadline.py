"""How long an operation may take, and how it ends early when the user cancels.

Every wait of the package goes through a Deadline: it ends when the time is up, and at once
when the user cancels. The clock is a parameter, so that tests need not wait.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from .errors import Unreachable

T = TypeVar("T")


class DeadlineExceeded(Exception):
    """The time is up, or the user cancelled; the message says which."""


class Deadline:
    """The deadline and the cancellation of one operation."""

    def __init__(
        self,
        seconds: float,
        cancelled: asyncio.Event | None = None,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.seconds = seconds
        self._cancelled = cancelled or asyncio.Event()
        self._now = now
        self._deadline = now() + seconds

    @property
    def remaining(self) -> float:
        """Seconds until the deadline, not below 0."""
        return max(0.0, self._deadline - self._now())

    @property
    def is_over(self) -> bool:
        """Whether the user cancelled or the time is up."""
        return self._cancelled.is_set() or not self.remaining

    def within(self, seconds: float) -> Deadline:
        """A deadline for a part of the operation: in these seconds, and not past its own."""
        return Deadline(min(seconds, self.remaining), self._cancelled, now=self._now)

    def check(self) -> None:
        """Raise DeadlineExceeded if the user cancelled or the time is up."""
        if self._cancelled.is_set():
            raise DeadlineExceeded("cancelled")
        if not self.remaining:
            raise DeadlineExceeded(f"not done after {self.seconds:.0f} s")

    async def sleep(self, seconds: float) -> None:
        """Sleep; raises DeadlineExceeded at the deadline and at once on cancellation."""
        self.check()
        try:
            async with asyncio.timeout(min(seconds, self.remaining)):
                await self._cancelled.wait()
        except TimeoutError:
            pass
        self.check()

    async def pause(self, seconds: float, outage: Unreachable) -> None:
        """Sleep before a retry; raises the outage itself if there is no time for one."""
        try:
            await self.sleep(seconds)
        except DeadlineExceeded as reason:
            raise Unreachable(f"{outage} ({reason})") from outage

    async def wait(self, awaitable: Awaitable[T]) -> T:
        """Await something, but no longer than this deadline."""
        task = asyncio.ensure_future(awaitable)
        cancelled = asyncio.ensure_future(self._cancelled.wait())
        try:
            self.check()
            await asyncio.wait(
                {task, cancelled}, timeout=self.remaining, return_when=asyncio.FIRST_COMPLETED
            )
            if task.done():
                return await task
            self.check()
            raise DeadlineExceeded(f"not done after {self.seconds:.0f} s")
        finally:
            task.cancel()
            cancelled.cancel()
