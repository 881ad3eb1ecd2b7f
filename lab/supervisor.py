"""The one process behind a lab: `python -m lab.supervisor DIRECTORY`.

It starts the components, runs the simulators in its own loop, tells how it goes in
`status.json`, and ends with everything it started: on SIGTERM, when the owner dies, and (the
kernel sees to that) when it is killed itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import sys
import time
from pathlib import Path

from rich.console import Console

from lab import binaries, places, simulators
from lab.building import ensure
from lab.components import LISTENING, NODES
from lab.config import LabConfig
from lab.control import Control
from lab.controlplane import ControlPlane
from lab.errors import LabError
from lab.nodes import packages
from lab.nodes.component import AGENT
from lab.nodes.guest import Guest
from lab.nodes.machine import Machine
from lab.processes import Process
from lab.setup import LOOPBACK, Setup, free_ports, own_address
from lab.status import ComponentStatus, Status, supervising

SIMULATORS = "simulators"
_WATCH_SECONDS = 0.2

log = logging.getLogger("lab")


class Supervisor:
    """Runs one lab until told to stop; also carries out the orders that come by `Control`."""

    def __init__(self, directory: Path, config: LabConfig) -> None:
        self._config = config
        self._started = time.monotonic()
        self._stop = asyncio.Event()
        self._simulation: asyncio.Task[None] | None = None
        self._busy = asyncio.Lock()
        self.setup = _setup(directory, config)
        self.status = Status(
            name=config.name,
            url=self.setup.url,
            address=self.setup.address,
            nodes=config.nodes,
            real_nodes=config.real,
            supervisor=os.getpid(),
            owner=config.owner,
        )
        self.plane = ControlPlane(self.setup, config.nodes, self._tell)

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
            await self._stop_simulators()
            await self.plane.stop()

    async def reset(self) -> None:
        async with self._busy:
            await self._stop_simulators()
            await self.plane.reset()
            self._start_simulators()
            self._tell("reset")

    async def restart(self, name: str) -> None:
        async with self._busy:
            if name == SIMULATORS:
                await self._stop_simulators()
                self._start_simulators()
            else:
                await self.plane.restart(name)
        self._tell(f"{name} was restarted")

    async def kill(self, name: str) -> None:
        async with self._busy:
            if name == SIMULATORS:
                await self._stop_simulators()
            else:
                await self.plane.kill(name)
        self._tell(f"{name} was killed on request")

    async def _run(self, control: Control) -> None:
        self._tell("starting etcd")
        self.setup.users.write(self.setup.url, self.setup.ca_file)
        await self.plane.start()
        self._start_simulators()
        await control.serve(LOOPBACK, self.setup.ports["control"])
        self.status.control = f"http://{LOOPBACK}:{self.setup.ports['control']}"
        self.status.control_token = control.token
        self.status.from_saved_state = self.plane.from_saved_state
        self.status.ready_after = round(time.monotonic() - self._started, 2)
        self.status.state = "ready"
        self._tell("")
        await self._watch()

    async def _watch(self) -> None:
        """Notices components and simulators that end by themselves."""
        known: set[str] = set()
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            ended = self._ended()
            if not self._busy.locked() and set(ended) != known:
                known = set(ended)
                self._tell("; ".join(ended.values()))

    def _ended(self) -> dict[str, str]:
        found = {name: _epitaph(process) for name, process in self.plane.ended().items()}
        if self._simulation and self._simulation.done() and not self._simulation.cancelled():
            found[SIMULATORS] = f"the simulators ended: {self._simulation.exception()!r}"
        return found

    def _tell(self, message: str) -> None:
        """Writes the status, with what each process is doing now."""
        if message:
            log.info("%6.2f s  %s", time.monotonic() - self._started, message)
        self.status.message = message
        self.status.components = {
            name: self._component_status(process)
            for name, process in self.plane.processes.items()
        }
        if self.status.state in ("ready", "degraded"):
            all_run = all(c.state == "running" for c in self.status.components.values())
            simulated = self._simulation is not None and not self._simulation.done()
            self.status.state = "ready" if all_run and simulated else "degraded"
        self.status.write(self.setup.directory)

    def _component_status(self, process: Process) -> ComponentStatus:
        if process.exit_code is None:
            state = "running"
        else:
            state = _epitaph(process) if process.wanted else "killed"
        port = self.setup.ports.get(process.name)
        return ComponentStatus(self._version(process.name), process.pid, port, state)

    def _version(self, name: str) -> str:
        if self.setup.machine and name == NODES.name:
            return f"agents {binaries.binary(AGENT).version}, {self.setup.machine.version}"
        program = binaries.binary(name)
        path = self.setup.programs[name]
        return program.version if path == binaries.built_path(program) else f"of {path}"

    def _start_simulators(self) -> None:
        guest = None
        if self.setup.machine:
            guest = Guest.of(self.setup.directory, self.setup.ports[NODES.name])
        running = simulators.run(self.setup.api, self._config.timings, guest)
        self._simulation = asyncio.create_task(running)

    async def _stop_simulators(self) -> None:
        if self._simulation:
            self._simulation.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await self._simulation
            self._simulation = None

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


def main(directory: Path) -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    with supervising(directory):
        config = LabConfig.read(directory)
        try:
            asyncio.run(_supervise(directory, config))
        except Exception as error:
            log.exception("the lab failed")
            _report_failure(directory, config, error)
            return 1
        shutil.rmtree(directory)
    return 0


def _setup(directory: Path, config: LabConfig) -> Setup:
    programs = ensure(binaries.CONTROL_PLANE)
    machine = None
    if config.real:
        found = packages.ensure(Console(stderr=True))
        machine = Machine(found, programs[AGENT], config.nodes)
        programs[NODES.name] = found.loader
    return Setup(directory, free_ports(LISTENING), own_address(), programs, machine)


async def _supervise(directory: Path, config: LabConfig) -> None:
    await Supervisor(directory, config).run()


def _report_failure(directory: Path, config: LabConfig, error: Exception) -> None:
    """Leaves the reason for whoever started the lab, and the logs for whoever looks after."""
    kept = places.failures() / config.name
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(directory / "logs", kept)
    reason = str(error) if isinstance(error, LabError) else f"{type(error).__name__}: {error}"
    message = f"{reason}\nAll logs of this start: {kept}"
    Status(name=config.name, state="failed", message=message).write(directory)


def _epitaph(process: Process) -> str:
    return f"{process.name} ended by itself with code {process.exit_code}"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
