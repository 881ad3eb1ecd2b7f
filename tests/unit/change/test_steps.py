"""The steps one by one: their order, when they are done, and what they wait for."""

from __future__ import annotations

from typing import Any, cast

import pytest

from harvester_net.change.consent import Consent
from harvester_net.change.context import ChangeContext
from harvester_net.change.goals import AnyGoal
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.change.goals.network_config import ConfigDeletionGoal, ConfigGoal
from harvester_net.change.goals.storage_network import StorageNetworkGoal
from harvester_net.change.goals.vm_network import VmNetworkGoal
from harvester_net.change.plan import plan
from harvester_net.change.record import Record, VmRecord
from harvester_net.change.steps.order import parts_of, steps_of
from harvester_net.change.steps.step import Step
from harvester_net.change.steps.vms import (
    STOPPED_FOR,
    StartVm,
    StopVm,
    halted,
    is_halted,
    restored,
)
from harvester_net.cluster.merge_patch import back, contains
from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    LINK_MONITOR,
    LONGHORN_SETTING,
    NAD,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
    VOLUME,
    Object,
)
from harvester_net.harvester.names import STORAGE_SETTING

from ... import objects
from ...objects import status_name
from .controllers import LONGHORN_RWX, settled
from .model import ModelCluster, ModelPatience, patched
from .sites import FULL, SHARED, STORAGE_TEXT, UP, site
from .world import NETWORK, STORAGE, World

VMS: dict[str, str | bool] = {"default/vm1": "Always"}
GOING = {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}


def record_of(world: World, goal: AnyGoal = UP) -> Record:
    return plan(world.snapshot, goal, FULL).record


def step_of(record: Record, step_id: str) -> Step:
    return next(step for step in steps_of(record) if step.id == step_id)


def after_of(record: Record) -> dict[str, set[str]]:
    return {step.id: set(step.after) for step in steps_of(record)}


# --- order -----------------------------------------------------------------------------------


def test_the_largest_change_is_in_the_one_order_that_works() -> None:
    after = after_of(record_of(site(nodes=3, vms=VMS, storage=True, shared=True)))
    stop, cleared = {"stop default/vm1"}, {"volumes detached", "reset rwx network"}
    ready = stop | cleared | {"clear storage network"}
    deleted, made = {"delete nc-1", "delete nc-2"}, {"create nc-1", "create nc-2"}
    assert after == {
        "stop default/vm1": set(),
        "volumes detached": stop,
        "reset rwx network": stop | {"volumes detached"},
        "clear storage network": stop | cleared,
        "delete nc-1": ready,
        "delete nc-2": ready,
        "set mtu nc-0": ready | deleted,
        "create nc-1": {"set mtu nc-0"},
        "create nc-2": {"set mtu nc-0"},
        "set storage network": deleted | made | {"set mtu nc-0"},
        "set rwx network": deleted | made | {"set mtu nc-0", "set storage network"},
        "start default/vm1": deleted
        | made
        | {"set mtu nc-0", "set storage network", "set rwx network"},
    }


@pytest.mark.parametrize(
    ("goal", "steps"),
    [
        (
            ConfigGoal(key="nc-0", patch={"uplink": {"nics": ["eth9"]}}),
            ["stop default/vm1", "change nc-0", "start default/vm1"],
        ),
        (
            ConfigDeletionGoal(key="nc-0"),
            ["stop default/vm1", "delete nc-0"],
        ),
        (
            VmNetworkGoal(key="default/net", patch={"spec": {"config": "{}"}}),
            ["stop default/vm1", "write default/net", "start default/vm1"],
        ),
        (
            StorageNetworkGoal(text=STORAGE_TEXT),
            [
                "stop default/vm1",
                "volumes detached",
                "set storage network",
                "start default/vm1",
            ],
        ),
        (
            MtuGoal(cluster_network="mgmt", mtu=9000),
            ["annotate"],
        ),
    ],
)
def test_each_kind_of_change_has_its_steps(goal: AnyGoal, steps: list[str]) -> None:
    assert [step.id for step in steps_of(record_of(site(vms=VMS), goal))] == steps


