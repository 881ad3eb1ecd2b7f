"""VMs by each run strategy, live migration, and the MTU change with everything."""

from __future__ import annotations

from harvester_net.lab.faults import VmDoesNotStop
from tests import objects

from ..acts import Ask, Create, Delete, Patch, Several, ShutDownInside, Suffer
from ..facts import Wanted
from ..scenario import Scenario, Step
from .words import (
    NETWORK_MADE,
    STORAGE_ON,
    VM_NETWORK_MADE,
    ZONE,
    away,
    change_mtu,
    change_vm_network,
    config,
    configured,
    gone,
    label_node,
    launched,
    no_config,
    printed,
    ready,
    run,
    running,
    stopped,
    storage,
    vm,
    vm_network,
)

_GONE = gone("VM default/vm1", "VMI default/vm1")
_DELETED = Step("deleted", Delete("VM", "default/vm1"), _GONE)

ALWAYS = Scenario(
    "VM that runs always",
    (
        Step("made", vm(on="node1"), launched(1)),
        Step("stopped by virt-api", Ask("vm1", "stop"), stopped()),
        Step("stopped again", Ask("vm1", "stop")),
        Step("started by virt-api", Ask("vm1", "start"), launched(2)),
        Step("started again", Ask("vm1", "start")),
        Step("restarted", Ask("vm1", "restart"), launched(3)),
        Step("guest shuts down", ShutDownInside("vm1"), launched(4)),
        Step("halted by its strategy", run("vm1", "Halted"), stopped()),
        Step("always again", run("vm1", "Always"), launched(5)),
        Step("its instance is deleted", Delete("VMI", "default/vm1"), launched(6)),
        _DELETED,
    ),
)

RERUN = Scenario(
    "VM that reruns on failure",
    (
        Step("made", vm(on="node1", strategy="RerunOnFailure"), launched(1)),
        Step("guest shuts down", ShutDownInside("vm1"), printed("Stopped")),
        Step("started by virt-api", Ask("vm1", "start"), launched(2)),
        Step("stopped by virt-api", Ask("vm1", "stop"), stopped()),
        Step("halted by its strategy", run("vm1", "Halted"), stopped()),
        Step("started by virt-api from Halted", Ask("vm1", "start"), launched(3)),
        Step("halted again", run("vm1", "Halted"), stopped()),
        Step("another strategy", run("vm1", "Always"), launched(4)),
        _DELETED,
    ),
)

MANUAL = Scenario(
    "VM that is started by hand",
    (
        Step("made", vm(on="node1", strategy="Manual")),
        Step("started by virt-api", Ask("vm1", "start"), launched(1)),
        Step("restarted", Ask("vm1", "restart"), launched(2)),
        Step("stopped by virt-api", Ask("vm1", "stop"), stopped()),
        Step("started again", Ask("vm1", "start"), launched(3)),
        Step("guest shuts down", ShutDownInside("vm1"), printed("Stopped")),
        Step("started after that", Ask("vm1", "start"), launched(4)),
        Step("halted by its strategy", run("vm1", "Halted"), stopped()),
        Step("by hand again", run("vm1", "Manual")),
        Step("started", Ask("vm1", "start"), launched(5)),
        _DELETED,
    ),
)

HALTED = Scenario(
    "VM that is halted",
    (
        Step("made", vm(on="node1", strategy="Halted"), printed("Stopped")),
        Step("stopped by virt-api", Ask("vm1", "stop")),
        Step("restarted by virt-api", Ask("vm1", "restart")),
        Step("a strategy without one before", run("vm1", "Once"), running()),
        Step("halted", run("vm1", "Halted"), stopped()),
        Step(
            "with strategy and annotation at once",
            Patch(
                "VM",
                "default/vm1",
                {
                    "metadata": {"annotations": {"harvesterhci.io/vmRunStrategy": "Always"}},
                    "spec": {"runStrategy": "Always"},
                },
            ),
            running(),
        ),
        _DELETED,
    ),
)

ONCE = Scenario(
    "VM that runs once",
    (
        Step("made", vm(on="node1", strategy="Once"), running()),
        Step("guest shuts down", ShutDownInside("vm1"), printed("Stopped")),
        Step("started by virt-api", Ask("vm1", "start")),
        Step("halted by its strategy", run("vm1", "Halted"), stopped()),
        Step("once more", run("vm1", "Once"), running()),
        Step("stopped by virt-api", Ask("vm1", "stop")),
        _DELETED,
    ),
)

RUNNING_FIELD = Scenario(
    "VM with the field running",
    (
        Step("made", vm(on="node1", strategy=True), running()),
        Step(
            "set to false", Patch("VM", "default/vm1", {"spec": {"running": False}}), stopped()
        ),
        Step(
            "set to true", Patch("VM", "default/vm1", {"spec": {"running": True}}), running()
        ),
        Step("stopped by virt-api", Ask("vm1", "stop"), stopped()),
        Step("strategy beside it", run("vm1", "Always")),
        _DELETED,
    ),
)

_CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "disk", "namespace": "default"},
    "spec": {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}},
}

VM_ON_NETWORK = Scenario(
    "VM on a VM network",
    (
        NETWORK_MADE,
        VM_NETWORK_MADE,
        Step(
            "made where no node has the network",
            vm(nad="vm100"),
            printed("ErrorUnschedulable"),
        ),
        Step(
            "config for node2",
            config(on={"kubernetes.io/hostname": "node2"}),
            ready("node2") | running(),
        ),
        Step("config deleted under it", Delete("VlanConfig", "nc1")),
        Step(
            "VM network changed under it",
            Patch("NAD", "default/vm100", {"spec": {"config": "{}"}}),
        ),
        Step("VM halted", run("vm1", "Halted"), stopped()),
        Step("VM network deleted", Delete("NAD", "default/vm100")),
        _DELETED,
        Step(
            "VM network deleted now",
            Delete("NAD", "default/vm100"),
            gone("NAD default/vm100"),
        ),
    ),
)

