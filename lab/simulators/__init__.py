"""The machines of the lab that are not real: nodes, guests, Longhorn and whereabouts.

`run` is all that the lab calls; `base_objects` are the machines it starts with. What goes
wrong with them is asked for through `lab.faults`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from lab.api import Api
from lab.nodes.guest import Guest
from lab.simulators.agents import offer_faults, run_agents
from lab.simulators.garbage import run_garbage_collector
from lab.simulators.kubelet import run_kubelet
from lab.simulators.longhorn import run_longhorn
from lab.simulators.machines import base_objects, machine
from lab.simulators.mirror import World
from lab.simulators.timings import Timings
from lab.simulators.virt_handler import run_virt_handler
from lab.simulators.whereabouts import run_whereabouts

__all__ = ["Timings", "base_objects", "machine", "run"]


async def run(
    connect: Callable[[str], Api], timings: Timings, guest: Guest | None = None
) -> None:
    """Run every simulator until cancelled; `connect` gives an Api for a user of the lab.

    `guest` is where the real nodes are, in a lab that has some.
    """
    async with (
        connect("admin") as admin,
        connect("harvester-network-controller") as agent,
        connect("kubevirt-handler") as handler,
        connect("generic-garbage-collector") as collector,
        asyncio.TaskGroup() as group,
    ):
        world = World(admin, timings, guest)
        for work in (
            world.follow(),
            offer_faults(world),
            run_agents(agent, world),
            run_kubelet(world),
            run_virt_handler(handler, world),
            run_longhorn(world),
            run_whereabouts(world),
            run_garbage_collector(collector, world),
        ):
            group.create_task(work)
