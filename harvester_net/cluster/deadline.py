"""How long an operation may take, and how it ends early when the user cancels.

Every wait of the package goes through a Deadline: it ends when the time is up, and at once
when the user cancels. The clock is a parameter, so that tests need not wait.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from .errors import Unreachable

T = TypeVar("T")

SECONDS_TO_END = 2.0
"""For what is cancelled to clean up behind itself."""


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
        self._may_write: Callable[[], float] | None = None
        self._cancelled = cancelled or asyncio.Event()
        self._now = now
        self._deadline = now() + seconds
        self._answers_end = math.inf
        self._tell: Callable[[Unreachable], None] = lambda outage: None

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
        return self._copy(min(seconds, self.remaining))

    def _copy(self, seconds: float) -> Deadline:
        made = Deadline(seconds, self._cancelled, now=self._now)
        made._may_write, made._tell = self._may_write, self._tell
        made._answers_end = self._answers_end
        return made

    def afterwards(self, seconds: float) -> Deadline:
        """A deadline for a last word when this one is over, or the user has cancelled: in
        these seconds, and by the same guard.
        """
        made = Deadline(seconds, now=self._now)
        made._may_write = self._may_write
        return made

    def guarded(self, may_write: Callable[[], float]) -> Deadline:
        """The same, for an operation that must not write when it is not allowed to any more.

        ``may_write`` gives the seconds in which a write has to be over, or raises: it is asked
        before each try of each write.
        """
        made = self._copy(self.remaining)
        made._may_write = may_write
        return made

    def patient(self, seconds: float, tell: Callable[[Unreachable], None]) -> Deadline:
        """The same, for an operation that hears of what it waits for in vain, and takes the
        answer "internal error", as of a webhook that fails, for so many seconds only. A
        server that does not answer at all is waited for until the deadline itself.
        """
        made = self._copy(self.remaining)
        made._answers_end, made._tell = self._now() + seconds, tell
        return made

    @property
    def writable(self) -> float:
        """Seconds in which a write has to be over; raises what the guard raises."""
        return math.inf if self._may_write is None else self._may_write()

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
        self._tell(outage)
        if outage.answered and self._now() > self._answers_end:
            raise outage
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
            cancelled.cancel()
            if task.cancel():
                # It may have something to end, such as a process.
                await asyncio.wait({task}, timeout=SECONDS_TO_END)
