"""Uplinks change while VMs run: nodes are emptied by live migration, and no instance ends."""

from __future__ import annotations

from typing import Any

from harvester_net.lab.faults import AgentDown, VmDoesNotMove
from lab import Lab

from .failures import faults
from .programs import CONFIGS, NODES, cluster_network, network_config, vm_network
from .stack import Resource, Stack, resource
from .vms import VMIS, node_of, running_vm

ALL_NODES = "/api/v1/nodes"


def program(node: str, uplink: Resource, **disruption: bool) -> list[Resource]:
    """The networks, with this uplink for one of the nodes."""
    configs = [
        network_config(each, uplink=uplink, disruption=disruption)
        if each == node
        else network_config(each)
        for each in NODES
    ]
    return [cluster_network(), *configs, vm_network(vlan=100)]


def uid_of(lab: Lab, name: str) -> str:
    return str(lab.client.get(f"{VMIS}/{name}")["metadata"]["uid"])


def is_open(lab: Lab, node: str) -> bool:
    found = lab.client.get(f"{ALL_NODES}/{node}")
    notes = found["metadata"].get("annotations") or {}
    unschedulable = (found.get("spec") or {}).get("unschedulable")
    return not unschedulable and "harvester-net/cordoned-for" not in notes


def test_bond_of_a_node_changes_while_its_vms_run(stack: Stack, lab: Lab) -> None:
    bonded = {"nics": ["eno2"], "bond_options": {"mode": "802.3ad"}}
    stack.program(*program("node1", {"nics": ["eno2"]})).up().succeeded()
    with running_vm(lab, "vm1", "vm100"), running_vm(lab, "vm2", "vm100"):
        node, before = node_of(lab, "vm1"), {n: uid_of(lab, n) for n in ("vm1", "vm2")}
        config = NODES[node]
        stack.program(*program(node, bonded))
        assert "allow it with disruption.migrateVms: true" in stack.up().failed().output

        stack.program(*program(node, bonded, migrateVms=True))
        told = stack.preview().succeeded().output
        for step in (
            f"change network config {config}, in 4 steps:",
            f"1. cordon {node}",
            f"3. change network config {config} ({node}): uplink",
            f"4. uncordon {node}",
            "no VM that is migrated is without its network",
        ):
            assert step in told
        with faults(lab, VmDoesNotMove("default", "vm1")):
            told = stack.up().failed().output
        assert (
            f"VM default/vm1 could not be migrated away from {node}, 3 times: Live migration "
            "stuck."
        ) in told
        assert f"{node} takes VMs again" in told
        assert is_open(lab, node)

        stack.up().succeeded()

        live = lab.client.get(f"{CONFIGS}/{config}")
        assert live["spec"]["uplink"]["bondOptions"]["mode"] == "802.3ad"
        assert {n: uid_of(lab, n) for n in before} == before
        assert node not in {node_of(lab, name) for name in before}
        assert is_open(lab, node)
        assert stack.up().succeeded().counts.keys() == {"unchanged"}


def wide_program(uplink: Resource, **disruption: Any) -> list[Resource]:
    """The networks, with one config for all nodes."""
    given: Resource = {"disruption": disruption} if disruption else {}
    config = resource(
        "NetworkConfig", "nc-all", cluster_network="@cn-data", uplink=uplink, **given
    )
    ready = {"options": {"depends_on": ["@nc-all"]}}
    return [cluster_network(), config, vm_network(vlan=100, **ready)]


def leftover_labels(lab: Lab) -> list[str]:
    labels = (node["metadata"]["labels"] for node in lab.client.list(ALL_NODES)["items"])
    return [name for found in labels for name in found if name.startswith("harvester-net/")]


def test_nodes_of_one_config_change_one_after_the_other(stack: Stack, lab: Lab) -> None:
    bonded = {"nics": ["eno2"], "bond_options": {"mode": "802.3ad"}}
    stack.program(*wide_program({"nics": ["eno2"]})).up().succeeded()
    with running_vm(lab, "vm1", "vm100"), running_vm(lab, "vm2", "vm100"):
        before = {name: uid_of(lab, name) for name in ("vm1", "vm2")}
        stack.program(*wide_program(bonded, migrateVms=True))
        told = " ".join(stack.preview().succeeded().output.split())
        for words in (
            "change network config nc-all, in 28 steps:",
            "6. put node1 into network config nc-all-harvester-net, with the new uplink",
            "15. change network config nc-all, in which only node3 is left: uplink",
            "20. put node1 back into network config nc-all",
            "5 times a node is emptied, with about 4 migrations of 2 VMs; with a network "
            "config for each node it would be 3 times, with about 2 migrations",
        ):
            assert words in told

        # One node has had its turn when the next one does nothing.
        impatient = wide_program(bonded, migrateVms=True, nodeTimeoutSeconds=5)
        with faults(lab, AgentDown("node2")):
            told = stack.program(*impatient).up().failed().output
        assert "still waiting for node2 to tear down network config nc-all" in told
        assert "node2 stays cordoned, for its uplink is not as it should be" in told
        assert is_open(lab, "node1")
        left = stack.preview().succeeded().output
        assert "change network config nc-all: begun" in left
        assert "15. change" not in left

        stack.up().succeeded()

        (live,) = lab.client.list(CONFIGS)["items"]
        assert live["spec"]["uplink"]["bondOptions"]["mode"] == "802.3ad"
        assert "nodeSelector" not in live["spec"]
        assert {name: uid_of(lab, name) for name in before} == before
        assert all(is_open(lab, node) for node in NODES)
        assert leftover_labels(lab) == []
        assert stack.up().succeeded().counts.keys() == {"unchanged"}
