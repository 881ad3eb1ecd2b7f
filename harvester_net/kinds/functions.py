"""The functions of the package: look at the cluster from a program."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from ..cluster.resources import CLUSTER_NETWORK, LINK_MONITOR, VLAN_CONFIG, Object, condition
from ..harvester.mtus import uplink_mtu
from ..harvester.names import NICS
from ..specs.functions import (
    GetClusterNetwork,
    GetNodeNics,
)
from ..specs.spec import Spec
from .call import Call
from .differences import Properties
from .failures import Refused


@dataclass(frozen=True)
class Function:
    """A function: its arguments, and how its result comes about."""

    arguments: type[Spec]
    result: Callable[[Any, Call], Awaitable[Properties]]


async def _cluster_network(arguments: GetClusterNetwork, call: Call) -> Properties:
    network = await call.cluster.get_cached(CLUSTER_NETWORK, arguments.name, call.deadline)
    if network is None:
        raise Refused(f"there is no cluster network {arguments.name} on the server")
    configs = await call.cluster.list(VLAN_CONFIG, call.deadline)
    return {
        "name": arguments.name,
        "mtu": uplink_mtu(network),
        "ready": condition(network, "ready").get("status") == "True",
        "networkConfigs": sorted(
            key for key, c in configs.items() if c["spec"]["clusterNetwork"] == arguments.name
        ),
    }


async def _node_nics(arguments: GetNodeNics, call: Call) -> Properties:
    monitors = await call.cluster.list(LINK_MONITOR, call.deadline)
    links = (monitors.get(NICS, {}).get("status") or {}).get("linkStatus") or {}
    if arguments.node is not None and arguments.node not in links:
        known = ", ".join(sorted(links)) or "none"
        raise Refused(
            f"no NICs are known of node {arguments.node}; nodes with known NICs: {known}"
        )
    nodes = [arguments.node] if arguments.node is not None else sorted(links)
    return {
        "nics": [
            nic_of(node, link, bonds_of(node, monitors))
            for node in nodes
            for link in links[node]
        ]
    }


def bonds_of(node: str, monitors: dict[str, Object]) -> dict[int, str]:
    """The names of a node's bonds and bridges by their index."""
    found: dict[int, str] = {}
    for name, monitor in monitors.items():
        if name != NICS:
            links = ((monitor.get("status") or {}).get("linkStatus") or {}).get(node) or []
            found |= {link["index"]: link["name"] for link in links}
    return found


def nic_of(node: str, link: Object, masters: dict[int, str]) -> Properties:
    """A NIC in our words."""
    master = link.get("masterIndex") or 0
    return {
        "node": node,
        "name": link["name"],
        "up": link.get("state") == "up",
        "mac": link.get("mac", ""),
        "free": not master,
        "master": masters.get(master, f"index {master}") if master else "",
    }


FUNCTIONS = {
    "harvester-net:index:getClusterNetwork": Function(GetClusterNetwork, _cluster_network),
    "harvester-net:index:getNodeNics": Function(GetNodeNics, _node_nics),
}