def test_a_server_of_1_5_has_its_vm_networks_written_after_the_configs() -> None:
    after = after_of(record_of(site(version=(1, 5))))
    assert after["write default/net"] == {"set mtu nc-0", "create nc-1"}


def test_the_way_back_of_a_deletion_makes_the_config_again_and_starts_the_vms() -> None:
    record = record_of(site(vms=VMS), ConfigDeletionGoal(key="nc-0")).turned_back()
    assert [step.id for step in steps_of(record)] == [
        "stop default/vm1",
        "create nc-0",
        "start default/vm1",
    ]


def test_the_way_back_of_the_storage_network_writes_the_text_before() -> None:
    record = record_of(site(storage=True), StorageNetworkGoal(text=""))
    assert record.turned_back().storage_before == STORAGE_TEXT
    assert "set storage network" in after_of(record.turned_back())


def test_vms_stay_down_without_restart_and_if_they_were_down() -> None:
    record = record_of(site(vms=VMS))
    assert "start default/vm1" in after_of(record)
    assert "start default/vm1" not in after_of(record.model_copy(update={"restart": False}))
    for original in (VmRecord(strategy="Halted"), VmRecord(strategy="Once", finished=True)):
        down = record.model_copy(update={"vms": {"default/vm1": original}})
        assert "start default/vm1" not in after_of(down)


def test_what_restores_is_a_part_of_its_own() -> None:
    record = record_of(site(vms=VMS, storage=True, shared=True))
    restoring = {"set storage network", "set rwx network", "start default/vm1"}
    assert {step.id for step in parts_of(record).restoring} == restoring


def test_ids_are_unique_and_every_step_comes_after_known_ones() -> None:
    for record in (
        record_of(site(nodes=5, vms=VMS, storage=True, shared=True)),
        record_of(site(version=(1, 4), vms=VMS, storage=True)),
    ):
        seen: set[str] = set()
        for step in steps_of(record):
            assert step.id not in seen
            assert seen.issuperset(step.after)
            seen.add(step.id)


# --- VMs -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"running": True}, {"running": False}),
        ({"runStrategy": "Always"}, {"runStrategy": "Halted"}),
        ({}, {"runStrategy": "Halted"}),
    ],
)
def test_a_vm_is_halted_in_the_field_that_it_uses(spec: Object, expected: Object) -> None:
    assert halted({"spec": spec}) == expected
    assert is_halted({"spec": spec | expected})


@pytest.mark.parametrize("strategy", ["Always", "RerunOnFailure", "Manual", "Once"])
def test_strategy_and_annotation_are_restored_together(strategy: str) -> None:
    notes = {"harvesterhci.io/vmRunStrategy": strategy, STOPPED_FOR: None}
    assert restored(VmRecord(strategy=strategy)) == {
        "metadata": {"annotations": notes},
        "spec": {"runStrategy": strategy},
    }


def test_the_old_field_is_restored_as_the_old_field() -> None:
    assert restored(VmRecord(strategy=None)) == {
        "metadata": {"annotations": {STOPPED_FOR: None}},
        "spec": {"running": True},
    }


def _vm_world(spec: Object, phase: str | None, status: str = "Stopped") -> World:
    meta = {"name": "vm1", "namespace": "default"}
    vm: Object = {"metadata": meta, "spec": spec, "status": {"printableStatus": status}}
    world = World((1, 8)).put(VM, vm)
    if phase is None:
        return world
    vmi: Object = {"metadata": meta, "spec": {}, "status": {"phase": phase}}
    return world.put(VMI, vmi)


HALT, ALWAYS = {"runStrategy": "Halted"}, {"runStrategy": "Always"}


@pytest.mark.parametrize(
    ("world", "finished", "done"),
    [
        (World((1, 8)), False, True),
        (_vm_world(HALT, None), False, True),
        (_vm_world({"running": False}, None), False, True),
        (_vm_world(HALT, None, "Stopping"), False, False),
        (_vm_world(HALT, "Running"), False, False),
        (_vm_world(HALT, "Succeeded"), False, False),
        (_vm_world(ALWAYS, None), False, False),
        (_vm_world({"runStrategy": "Manual"}, None), True, True),
        (_vm_world({"runStrategy": "Manual"}, "Succeeded"), True, False),
    ],
)
def test_a_vm_is_stopped_when_its_instance_is_gone_and_it_will_not_come_back(
    world: World, finished: bool, done: bool
) -> None:
    record = Record(
        goal=UP, version=(1, 8), vms={"default/vm1": VmRecord(strategy="x", finished=finished)}
    )
    assert StopVm(record, (), "default/vm1").done(world.snapshot) is done


