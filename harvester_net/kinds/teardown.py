"""Taking a network config away so that nothing of it stays on a node (O5.5).

An agent tears down only what it has set up: a bond whose set-up failed half way stays, and
keeps its NICs for ever. So a config with a wrong NIC list is repaired before it is deleted.
And an agent that does not run during the deletion leaves everything, its VlanStatus included.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from ..cluster.deadline import DeadlineExceeded
from ..cluster.errors import ClusterError
from ..cluster.resources import (
    LINK_MONITOR,
    NODE,
    VLAN_CONFIG,
    VLAN_STATUS,
    Object,
    condition,
    key_of,
)
from ..harvester.link_monitors import bonds, links_by_node
from ..harvester.loading import cached_snapshot
from ..harvester.names import AGENTS, NICS
from ..harvester.network_configs import (
    NOT_HEARD,
    nodes_not_ready,
    nodes_of,
    present_nodes,
    statuses_of,
)
from ..harvester.snapshot import Snapshot
from ..verify.host_commands import bond_removal
from .call import Call
from .failures import Refused

GROUP = "network.harvesterhci.io"


def known_nodes(call: Call) -> Snapshot:
    """The nodes and their statuses as far as this run knows them."""
    return cached_snapshot(call.cluster, (VLAN_STATUS, NODE))


def failed_nodes(config: Object, snapshot: Snapshot) -> dict[str, str]:
    """The nodes whose agent could not set the config up, with its words."""
    waiting = nodes_not_ready(config, snapshot)
    return {node: why for node, why in sorted(waiting.items()) if why != NOT_HEARD}


def working_nics(
    config: Object, monitors: Mapping[str, Object], snapshot: Snapshot
) -> list[str]:
    """The NICs of a config that are there on all its nodes, and free or in its own bond."""
    network = config["spec"]["clusterNetwork"]
    own = bonds(monitors.get(network), network)
    by_node = links_by_node(monitors.get(NICS))
    usable = None
    for node in present_nodes(config, snapshot):
        masters = {0, own.get(node, (0, False))[0]}
        free = {
            link["name"]
            for link in by_node.get(node, ())
            if (link.get("masterIndex") or 0) in masters
        }
        usable = free if usable is None else usable & free
    return [nic for nic in config["spec"]["uplink"].get("nics") or [] if nic in (usable or ())]


async def repair(config: Object, call: Call) -> dict[str, str]:
    """Have the agents set the config up with the NICs that there are, so that they can tear it
    down; returns the nodes that still have not, with their words.
    """
    monitors = await call.cluster.list_if_served(LINK_MONITOR, call.deadline)
    known = known_nodes(call)
    nics, key = working_nics(config, monitors, known), key_of(config)
    failed = failed_nodes(config, known)
    if not failed or not nics or nics == config["spec"]["uplink"].get("nics"):
        return failed
    call.tell(f"setting the uplink up with {', '.join(nics)} alone, to tear it down cleanly")
    try:
        patch = {"spec": {"uplink": {"nics": nics}}}
        await call.cluster.patch(VLAN_CONFIG, key, patch, call.deadline)
        await call.cluster.wait_for(
            (VLAN_CONFIG, VLAN_STATUS),
            lambda: None if _unready(key, call) else True,
            call.deadline.within(call.cluster.timings.repair),
        )
    except (ClusterError, DeadlineExceeded):
        # Whoever may delete it need not be able to repair it; then the leftover is named.
        call.deadline.check()
    return failed_nodes(config, known_nodes(call))


def _unready(key: str, call: Call) -> dict[str, str]:
    live = call.cluster.cached(VLAN_CONFIG).get(key)
    return nodes_not_ready(live, known_nodes(call)) if live else {}


def describe_leftovers(
    config: Object, failed: Mapping[str, str], monitors: Mapping[str, Object]
) -> Iterable[str]:
    """What will stay on the nodes that never set the config up."""
    network = config["spec"]["clusterNetwork"]
    there = bonds(monitors.get(network), network)
    for node, why in sorted(failed.items()):
        stays = "may stay and hold the NICs (`ip link` tells)"
        if node in there:
            stays = f"(index {there[node][0]}) stays and holds the NICs"
        yield (
            f"{node} never set up this config ({why}), so it does not tear it down either: "
            f"its bond {network}-bo {stays}; afterwards, on {node}: ip link delete "
            f"{network}-bo"
        )


async def wait_until_torn_down(key: str, call: Call) -> None:
    """Wait until the nodes of a deleted config have torn it down: only then can another one
    take them. Raises Refused with what to do if one does not.
    """
    since, last = time.monotonic(), set[str]()
    had = [s["status"] for s in statuses_of(key, call.cluster.cached(VLAN_STATUS))]

    def look() -> bool | None:
        nonlocal since, last
        left = nodes_of(statuses_of(key, call.cluster.cached(VLAN_STATUS)))
        if left != last:
            since, last = time.monotonic(), left
        if left:
            _tell(left, time.monotonic() - since, call)
        return None if left else True

    while True:
        try:
            await call.cluster.wait_for((VLAN_STATUS,), look, call.deadline.within(1))
            return await _devices_gone(key, had, call)
        except DeadlineExceeded:
            call.deadline.check()
        if last and time.monotonic() - since > call.cluster.timings.tear_down:
            raise Refused(await _list_left_behind(key, call))


async def _devices_gone(key: str, had: list[Object], call: Call) -> None:
    """Warn of nodes that still list the bond: garbage collection removes the VlanStatus of an
    agent that does not run, and nobody removes its devices (O5.5).
    """

    def look() -> bool | None:
        return None if _still_there(had, call) else True

    try:
        deadline = call.deadline.within(call.cluster.timings.silent_agent)
        await call.cluster.wait_for((LINK_MONITOR,), look, deadline)
    except (ClusterError, DeadlineExceeded):
        for node, (network, index) in sorted(_still_there(had, call).items()):
            call.warn(describe_missed_teardown(key, node, network, index))


def _still_there(had: list[Object], call: Call) -> dict[str, tuple[str, int]]:
    """The nodes on which the bond is, though no network config has it any more."""
    known = call.cluster.cached
    taken = {
        (s["status"]["clusterNetwork"], s["status"]["node"])
        for s in known(VLAN_STATUS).values()
    }
    found = {}
    for status in had:
        network, node = status["clusterNetwork"], status["node"]
        bond = bonds(known(LINK_MONITOR).get(network), network).get(node)
        if bond is not None and (network, node) not in taken:
            found[node] = (network, bond[0])
    return found


def describe_missed_teardown(key: str, node: str, network: str, index: int) -> str:
    """What an agent that did not run has left, and how it goes."""
    return (
        f"the agent of {node} missed the deletion of network config {key}: bond {network}-bo "
        f"(index {index}) and bridge {network}-br are still there and hold the NICs. The next "
        f"network config of {network} takes them over; to remove them, on {node}: "
        f"{bond_removal(network)}; and its labels: kubectl label node {node} "
        f"{GROUP}/{network}- {GROUP}/vlanconfig-"
    )


def _tell(left: set[str], seconds: float, call: Call) -> None:
    names = ", ".join(sorted(left))
    more = (
        ", whose agent may not be running"
        if seconds > call.cluster.timings.silent_agent
        else ""
    )
    call.tell(f"waiting for {names} to tear down the uplink{more}")


async def _list_left_behind(key: str, call: Call) -> str:
    found = statuses_of(key, call.cluster.cached(VLAN_STATUS))
    nodes = await call.cluster.list_if_served(NODE, call.deadline)
    return f"network config {key} is deleted, but {describe_left_behind(found, nodes)}"


def describe_left_behind(statuses: list[Object], nodes: Mapping[str, Object]) -> str:
    """The nodes whose agent has missed a deletion, and how to clean up after it."""
    network = statuses[0]["status"]["clusterNetwork"] if statuses else ""
    names = sorted(nodes_of(statuses))
    said = ", ".join(_with_state(node, nodes) for node in names)
    keys = " ".join(sorted(key_of(status) for status in statuses))
    return (
        f"{said} has not torn down its uplink: bond {network}-bo, bridge {network}-br and "
        "the VlanStatus are still there, and no other network config can take the node. Bring "
        f"back the node and its pod of DaemonSet {AGENTS};"
        f" if the VlanStatus stays: kubectl delete vlanstatus {keys}. The devices go to the "
        f"next network config of {network}; or, on the node: {bond_removal(network)}"
    )


def _with_state(node: str, nodes: Mapping[str, Object]) -> str:
    ready = condition(nodes[node], "Ready").get("status") if node in nodes else None
    return f"{node} (not ready)" if ready not in (None, "True") else node
