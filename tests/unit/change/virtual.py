"""An event loop on which waiting costs nothing, and whose processes can be paused and killed.

Time passes when nothing else is left to do. Every callback belongs to the process in whose
context it was made, or to the world; what belongs to a process that stands still waits until
it goes on, as after SIGSTOP and SIGCONT. Nothing here depends on the machine's clock.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from typing import Any, TypeVar

T = TypeVar("T")


class Deadlock(AssertionError):
    """Everybody waits, and nothing will ever happen."""


class Process:
    """What runs together, stands still together and dies together."""

    def __init__(self) -> None:
        self.dead = False
        self.paused = False
        self.slept = 0.0
        """Seconds for which its machine was asleep: its timers stood still with it."""
        self.tasks: list[asyncio.Task[Any]] = []
        self._paused_at: float | None = None
        self._held: list[_Callback] = []

    def pause(self) -> None:
        """It stands still; what reaches it waits."""
        self.paused, self._paused_at = True, _now()

    def go_on(self, *, asleep: bool = False) -> None:
        """It goes on; ``asleep``: its machine was suspended, and its clocks with it."""
        if self._paused_at is None:
            return
        if asleep:
            self.slept += _now() - self._paused_at
        self.paused, self._paused_at = False, None
        self._release()

    def kill(self) -> None:
        """Nothing of it ever runs again, not even what cleans up."""
        self.dead = True

    async def bury(self) -> None:
        """Let the tasks of a dead process end, when nobody looks any more."""
        self.dead = self.paused = False
        self._release()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    @property
    def monotonic(self) -> float:
        """Its clock, which stands still while its machine sleeps."""
        return _now() - self.slept

    def hold(self, callback: _Callback) -> None:
        """Keep a callback until it goes on."""
        self._held.append(callback)

    def _release(self) -> None:
        held, self._held = self._held, []
        for callback in held:
            callback.again()


PROCESS: ContextVar[Process | None] = ContextVar("process", default=None)


def _now() -> float:
    return asyncio.get_running_loop().time()


class _Callback:
    """A callback of a process: not run while that stands still, nor once it is cancelled."""

    def __init__(
        self,
        loop: VirtualLoop,
        process: Process,
        what: Callable[..., object],
        args: tuple[Any, ...],
        context: Context,
        due: float = 0,
    ) -> None:
        """``due``: the time at which a timer goes off."""
        self._loop, self._process, self._context = loop, process, context
        self._what, self._args = what, args
        self._due, self._slept = due, process.slept
        self.handle: asyncio.Handle | None = None

    def __call__(self) -> None:
        process = self._process
        if self.handle is not None and self.handle.cancelled():
            return
        if self._due:  # A timer stands still while its machine sleeps.
            self._due, self._slept = self._due + process.slept - self._slept, process.slept
        if process.dead or process.paused:
            process.hold(self)
        elif self._due > self._loop.time():
            self._loop.call_world(self._due, self, self._context)
        else:
            self._what(*self._args)

    def again(self) -> None:
        """Its process goes on."""
        self._loop.call_world(self._loop.time(), self, self._context)


class _Instant(selectors.SelectSelector):
    """Passes the time in place of waiting."""

    now = 1000.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise Deadlock("everybody waits, and nothing will ever happen")
        self.now += max(timeout, 0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop; `time` is virtual, in seconds."""

    def __init__(self) -> None:
        self._clock = _Instant()
        super().__init__(self._clock)
        self.set_task_factory(_task_of_process)  # type: ignore[arg-type]
        self.faults: list[BaseException] = []
        """What nobody else has noticed, such as an error of a callback."""
        self.set_exception_handler(self._note)

    def time(self) -> float:
        return self._clock.now

    def _note(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        said = AssertionError(str(context.get("message")))
        self.faults.append(context.get("exception") or said)

    def call_soon(  # type: ignore[override]
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        context = copy_context() if context is None else context
        process = context.get(PROCESS)
        if process is None:
            return super().call_soon(callback, *args, context=context)
        held = _Callback(self, process, callback, args, context)
        held.handle = super().call_soon(held, context=context)
        return held.handle

    def call_at(  # type: ignore[override]
        self, when: float, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        context = copy_context() if context is None else context
        process = context.get(PROCESS)
        if process is None:
            return super().call_at(when, callback, *args, context=context)
        held = _Callback(self, process, callback, args, context, due=when)
        held.handle = super().call_at(when, held, context=context)
        return held.handle

    def call_world(self, when: float, callback: Any, context: Context) -> None:
        """Call back whatever process the context belongs to."""
        if when > self.time():
            super().call_at(when, callback, context=context)
        else:
            super().call_soon(callback, context=context)


def _task_of_process(
    loop: asyncio.AbstractEventLoop,
    coroutine: Coroutine[Any, Any, T],
    *,
    context: Context | None = None,
) -> asyncio.Task[T]:
    task = asyncio.Task(coroutine, loop=loop, context=context)
    process = PROCESS.get() if context is None else context.get(PROCESS)
    if process is not None:
        process.tasks.append(task)
    return task


def played(main: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine in virtual time. Raises Deadlock, and what a callback raised
    that nobody waits for.
    """
    loop = VirtualLoop()
    try:
        result = loop.run_until_complete(main)
    finally:
        faults = loop.faults
        loop.close()
        if faults:
            raise faults[0]
    return result