@pytest.mark.parametrize(
    ("world", "before", "done"),
    [
        (World((1, 8)), "Running", True),
        (_vm_world(HALT, None), "Running", False),
        (_vm_world(ALWAYS, None), "Running", False),
        (_vm_world(ALWAYS, "Pending"), "Running", False),
        (_vm_world(ALWAYS, "Running"), "Running", True),
        (_vm_world(ALWAYS, "Succeeded"), "Running", True),
        (_vm_world(ALWAYS, "Running").changed(VMI, "default/vm1", GOING), "Running", False),
        (_vm_world(ALWAYS, "Pending"), "Pending", True),
        (_vm_world(ALWAYS, None), "Pending", False),
        (_vm_world(ALWAYS, None), "", True),
        (_vm_world(HALT, None), "", False),
    ],
)
def test_a_vm_is_started_when_it_is_as_far_as_it_was(
    world: World, before: str, done: bool
) -> None:
    record = Record(
        goal=UP, version=(1, 8), vms={"default/vm1": VmRecord(strategy="Always", phase=before)}
    )
    assert StartVm(record, (), "default/vm1").done(world.snapshot) is done


def test_a_vm_may_take_its_grace_period_besides_the_limit() -> None:
    record = record_of(site(vms=VMS))
    stop = step_of(record, "stop default/vm1")
    grace = {"spec": {"terminationGracePeriodSeconds": 120}}
    world = site(vms=VMS).changed(VMI, "default/vm1", grace)
    assert stop.limit(site().snapshot) == 180.0
    assert stop.limit(world.snapshot) == 300.0


# --- what the others wait for ----------------------------------------------------------------


def _annotated(world: World, mtu: str) -> World:
    notes = {"metadata": {"annotations": {f"{NETWORK}/uplink-mtu": mtu}}}
    return world.changed(CLUSTER_NETWORK, "data", notes)


def _mtu(world: World, key: str, mtu: int) -> World:
    fields = {"spec": {"uplink": {"linkAttributes": {"mtu": mtu}}}}
    return world.changed(VLAN_CONFIG, key, fields)


def _followed(world: World) -> World:
    text = world.of(NAD)["default/net"]["spec"]["config"]
    config = text[:-1] + ', "mtu": 9000}'
    return world.changed(NAD, "default/net", {"spec": {"config": config}})


def _failed(world: World, node: str) -> World:
    ready = {"type": "ready", "status": "False", "message": "no carrier"}
    return world.changed(
        VLAN_STATUS, status_name("data", node), {"status": {"conditions": [ready]}}
    )


SITE = site()
AHEAD = _followed(_annotated(_mtu(SITE, "nc-0", 9000), "9000"))


@pytest.mark.parametrize(
    ("step_id", "world", "words"),
    [
        ("delete nc-1", SITE, "network config nc-1: node1 to tear it down"),
        (
            "delete nc-1",
            SITE.without(VLAN_STATUS, status_name("data", "node1")),
            "network config nc-1: it to go",
        ),
        ("set mtu nc-0", SITE, "network config nc-0 to take MTU 9000"),
        (
            "set mtu nc-0",
            _mtu(SITE, "nc-0", 9000),
            "Harvester to note MTU 9000 on cluster network data",
        ),
        (
            "set mtu nc-0",
            _annotated(_mtu(SITE, "nc-0", 9000), "9000"),
            "VM networks to follow: default/net",
        ),
        (
            "set mtu nc-0",
            _failed(AHEAD, "node0"),
            "0 of 1 nodes ready; node0: no carrier",
        ),
        (
            "create nc-1",
            SITE.without(VLAN_CONFIG, "nc-1"),
            "network config nc-1: it is not there yet",
        ),
        (
            "create nc-1",
            _failed(SITE, "node1"),
            "network config nc-1: 0 of 1 nodes ready; node1: no carrier",
        ),
    ],
)
def test_a_step_that_is_not_done_says_what_it_waits_for(
    step_id: str, world: World, words: str
) -> None:
    step = step_of(record_of(SITE), step_id)
    assert not step.done(world.snapshot)
    assert step.waits_for(world.snapshot) == words


