"""What would stop a change in the middle is said in its plan."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.change.apply import fresh_snapshot
from harvester_net.change.goals import AnyGoal
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.change.goals.network_config import ConfigGoal
from harvester_net.change.goals.storage_network import StorageNetworkGoal
from harvester_net.change.kinds import UNDER_WAY, with_what_is_under_way
from harvester_net.change.plan import plan
from harvester_net.change.rights import changing
from harvester_net.cluster.deadline import Deadline
from harvester_net.cluster.resources import (
    BACKUP,
    CLUSTER_NETWORK,
    NODE,
    RESTORE,
    SETTING,
    UPGRADE,
    VLAN_CONFIG,
    VM,
    VMI,
    VOLUME,
    Object,
    Resource,
)
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.lab.cluster import LabCluster

from ... import objects
from ...rbac import client_of, let_in
from ...timing import AT_ONCE
from ...waiting import SECONDS
from .clusters import vm_object
from .controllers import settled
from .model import patched
from .sites import FULL, UP, reasons, site
from .world import World

VMS: dict[str, str | bool] = {"default/a": "Always", "default/b": "Always"}
PLAIN, STORED = site(vms=VMS), site(vms=VMS, storage=True)
NEW_VLAN = StorageNetworkGoal(text='{"vlan":400,"clusterNetwork":"data"}')
FLEET = {"metadata": {"labels": {"fleet.cattle.io/bundle-name": "infra"}}}
ARGO = {"metadata": {"labels": {"argocd.argoproj.io/instance": "shop"}}}


def refused(world: World, goal: AnyGoal = UP) -> list[str]:
    return reasons(plan(world.snapshot, goal, FULL).refusals)


def warned(world: World, goal: AnyGoal = UP) -> list[str]:
    return plan(world.snapshot, goal, FULL).warnings


def test_a_quiet_cluster_gives_neither_refusals_nor_warnings() -> None:
    for world in (PLAIN, STORED):
        made = plan(world.snapshot, UP, FULL)
        assert (made.refusals, made.warnings) == ([], [])


# --- volumes ---------------------------------------------------------------------------------


def held(pod: str, kind: str = "", name: str = "", **spec: Any) -> Object:
    return objects.in_use(
        objects.volume("pvc-1", claim="default/data", **spec), pod, kind, name
    )


BY_A_POD = (
    "volume pvc-1 (claim default/data) is attached by pod default/pg-0 (StatefulSet pg), "
    "which the change does not stop, and must be detached for it; scale that down first"
)
BY_AN_INSTANCE = (
    "volume pvc-1 (claim default/data) is attached by pod default/virt-launcher-alone-x "
    "(VirtualMachineInstance alone), which the change does not stop, and must be detached for "
    "it; scale that down first"
)
POSTGRES = held("pg-0", "StatefulSet", "pg")
RWX_ALONE = settled(
    patched(
        PLAIN,
        SETTING,
        "rwx-network",
        {"value": '{"network":{"vlan":9,"clusterNetwork":"data","range":"10.0.0.0/24"}}'},
    )
)
ALONE = STORED.put(VMI, objects.vmi("alone", "beside", node="node1"))


@pytest.mark.parametrize(
    ("world", "goal", "volume", "expected"),
    [
        (STORED, UP, POSTGRES, [BY_A_POD]),
        (PLAIN, UP, POSTGRES, []),
        (PLAIN, NEW_VLAN, POSTGRES, [BY_A_POD]),
        (STORED, MtuGoal(cluster_network="other", mtu=9000), POSTGRES, []),
        (STORED, UP, objects.volume("pvc-1", "attached", "default/data"), []),
        (STORED, UP, held("virt-launcher-a-x", VMI.kind, "a"), []),
        (STORED, UP, held("hp-volume-x", "Pod", "virt-launcher-a-x"), []),
        (STORED, UP, held("virt-launcher-gone-x", VMI.kind, "gone"), []),
        (ALONE, UP, held("virt-launcher-alone-x", VMI.kind, "alone"), [BY_AN_INSTANCE]),
    ],
)
def test_volumes_that_stay_attached_are_refused_where_all_must_go(
    world: World, goal: AnyGoal, volume: Object, expected: list[str]
) -> None:
    assert refused(world.put(VOLUME, volume), goal) == expected


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"accessMode": "rwx", "migratable": False}, [BY_A_POD]),
        ({"accessMode": "rwx", "migratable": True}, []),
        ({"accessMode": "rwo"}, []),
    ],
)
def test_for_the_rwx_network_alone_only_volumes_of_its_kind_must_go(
    spec: dict[str, Any], expected: list[str]
) -> None:
    world = RWX_ALONE.put(VOLUME, held("pg-0", "StatefulSet", "pg", **spec))
    assert refused(world) == expected


# --- what is under way -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "obj", "vm_stops", "all_stop"),
    [
        (
            BACKUP,
            objects.backup("b1"),
            [
                "backup default/b1 of VM default/a is under way; wait until it is done, or "
                "delete it, first"
            ],
            None,
        ),
        (
            BACKUP,
            objects.backup("s1", "elsewhere", kind="snapshot"),
            [],
            [
                "snapshot default/s1 of VM default/elsewhere is under way; wait until it is "
                "done, or delete it, first"
            ],
        ),
        (BACKUP, objects.backup("b1", readyToUse=True), [], None),
        (
            RESTORE,
            objects.restore("r1", complete=False),
            [
                "restore default/r1 of VM default/a is under way; wait until it is done, or "
                "delete it, first"
            ],
            None,
        ),
        (
            RESTORE,
            objects.restore("r1") | {"spec": {}},
            [],
            ["restore default/r1 is under way; wait until it is done, or delete it, first"],
        ),
        (RESTORE, objects.restore("r1", complete=True), [], None),
        (
            UPGRADE,
            objects.upgrade("hvst-1", completed="Unknown"),
            [
                "Harvester is being upgraded (upgrade harvester-system/hvst-1 to v1.8.2); "
                "wait until that is done"
            ],
            None,
        ),
        (UPGRADE, objects.upgrade("hvst-1", completed="True"), [], None),
    ],
)
def test_what_is_under_way_is_not_broken_off(
    resource: Resource, obj: Object, vm_stops: list[str], all_stop: list[str] | None
) -> None:
    assert refused(PLAIN.put(resource, obj)) == vm_stops
    # None: the same as where only VMs of the cluster network stop.
    assert refused(STORED.put(resource, obj)) == (vm_stops if all_stop is None else all_stop)


def test_an_upgrade_is_in_the_way_of_a_change_without_vms() -> None:
    goal = ConfigGoal(key="nc-0", patch={"uplink": {"nics": ["eth9"]}})
    assert refused(site().put(UPGRADE, objects.upgrade("u")), goal) == [
        "Harvester is being upgraded (upgrade harvester-system/u to v1.8.2); wait until that "
        "is done"
    ]


# --- where VMs come up again -----------------------------------------------------------------

CORDONED = {"spec": {"unschedulable": True}}
IN_MAINTENANCE = {"metadata": {"annotations": {"harvesterhci.io/maintain-status": "running"}}}
NO_NODE = (
    "2 VMs could not start again: default/a, default/b; of the nodes to run on, node0 is "
    "cordoned, node1 is in maintenance mode; let VMs onto one of them first"
)
PINNED = (
    "1 VM could not start again: default/a; of the nodes to run on, node0 is cordoned; let "
    "VMs onto one of them first"
)
TO_NODE0 = {"kubernetes.io/hostname": "node0"}


def pinned(world: World, selector: dict[str, str]) -> World:
    spec = {"spec": {"template": {"spec": {"nodeSelector": selector}}}}
    return world.changed(VM, "default/a", spec)


@pytest.mark.parametrize(
    ("world", "refusals", "warnings"),
    [
        (PLAIN.changed(NODE, "node1", CORDONED), [], []),
        (
            PLAIN.changed(NODE, "node0", CORDONED),
            [],
            [
                "node0 is cordoned: 2 VMs of the change cannot come back to it, and must find "
                "room elsewhere"
            ],
        ),
        (
            PLAIN.changed(NODE, "node0", CORDONED).changed(NODE, "node1", IN_MAINTENANCE),
            [NO_NODE],
            [
                "node0 is cordoned: 2 VMs of the change cannot come back to it, and must find "
                "room elsewhere"
            ],
        ),
        (
            pinned(PLAIN, TO_NODE0).changed(NODE, "node0", CORDONED),
            [PINNED],
            [
                "node0 is cordoned: 2 VMs of the change cannot come back to it, and must find "
                "room elsewhere"
            ],
        ),
        # Where it runs although its selector names no node any more, is nothing of ours.
        (pinned(PLAIN, {"rack": "7"}).changed(NODE, "node1", CORDONED), [], []),
    ],
)
def test_vms_that_could_not_come_back_are_refused_and_others_told(
    world: World, refusals: list[str], warnings: list[str]
) -> None:
    assert refused(world) == refusals
    assert warned(world) == warnings


def test_a_vm_that_stays_down_needs_no_node() -> None:
    finished = {"status": {"phase": "Succeeded"}}
    world = site().put(VM, vm_object("default/a", "Once", ["default/net"], "node0"))
    world = world.put(VMI, objects.vmi("a", "net", node="node0") | finished)
    world = world.changed(NODE, "node0", CORDONED).changed(NODE, "node1", CORDONED)
    assert plan(world.snapshot, UP, FULL).record.vms["default/a"].finished
    assert refused(world) == []


# --- owners that put things back -------------------------------------------------------------

BACK = "as its repository says, and may put that back while the change has it otherwise; "


@pytest.mark.parametrize(
    ("world", "goal", "expected"),
    [
        (
            PLAIN.changed(VLAN_CONFIG, "nc-1", FLEET),
            UP,
            [f"Fleet (bundle infra) keeps network config nc-1 {BACK}suspend it first"],
        ),
        (
            STORED.changed(SETTING, "storage-network", FLEET).changed(VM, "default/b", ARGO),
            UP,
            [
                f"Fleet (bundle infra) keeps Setting storage-network {BACK}suspend it first",
                f"Argo CD (application shop) keeps VM default/b {BACK}suspend it first",
            ],
        ),
        (
            PLAIN.changed(VLAN_CONFIG, "nc-0", FLEET)
            .changed(VLAN_CONFIG, "nc-1", FLEET)
            .changed(VM, "default/a", FLEET)
            .changed(VM, "default/b", FLEET),
            UP,
            [
                "Fleet (bundle infra) keeps network config nc-0, network config nc-1, VM "
                f"default/a and 1 more {BACK}suspend it first"
            ],
        ),
        # Of what a change does not write itself nothing is said.
        (PLAIN.changed(CLUSTER_NETWORK, "data", FLEET), UP, []),
        (
            PLAIN.changed(CLUSTER_NETWORK, "mgmt", FLEET),
            MtuGoal(cluster_network="mgmt", mtu=9000),
            [f"Fleet (bundle infra) keeps cluster network mgmt {BACK}suspend it first"],
        ),
        (PLAIN.changed(SETTING, "storage-network", FLEET), UP, []),
        (
            RWX_ALONE.changed(SETTING, "rwx-network", FLEET),
            UP,
            [f"Fleet (bundle infra) keeps Setting rwx-network {BACK}suspend it first"],
        ),
        (STORED.changed(SETTING, "rwx-network", FLEET), UP, []),
    ],
)
def test_owners_of_what_the_change_writes_are_named(
    world: World, goal: AnyGoal, expected: list[str]
) -> None:
    assert warned(world, goal) == expected


# --- what cannot be looked at ----------------------------------------------------------------


def test_kinds_that_were_not_seen_are_said_in_one_line() -> None:
    seen = {kind: of for kind, of in PLAIN.objects.items() if kind not in (BACKUP, UPGRADE)}
    assert plan(Snapshot(seen), UP, FULL).warnings == [
        "the user of the kubeconfig may not list virtualmachinebackups, upgrades, or the "
        "server does not have them: see that no backup, restore or upgrade of Harvester is "
        "under way"
    ]


@pytest.mark.parametrize("gone", [[], ["VirtualMachineRestore"]])
async def test_what_may_not_be_listed_or_is_not_served_is_left_out(gone: list[str]) -> None:
    async with LabCluster(timings=AT_ONCE) as lab:
        given = [right for right in changing() if right.resource is not BACKUP]
        for kind in gone:
            name = f"{kind.lower()}s.harvesterhci.io"
            async with lab.api() as api:
                definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
                await api.delete(f"{definitions}/{name}")
        async with client_of(lab.plane, let_in(lab.plane, given)) as client:
            deadline = Deadline(SECONDS)
            before = await fresh_snapshot(client, deadline)
            seen = await with_what_is_under_way(before, client, deadline)
        left_out = {kind.kind for kind in UNDER_WAY if kind not in seen.objects}
        assert left_out == {"VirtualMachineBackup", *gone}
