"""The one process behind a lab: `python -m harvester_net.lab.supervisor DIRECTORY`.

It runs the control plane, tells how it goes in `status.json`, carries out orders, and ends
with everything it started: on SIGTERM, when the owner dies, and (the kernel sees to that) when
it is killed itself. `lab.supervisor` is the same for a control plane of real parts.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol

from harvester_net.cluster.resources import NODE
from harvester_net.lab import places
from harvester_net.lab.cluster import API_SERVER, LabCluster
from harvester_net.lab.config import LabConfig
from harvester_net.lab.control import Control
from harvester_net.lab.errors import LabError
from harvester_net.lab.likeness import load_site
from harvester_net.lab.rehearsal import Recorder
from harvester_net.lab.status import ComponentStatus, Status, supervising

_WATCH_SECONDS = 0.2

log = logging.getLogger("lab")


class Plane(Protocol):
    """A control plane as its supervisor sees it; kill and restart raise KeyError."""

    async def start(self, tell: Callable[[str], None]) -> None: ...
    async def stop(self) -> None: ...
    async def reset(self) -> None: ...
    async def restart(self, name: str) -> None: ...
    async def kill(self, name: str) -> None: ...

    def describe(self, status: Status) -> None:
        """Fills in where it is and what it is made of."""

    def components(self) -> dict[str, ComponentStatus]: ...

    def ended(self) -> dict[str, str]:
        """Components that are gone although nobody asked for it, and how they ended."""

    @property
    def recorder(self) -> Recorder | None:
        """Who records what happens to VMs, if that is done."""


class Supervisor:
    """Runs one lab until told to stop; also carries out the orders that come by `Control`.

    `began` is the moment from which the time until the lab is ready counts: a plane may take
    its time to be made, as one that is like a large site does.
    """

    def __init__(
        self, directory: Path, config: LabConfig, plane: Plane, began: float | None = None
    ) -> None:
        self._directory, self._config, self._plane = directory, config, plane
        self._started = time.monotonic() if began is None else began
        self._stop = asyncio.Event()
        self._busy = asyncio.Lock()
        self.status = Status(
            name=config.name,
            nodes=config.nodes,
            supervisor=os.getpid(),
            owner=config.owner,
            control_plane=config.control_plane,
        )
        plane.describe(self.status)

    async def run(self) -> None:
        self._watch_signals_and_owner()
        control = Control(self)
        try:
            running = asyncio.create_task(self._run(control))
            stopped = asyncio.create_task(self._stop.wait())
            await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
            running.cancel()
            await asyncio.wait({running})
        finally:
            self.status.state = "stopping"
            await control.close()
            await self._plane.stop()

    async def reset(self) -> None:
        async with self._busy:
            await self._plane.reset()
            self._tell("reset")

    async def restart(self, name: str) -> None:
        async with self._busy:
            await self._plane.restart(name)
        self._tell(f"{name} was restarted")

    async def kill(self, name: str) -> None:
        async with self._busy:
            await self._plane.kill(name)
        self._tell(f"{name} was killed on request")

    def record(self) -> str:
        """What happened to VMs and uplinks until now. Raises LabError if nobody knows."""
        return self._recorder().record.model_dump_json()

    def restart_record(self) -> None:
        """Forgets what happened until now. Raises LabError if nothing is recorded."""
        self._recorder().restart()

    def _recorder(self) -> Recorder:
        if self._plane.recorder is None:
            raise LabError(
                f'The lab "{self._config.name}" keeps no record: only an embedded one does.'
            )
        return self._plane.recorder

    async def _run(self, control: Control) -> None:
        self._tell("starting")
        await self._plane.start(self._tell)
        self._plane.describe(self.status)
        self.status.control = await control.serve()
        self.status.control_token = control.token
        self.status.ready_after = round(time.monotonic() - self._started, 2)
        self.status.state = "ready"
        self._tell("")
        await self._watch()

    async def _watch(self) -> None:
        """Notices components that end by themselves."""
        known: set[str] = set()
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            ended = self._plane.ended()
            if not self._busy.locked() and set(ended) != known:
                known = set(ended)
                self._tell("; ".join(ended.values()))

    def _tell(self, message: str) -> None:
        """Writes the status, with what each component is doing now."""
        if message:
            log.info("%6.2f s  %s", time.monotonic() - self._started, message)
        self.status.message = message
        self.status.components = self._plane.components()
        if self.status.state in ("ready", "degraded"):
            all_run = all(c.state == "running" for c in self.status.components.values())
            self.status.state = "ready" if all_run and not self._plane.ended() else "degraded"
        self.status.write(self._directory)

    def _watch_signals_and_owner(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        if self._config.owner is not None:
            try:
                owner = os.pidfd_open(self._config.owner)
            except ProcessLookupError:
                self._stop.set()
            else:
                # Readable means: that process has ended.
                loop.add_reader(owner, self._stop.set)


class EmbeddedPlane:
    """The cluster in this very process."""

    def __init__(self, directory: Path, config: LabConfig) -> None:
        site = None if config.like is None else load_site(Path(config.like))
        self._like = config.like
        self.recorder: Recorder | None = None
        self._cluster = LabCluster(
            directory,
            nodes=config.nodes,
            version=config.version if site is None else site.version,
            timings=config.timings,
            objects=None if site is None else site.objects(),
            overlays=site is not None and site.overlays,
        )

    async def start(self, tell: Callable[[str], None]) -> None:
        await self._cluster.start()
        self.recorder = Recorder(self._cluster.plane.store)

    async def stop(self) -> None:
        await self._cluster.stop()

    async def reset(self) -> None:
        await self._cluster.reset()
        if self.recorder:
            self.recorder.restart()

    async def restart(self, name: str) -> None:
        await self._cluster.restart(name)

    async def kill(self, name: str) -> None:
        await self._cluster.kill(name)

    def describe(self, status: Status) -> None:
        status.url = self._cluster.plane.url
        status.version, status.like = self._cluster.version, self._like
        # A site has its own, known when it is there.
        status.nodes = len(self._cluster.state.of(NODE)) or status.nodes
        status.simulated = {"everything": "objects behave as in Harvester; nothing runs"}

    def components(self) -> dict[str, ComponentStatus]:
        version = self._cluster.version
        return {
            name: ComponentStatus(version, os.getpid(), self._port(name), state)
            for name, state in self._cluster.components.items()
        }

    def ended(self) -> dict[str, str]:
        return {
            name: f"{name} {state}"
            for name, state in self._cluster.components.items()
            if state not in ("running", "killed")
        }

    def _port(self, name: str) -> int | None:
        return self._cluster.plane.port if name == API_SERVER else None


def main(directory: Path, run: Callable[[Path, LabConfig], Coroutine[Any, Any, None]]) -> int:
    """Runs the supervisor of a lab; `run` does it for one kind of control plane."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    with supervising(directory):
        config = LabConfig.read(directory)
        try:
            asyncio.run(run(directory, config))
        except Exception as error:
            log.exception("the lab failed")
            _report_failure(directory, config, error)
            return 1
        shutil.rmtree(directory)
    return 0


async def _supervise(directory: Path, config: LabConfig) -> None:
    began = time.monotonic()
    await Supervisor(directory, config, EmbeddedPlane(directory, config), began).run()


def _report_failure(directory: Path, config: LabConfig, error: Exception) -> None:
    """Leaves the reason for whoever started the lab, and the logs for whoever looks after."""
    kept = places.failures() / config.name
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(directory / "logs", kept)
    reason = str(error) if isinstance(error, LabError) else f"{type(error).__name__}: {error}"
    message = f"{reason}\nAll logs of this start: {kept}"
    Status(name=config.name, state="failed", message=message).write(directory)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), _supervise))
