"""What a change says that it asks of the server, and what it asks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from harvester_net.change.announcing import RIGHTS as TELLING
from harvester_net.change.apply import apply_change, fresh_snapshot, resume_change
from harvester_net.change.consent import NodeCheck
from harvester_net.change.context import ChangeContext, Observer
from harvester_net.change.errors import ChangeStopped
from harvester_net.change.goals import AnyGoal
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.change.goals.network_config import ConfigDeletionGoal, ConfigGoal
from harvester_net.change.goals.vm_network import VmNetworkGoal
from harvester_net.change.plan import plan
from harvester_net.change.record import Record, VmRecord
from harvester_net.change.rights import changing, rights_of, verifying
from harvester_net.change.steps.order import STEPS
from harvester_net.change.steps.step import Step
from harvester_net.cluster.deadline import Deadline, DeadlineExceeded
from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    POD,
    SETTING,
    VLAN_CONFIG,
    VM,
    VM_ACTIONS,
    VMI,
    Object,
)
from harvester_net.cluster.rights import Right, rights
from harvester_net.lab.api import Api, ApiError
from harvester_net.lab.apiserver.admission import User
from harvester_net.lab.apiserver.objects import copied
from harvester_net.lab.apiserver.rbac import Attributes
from harvester_net.lab.cluster import LabCluster

from ... import objects
from ...rbac import as_asked, client_of, let_in, listen
from ...timing import AT_ONCE
from ...waiting import SECONDS
from .sites import FULL, UP, site
from .test_executor import record_of
from .test_steps_nodes import ON_MGMT, with_mgmt

NETWORK = "/apis/network.harvesterhci.io/v1beta1"
NADS = "/apis/k8s.cni.cncf.io/v1/namespaces/default/network-attachment-definitions"
SETTINGS = "/apis/harvesterhci.io/v1beta1/settings"
VMS = "/apis/kubevirt.io/v1/namespaces/default/virtualmachines"
VMIS = "/apis/kubevirt.io/v1/namespaces/default/virtualmachineinstances"
START_PATH = "/apis/subresources.kubevirt.io/v1/namespaces/default/virtualmachines/{}/start"
SHARED = '{"share-storage-network":true}'
STORAGE = '{"vlan":300,"clusterNetwork":"data","range":"192.168.0.0/24"}'
BACK = MtuGoal(cluster_network="data", mtu=1500)


def concrete(kind: Any) -> Iterator[type[Step]]:
    for below in kind.__subclasses__():
        yield from concrete(below)
        if not getattr(below, "__abstractmethods__", None):
            yield below


def test_every_step_is_listed_and_says_what_it_asks() -> None:
    ours = {step for step in concrete(Step) if step.__module__.startswith("harvester_net.")}
    assert ours == set(STEPS)
    for step in STEPS:
        assert all(isinstance(right, Right) for right in step.rights)


# --- what a record needs ---------------------------------------------------------------------

STOP = Right("patch", VM, "default")
START = Right("update", VM_ACTIONS, "default", subresource="start")
REMOVE = Right("delete", VMI, "default")
MAKE = Right("create", VLAN_CONFIG)
TAKE = Right("delete", VLAN_CONFIG)
CHANGE = Right("patch", VLAN_CONFIG)
TELL = Right("patch", CLUSTER_NETWORK)
REWRITE = Right("patch", NAD, "default")
STORE = rights("patch", SETTING, name="storage-network")[0]
SHARE = rights("patch", SETTING, name="rwx-network")[0]
LOOK = set(rights("create list delete", POD, namespace="harvester-system"))
OTHER_POD = set(rights("create list delete", POD, namespace="looks"))


def with_vm(record: Record, **vm: object) -> Record:
    return record.model_copy(update={"vms": {"default/vm1": VmRecord.model_validate(vm)}})


def goal_on_data(goal: AnyGoal) -> Record:
    return plan(site().snapshot, goal, FULL).record


MTU = record_of(site())
OF_ONE = {
    "an MTU": (MTU, {CHANGE, TAKE, MAKE}),
    "its way back": (MTU.turned_back(), {CHANGE, TAKE, MAKE}),
    "of the only config, which others may delete": (record_of(site(nodes=1)), {CHANGE, MAKE}),
    "VM networks that do not follow": (
        record_of(site(nodes=1, version=(1, 5))),
        {CHANGE, MAKE, REWRITE},
    ),
    "VMs": (with_vm(MTU, strategy="Always"), {CHANGE, TAKE, MAKE, STOP}),
    "a VM that is asked to start": (
        with_vm(MTU, strategy="Manual"),
        {CHANGE, TAKE, MAKE, STOP, START},
    ),
    "a finished VM": (
        with_vm(MTU, strategy="Once", phase="Succeeded", finished=True),
        {CHANGE, TAKE, MAKE, REMOVE},
    ),
    "storage": (
        record_of(site(storage=True, shared=True)),
        {CHANGE, TAKE, MAKE, STORE, SHARE},
    ),
    "nodes looked at": (
        record_of(site(nodes=1), replace(FULL, verify_on_nodes=NodeCheck())),
        {CHANGE, MAKE, TELL, *LOOK},
    ),
    "nodes looked at from elsewhere": (
        record_of(site(nodes=1), replace(FULL, verify_on_nodes=NodeCheck(namespace="looks"))),
        {CHANGE, MAKE, TELL, *OTHER_POD},
    ),
    "mgmt": (plan(with_mgmt(site()).snapshot, ON_MGMT, FULL).record, {TELL}),
    "another uplink": (goal_on_data(ConfigGoal(key="nc-0", patch={"uplink": {}})), {CHANGE}),
    "a deletion, which is made again on the way back": (
        goal_on_data(ConfigDeletionGoal(key="nc-0")),
        {TAKE, MAKE},
    ),
    "another VLAN": (goal_on_data(VmNetworkGoal(key="default/net", patch={})), {REWRITE}),
}


@pytest.mark.parametrize(("record", "writes"), OF_ONE.values(), ids=list(OF_ONE))
def test_record_needs_what_its_steps_write_there_and_back(
    record: Record, writes: set[Right]
) -> None:
    system = {"configmaps", "leases"}
    needed = {
        right
        for right in rights_of(record)
        if right.resource.plural not in system and (right.writes or right.resource is POD)
    }
    assert needed == writes


@pytest.mark.parametrize(("record", "_"), OF_ONE.values(), ids=list(OF_ONE))
def test_role_for_changes_gives_what_each_record_needs(record: Record, _: object) -> None:
    given = {as_asked(right) for right in changing() | verifying()}
    for right in rights_of(record):
        verb, group, plural, namespace, name = as_asked(right)
        if namespace != "looks":
            anywhere = (verb, group, plural, "", name)
            assert (verb, group, plural, namespace, name) in given or anywhere in given


# --- what a change asks ----------------------------------------------------------------------


async def trying(request: Callable[[], Awaitable[object]]) -> None:
    """As soon as Harvester takes it: it waits for what was made before."""
    async with asyncio.timeout(SECONDS):
        while True:
            with suppress(ApiError):
                await request()
                return
            await asyncio.sleep(0.05)


async def furnish(api: Api) -> None:
    """Cluster network `data` on three nodes with the storage and RWX network, and VMs: one
    that runs, one that is asked to start, and one whose guest has shut down.
    """
    await api.create(f"{NETWORK}/clusternetworks", objects.cluster_network("data"))
    for node in ("node1", "node2", "node3"):
        await trying(
            partial(api.create, f"{NETWORK}/vlanconfigs", network_config(f"nc-{node}", node))
        )
    nad = objects.nad("vm100", conf=objects.cni("vm100", vlan=100))
    await trying(partial(api.create, NADS, nad))
    for setting, text in (("storage-network", STORAGE), ("rwx-network", SHARED)):
        path = f"{SETTINGS}/{setting}"
        await trying(partial(api.merge_patch, path, {"value": text}))
    for name, strategy in (("always", "Always"), ("asleep", "Manual"), ("manual", "Manual")):
        await api.create(VMS, objects.new_vm(name, "vm100", strategy=strategy))
    for name in ("asleep", "manual"):
        await trying(partial(api.replace, START_PATH.format(name), {}))
    for name in ("always", "asleep", "manual"):
        await until_in(api, name, "Running")
    shut_down = {"metadata": {"annotations": {"lab.harvester-net/guest-shutdown": "true"}}}
    await api.merge_patch(f"{VMIS}/asleep", shut_down)
    await until_in(api, "asleep", "Succeeded")


async def until_in(api: Api, name: str, phase: str) -> None:
    async def check() -> None:
        found = await api.get(f"{VMIS}/{name}")
        if (found.get("status") or {}).get("phase") != phase:
            raise ApiError(404, {})

    await trying(check)


def network_config(name: str, node: str) -> Object:
    selector = {"kubernetes.io/hostname": node}
    return objects.new_config(name, uplink={"nics": ["eno2"]}, spec={"nodeSelector": selector})


async def record_on(lab: LabCluster, goal: AnyGoal) -> Record:
    """What is planned by an administrator."""
    async with client_of(lab.plane, {"token": lab.plane.users.token("admin")}) as admin:
        made = plan(await fresh_snapshot(admin, Deadline(SECONDS)), goal, FULL)
    assert made.refusals == []
    return made.record


def disturb(lab: LabCluster) -> None:
    """Somebody else writes each Setting right before it is written: a conflict."""
    settings = lab.plane.catalog.find("harvesterhci.io", "v1beta1", "settings")
    assert settings is not None
    store, authorizer = lab.plane.store, lab.plane.server.authorizer
    allows, left = authorizer.allows, {"storage-network", "rwx-network"}

    def disturbing(user: User, attributes: Attributes) -> bool:
        asked = attributes
        if asked.verb == "patch" and asked.resource == "settings" and asked.name in left:
            left.discard(asked.name)
            live = copied(store.get(settings, asked.name))
            live["metadata"].setdefault("annotations", {})["example.com/note"] = "x"
            store.update(settings, live)
        return allows(user, asked)

    authorizer.allows = disturbing  # type: ignore[method-assign]


TOLD = ("create", "", "events", "default", "")
"""Events on the cluster network, for which nothing is refused."""


async def test_change_and_its_way_back_ask_just_what_is_said() -> None:
    """With exactly these rights it comes to its end, and none of them is left unused."""
    async with LabCluster(timings=AT_ONCE) as lab, lab.api() as api:
        await furnish(api)
        record = await record_on(lab, UP)
        assert sorted(record.vms) == ["default/always", "default/asleep", "default/manual"]
        needed = rights_of(record)
        user, heard = let_in(lab.plane, needed | {*TELLING}), listen(lab.plane)
        disturb(lab)
        async with client_of(lab.plane, user) as client:
            deadline = Deadline(4 * SECONDS)
            await apply_change(ChangeContext(client, deadline, "a test"), UP, FULL)
        assert heard == {as_asked(right) for right in needed} | {TOLD}


async def test_way_back_from_the_middle_asks_no_more() -> None:
    async with LabCluster(timings=AT_ONCE) as lab, lab.api() as api:
        await furnish(api)
        needed = rights_of(await record_on(lab, UP))
        user, heard = let_in(lab.plane, needed), listen(lab.plane)
        async with client_of(lab.plane, user) as client:
            cancelled = asyncio.Event()

            def stop(step: str, state: str, _: str) -> None:
                if step.startswith("set mtu") and state == "done":
                    cancelled.set()

            interrupted = ChangeContext(
                client, Deadline(4 * SECONDS, cancelled), "a test", Observer(event=stop)
            )
            with pytest.raises((ChangeStopped, DeadlineExceeded)):
                await apply_change(interrupted, UP, FULL)
            back = ChangeContext(client, Deadline(4 * SECONDS), "a test")
            await resume_change(back, backwards=True)
            assert BACK.is_reached(await fresh_snapshot(client, back.deadline))
        assert heard - {as_asked(right) for right in needed} == {TOLD}, "and did without"
