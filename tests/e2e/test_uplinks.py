"""Uplinks change while VMs run: nodes are emptied by live migration, and no instance ends."""

from __future__ import annotations

from typing import Any

from harvester_net.harvester.mtus import nad_mtu
from harvester_net.lab.faults import AgentDown, VmDoesNotMove
from lab import Lab

from .failures import faults
from .programs import (
    CLUSTER_NETWORKS,
    CONFIGS,
    NADS,
    NODES,
    cluster_network,
    network_config,
    vm_network,
)
from .stack import Resource, Stack, resource
from .vms import VMIS, VMS, node_of, phase, running_vm
from .waiting import eventually

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


def blue_and_green(green_nodes: set[str], blue: bool = True) -> list[Resource]:
    """Two cluster networks, the second of which has the larger frames and these nodes."""
    resources = [cluster_network("green", mtu=9000)]
    if blue:
        resources.append(cluster_network("blue"))
    for node in NODES:
        side = {"cluster_network": "@green" if node in green_nodes else "@blue"}
        resources.append(network_config(node, **side, disruption={"migrateVms": True}))
    if blue:
        resources.append(vm_network("b100", **on("blue", green_nodes)))
    if green_nodes:
        resources.append(vm_network("g100", **on("green", green_nodes)))
    return resources


def on(network: str, green_nodes: set[str]) -> Resource:
    """The VLAN on one of them, after the configs that carry it."""
    carriers = [
        f"@{config}"
        for node, config in NODES.items()
        if (node in green_nodes) == (network == "green")
    ]
    options = {"depends_on": carriers}
    return {"vlan": 100, "cluster_network": f"@{network}", "options": options}


def restart_on(lab: Lab, name: str, network: str) -> None:
    """As the VM's owner does, when it suits: another network in its spec, and a restart."""
    spec = lab.client.get(f"{VMS}/{name}")["spec"]
    spec["template"]["spec"]["networks"][0]["multus"]["networkName"] = network
    lab.client.merge_patch(f"{VMS}/{name}", {"spec": spec})
    before = uid_of(lab, name)
    lab.client.delete(f"{VMIS}/{name}")
    eventually(lambda: phase(lab, name) == "Running" and uid_of(lab, name) != before)


def test_mtu_grows_node_by_node_and_vm_by_vm_on_a_second_cluster_network(
    stack: Stack, lab: Lab
) -> None:
    """The recipe of docs/uplinks.md, step by step; no VM ends but by its owner's restart."""
    stack.program(*blue_and_green(set())).up().succeeded()
    with running_vm(lab, "vm1", "b100"), running_vm(lab, "vm2", "b100"):
        running = {name: uid_of(lab, name) for name in ("vm1", "vm2")}

        first = node_of(lab, "vm1")
        stack.program(*blue_and_green({first})).up().succeeded()
        assert {name: uid_of(lab, name) for name in running} == running
        assert first not in {node_of(lab, name) for name in running}
        assert nad_mtu(lab.client.get(f"{NADS}/g100")) == 9000

        restart_on(lab, "vm1", "default/g100")
        assert node_of(lab, "vm1") == first
        restarted = uid_of(lab, "vm1")

        second = node_of(lab, "vm2")
        stack.program(*blue_and_green({first, second})).up().succeeded()
        assert node_of(lab, "vm2") not in {first, second}
        assert (uid_of(lab, "vm1"), uid_of(lab, "vm2")) == (restarted, running["vm2"])

        stack.program(*blue_and_green(set(NODES)))
        assert "default/vm2" in stack.up().failed().output
        restart_on(lab, "vm2", "default/g100")
        last = uid_of(lab, "vm2")
        stack.program(*blue_and_green(set(NODES))).up().succeeded()
        stack.program(*blue_and_green(set(NODES), blue=False)).up().succeeded()

        assert (uid_of(lab, "vm1"), uid_of(lab, "vm2")) == (restarted, last)
        left = {
            item["metadata"]["name"] for item in lab.client.list(CLUSTER_NETWORKS)["items"]
        }
        assert left == {"green", "mgmt"}
        assert stack.up().succeeded().counts.keys() == {"unchanged"}
