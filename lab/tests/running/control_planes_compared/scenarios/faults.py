"""Machines fail: NICs, cables, agents, volumes."""

from __future__ import annotations

from harvester_net.lab.faults import (
    AgentDown,
    AgentSlow,
    LinkDown,
    NicEnslaved,
    NicMissing,
    VolumeStaysAttached,
)
from tests import objects

from ..acts import Create, Delete, Suffer
from ..facts import Wanted
from ..scenario import Scenario, Step
from .words import (
    CONFIG_DELETED,
    CONFIG_MADE,
    NETWORK_MADE,
    STORAGE_ON,
    VM_NETWORK_MADE,
    away,
    change_mtu,
    change_uplink,
    config,
    configured,
    no_config,
    ready,
    run,
    running,
    stopped,
    storage,
    vm,
    volume,
)


def failed(node: str, message: str) -> Wanted:
    """The node's agent says so."""
    name = f"VlanStatus {objects.status_name('data', node)}"
    return {name: {"status.conditions[ready]": f"False {message}"}}


_NO_LINK = "get link eno2 failed, error: Link not found"

NICS = Scenario(
    "faults of NICs",
    (
        NETWORK_MADE,
        VM_NETWORK_MADE,
        Step("NIC of node2 pulled", Suffer((NicMissing("node2", "eno2"),))),
        Step("config made", config(), ready("node1", "node3") | failed("node2", _NO_LINK)),
        Step("MTU 9000 meanwhile", change_mtu(9000)),
        Step("NIC back", Suffer(), ready()),
        Step("cable of node1 off", Suffer((LinkDown("node1", "eno2"),))),
        Step("cable on", Suffer()),
        CONFIG_DELETED,
        Step("NIC of node3 enslaved", Suffer((NicEnslaved("node3", "eno2"),))),
        Step("config made again", config(), ready("node1", "node2")),
        Step("NIC free", Suffer(), ready()),
        Step("a NIC that no node has", change_uplink(nics=["eno9"])),
        Step("config deleted while it fails", Delete("VlanConfig", "nc1"), no_config()),
    ),
)

AGENTS = Scenario(
    "faults of agents",
    (
        NETWORK_MADE,
        CONFIG_MADE,
        VM_NETWORK_MADE,
        Step("agent of node2 down", Suffer((AgentDown("node2"),))),
        Step("MTU 9000", change_mtu(9000)),
        Step(
            "config deleted", Delete("VlanConfig", "nc1"), no_config() | away("node1", "node3")
        ),
        Step("config made again", config(), ready("node1", "node3")),
        Step("agent back", Suffer(), ready("node2")),
        Step("all agents down", Suffer(tuple(AgentDown(f"node{n}") for n in (1, 2, 3)))),
        Step("config deleted by nobody", Delete("VlanConfig", "nc1")),
        Step("agents back", Suffer(), no_config()),
        Step("agent of node3 slow", Suffer((AgentSlow("node3", 1.0),))),
        Step("config made slowly", config(), ready()),
        Step("config deleted slowly", Delete("VlanConfig", "nc1"), no_config() | away()),
    ),
)

VOLUMES = Scenario(
    "faults of volumes",
    (
        NETWORK_MADE,
        CONFIG_MADE,
        Step("set", storage(STORAGE_ON), configured(STORAGE_ON)),
        Step("volume made", Create(objects.volume("vol1", size="1073741824"))),
        Step("it stays attached", Suffer((VolumeStaysAttached("vol1"),)), volume("attached")),
        Step("cleared too early", storage("")),
        Step("it is free", Suffer(), volume("detached")),
        Step("cleared", storage(""), configured("")),
    ),
)

VM_DURING_FAULTS = Scenario(
    "VMs while agents fail",
    (
        NETWORK_MADE,
        CONFIG_MADE,
        VM_NETWORK_MADE,
        Step("VM made", vm(nad="vm100", on="node2"), running()),
        Step("agent of node2 down", Suffer((AgentDown("node2"),))),
        Step("VM halted", run("vm1", "Halted"), stopped()),
        Step("MTU 9000", change_mtu(9000)),
        Step("VM started", run("vm1", "Always"), running()),
        Step("agent back", Suffer()),
    ),
)

FAULTS = (NICS, AGENTS, VM_DURING_FAULTS, VOLUMES)
