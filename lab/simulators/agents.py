"""One network agent for each simulated node, also for nodes that come later or go."""

from __future__ import annotations

import asyncio

from lab import faults
from lab.api import Api
from lab.faults import AgentDown
from lab.simulators.agent import Agent
from lab.simulators.machines import nics_of
from lab.simulators.mirror import World, is_deleting, whenever
from lab.simulators.steps import attempted


async def run_agents(api: Api, world: World) -> None:
    """Start and stop agents as nodes and faults ask for it; `api` is the agents' user."""
    running: dict[str, asyncio.Task[None]] = {}
    async with asyncio.TaskGroup() as group:
        async for _ in whenever(asyncio.Event(), world.nodes, world.config_maps):
            wanted = _wanted(world)
            for uid in running.keys() - wanted.keys():
                running.pop(uid).cancel()
            for uid in wanted.keys() - running.keys():
                running[uid] = group.create_task(Agent(wanted[uid], api, world).run())
            await attempted("faults", lambda: _acknowledge(api, world))


async def offer_faults(world: World) -> None:
    """Make the faults visible, so that kubectl can edit them."""

    async def offer() -> None:
        asked = await faults.read_faults(world.api)
        await faults.request(world.api, faults.format_faults(asked))

    done = False
    while not done:
        done = await attempted("faults", offer)
        await asyncio.sleep(0 if done else world.timings.retry)


async def _acknowledge(api: Api, world: World) -> None:
    """Tell who asked for faults that agents are now as they should be."""
    live = world.config_maps.get(f"{faults.NAMESPACE}/{faults.NAME}")
    if live and live["data"].get(faults.OBEYED) != world.faults_text:
        await api.merge_patch(faults.PATH, {"data": {faults.OBEYED: world.faults_text}})


def _wanted(world: World) -> dict[str, str]:
    """The nodes whose agent should run, by uid: a node made anew gets an agent of its own."""
    return {
        node["metadata"]["uid"]: node["metadata"]["name"]
        for node in world.nodes
        if nics_of(node)
        and not is_deleting(node)
        and AgentDown(node["metadata"]["name"]) not in world.faults
    }