VM_WITH_DISK = Scenario(
    "VM with a disk",
    (
        Step("claim made", Create(_CLAIM), {"Claim default/disk": {"phase": "Bound"}}),
        Step("VM made", vm(on="node1", claim="disk"), running()),
        Step("claim deleted under it", Delete("Claim", "default/disk")),
        Step("halted", run("vm1", "Halted"), stopped()),
        _DELETED,
        Step("claim deleted", Delete("Claim", "default/disk"), gone("Claim default/disk")),
    ),
)


def _migration(name: str) -> Create:
    made = objects.migration(name)
    del made["status"]
    return Create(made)


def _moved(name: str) -> Wanted:
    return {f"Migration default/{name}": {"status.phase": "Succeeded"}}


_HERE = {"site": "x"}
LIVE_MIGRATION = Scenario(
    "live migration",
    (
        NETWORK_MADE,
        Step("node1 gets a label", label_node("node1", **_HERE)),
        Step("config for the label", config(on=_HERE), ready("node1")),
        VM_NETWORK_MADE,
        Step("VM made", vm(nad="vm100"), running()),
        Step("migrated where no other node fits", _migration("m0")),
        Step("migration deleted", Delete("Migration", "default/m0")),
        Step("node2 gets the label", label_node("node2", **_HERE), ready("node1", "node2")),
        Step("migrated", _migration("m1"), _moved("m1")),
        Step("migrated back", _migration("m2"), _moved("m2")),
        Step("migrated by virt-api", Ask("vm1", "migrate")),
        Step("first migration deleted", Delete("Migration", "default/m1")),
        Step("VM network changed under it", change_vm_network(vlan=101)),
        Step("halted", run("vm1", "Halted"), stopped()),
        Step("migrated while stopped", _migration("m3")),
    ),
)

VM_HANGS = Scenario(
    "VM that does not stop",
    (
        Step("made", vm(on="node1"), running()),
        Step("its guest hangs", Suffer((VmDoesNotStop("default", "vm1"),))),
        Step("halted", run("vm1", "Halted"), printed("Stopping")),
        Step("stopped by virt-api", Ask("vm1", "stop")),
        Step("wanted again", run("vm1", "Always")),
        Step("repaired", Suffer(), running()),
        Step(
            "deleted while it hangs",
            Several((Suffer((VmDoesNotStop("default", "vm1"),)), Delete("VM", "default/vm1"))),
        ),
        Step("repaired again", Suffer(), _GONE),
    ),
)

_ALL = ("a", "b", "c")
_RACK_A, _RACK_B = {ZONE: "rack-a"}, {ZONE: "rack-b"}

MTU_WITH_EVERYTHING = Scenario(
    "MTU change with everything",
    (
        NETWORK_MADE,
        Step("config of rack a", config("nca", on=_RACK_A), ready("node1")),
        Step("config of rack b", config("ncb", on=_RACK_B), ready("node2", "node3")),
        VM_NETWORK_MADE,
        Step("another VM network made", vm_network("vm200", vlan=200)),
        Step("claim made", Create(_CLAIM), {"Claim default/disk": {"phase": "Bound"}}),
        Step("storage network set", storage(STORAGE_ON), configured(STORAGE_ON)),
        Step("VM a made", vm("a", "vm100", on="node1", claim="disk"), running("a")),
        Step(
            "VM b made", vm("b", "vm200", on="node2", strategy="RerunOnFailure"), running("b")
        ),
        Step("VM c made", vm("c", "vm100", on="node3", strategy="Manual")),
        Step("VM c started", Ask("c", "start"), running("c")),
        Step("MTU too early: VMs run", change_mtu(9000, "nca")),
        Step("storage network too early: VMs run", storage("")),
        Step("VM a stopped", run("a", "Halted"), stopped("a")),
        Step("VM b stopped", run("b", "Halted"), stopped("b")),
        Step("VM c stopped", run("c", "Halted"), stopped("c")),
        Step("config deleted too early: storage network", Delete("VlanConfig", "ncb")),
        Step("storage network cleared", storage(""), configured("")),
        Step("MTU too early: two configs", change_mtu(9000, "nca")),
        Step(
            "config of rack b deleted",
            Delete("VlanConfig", "ncb"),
            no_config("ncb") | away("node2", "node3"),
        ),
        Step("storage network too early: not all nodes", storage(STORAGE_ON)),
        Step("MTU 9000", change_mtu(9000, "nca")),
        Step("config of rack b with the old MTU", config("ncb", on=_RACK_B)),
        Step(
            "config of rack b again",
            config("ncb", on=_RACK_B, mtu=9000),
            ready("node2", "node3"),
        ),
        Step("storage network set again", storage(STORAGE_ON), configured(STORAGE_ON)),
        Step("VM a started", run("a", "Always"), running("a")),
        Step("VM b started", run("b", "RerunOnFailure"), running("b")),
        Step("VM c back to its strategy", run("c", "Manual")),
        Step("VM c started again", Ask("c", "start"), running("c")),
    ),
)

VMS = (
    ALWAYS,
    RERUN,
    MANUAL,
    HALTED,
    ONCE,
    RUNNING_FIELD,
    VM_ON_NETWORK,
    VM_WITH_DISK,
    VM_HANGS,
    MTU_WITH_EVERYTHING,
)
