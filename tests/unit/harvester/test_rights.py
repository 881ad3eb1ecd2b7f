"""What resources, and who only looks, ask of the server, and what is said that they ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from harvester_net.change.consent import Consent
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.change.rights import STANDING
from harvester_net.cli.commands import plan_command, status_command
from harvester_net.cli.session import Session
from harvester_net.cli.snapshotting import read
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline
from harvester_net.cluster.resources import CLUSTER_NETWORK as CLUSTER_NETWORKS
from harvester_net.cluster.resources import DHCP_POOL as IP_POOL
from harvester_net.cluster.resources import NAD, VM, VM_NETWORK_CONFIG, Object, Resource
from harvester_net.cluster.rights import Right
from harvester_net.harvester.rights import MANAGING, POOLS, READING
from harvester_net.kinds.desired_state import DesiredState
from harvester_net.kinds.kind import Live
from harvester_net.kinds.registry import KINDS
from harvester_net.lab.cluster import LabCluster

from ... import objects
from ...rbac import Asked, as_asked, client_of, let_in, listen
from ...timing import AT_ONCE
from ...waiting import SECONDS, until
from ..kinds.calls import Run
from ..programs import (
    CLUSTER_NETWORK,
    DHCP_POOL,
    HOST_NETWORK,
    MIGRATION_NETWORK,
    NETWORK_CONFIG,
    RWX_NETWORK,
    STORAGE_NETWORK,
    VM_NETWORK,
    program,
)

VMS = "/apis/kubevirt.io/v1/namespaces/default/virtualmachines"
PLACED = (NAD.plural, IP_POOL.plural)
CONFIGS = VM_NETWORK_CONFIG.path("default")
PROGRAM: dict[str, Object] = {
    CLUSTER_NETWORK: program(CLUSTER_NETWORK),
    NETWORK_CONFIG: program(NETWORK_CONFIG, uplink={"nics": ["eno2"]}),
    VM_NETWORK: program(VM_NETWORK),
    STORAGE_NETWORK: program(STORAGE_NETWORK, clusterNetwork="data"),
    RWX_NETWORK: program(
        RWX_NETWORK,
        ("shareStorageNetwork",),
        clusterNetwork="data",
        vlan=301,
        range="192.168.6.0/24",
    ),
    MIGRATION_NETWORK: program(MIGRATION_NETWORK, clusterNetwork="data"),
    HOST_NETWORK: program(HOST_NETWORK),
    DHCP_POOL: program(DHCP_POOL),
}
SETTINGS = (STORAGE_NETWORK, RWX_NETWORK, MIGRATION_NETWORK)
CHANGED: dict[str, Object] = {
    CLUSTER_NETWORK: {"labels": {"team": "a"}},
    NETWORK_CONFIG: {"description": "rack a"},
    VM_NETWORK: {"labels": {"team": "a"}},
    STORAGE_NETWORK: {"range": "192.168.1.0/24"},
    RWX_NETWORK: {"range": "192.168.7.0/24"},
    MIGRATION_NETWORK: {"range": "192.168.8.0/24"},
    HOST_NETWORK: {"description": "backups"},
    DHCP_POOL: {"leaseTime": 60},
}

T = TypeVar("T")


async def live(lab: LabCluster, client: Cluster, token: str, plan: DesiredState) -> Live:
    """A resource is previewed, made, read, and changed; as it is then."""
    kind, inputs = KINDS[token], PROGRAM[token]
    run = Run(lab, client)  # type: ignore[arg-type]
    call = partial(run.call, kind, "mine", desired_state=plan)
    checked, problems = kind.check(inputs, plan)
    assert list(problems) == []
    await kind.create(checked, call(preview=True))
    made = await kind.create(checked, call())
    again = await kind.read(made.key, checked, made.outputs, call())
    assert again is not None
    changed = checked | CHANGED[token]
    await kind.update(made.key, checked, changed, again.outputs, call(preview=True))
    return await kind.update(made.key, checked, changed, again.outputs, call())


def as_heard(*rights: Right) -> set[Asked]:
    return {as_asked(right) for right in rights}


def anywhere(heard: set[Asked]) -> set[Asked]:
    """The same, wherever a VM network or DHCP pool is."""
    return {
        (verb, group, plural, "" if plural in PLACED else namespace, name)
        for verb, group, plural, namespace, name in heard
    }


@asynccontextmanager
async def waiting(
    work: Coroutine[object, object, T], watched: Resource, heard: set[Asked]
) -> AsyncIterator[asyncio.Task[T]]:
    """What is done while some work waits, and watches a kind."""
    task = asyncio.create_task(work)
    await until(lambda: task.done() or as_asked(Right("watch", watched)) in heard)
    assert not task.done()
    yield task


async def test_resources_ask_just_what_is_said() -> None:
    """One is made before its cluster network, one is to be deleted before a VM has left it."""
    async with LabCluster(timings=AT_ONCE, dhcp=True) as lab, lab.api() as api:
        user = let_in(lab.plane, (*READING, *POOLS, *STANDING, *MANAGING))
        heard = listen(lab.plane)
        async with client_of(lab.plane, user) as client:
            plan = DesiredState()
            made = {}
            for token, inputs in PROGRAM.items():
                KINDS[token].check(inputs, plan)
            early = live(lab, client, NETWORK_CONFIG, plan)
            async with waiting(early, CLUSTER_NETWORKS, heard) as config:
                made[CLUSTER_NETWORK] = await live(lab, client, CLUSTER_NETWORK, plan)
            made[NETWORK_CONFIG] = await config
            for token in (VM_NETWORK, HOST_NETWORK, DHCP_POOL, *SETTINGS):
                made[token] = await live(lab, client, token, plan)
            await api.create(VMS, objects.new_vm("vm1", "vm100", strategy="Halted"))
            run = Run(lab, client)  # type: ignore[arg-type]

            async def delete(token: str) -> None:
                kind, its = KINDS[token], made[token]
                await kind.delete(its.key, its.outputs, run.call(kind, "mine"))

            await api.create(CONFIGS, objects.vm_network_config("vm1", "default/vm100"))
            async with waiting(delete(DHCP_POOL), VM_NETWORK_CONFIG, heard) as gone:
                await api.delete(f"{CONFIGS}/vm1")
            await gone
            async with waiting(delete(VM_NETWORK), VM, heard) as gone:
                await api.delete(f"{VMS}/vm1")
            await gone
            for token in (*SETTINGS, HOST_NETWORK, NETWORK_CONFIG, CLUSTER_NETWORK):
                await delete(token)
        assert as_heard(*POOLS, *MANAGING) - anywhere(heard) == set()
        asked = as_heard(*READING, *POOLS, *STANDING, *MANAGING)
        assert anywhere(heard) - asked == set()


async def test_who_only_looks_asks_just_what_is_said() -> None:
    async with LabCluster(timings=AT_ONCE) as lab:
        user = let_in(lab.plane, (*READING, *STANDING))
        heard = listen(lab.plane)
        async with client_of(lab.plane, user) as client:
            session = Session(client, Deadline(SECONDS))
            document = await read(session, anonymize=False)
            assert {r.plural for r in document.left_out} <= {"subnets", "hostnetworkconfigs"}
            await status_command("text")(session)
            await plan_command(MtuGoal(cluster_network="mgmt", mtu=9000), Consent(), "text")(
                session
            )
        assert heard == as_heard(*READING, *STANDING)