def test_the_mtu_is_set_when_everything_follows() -> None:
    assert step_of(record_of(SITE), "set mtu nc-0").done(AHEAD.snapshot)


def test_up_to_1_5_an_mtu_that_is_only_meant_is_written() -> None:
    world = _mtu(site(version=(1, 5)), "nc-0", 0)
    step = step_of(record_of(world).turned_back(), "set mtu nc-0")
    assert not step.done(world.snapshot)
    assert step.done(_mtu(world, "nc-0", 1500).snapshot)


def test_a_config_that_is_going_is_not_yet_made_again() -> None:
    world = _mtu(SITE, "nc-1", 9000)
    step = step_of(record_of(SITE), "create nc-1")
    assert step.done(world.snapshot)
    assert not step.done(world.changed(VLAN_CONFIG, "nc-1", GOING).snapshot)


def test_a_bond_that_was_not_made_anew_is_not_proven() -> None:
    record = record_of(SITE)
    step = step_of(record, "set mtu nc-0")
    index = record.configs["nc-0"].bonds["node0"]
    assert step.unproven(SITE.snapshot) == [
        f"node0: bond data-bo was not made anew (index {index})"
    ]


def test_volumes_that_are_attached_are_named_three_at_most() -> None:
    world = site(vms={f"default/vm{n}": "Always" for n in range(5)}, storage=False)
    step = step_of(record_of(world, StorageNetworkGoal(text=STORAGE_TEXT)), "volumes detached")
    assert not step.done(world.snapshot)
    assert step.waits_for(world.snapshot) == (
        "volumes to be detached: pvc-default-vm0 (claim default/vm0) is attached, "
        "pvc-default-vm1 (claim default/vm1) is attached, pvc-default-vm2 (claim default/vm2) "
        "is attached and 2 more"
    )
    off = {"status": {"state": "detached"}}
    for key in list(world.of(VOLUME)):
        world = world.changed(VOLUME, key, off)
    assert step.done(world.snapshot)


STORED = site(storage=True, shared=True)


def test_the_cleared_storage_network_has_to_go_and_one_that_harvester_lost_is_named() -> None:
    stored = site(storage=True)
    step = step_of(record_of(stored), "clear storage network")
    cleared = settled(patched(stored, SETTING, STORAGE_SETTING, {"value": ""}))
    assert step.done(cleared.snapshot)
    lost = cleared.put(NAD, objects.storage_nad("storagenetwork-lost"))
    assert not step.done(lost.snapshot)
    assert step.waits_for(lost.snapshot) == (
        "the storage network to go: harvester-system/storagenetwork-lost is left over from an "
        "earlier storage network and blocks every network config; delete it: kubectl -n "
        "harvester-system delete network-attachment-definitions storagenetwork-lost"
    )
    going = objects.storage_nad("storagenetwork-old")
    going["metadata"] |= GOING["metadata"]
    assert step.waits_for(cleared.put(NAD, going).snapshot) == (
        "the storage network to go: Harvester to delete harvester-system/storagenetwork-old"
    )


@pytest.mark.parametrize(
    ("annotation", "value"),
    [("hash", "0"), ("net-attach-def", ""), ("old-net-attach-def", "harvester-system/old")],
)
def test_the_storage_network_is_set_when_all_of_it_is_carried_out(
    annotation: str, value: str
) -> None:
    step = step_of(record_of(STORED), "set storage network")
    assert step.done(STORED.snapshot)
    notes = {"metadata": {"annotations": {f"{STORAGE}/{annotation}": value}}}
    assert not step.done(STORED.changed(SETTING, "storage-network", notes).snapshot)


def test_a_cleared_storage_network_is_done_when_its_vm_network_is_gone() -> None:
    step = step_of(record_of(STORED), "clear storage network")
    assert step.done(SITE.snapshot)
    [nad] = [nad for key, nad in STORED.of(NAD).items() if "storagenetwork" in key]
    assert not step.done(SITE.put(NAD, nad).snapshot)


