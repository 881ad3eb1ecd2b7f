"""Starts and ends the components of one lab, and puts its state back.

Two ways to start: from nothing (half a minute), or from a saved state (seconds), in which all
objects exist and the webhooks are registered already.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable

from harvester_net.lab import certificates, processes
from harvester_net.lab.errors import LabError
from harvester_net.lab.manifests import base_objects, namespaces
from harvester_net.lab.processes import Process
from harvester_net.lab.simulators import base_objects as simulated_objects
from lab import objects, readiness, saved
from lab.components import COMPONENTS, NODES, OBJECTS, Component, component
from lab.definitions import definitions
from lab.setup import Setup
from lab.step_graph import Step, run_in_order

READY_WITHIN = 120.0
_POLL_SECONDS = 0.05


class ControlPlane:
    """The real components of one lab. `changed` is called when something is worth telling."""

    def __init__(self, setup: Setup, nodes: int, changed: Callable[[str], None]) -> None:
        self.setup = setup
        self.processes: dict[str, Process] = {}
        self.from_saved_state = False
        self._machines = simulated_objects(nodes, real=setup.machine is not None)
        self._changed = changed
        # Now, for the sources might be edited while the lab runs.
        self._state_key = saved.key(setup, self._machines)

    async def start(self) -> None:
        """Brings everything up. Raises LabError with the log of what failed."""
        self.from_saved_state = saved.restore(self._state_key, self.setup)
        if not self.from_saved_state:
            certificates.write_all(self.setup.directory / "certificates")
        await self._start_all(new=not self.from_saved_state)
        if not self.from_saved_state:
            self._changed("saving this state for later starts")
            with self.processes["etcd"].held():
                saved.save(self._state_key, self.setup)
            # Only now: what real agents write belongs to their machine, saved apart.
            if self.setup.machine:
                await self._start(NODES)
                self._changed(f"ready: {NODES.name}")

    async def reset(self) -> None:
        """Back to how the lab was when it came up first."""
        await self.stop()
        if not saved.restore(self._state_key, self.setup):
            raise LabError(
                "The saved state of this lab is gone from the cache, so it can't be reset."
                " Take the lab down and bring it up again."
            )
        await self._start_all(new=False)

    async def stop(self) -> None:
        await asyncio.gather(*(process.kill() for process in self.processes.values()))

    async def kill(self, name: str) -> None:
        """Ends one component at once; it stays away until `restart`."""
        await self.processes[name].kill()

    async def restart(self, name: str) -> None:
        await self.kill(name)
        await self._start(component(name))
        # Controllers end when they lose their lease in an outage; a node would start them.
        for ended in self.ended():
            await self._start(component(ended))

    def ended(self) -> dict[str, Process]:
        """Components that are gone although nobody asked them to end."""
        found = self.processes.items()
        return {n: p for n, p in found if p.wanted and p.exit_code is not None}

    async def _start_all(self, new: bool) -> None:
        real_nodes = () if new or not self.setup.machine else (NODES,)
        steps = {each.name: self._step(each) for each in (*COMPONENTS, *real_nodes)}
        create = self._create_objects if new else _nothing
        steps[OBJECTS] = Step(create, ("kube-apiserver",))
        await run_in_order(steps, lambda name: self._changed(f"ready: {name}"))

    def _step(self, each: Component) -> Step:
        async def run() -> None:
            await self._start(each)

        return Step(run, each.needs)

    async def _create_objects(self) -> None:
        tool = self.setup.programs["kubevirt-manifests"]
        found = await asyncio.to_thread(definitions, tool)
        async with self.setup.api() as api:
            await objects.apply_all(api, namespaces())
            await objects.create_types(api, found)
            await objects.apply_all(api, base_objects())
            await objects.apply_all(api, self._machines)
            await objects.apply_all(api, objects.kubevirt_webhooks(self.setup))

    async def _start(self, each: Component) -> None:
        await self._prepare(each)
        process = await self._spawn(each)
        self.processes[each.name] = process
        if each.service:
            await self._until(lambda: readiness.listens(each.name, self.setup), process)
            await self._open_way(each, True)
        if introduced := each.introduced:
            await self._until(lambda: introduced(self.setup), process)
        await self._until(lambda: each.ready(self.setup), process)

    async def _prepare(self, each: Component) -> None:
        # A log tells of one run: readiness is read from some, and so are reasons of failure.
        self.setup.log(each.name).unlink(missing_ok=True)
        if each.prepare:
            await asyncio.to_thread(each.prepare, self.setup)
        if each.service:
            # Only a change makes the API server look at virt-api again without delay.
            await self._open_way(each, False)
        if each.lease:
            async with self.setup.api() as api:
                await objects.free_lease(api, each.lease)

    async def _spawn(self, each: Component) -> Process:
        home = str(self.setup.directory)
        environment = {"HOME": home, "TMPDIR": home, "PATH": os.defpath}
        if each.environment:
            environment |= each.environment(self.setup)
        if each.user:
            environment["KUBECONFIG"] = str(self.setup.users.kubeconfig(each.user))
        command = each.command(self.setup)
        log = self.setup.log(each.name)
        return await processes.start(
            each.name, command, log, self.setup.directory, environment
        )

    async def _open_way(self, each: Component, open_for_calls: bool) -> None:
        async with self.setup.api() as api:
            for obj in objects.way_to(each, self.setup, open_for_calls):
                await objects.apply(api, obj)

    async def _until(self, true: Callable[[], Awaitable[bool]], process: Process) -> None:
        end = time.monotonic() + READY_WITHIN
        while not await true():
            if process.exit_code is not None:
                raise LabError(
                    f"{process.name} ended with code {process.exit_code} while starting."
                    f" The end of its log:\n{process.tail()}"
                )
            if time.monotonic() > end:
                raise LabError(
                    f"{process.name} was not ready after {READY_WITHIN:.0f} s."
                    f" The end of its log:\n{process.tail()}"
                )
            await asyncio.sleep(_POLL_SECONDS)


async def _nothing() -> None:
    """The saved state has all objects."""
