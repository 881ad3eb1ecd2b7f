"""Agents look at VLANs again, a moment after the last VM network that a run writes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from harvester_net.harvester.names import LOOK_AGAIN
from harvester_net.kinds.desired_state import DesiredState
from harvester_net.kinds.failures import Refused
from harvester_net.kinds.registry import KINDS

from ... import objects
from ...cluster import LabApi
from ...timing import hasten
from ...waiting import until
from ..programs import VM_NETWORK, program
from .calls import Run, running

KIND = KINDS[VM_NETWORK]


@pytest.fixture
async def run(api: LabApi) -> AsyncIterator[Run]:
    api.put(objects.cluster_network("data"))
    async with running(api) as started:
        hasten(started.cluster, agents_see_vlans=0.05)
        yield started


def looks(api: LabApi) -> list[str]:
    """What the server was asked to write of cluster networks."""
    return [seen.path for seen in api.writes() if "clusternetworks" in seen.path]


async def create(run: Run, plan: DesiredState, name: str, **changes: Any) -> None:
    wish = program(VM_NETWORK, name=name, **changes)
    await KIND.create(wish, run.call(KIND, name, desired_state=plan))


async def test_one_write_is_for_all_that_are_made_at_the_same_time(
    run: Run, api: LabApi
) -> None:
    plan = DesiredState()
    async with asyncio.TaskGroup() as group:
        for vlan in range(100, 120):
            group.create_task(create(run, plan, f"vm{vlan}", vlan=vlan))
    assert len(looks(api)) == 1
    assert LOOK_AGAIN in api.get("clusternetworks", "data")["metadata"]["annotations"]
    assert not plan.writing_vlans["data"]


async def test_one_write_is_for_all_that_follow_each_other_within_a_moment(
    run: Run, api: LabApi
) -> None:
    """The engine of a busy machine sends the next one when nothing is being written."""
    plan = DesiredState()
    hasten(run.cluster, agents_see_vlans=1.0)
    async with asyncio.TaskGroup() as group:
        for vlan in range(100, 106):
            group.create_task(create(run, plan, f"vm{vlan}", vlan=vlan))
            await asyncio.sleep(0.3)
    assert len(looks(api)) == 1
    assert not plan.unseen_vlans


async def test_one_waits_and_the_others_go_on(run: Run, api: LabApi) -> None:
    """When each waited for itself, 1,000 networks took 99 s where the engine needs 14 s."""
    plan, done = DesiredState(), list[str]()
    hasten(run.cluster, agents_see_vlans=1.0)

    async def create_one(name: str, vlan: int) -> None:
        await create(run, plan, name, vlan=vlan)
        done.append(name)

    async with asyncio.TaskGroup() as group:
        group.create_task(create_one("vm100", 100))
        await until(lambda: plan.awaiting_vlans)
        await create_one("vm101", 101)
        await create_one("vm102", 102)
    assert done == ["vm101", "vm102", "vm100"]
    assert len(looks(api)) == 1
    assert not plan.unseen_vlans
    assert not plan.awaiting_vlans


async def test_one_whose_time_is_up_leaves_it_to_the_next(run: Run, api: LabApi) -> None:
    plan, wish = DesiredState(), program(VM_NETWORK, name="vm100")
    hasten(run.cluster, agents_see_vlans=1.0)
    await KIND.create(wish, run.call(KIND, "vm100", seconds=0.5, desired_state=plan))
    assert looks(api) == []
    await create(run, plan, "vm101", vlan=101)
    assert len(looks(api)) == 1
    assert not plan.unseen_vlans


async def test_another_vlan_is_looked_at_and_nothing_else_is(run: Run, api: LabApi) -> None:
    plan, old = DesiredState(), program(VM_NETWORK)
    made = await KIND.create(old, run.call(KIND, "vm100", desired_state=plan))
    assert len(looks(api)) == 1
    labelled = old | {"labels": {"team": "a"}}
    call = run.call(KIND, "vm100", desired_state=plan)
    made = await KIND.update(made.key, old, labelled, made.outputs, call)
    assert len(looks(api)) == 1
    await KIND.update(made.key, labelled, labelled | {"vlan": 101}, made.outputs, call)
    assert len(looks(api)) == 2
    untagged = program(VM_NETWORK, ("vlan",), name="flat", type="UntaggedNetwork")
    await KIND.create(untagged, run.call(KIND, "flat", desired_state=plan))
    assert len(looks(api)) == 2


async def test_failure_of_the_last_one_does_not_hide_the_vlans_of_the_others(
    run: Run, api: LabApi
) -> None:
    plan = DesiredState()
    hasten(run.cluster, agents_see_vlans=0.2)

    async def fail() -> None:
        with pytest.raises(Refused):
            await create(run, plan, "nowhere", namespace="missing")

    await asyncio.gather(create(run, plan, "vm100"), fail())
    assert len(looks(api)) == 1


async def test_refusal_before_any_write_asks_nobody_to_look(run: Run, api: LabApi) -> None:
    api.put(objects.nad("vm100"))
    with pytest.raises(Refused):
        await create(run, DesiredState(), "vm100")
    assert looks(api) == []


async def test_who_may_not_write_it_goes_without(run: Run, api: LabApi) -> None:
    api.fail("PATCH clusternetworks", 403)
    await create(run, DesiredState(), "vm100")
    assert len(looks(api)) == 1
    assert api.has("network-attachment-definitions", "default/vm100")
