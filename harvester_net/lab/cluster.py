"""A whole Harvester cluster in one process: API server, webhooks, controllers, machines."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from harvester_net.cluster.resources import Object
from harvester_net.harvester.versions import version_of
from harvester_net.lab import simulators
from harvester_net.lab.api import Api
from harvester_net.lab.apiserver import Admission, ControlPlane
from harvester_net.lab.controllers.catalogue import (
    HARVESTER_CONTROLLERS,
    NETWORK_CONTROLLERS,
)
from harvester_net.lab.controllers.controller import Controller
from harvester_net.lab.controllers.kubevirt import (
    HARVESTER_VM_CONTROLLERS,
    KUBEVIRT_CONTROLLERS,
)
from harvester_net.lab.controllers.manager import Manager
from harvester_net.lab.manifests import base_objects, booted_objects, namespaces
from harvester_net.lab.manifests.definitions import definitions
from harvester_net.lab.simulators import Timings
from harvester_net.lab.state import LiveState
from harvester_net.lab.versions import DEFAULT_VERSION
from harvester_net.lab.virt_api import VirtApi
from harvester_net.lab.webhooks.networks import NetworkMutator
from harvester_net.lab.webhooks.refusals import (
    HARVESTER_WEBHOOK,
    NETWORK_WEBHOOK,
    Refusals,
)
from harvester_net.lab.webhooks.virtual_machines import vm_mutators, vm_validators

API_SERVER, VIRT_API, SIMULATORS = "kube-apiserver", "virt-api", "simulators"
NETWORK_CONTROLLER = "harvester-network-controller"
CONTROLLERS: dict[str, tuple[Controller, ...]] = {
    NETWORK_CONTROLLER: NETWORK_CONTROLLERS,
    "harvester-controllers": (*HARVESTER_CONTROLLERS, *HARVESTER_VM_CONTROLLERS),
    "virt-controller": KUBEVIRT_CONTROLLERS,
}
COMPONENTS = (
    API_SERVER,
    NETWORK_WEBHOOK,
    NETWORK_CONTROLLER,
    HARVESTER_WEBHOOK,
    "harvester-controllers",
    VIRT_API,
    "virt-controller",
    SIMULATORS,
)
"""By the names that they have in a lab of real parts."""

log = logging.getLogger(__name__)


class LabCluster:
    """A cluster as an async context manager; ready as soon as it is entered.

    `version` is Harvester's, and decides which rules hold. Its network controller and webhook
    may be of another one, `network_version`. `objects` are there as they are, with status and
    uid, besides what every cluster has and instead of `nodes` machines. With `overlays` it has
    the types of kube-ovn, with `dhcp` those of the managed DHCP, as one with that add-on.
    """

    def __init__(
        self,
        directory: Path | None = None,
        *,
        nodes: int = 3,
        version: str = DEFAULT_VERSION,
        network_version: str | None = None,
        timings: Timings | None = None,
        objects: Iterable[Object] | None = None,
        overlays: bool = False,
        dhcp: bool = False,
        port: int = 0,
    ) -> None:
        self._nodes, self.version = nodes, version
        self._timings = timings or Timings()
        self._objects = None if objects is None else list(objects)
        self._overlays, self._dhcp = overlays, dhcp
        self._down: set[str] = set()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.plane = ControlPlane(directory, admission=Admission(), port=port)
        store, catalog = self.plane.store, self.plane.catalog
        self.state = self._of_network = LiveState(store, catalog)
        if network_version:
            self._of_network = LiveState(store, catalog, version_of(network_version))
        answers = self._answers
        self.plane.admission.mutators += [
            NetworkMutator(self._of_network, answers),
            *vm_mutators(self.state, answers),
        ]
        self.plane.admission.validators += [
            Refusals(self.state, self._of_network, answers),
            *vm_validators(self.state, answers),
        ]
        virt_api = VirtApi(self.plane, self.state, lambda: answers(VIRT_API))
        self.plane.server.aggregated[virt_api.group] = virt_api

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def kubeconfig(self) -> Path:
        """The administrator's."""
        return self.plane.kubeconfig

    def api(self, user: str = "admin") -> Api:
        """An asynchronous client over HTTP; use it as an async context manager."""
        plane = self.plane
        return Api(plane.url, str(plane.ca_file), plane.users.token(user))

    @property
    def components(self) -> dict[str, str]:
        """What each component does: ``running``, ``killed``, or what it ended with."""
        return {name: self._doing(name) for name in COMPONENTS}

    async def start(self) -> None:
        await self.plane.start()
        self._fill()
        for name in COMPONENTS:
            self._start(name)

    async def stop(self) -> None:
        for name in COMPONENTS:
            await self._end(name)
        await self.plane.stop()

    async def reset(self) -> None:
        """Back to how it was when it came up; address, users and tokens stay."""
        for name in COMPONENTS:
            await self._end(name)
        self.plane.reset()
        self._fill()
        for name in COMPONENTS:
            await self.restart(name)

    async def kill(self, name: str) -> None:
        """Ends a component at once; it stays away until `restart`. Raises KeyError."""
        if name not in COMPONENTS:
            raise KeyError(name)
        self._down.add(name)
        await self._end(name)
        if name == API_SERVER:
            await self.plane.hang_up()

    async def restart(self, name: str) -> None:
        """Ends a component if it runs, and starts it. Raises KeyError."""
        await self.kill(name)
        if name == API_SERVER:
            await self.plane.serve()
        self._down.discard(name)
        self._start(name)

    def _fill(self) -> None:
        plane = self.plane
        plane.load(namespaces())
        plane.load(definitions(self.version, overlays=self._overlays, dhcp=self._dhcp))
        plane.load(base_objects(self.version))
        plane.load(booted_objects(self.version))
        if self._objects is None:
            plane.load(simulators.base_objects(self._nodes))
        else:
            plane.restore(self._objects)
        for state in {self.state, self._of_network}:
            state.refresh()

    def _answers(self, name: str) -> bool:
        return name not in self._down

    def _start(self, name: str) -> None:
        if work := self._work(name):
            self._tasks[name] = asyncio.create_task(_logged(name, work()), name=name)

    def _work(self, name: str) -> Callable[[], Coroutine[Any, Any, None]] | None:
        """What a component does all the time, if it is one of those."""
        if name in CONTROLLERS:
            of_network = name == NETWORK_CONTROLLER
            state = self._of_network if of_network else self.state
            return Manager(self.plane, state, CONTROLLERS[name]).run
        if name == SIMULATORS:
            return lambda: simulators.run(self.api, self._timings)
        return None

    async def _end(self, name: str) -> None:
        task = self._tasks.pop(name, None)
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task

    def _doing(self, name: str) -> str:
        if name in self._down:
            return "killed"
        task = self._tasks.get(name)
        if task is not None and task.done() and not task.cancelled():
            return f"ended by itself: {task.exception()!r}"
        return "running"


async def _logged(name: str, work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        log.exception("%s ended", name)
        raise
