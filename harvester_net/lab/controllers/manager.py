"""Runs controllers on a living cluster, as controller-manager programs do.

Each controller has a queue of keys. A change of what it watches puts keys in; a worker takes
them out one by one, asks the controller what it would write, and writes it. What the server
refuses is tried again, each time after a longer pause.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial

from harvester_net.lab.apiserver import resources as served
from harvester_net.lab.apiserver.control_plane import ControlPlane
from harvester_net.lab.apiserver.errors import StatusError
from harvester_net.lab.apiserver.store import Event
from harvester_net.lab.controllers.controller import Action, Controller, Refused
from harvester_net.lab.direct import DirectClient
from harvester_net.lab.state import LiveState, resource_id

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0
_AT_A_TIME = 20
"""Keys that one controller looks at before requests get their turn."""

log = logging.getLogger(__name__)


class Manager:
    """The controllers of one program."""

    def __init__(
        self, plane: ControlPlane, state: LiveState, controllers: Iterable[Controller]
    ) -> None:
        self._plane, self._state = plane, state
        self._queues = [_Queue(controller) for controller in controllers]
        self._clients = {
            queue.controller.user: DirectClient(plane, queue.controller.user)
            for queue in self._queues
        }

    async def run(self) -> None:
        """Looks at everything that is there, then at what changes, until cancelled."""
        end = self._plane.store.subscribe(self._hear)
        try:
            self._look_at_everything()
            async with asyncio.TaskGroup() as group:
                for queue in self._queues:
                    group.create_task(self._work(queue), name=queue.controller.name)
        finally:
            end()
            for queue in self._queues:
                queue.close()

    def _look_at_everything(self) -> None:
        for queue in self._queues:
            for resource, keys_of in queue.controller.watches.items():
                for obj in list(self._state.of(resource).values()):
                    for key in keys_of(obj, self._state):
                        queue.add(key)

    def _hear(self, resource: served.Resource, event: Event) -> None:
        seen = [event.object] if event.before is None else [event.before, event.object]
        for queue in self._queues:
            keys_of = queue.watches.get(resource.id)
            if keys_of is not None:
                # An object that moves from one owner to another concerns both.
                for key in {key: 0 for obj in seen for key in keys_of(obj, self._state)}:
                    queue.add(key, queue.controller.delay)

    async def _work(self, queue: _Queue) -> None:
        while True:
            await queue.wait()
            for key in queue.take(_AT_A_TIME):
                if self._reconcile(queue.controller, key):
                    queue.forget(key)
                else:
                    queue.add_again(key)
            # In one process with the server: others want to be heard too.
            await asyncio.sleep(0)

    def _reconcile(self, controller: Controller, key: str) -> bool:
        """Whether all that is to be written was taken."""

        def ask() -> Iterable[Action]:
            return controller.reconcile(self._state, key)

        return self._write(controller, key, ask, controller.refused)

    def _write(
        self,
        controller: Controller,
        key: str,
        ask: Callable[[], Iterable[Action]],
        refused: Refused | None,
    ) -> bool:
        client = self._clients[controller.user]
        try:
            for action in ask():
                client.write(action)
        except StatusError as error:
            # A conflict means that somebody was quicker; the next look sees it.
            quiet = error.code in (404, 409)
            level = logging.DEBUG if quiet else logging.INFO
            log.log(level, "%s: %s: %s", controller.name, key, error)
            if quiet or refused is None:
                return False
            ask = partial(refused, self._state, key, str(error))
            return self._write(controller, key, ask, None)
        except Exception:
            log.exception("%s failed on %s", controller.name, key)
            return False
        return True


class _Queue:
    """The keys that one controller has to look at, each once."""

    def __init__(self, controller: Controller) -> None:
        self.controller = controller
        self.watches = {resource_id(r): keys for r, keys in controller.watches.items()}
        self._waiting: dict[str, None] = {}
        self._later: dict[str, asyncio.TimerHandle] = {}
        self._failures: Counter[str] = Counter()
        self._filled = asyncio.Event()

    def add(self, key: str, after: float = 0.0) -> None:
        """Look at this key, after so many seconds; the earlier of two times counts."""
        if key in self._waiting:
            return
        planned = self._later.get(key)
        loop = asyncio.get_running_loop()
        if planned is not None:
            if planned.when() <= loop.time() + after:
                return
            planned.cancel()
            del self._later[key]
        if after > 0:
            self._later[key] = loop.call_later(after, self._due, key)
        else:
            self._waiting[key] = None
            self._filled.set()

    def add_again(self, key: str) -> None:
        """Look again at what failed."""
        pause = min(_FIRST_PAUSE * 2 ** self._failures[key], _LONGEST_PAUSE)
        self._failures[key] += 1
        self.add(key, pause)

    def forget(self, key: str) -> None:
        """It went well: the next failure is a first one."""
        self._failures.pop(key, None)

    async def wait(self) -> None:
        """Until there is something to look at."""
        await self._filled.wait()

    def take(self, most: int) -> list[str]:
        keys = list(self._waiting)[:most]
        for key in keys:
            del self._waiting[key]
        if not self._waiting:
            self._filled.clear()
        return keys

    def close(self) -> None:
        for planned in self._later.values():
            planned.cancel()

    def _due(self, key: str) -> None:
        del self._later[key]
        self.add(key)
