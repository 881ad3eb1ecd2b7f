"""Runs named steps side by side, each as soon as the steps it needs are done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    run: Callable[[], Awaitable[None]]
    needs: tuple[str, ...] = ()


async def run_in_order(steps: Mapping[str, Step], done: Callable[[str], None]) -> None:
    """Runs all steps; `done` is told each name. The first failure cancels the rest."""
    finished = {name: asyncio.Event() for name in steps}

    async def perform(name: str) -> None:
        for needed in steps[name].needs:
            await finished[needed].wait()
        await steps[name].run()
        finished[name].set()
        done(name)

    try:
        async with asyncio.TaskGroup() as group:
            for name in steps:
                group.create_task(perform(name), name=name)
    except ExceptionGroup as failures:
        # The others were cancelled because of the first; only that one says something.
        raise _first(failures) from None


def _first(failure: BaseException) -> BaseException:
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    return failure
