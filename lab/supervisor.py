"""The process behind a lab of real parts: `python -m lab.supervisor DIRECTORY`."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rich.console import Console

from harvester_net.lab import simulators, supervisor
from harvester_net.lab.cluster import SIMULATORS
from harvester_net.lab.config import LabConfig
from harvester_net.lab.processes import Process
from harvester_net.lab.status import ComponentStatus, Status
from harvester_net.lab.supervisor import Supervisor
from lab import binaries
from lab.building import ensure
from lab.components import LISTENING, NODES
from lab.controlplane import ControlPlane
from lab.nodes import packages
from lab.nodes.component import AGENT
from lab.nodes.guest import Guest
from lab.nodes.hosts import Hosts
from lab.nodes.machine import Machine
from lab.setup import Setup, free_ports, own_address

SIMULATED = {
    "nodes": "kubelet and Harvester's network agents: NICs, bonds, bridges, VlanStatus",
    "virt-handler": "VMs run in name only",
    "Longhorn": "volumes attach and detach",
    "whereabouts": "address pools of the storage network",
    "garbage collector": "deletes what belonged to deleted objects",
}
REAL_NODES = "kubelet: pods of the host's network run for real, others in name only"
"""What is simulated of real nodes."""


class RealPlane:
    """The programs of a lab, and the simulators beside them in this process."""

    recorder = None

    def __init__(self, directory: Path, config: LabConfig) -> None:
        self._config = config
        self._setup = _setup(directory, config)
        self._tell: Callable[[str], None] = lambda message: None
        self._plane = ControlPlane(
            self._setup, config.nodes, lambda message: self._tell(message)
        )
        self._simulation: asyncio.Task[None] | None = None

    async def start(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._setup.users.write(self._setup.url, self._setup.ca_file)
        await self._plane.start()
        self._start_simulators()

    async def stop(self) -> None:
        await self._stop_simulators()
        await self._plane.stop()

    async def reset(self) -> None:
        await self._stop_simulators()
        await self._plane.reset()
        self._start_simulators()

    async def restart(self, name: str) -> None:
        if name == SIMULATORS:
            await self._stop_simulators()
            self._start_simulators()
        else:
            await self._plane.restart(name)

    async def kill(self, name: str) -> None:
        if name == SIMULATORS:
            await self._stop_simulators()
        else:
            await self._plane.kill(name)

    def describe(self, status: Status) -> None:
        status.url = self._setup.url
        status.address = self._setup.address
        status.real_nodes = self._config.real
        status.from_saved_state = self._plane.from_saved_state
        nodes = {"nodes": REAL_NODES} if self._config.real else {}
        status.simulated = SIMULATED | nodes

    def components(self) -> dict[str, ComponentStatus]:
        return {
            name: self._component_status(process)
            for name, process in self._plane.processes.items()
        }

    def ended(self) -> dict[str, str]:
        found = {name: _epitaph(process) for name, process in self._plane.ended().items()}
        simulation = self._simulation
        if simulation is None:
            return found
        if simulation.done() and not simulation.cancelled():
            found[SIMULATORS] = f"the simulators ended: {simulation.exception()!r}"
        return found

    def _component_status(self, process: Process) -> ComponentStatus:
        if process.exit_code is None:
            state = "running"
        else:
            state = _epitaph(process) if process.wanted else "killed"
        port = self._setup.ports.get(process.name)
        return ComponentStatus(self._version(process.name), process.pid, port, state)

    def _version(self, name: str) -> str:
        if self._setup.machine and name == NODES.name:
            return f"agents {binaries.binary(AGENT).version}, {self._setup.machine.version}"
        program = binaries.binary(name)
        path = self._setup.programs[name]
        return program.version if path == binaries.built_path(program) else f"of {path}"

    def _start_simulators(self) -> None:
        hosts = None
        if self._setup.machine:
            guest = Guest.of(self._setup.directory, self._setup.ports[NODES.name])
            hosts = partial(Hosts, guest=guest)
        running = simulators.run(self._setup.api, self._config.timings, hosts)
        self._simulation = asyncio.create_task(running)

    async def _stop_simulators(self) -> None:
        if self._simulation:
            self._simulation.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await self._simulation
            self._simulation = None


def _setup(directory: Path, config: LabConfig) -> Setup:
    programs = ensure(binaries.CONTROL_PLANE)
    machine = None
    if config.real:
        found = packages.ensure(Console(stderr=True))
        machine = Machine(found, programs[AGENT], config.nodes)
        programs[NODES.name] = found.loader
    return Setup(directory, free_ports(LISTENING), own_address(), programs, machine)


async def _supervise(directory: Path, config: LabConfig) -> None:
    await Supervisor(directory, config, RealPlane(directory, config)).run()


def _epitaph(process: Process) -> str:
    return f"{process.name} ended by itself with code {process.exit_code}"


if __name__ == "__main__":
    sys.exit(supervisor.main(Path(sys.argv[1]), _supervise))
