"""Scenarios on embedded clusters, each on one of its own, many side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from harvester_net.lab.cluster import LabCluster
from harvester_net.lab.simulators import Timings

from . import record
from .differences import expectation, is_as_new
from .live import stored
from .play import Pace, played
from .record import Steps
from .scenario import Scenario

QUICK = Timings(
    agent_apply=0.03,
    vm_start=0.03,
    vm_stop=0.03,
    volume_attach=0.01,
    volume_detach=0.03,
    pool_fill=0.02,
    garbage_collect=0.1,
    retry=0.03,
)
"""A tenth of what simulated machines usually take."""
NETWORK_CONTROLLER = "v1.7.1"
"""The version of the network controller and its webhook in the lab of real parts."""
PACE = Pace(lag=0.0, quiet=1.0, after_refusal=0.2, rest=0.15, hope=10.0, patience=20.0)
_SIDE_BY_SIDE = 10
"""More would only wait for each other: it is one process."""


def small_cluster() -> LabCluster:
    """Three nodes, quick ones, and the versions of the lab of real parts."""
    return LabCluster(timings=QUICK, network_version=NETWORK_CONTROLLER)


async def on_embedded(scenario: Scenario) -> Steps:
    """What was seen of each step; a step ends as soon as it is as recorded."""
    expected = expectation(scenario.title, record.read(scenario.title))
    async with small_cluster() as cluster, cluster.api() as api:
        with stored(cluster) as live:
            playing = played(scenario, api, live, PACE, expected, is_as_new)
            return {title: seen async for title, seen in playing}


async def all_on_embedded(scenarios: Iterable[Scenario]) -> dict[str, Steps]:
    """The same of many, by title."""
    places = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def one(scenario: Scenario) -> tuple[str, Steps]:
        async with places:
            return scenario.title, await on_embedded(scenario)

    return dict(await asyncio.gather(*map(one, scenarios)))
