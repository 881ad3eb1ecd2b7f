"""What the storage, RWX and VM migration networks need of workloads and VLANs (H3.5)."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster.resources import Object

from ... import objects
from .cases import V1_8, V1_9, Case, create, said, says, silent, update
from .storage import (
    MIGRATION,
    NOT_SHARED,
    RWX,
    SHARED,
    STORAGE,
    carried,
    storage,
    unset,
    value,
)

STOPPED, DETACHED = "all-vms-are-stopped", "all-volumes-are-detached"
KEPT, TO_SHARE = "shared-network-is-not-cleared", "storage-network-to-share-is-there"
RWX_DETACHED, MOVING = "rwx-volumes-are-detached", "no-vm-is-migrating"
MOVES = "no-vm-migrates-while-its-network-changes"
FREE, KNOWN = "exclusive-vlan-is-free", "exclusive-vlan-is-known"
VLAN = "storage-vlan-is-not-a-vm-networks"

SET, CLEAR = update(unset(), storage()), update(storage(), objects.setting(STORAGE, ""))
SHARES = update(objects.setting(RWX, NOT_SHARED), objects.setting(RWX, SHARED))
RUNS = objects.vm("vm1", status="Running", strategy="Always")
ATTACHED = objects.volume("pvc-1", "attached", "default/disk")
EXCLUSIVE = update(unset(), storage(exclusiveVlan=True))


def rwx_volume(state: str = "attached", migratable: bool = False) -> Object:
    return objects.volume("pvc-1", state, accessMode="rwx", migratable=migratable)


RWO_VOLUME = objects.volume("pvc-1", "attached", accessMode="rwo")


def migration(**status: Any) -> Object:
    return objects.migration("m1", **status)


def user(vlan: int, **more: Any) -> Object:
    return objects.nad(config=objects.cni(vlan=vlan, **more))


CASES = [
    says(
        STOPPED,
        "set",
        SET,
        carried(RUNS),
        "Harvester does not set the storage network while VMs run; stop default/vm1, or allow "
        "it with disruption.stopVms: true",
    ),
    says(
        STOPPED,
        "cleared",
        CLEAR,
        carried(RUNS),
        "Harvester does not clear the storage network while VMs run; stop default/vm1, or "
        "allow it with disruption.stopVms: true",
    ),
    silent(STOPPED, "stopped ones", SET, carried(objects.vm("vm1"))),
    silent(STOPPED, "the same text", update(storage(), storage()), carried(RUNS)),
    silent(STOPPED, "made and empty", create(unset()), carried(RUNS)),
    says(
        DETACHED,
        "one that is attached",
        SET,
        carried(ATTACHED),
        "Harvester does not set the storage network while volumes are attached: pvc-1 (claim "
        "default/disk) is attached; stop the workloads that use them",
    ),
    silent(DETACHED, "all detached", SET, carried(objects.volume("pvc-1"))),
    silent(
        DETACHED,
        "that of the monitoring",
        CLEAR,
        carried(ATTACHED, objects.claim("db", "cattle-monitoring-system", "prometheus")),
    ),
    silent(DETACHED, "1.1 left it to the controller", SET, carried(ATTACHED, version=(1, 1))),
    says(
        KEPT,
        "RWX volumes share it",
        CLEAR,
        carried(objects.setting(RWX, SHARED)),
        "clusterNetwork: cannot be cleared while RWX volumes share it; set "
        "share-storage-network to false in the setting rwx-network first",
    ),
    says(
        KEPT,
        "it cannot be said",
        CLEAR,
        carried(objects.setting(RWX, "x")),
        "clusterNetwork: the setting rwx-network is no JSON: "
        "Expecting value: line 1 column 1 (char 0)",
    ),
    silent(KEPT, "they do not", CLEAR, carried(objects.setting(RWX, NOT_SHARED))),
    silent(
        KEPT,
        "another value",
        update(storage(), storage(vlan=1)),
        carried(objects.setting(RWX, SHARED)),
    ),
    silent(KEPT, "before 1.8", CLEAR, carried(objects.setting(RWX, SHARED), version=(1, 7))),
    says(
        TO_SHARE,
        "there is none",
        SHARES,
        carried(unset()),
        "cannot share the storage network: there is none",
    ),
    says(
        TO_SHARE,
        "the value before is no plain JSON",
        update(objects.setting(RWX, "x"), objects.setting(RWX, SHARED)),
        carried(storage()),
        "the value is no JSON: Expecting value: line 1 column 1 (char 0)",
    ),
    silent(TO_SHARE, "there is one", SHARES, carried(storage())),
    silent(
        TO_SHARE,
        "it shared before",
        update(objects.setting(RWX, SHARED), objects.setting(RWX, SHARED + " ")),
        carried(unset()),
    ),
    says(
        RWX_DETACHED,
        "one that is attached",
        SHARES,
        carried(storage(), rwx_volume()),
        "RWX volumes are attached: pvc-1; stop what uses them",
    ),
    silent(RWX_DETACHED, "detached", SHARES, carried(storage(), rwx_volume("detached"))),
    silent(
        RWX_DETACHED, "migratable", SHARES, carried(storage(), rwx_volume(migratable=True))
    ),
    silent(RWX_DETACHED, "of one node", SHARES, carried(storage(), RWO_VOLUME)),
    says(
        MOVING,
        "one is under way",
        create(objects.setting(MIGRATION, value())),
        carried(migration()),
        "VMs are migrating: default/m1; wait for them",
    ),
    silent(
        MOVING,
        "it is over",
        create(objects.setting(MIGRATION, value())),
        carried(migration(migrationState={"completed": True})),
    ),
    silent(
        MOVING,
        "it is leaving",
        create(objects.setting(MIGRATION, value())),
        carried(objects.going(migration())),
    ),
    silent(
        MOVING,
        "an update is not looked at",
        update(unset(MIGRATION), objects.setting(MIGRATION, value())),
        carried(migration()),
    ),
    says(
        MOVES,
        "one is under way when it is set",
        update(unset(MIGRATION), objects.setting(MIGRATION, value())),
        carried(migration()),
        "VMs are migrating: default/m1; wait for them",
    ),
    says(
        MOVES,
        "one is under way when it is cleared",
        update(objects.setting(MIGRATION, value()), unset(MIGRATION)),
        carried(migration()),
        "VMs are migrating: default/m1; wait for them",
    ),
    silent(
        MOVES,
        "it is over",
        update(unset(MIGRATION), objects.setting(MIGRATION, value())),
        carried(migration(migrationState={"completed": True})),
    ),
    silent(
        MOVES,
        "the value stays",
        update(
            objects.setting(MIGRATION, value()),
            objects.setting(MIGRATION, value(), labels={"a": "b"}),
        ),
        carried(migration()),
    ),
    says(
        FREE,
        "untagged",
        update(unset(), storage(exclusiveVlan=True, vlan=1)),
        carried(version=V1_9),
        "exclusiveVlan: VLAN 1 is untagged traffic and can't be exclusive",
    ),
    says(
        FREE,
        "in a trunk of any cluster network",
        EXCLUSIVE,
        carried(
            user(0, bridge="other-br", vlanTrunk=[{"minID": 1, "maxID": 300}]), version=V1_9
        ),
        "exclusiveVlan: VLAN 300 is used by default/vm100",
    ),
    silent(FREE, "another VLAN", EXCLUSIVE, carried(user(301), version=V1_9)),
    silent(FREE, "its own network", EXCLUSIVE, carried(objects.storage_nad(), version=V1_9)),
    silent(FREE, "not exclusive", SET, carried(user(300), version=V1_9)),
    says(
        KNOWN,
        "1.8 would ignore it",
        EXCLUSIVE,
        carried(version=V1_8),
        "exclusiveVlan: needs Harvester 1.9; this one would ignore it",
    ),
    silent(KNOWN, "1.9", EXCLUSIVE, carried(version=V1_9)),
    silent(
        KNOWN, "false", update(unset(), storage(exclusiveVlan=False)), carried(version=V1_8)
    ),
    says(
        VLAN,
        "VMs are on it",
        SET,
        carried(user(300)),
        "vlan: VLAN 300 is used by VM networks too: default/vm100; VMs on it are in one "
        "network with the storage",
    ),
    silent(
        VLAN,
        "exclusive: refused, and not said twice",
        EXCLUSIVE,
        carried(user(300), version=V1_9),
    ),
    silent(VLAN, "its own network", SET, carried(objects.storage_nad())),
    silent(VLAN, "on another cluster network", SET, carried(user(300, bridge="other-br"))),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_storage_setting(case: Case) -> None:
    assert said(case) == case.says
