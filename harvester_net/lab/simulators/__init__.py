"""The machines of the lab that are not real: nodes, guests, Longhorn and whereabouts.

`run` is all that the lab calls; `base_objects` are the machines it starts with. What goes
wrong with them is asked for through `harvester_net.lab.faults`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from harvester_net.lab.api import Api
from harvester_net.lab.simulators.agents import offer_faults, run_agents
from harvester_net.lab.simulators.garbage import run_garbage_collector
from harvester_net.lab.simulators.kubelet import run_kubelet
from harvester_net.lab.simulators.longhorn import run_longhorn
from harvester_net.lab.simulators.machines import base_objects, machine
from harvester_net.lab.simulators.mirror import RealNodes, World
from harvester_net.lab.simulators.timings import Timings
from harvester_net.lab.simulators.virt_handler import run_virt_handler
from harvester_net.lab.simulators.virt_operator import run_virt_operator
from harvester_net.lab.simulators.whereabouts import run_whereabouts

__all__ = ["RealNodes", "Timings", "World", "base_objects", "machine", "run"]


async def run(
    connect: Callable[[str], Api],
    timings: Timings,
    real_nodes: Callable[[World], RealNodes] | None = None,
) -> None:
    """Run every simulator until cancelled; `connect` gives an Api for a user of the lab.

    `real_nodes` is there in a lab that has some.
    """
    async with (
        connect("admin") as admin,
        connect("harvester-network-controller") as agent,
        connect("kubevirt-handler") as handler,
        connect("generic-garbage-collector") as collector,
        asyncio.TaskGroup() as group,
    ):
        world = World(admin, timings)
        world.real_nodes = real_nodes(world) if real_nodes else None
        for work in (
            world.follow(),
            offer_faults(world),
            run_agents(agent, world),
            run_kubelet(world),
            run_virt_handler(handler, world),
            run_virt_operator(world),
            run_longhorn(world),
            run_whereabouts(world),
            run_garbage_collector(collector, world),
        ):
            group.create_task(work)
