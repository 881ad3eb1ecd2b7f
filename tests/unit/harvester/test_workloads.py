"""Who hangs on which network, and what is really stopped."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster.resources import VMI, Object, key_of
from harvester_net.harvester.names import MIGRATION_ANNOTATION
from harvester_net.harvester.vm_networks import is_of_a_setting, is_system_nad, nads_of
from harvester_net.harvester.workloads import (
    is_stopped,
    networks_of,
    not_detached,
    not_stopped,
    users_of,
    uses,
)
from harvester_net.kinds.codecs.vm_network import VmNetworkCodec

from ... import objects


def by_key(*items: Object) -> dict[str, Object]:
    return {key_of(item): item for item in items}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        ({"networks": None}, []),
        ({"networks": [{"name": "default", "pod": {}}]}, []),
        ({"networks": [{"multus": {"networkName": "vm100"}}]}, ["own/vm100"]),
        ({"networks": [{"multus": {"networkName": "other/vm100"}}]}, ["other/vm100"]),
    ],
)
def test_networks_of_a_vm_are_named_with_their_namespace(
    spec: Object, expected: list[str]
) -> None:
    assert list(networks_of(spec, "own")) == expected


@pytest.mark.parametrize("make", [objects.vm, objects.vmi])
def test_vm_and_its_instance_use_the_networks_that_they_name(make: Any) -> None:
    machine = make("vm1", "vm100", "tenants/vm200")
    assert uses(machine, {"default/vm100"})
    assert uses(machine, {"tenants/vm200"})
    assert not uses(machine, {"default/vm200"})
    assert not uses(make("vm2"), {"default/vm100"})


def test_networks_of_a_cluster_network_are_found_by_their_label() -> None:
    nads = [
        objects.nad("a"),
        objects.nad("b", cluster_network="other"),
        objects.nad("c", "tenants", labels={}),
    ]
    assert nads_of("data", nads) == {"default/a", "tenants/c"}


@pytest.mark.parametrize(
    ("nad", "system"),
    [
        (objects.storage_nad(), True),
        (objects.nad("storagenetwork-x", "harvester-system"), True),
        (objects.nad("rwx-network-x", "harvester-system"), True),
        (objects.nad("vm-migration-network-x", "harvester-system"), False),
        (objects.nad("storagenetwork-x"), False),
        (objects.nad("mine", "harvester-system"), False),
        (objects.nad("mine", "harvester-system", annotations={objects.STORAGE: "true"}), True),
        (objects.nad("mine", annotations={objects.STORAGE: "true"}), False),
    ],
    ids=lambda value: key_of(value) if isinstance(value, dict) else str(value),
)
def test_network_of_harvesters_own(nad: Object, system: bool) -> None:
    assert is_system_nad(nad) is system


def test_network_of_vm_migration_is_of_a_setting_too() -> None:
    marked = objects.nad(
        "mine", "harvester-system", annotations={MIGRATION_ANNOTATION: "true"}
    )
    for nad in (marked, objects.nad("vm-migration-network-x", "harvester-system")):
        assert is_of_a_setting(nad)
        assert VmNetworkCodec().foreign(nad) == "the network of a Setting"
    assert not is_of_a_setting(objects.nad("vm-migration-network-x"))
    assert is_of_a_setting(objects.storage_nad())


@pytest.mark.parametrize(
    ("vm", "vmi", "stopped"),
    [
        (objects.vm("a"), None, True),
        (objects.vm("a"), objects.vmi("a"), True),
        (objects.vm("a", strategy="Always"), None, True),
        (objects.vm("a", strategy="Always"), objects.vmi("a", phase="Succeeded"), True),
        (objects.vm("a", strategy="Always"), objects.vmi("a", phase="Failed"), True),
        (objects.vm("a", strategy="Always"), objects.vmi("a", phase="Running"), False),
        (objects.vm("a", status="Running", strategy="Always"), objects.vmi("a"), False),
        (objects.vm("a", status="CrashLoopBackOff"), None, False),
        (objects.vm("a", status=""), None, False),
        (objects.vm("a", status="Stopping"), objects.vmi("a", phase="Succeeded"), False),
    ],
)
def test_vm_is_stopped_as_harvester_counts_it(
    vm: Object, vmi: Object | None, stopped: bool
) -> None:
    assert is_stopped(vm, vmi) is stopped


def test_vm_of_the_old_running_field_is_stopped_too() -> None:
    vm = objects.vm("a")
    vm["spec"] = {"running": False, "template": {"spec": {}}}
    assert is_stopped(vm, objects.vmi("a"))


def test_vms_that_are_not_stopped_are_named_sorted() -> None:
    vms = by_key(
        objects.vm("b", status="Running", strategy="Always"),
        objects.vm("a", status="Paused", namespace="other"),
        objects.vm("c"),
    )
    assert not_stopped(vms, {}) == ["default/b", "other/a"]


@pytest.mark.parametrize(
    ("volume", "claims", "expected"),
    [
        (objects.volume("pvc-1"), {}, []),
        (objects.volume("pvc-1", "attached"), {}, ["pvc-1 is attached"]),
        (
            objects.volume("pvc-1", "detaching", "default/disk"),
            {},
            ["pvc-1 (claim default/disk) is detaching"],
        ),
        (objects.volume("pvc-1", ""), {}, ["pvc-1 is not known"]),
        (
            objects.volume("pvc-1", "attached", "cattle-monitoring-system/db"),
            by_key(objects.claim("db", "cattle-monitoring-system", "prometheus")),
            [],
        ),
        (
            objects.volume("pvc-1", "attached", "harvester-system/imports"),
            by_key(
                objects.claim("imports", "harvester-system", "harvester-vm-import-controller")
            ),
            [],
        ),
        (
            objects.volume("pvc-1", "attached", "cattle-monitoring-system/mine"),
            by_key(objects.claim("mine", "cattle-monitoring-system", "mine")),
            ["pvc-1 (claim cattle-monitoring-system/mine) is attached"],
        ),
        (
            objects.volume("pvc-1", "attached", "default/db"),
            by_key(objects.claim("db", "default", "prometheus")),
            ["pvc-1 (claim default/db) is attached"],
        ),
    ],
)
def test_volumes_that_keep_the_storage_network(
    volume: Object, claims: dict[str, Object], expected: list[str]
) -> None:
    assert not_detached([volume], claims) == expected


DISK = objects.volume("pvc-1", claim="default/disk")


def remembered(volume: Object, **status: Any) -> Object:
    owner = volume["status"]["kubernetesStatus"] | status
    return volume | {"status": volume["status"] | {"kubernetesStatus": owner}}


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        (DISK, []),
        (
            objects.in_use(DISK, "pg-0", "StatefulSet", "pg"),
            ["pod default/pg-0 (StatefulSet pg)"],
        ),
        (objects.in_use(DISK, "lonely"), ["pod default/lonely"]),
        # Longhorn remembers the pods that had it last.
        (
            remembered(objects.in_use(DISK, "pg-0"), lastPodRefAt="2026-01-01T00:00:00Z"),
            [],
        ),
        (
            remembered(DISK, workloadsStatus=[{"podName": "job", "podStatus": "Succeeded"}]),
            [],
        ),
        (remembered(DISK, workloadsStatus="?"), []),
        (remembered(DISK, workloadsStatus=["?", {"podStatus": "Running"}]), []),
        (DISK | {"status": {"kubernetesStatus": "?"}}, []),
        (DISK | {"status": "?"}, []),
        (objects.in_use(DISK, "a\x1b[2J"), ["pod default/a\\x1b[2J"]),
    ],
)
def test_pods_that_have_a_volume_attached(volume: Object, expected: list[str]) -> None:
    assert [str(user) for user in users_of(volume)] == expected


def test_a_vm_is_known_by_its_pod_and_by_those_beside_it() -> None:
    (own,) = users_of(objects.in_use(DISK, "virt-launcher-a-x", VMI.kind, "a"))
    (plugged,) = users_of(objects.in_use(DISK, "hp-volume-x", "Pod", "virt-launcher-a-x"))
    (other,) = users_of(objects.in_use(DISK, "pg-0", "StatefulSet", "pg"))
    assert [user.vm for user in (own, plugged, other)] == ["default/a", "", ""]
    assert [user.is_beside_a_vm for user in (own, plugged, other)] == [True, True, False]
