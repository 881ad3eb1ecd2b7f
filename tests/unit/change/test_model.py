"""The model itself: it refuses what the fact sheet says that a server refuses."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster.errors import ClusterError, Conflict, Unreachable
from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
    Object,
    Resource,
)

from ...objects import status_name
from .clusters import config_object
from .controllers import settled, storage_network
from .model import created, deleted, patched, start_asked
from .sites import SHARED, STORAGE_TEXT, site
from .world import NETWORK, World, cni_of

VMS: dict[str, str | bool] = {"default/vm1": "Always"}
MTU_9000 = {"spec": {"uplink": {"linkAttributes": {"mtu": 9000}}}}
ANNOTATED = {"metadata": {"annotations": {f"{NETWORK}/uplink-mtu": "9000"}}}
VALUE, NONE = {"value": STORAGE_TEXT}, {"value": ""}


@pytest.mark.parametrize(
    ("world", "resource", "key", "fields", "why"),
    [
        (site(), VLAN_CONFIG, "nc-0", MTU_9000, "is not the 1500 of network config nc-1"),
        (
            site(nodes=1, vms=VMS),
            VLAN_CONFIG,
            "nc-0",
            MTU_9000,
            "is in use by VMs; stop default/vm1 on node0",
        ),
        (site(nodes=1, storage=True), VLAN_CONFIG, "nc-0", MTU_9000, "clear it first"),
        (site(), CLUSTER_NETWORK, "data", ANNOTATED, "is not the 1500 of network config nc-0"),
        (
            site(),
            SETTING,
            "storage-network",
            {"value": STORAGE_TEXT.replace("data", "x")},
            "there is no cluster network 'x'",
        ),
        (
            site(nodes=0),
            SETTING,
            "storage-network",
            VALUE,
            "no node has set up cluster network data",
        ),
        (
            site(vms=VMS),
            SETTING,
            "storage-network",
            VALUE,
            "does not set the storage network while VMs run",
        ),
        (
            site(storage=True, shared=True),
            SETTING,
            "storage-network",
            NONE,
            "cannot be cleared while RWX volumes share it",
        ),
        (
            site(),
            SETTING,
            "rwx-network",
            {"value": SHARED},
            "cannot share the storage network: there is none",
        ),
    ],
)
def test_writes_that_a_server_refuses_are_refused(
    world: World, resource: Resource, key: str, fields: Object, why: str
) -> None:
    with pytest.raises(ClusterError, match=why):
        patched(world, resource, key, fields)


@pytest.mark.parametrize("world", [site(vms=VMS), site(storage=True)])
def test_a_config_in_use_is_not_deleted(world: World) -> None:
    with pytest.raises(ClusterError, match=r"in use by VMs|clear it first"):
        deleted(world, VLAN_CONFIG, "nc-0", None)


def test_a_config_on_nodes_of_another_is_refused_only_once_that_is_set_up() -> None:
    twin = config_object("twin", "data", {"mtu": 1500}, {"uplink": "nc-0"})
    with pytest.raises(ClusterError, match="matches node0, which network config nc-0"):
        created(site(), VLAN_CONFIG, twin)
    not_yet = site().without(VLAN_STATUS, status_name("data", "node0"))
    assert created(not_yet, VLAN_CONFIG, twin)


NOWHERE = config_object("twin", "data", {"mtu": 1500}, {"uplink": "none"})
UNSAID = config_object("twin", "data", None, {"uplink": "nc-1"})


@pytest.mark.parametrize("config", [NOWHERE, UNSAID])
def test_up_to_1_5_a_config_without_nodes_or_link_attributes_crashes_the_webhook(
    config: Object,
) -> None:
    with pytest.raises(Unreachable):
        created(site(version=(1, 5)).without(VLAN_CONFIG, "nc-1"), VLAN_CONFIG, config)
    newer = site(version=(1, 6)).without(VLAN_STATUS, status_name("data", "node1"))
    assert created(newer, VLAN_CONFIG, config)


def test_on_1_7_an_update_of_a_config_without_nodes_crashes_the_webhook() -> None:
    described = {"spec": {"description": "another"}}
    older, newer = (
        created(site(version=version), VLAN_CONFIG, NOWHERE) for version in ((1, 7), (1, 8))
    )
    with pytest.raises(Unreachable):
        patched(older, VLAN_CONFIG, "twin", described)
    assert patched(newer, VLAN_CONFIG, "twin", described)


def test_a_setting_in_progress_takes_no_value_but_its_default() -> None:
    world = storage_network(patched(site(), SETTING, "storage-network", VALUE))
    with pytest.raises(Conflict):
        patched(world, SETTING, "storage-network", {"value": STORAGE_TEXT.replace("300", "4")})
    assert patched(world, SETTING, "storage-network", NONE)


def test_up_to_1_5_a_running_vm_does_not_keep_an_uplink_from_changing() -> None:
    world = patched(site(nodes=1, vms=VMS, version=(1, 5)), VLAN_CONFIG, "nc-0", MTU_9000)
    assert cni_of(settled(world).of(NAD)["default/net"]).get("mtu") is None


def test_from_1_6_on_vm_networks_follow_once_no_vm_uses_them() -> None:
    world = settled(patched(site(nodes=1, version=(1, 6)), VLAN_CONFIG, "nc-0", MTU_9000))
    assert cni_of(world.of(NAD)["default/net"])["mtu"] == 9000
    assert cni_of(world.of(NAD)["default/beside"]).get("mtu") is None


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"spec": {"runStrategy": "Always"}}, "Manual"),
        (
            {
                "spec": {"runStrategy": "Always"},
                "metadata": {"annotations": {"harvesterhci.io/vmRunStrategy": "Always"}},
            },
            "Always",
        ),
        (
            {
                "spec": {"runStrategy": "Always"},
                "metadata": {"annotations": {"harvesterhci.io/vmRunStrategy": None}},
            },
            "RerunOnFailure",
        ),
    ],
)
def test_the_strategy_that_harvester_remembers_wins(sent: Object, kept: str) -> None:
    world = site(vms={"default/vm1": "Manual"})
    world = settled(patched(world, VM, "default/vm1", {"spec": {"runStrategy": "Halted"}}))
    world = patched(world, VM, "default/vm1", sent)
    assert world.of(VM)["default/vm1"]["spec"]["runStrategy"] == kept


def test_a_manual_vm_comes_up_only_when_asked() -> None:
    world = site(vms={"default/vm1": "Manual"})
    assert "default/vm1" not in world.of(VMI)
    world = settled(start_asked(world, "default/vm1"))
    assert "default/vm1" in world.of(VMI)
    with pytest.raises(ClusterError):
        start_asked(world, "default/vm1")


def _phases(world: World) -> list[tuple[Any, ...]]:
    return [(key, vmi["status"]["phase"]) for key, vmi in world.of(VMI).items()]


@pytest.mark.parametrize(
    ("strategy", "phase", "after"),
    [
        ("Always", "Succeeded", [("default/vm1", "Running")]),
        ("RerunOnFailure", "Failed", [("default/vm1", "Running")]),
        ("Once", "Succeeded", [("default/vm1", "Succeeded")]),
        ("Manual", "Failed", [("default/vm1", "Failed")]),
    ],
)
def test_an_instance_that_ended_comes_again_only_where_its_strategy_says_so(
    strategy: str, phase: str, after: list[tuple[str, str]]
) -> None:
    world = site(vms={"default/vm1": strategy})
    if "default/vm1" not in world.of(VMI):
        world = settled(start_asked(world, "default/vm1"))
    world = world.changed(VMI, "default/vm1", {"status": {"phase": phase}})
    assert _phases(settled(world)) == after
