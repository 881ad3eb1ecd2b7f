"""How simulators move: look at everything at each change, and act on each object by itself.

Looking is quick and never waits; acting takes the time that a real machine would take, so it
runs in a task of its own, one at a time for each object. What failed is looked at again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVarTuple

from harvester_net.lab.api import Api, ApiError, Object
from harvester_net.lab.simulators.mirror import Mirror, whenever

log = logging.getLogger(__name__)

Act = Callable[[], Awaitable[None]]
Args = TypeVarTuple("Args")


class Steps:
    """The running acts of one simulator."""

    def __init__(self, group: asyncio.TaskGroup, retry: float) -> None:
        self._group = group
        self._retry = retry
        self._running: set[str] = set()
        self._missed: set[str] = set()
        self._changed = asyncio.Event()

    def looks(self, *mirrors: Mirror) -> AsyncIterator[None]:
        """Yield whenever there may be something to do."""
        return whenever(self._changed, *mirrors)

    def start(self, key: str, act: Callable[[*Args], Awaitable[None]], *args: *Args) -> None:
        """Run `act(*args)`; while one for the same key runs, only look again afterwards."""
        if key in self._running:
            self._missed.add(key)
        else:
            self._running.add(key)
            self._group.create_task(self._run(key, lambda: act(*args)))

    async def _run(self, key: str, act: Act) -> None:
        done = await attempted(key, act)
        if not done:
            await asyncio.sleep(self._retry)
        self._running.discard(key)
        # What an act changed is seen through a watch; looking after each would never end.
        if not done or key in self._missed:
            self._missed.discard(key)
            self._changed.set()


async def attempted(name: str, act: Act) -> bool:
    """Whether the act went well; a simulator goes on whatever happens to one of its acts."""
    try:
        await act()
    except ApiError as error:
        # Somebody was quicker: the next look sees what is to be done now.
        quiet = error.status in (404, 409)
        log.log(logging.DEBUG if quiet else logging.WARNING, "%s: %s", name, error)
    except Exception:
        log.exception("%s failed", name)
    else:
        return True
    return False


async def found(api: Api, path: str) -> Object | None:
    """The live object at `path`, or None if there is none."""
    try:
        return await api.get(path)
    except ApiError as error:
        if error.status != 404:
            raise
        return None


async def gone(api: Api, path: str, body: Object | None = None) -> None:
    """Delete what is at `path`; nothing there is as good."""
    try:
        await api.delete(path, body)
    except ApiError as error:
        if error.status != 404:
            raise