def test_the_rwx_network_is_set_when_longhorn_has_it() -> None:
    record = record_of(STORED)
    assert record.rwx == SHARED
    step, reset = (step_of(record, f"{verb} rwx network") for verb in ("set", "reset"))
    assert step.done(STORED.snapshot)
    assert not reset.done(STORED.snapshot)
    behind = STORED.changed(LONGHORN_SETTING, LONGHORN_RWX, {"value": "harvester-system/old"})
    assert not step.done(behind.snapshot)


async def test_a_setting_that_the_server_does_not_have_keeps_no_change() -> None:
    """As on another version than the one that a journal was written on."""
    record = record_of(SITE).model_copy(update={"migration": "{}"})
    gone = SITE.without(SETTING, "vm-migration-network")
    for verb in ("clear", "set"):
        step = step_of(record, f"{verb} migration network")
        assert step.done(gone.snapshot)
        assert step.holds(gone.snapshot)
        assert step.unprovable(gone.snapshot) == []
    cluster = ModelCluster(gone)
    context = ChangeContext(cast(Any, cluster), cast(Any, ModelPatience(cluster)), "the test")
    await step_of(record, "virt-handlers off it").act(gone.snapshot, context)


# --- merge patches ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "patch", "within"),
    [
        (1, 1, True),
        (1, 2, False),
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 1}, {"b": 1}, False),
        ({"a": 1}, {"b": None}, True),
        ({"a": 1}, {"a": None}, False),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, True),
        ({"a": {"b": 1}}, {"a": {"c": None}}, True),
        ({"a": 1}, {"a": {"b": 1}}, False),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({}, {}, True),
        (None, {"a": 1}, False),
    ],
)
def test_a_patch_is_contained_if_it_would_change_nothing(
    value: Any, patch: Any, within: bool
) -> None:
    assert contains(value, patch) is within


@pytest.mark.parametrize(
    ("value", "patch", "undoing"),
    [
        ({"a": 1}, {"a": 2}, {"a": 1}),
        ({"a": 1}, {"b": 2}, {"b": None}),
        ({"a": 1}, {"a": None}, {"a": 1}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 9, "d": 9}}, {"a": {"b": 1, "d": None}}),
        ({"a": {"b": 1}}, {"a": None}, {"a": {"b": 1}}),
        ({}, {"a": {"b": 1}}, {"a": None}),
        ({"a": [1]}, {"a": [2]}, {"a": [1]}),
    ],
)
def test_a_patch_is_undone_by_its_way_back(value: Any, patch: Any, undoing: Any) -> None:
    assert back(value, patch) == undoing


@pytest.mark.parametrize(
    ("patch", "index", "joined", "says"),
    [
        ({"uplink": {"nics": ["eth7"]}}, 7, True, []),
        (
            {"uplink": {"nics": ["eth7"]}},
            7,
            False,
            ["node0: bond data-bo is not in its bridge"],
        ),
        ({"uplink": {"bondOptions": {"mode": "802.3ad"}}}, 8, True, []),
        (
            {"uplink": {"bondOptions": {"mode": "802.3ad"}}},
            7,
            True,
            ["node0: bond data-bo was not made anew (index 7)"],
        ),
        ({"description": "x"}, 7, False, []),
    ],
)
def test_a_changed_uplink_is_proven_by_its_bonds(
    patch: dict[str, Any], index: int, joined: bool, says: list[str]
) -> None:
    world = site(nodes=1)
    links = [
        {"name": "data-br", "index": 3, "masterIndex": 0},
        {"name": "data-bo", "index": index, "masterIndex": 3 if joined else 0},
    ]
    monitor = {"metadata": {"name": "data"}, "status": {"linkStatus": {"node0": links}}}
    goal = ConfigGoal(key="nc-0", patch=patch)
    record = plan(world.snapshot, goal, Consent()).record
    before = record.configs["nc-0"].model_copy(update={"bonds": {"node0": 7}})
    record = record.model_copy(update={"configs": {"nc-0": before}})
    (step,) = parts_of(record).core
    assert step.unproven(world.put(LINK_MONITOR, monitor).snapshot) == says
