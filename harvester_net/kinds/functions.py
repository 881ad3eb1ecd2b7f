"""The functions of the package: look at the cluster from a program."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from ..cluster.resources import (
    CLUSTER_NETWORK,
    LINK_MONITOR,
    NODE,
    VLAN_CONFIG,
    VM,
    VMI,
    condition,
)
from ..harvester.link_monitors import Nic, device_with, links_by_node, nics_of
from ..harvester.loading import load_snapshot
from ..harvester.names import NICS
from ..harvester.network_configs import configs_of, matched_nodes, nodes_with
from ..harvester.snapshot import Snapshot
from ..harvester.vm_interfaces import Interface, has_guest_agent, interfaces_of
from ..harvester.wording import listed
from ..specs.functions import (
    GetClusterNetwork,
    GetNodeNics,
    GetVmInterfaces,
    RenderVmNics,
)
from ..specs.limits import MGMT
from ..specs.spec import Spec
from ..specs.vm_network import DEFAULT_NAMESPACE
from .call import Call
from .differences import Properties
from .failures import Refused
from .mtu import get_network_mtu
from .vm_nics import render, render_and_check


@dataclass(frozen=True)
class Function:
    """A function: its arguments, and how its result comes about."""

    arguments: type[Spec]
    result: Callable[[Any, Call], Awaitable[Properties]]
    unseen: Callable[[Any], Properties] | None = None
    """Its result where no cluster may be looked at; None if it has none then."""


async def _cluster_network(arguments: GetClusterNetwork, call: Call) -> Properties:
    network = await call.cluster.get_cached(CLUSTER_NETWORK, arguments.name, call.deadline)
    if network is None:
        raise Refused(f"there is no cluster network {arguments.name} on the server")
    configs = await call.cluster.list(VLAN_CONFIG, call.deadline)
    snapshot = await load_snapshot(
        call.cluster, (NODE, VLAN_CONFIG), call.deadline, on_forbidden=lambda *_: None
    )
    return {
        "name": arguments.name,
        "mtu": await get_network_mtu(arguments.name, call),
        "ready": condition(network, "ready").get("status") == "True",
        "networkConfigs": sorted(
            key for key, c in configs.items() if c["spec"]["clusterNetwork"] == arguments.name
        ),
        "nodes": _nodes(arguments.name, snapshot, call),
    }


def _nodes(cluster_network: str, snapshot: Snapshot, call: Call) -> list[str]:
    """The nodes that carry it; without the right to list nodes those that its configs name."""
    if snapshot.serves(NODE):
        return sorted(nodes_with(cluster_network, snapshot))
    if cluster_network == MGMT:
        call.warn(
            "the nodes of mgmt are not known: the user of the kubeconfig may not list them"
        )
    configs = configs_of(snapshot, cluster_network)
    return sorted({node for config in configs for node in matched_nodes(config)})


async def _node_nics(arguments: GetNodeNics, call: Call) -> Properties:
    snapshot = await load_snapshot(call.cluster, (LINK_MONITOR,), call.deadline)
    with_nics = sorted(links_by_node(snapshot.of(LINK_MONITOR).get(NICS)))
    if arguments.node is not None and arguments.node not in with_nics:
        known = ", ".join(with_nics) or "none"
        raise Refused(
            f"no NICs are known of node {arguments.node}; nodes with known NICs: {known}"
        )
    nodes = [arguments.node] if arguments.node is not None else with_nics
    return {
        "nics": [
            nic_output(node, nic, snapshot)
            for node in nodes
            for nic in (nics_of(node, snapshot) or {}).values()
        ]
    }


def nic_output(node: str, nic: Nic, snapshot: Snapshot) -> Properties:
    """A NIC as an output of the function."""
    master = device_with(nic.master, node, snapshot) if nic.master else ""
    return {
        "node": node,
        "name": nic.name,
        "up": nic.up,
        "mac": nic.mac,
        "free": not nic.master,
        "master": f"index {nic.master}" if master is None else master,
    }


async def _vm_interfaces(arguments: GetVmInterfaces, call: Call) -> Properties:
    key = f"{arguments.namespace or DEFAULT_NAMESPACE}/{arguments.name}"
    vm = await call.cluster.get_cached(VM, key, call.deadline)
    if vm is None:
        raise Refused(f"there is no VM {key} on the server")
    vmi = await call.cluster.get_cached(VMI, key, call.deadline)
    found, has_agent = interfaces_of(vm, vmi), has_guest_agent(vmi)
    if unseen := [each.name for each in found if each.network and not each.addresses]:
        why = _why_unseen(vmi is not None, has_agent)
        call.warn(f"VM {key}: the addresses of {listed(unseen)} are not known: {why}")
    return {"interfaces": list(map(interface_output, found)), "guestAgent": has_agent}


def interface_output(nic: Interface) -> Properties:
    """A NIC of a VM as an output of the function."""
    return {
        "name": nic.name,
        "vmNetwork": nic.network,
        "mac": nic.mac,
        "addresses": nic.addresses,
    }


def _why_unseen(runs: bool, has_agent: bool) -> str:
    if not runs:
        return "it does not run"
    if not has_agent:
        return "no guest agent answers; install qemu-guest-agent in the guest"
    return "the guest agent tells none"


FUNCTIONS = {
    "harvester-net:index:getClusterNetwork": Function(GetClusterNetwork, _cluster_network),
    "harvester-net:index:getNodeNics": Function(GetNodeNics, _node_nics),
    "harvester-net:index:getVmInterfaces": Function(GetVmInterfaces, _vm_interfaces),
    "harvester-net:index:renderVmNics": Function(
        RenderVmNics, render_and_check, unseen=render
    ),
}
