"""One network agent for each simulated node, also for nodes that come later or go."""

from __future__ import annotations

import asyncio

from harvester_net.lab import faults
from harvester_net.lab.api import Api
from harvester_net.lab.errors import LabError
from harvester_net.lab.faults import AgentDown, unfit
from harvester_net.lab.simulators.agent import Agent
from harvester_net.lab.simulators.index import Index
from harvester_net.lab.simulators.machines import address_of, nics_of
from harvester_net.lab.simulators.mirror import World, is_deleting, whenever
from harvester_net.lab.simulators.steps import attempted
from harvester_net.lab.simulators.vlan_status import place_of


async def run_agents(api: Api, world: World) -> None:
    """Start and stop agents as nodes and faults ask for it; `api` is the agents' user."""
    running: dict[str, asyncio.Task[None]] = {}
    statuses = Index(world.vlan_statuses, lambda status: (place_of(status),))
    async with asyncio.TaskGroup() as group:
        async for _ in whenever(asyncio.Event(), world.nodes, world.config_maps):
            wanted = _wanted(world)
            for uid in running.keys() - wanted.keys():
                running.pop(uid).cancel()
            for uid in wanted.keys() - running.keys():
                running[uid] = group.create_task(
                    Agent(wanted[uid], api, world, statuses).run()
                )
            await attempted("faults", lambda: _acknowledge(api, world))


async def offer_faults(world: World) -> None:
    """Make the faults visible, so that kubectl can edit them."""

    done = False
    while not done:
        done = await attempted("faults", lambda: faults.offer(world.api))
        await asyncio.sleep(0 if done else world.timings.retry)


async def _acknowledge(api: Api, world: World) -> None:
    """Tell who asked for faults that agents are now as they should be."""
    live = world.config_maps.get(f"{faults.NAMESPACE}/{faults.NAME}")
    wanted = world.faults
    if live and live["data"].get(faults.OBEYED) != world.faults_text:
        refused = world.faults_error or await _refusal(world, wanted)
        answer = {faults.OBEYED: world.faults_text, faults.REFUSED: refused or None}
        await api.merge_patch(faults.PATH, {"data": answer})


async def _refusal(world: World, wanted: faults.Faults) -> str:
    """Has the real nodes get their faults; says why some can't be had, if so."""
    real = sorted(node["metadata"]["name"] for node in world.nodes if address_of(node))
    if reason := unfit(wanted, real):
        return reason
    try:
        if world.real_nodes:
            await world.real_nodes.obey(wanted, real)
    except LabError as error:
        return str(error)
    return ""


def _wanted(world: World) -> dict[str, str]:
    """The nodes whose agent should run, by uid: a node made anew gets an agent of its own."""
    return {
        node["metadata"]["uid"]: node["metadata"]["name"]
        for node in world.nodes
        if nics_of(node)
        and not address_of(node)
        and not is_deleting(node)
        and AgentDown(node["metadata"]["name"]) not in world.faults
    }
