"""`RealLab`: a lab of real parts, and what it has beyond an embedded one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Self

from rich.console import Console

from harvester_net.lab.config import LabConfig
from harvester_net.lab.errors import LabError
from harvester_net.lab.handle import CALLER, Lab, caller_or, random_name
from harvester_net.lab.simulators import Timings
from harvester_net.lab.status import REAL
from lab import binaries
from lab.building import ensure
from lab.components import NODES
from lab.nodes import packages
from lab.nodes.devices import Device, look
from lab.nodes.guest import Answer, Guest
from lab.nodes.vms import Vms

SUPERVISOR = "lab.supervisor"


class RealLab(Lab):
    """A lab made of Harvester's own programs. As a context manager it goes down at the end."""

    @classmethod
    def start_real(
        cls,
        name: str | None = None,
        *,
        nodes: int = 3,
        real_nodes: bool = False,
        owner: int | None = CALLER,
        timings: Timings | None = None,
        on_progress: Callable[[str], None] = lambda message: None,
    ) -> Self:
        """As `start`. Programs that are missing are built first.

        With `real_nodes`, the nodes are real ones (docs/lab.md), or NoRealNodes says why not.
        """
        ensure(binaries.CONTROL_PLANE)
        if real_nodes:
            packages.ensure(Console(stderr=True))
        config = LabConfig(
            name or random_name(),
            nodes,
            caller_or(owner),
            timings or Timings(),
            control_plane=REAL,
            real=real_nodes,
        )
        return cls.brought_up(config, SUPERVISOR, on_progress)

    @cached_property
    def guest(self) -> Guest:
        """Where the real nodes are. Raises LabError if this lab has none."""
        machine = self.status().components.get(NODES.name)
        if machine is None or machine.port is None:
            raise LabError(f'The lab "{self.name}" has no real nodes.')
        return Guest.of(self.directory, machine.port)

    def run_on(self, node: str, script: str) -> Answer:
        """Runs a shell script on a real node, in its network namespace."""
        return self.guest.run_now(script, node)

    def devices(self, node: str) -> dict[str, Device]:
        """A real node's network devices by name, as its kernel tells of them."""
        return look(lambda script: self.run_on(node, script).checked())

    def vms(self, *nodes: str, cluster_network: str, vlan: int, mtu: int) -> Vms:
        """A stand-in for a VM on each of these real nodes, to ping from; MTU in bytes."""
        return Vms(self.guest, nodes, cluster_network, vlan, mtu)
