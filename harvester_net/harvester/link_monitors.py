"""The links of the nodes, as their agents list them in LinkMonitors (H1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..cluster.resources import LINK_MONITOR, Object
from ..printable import printable
from .names import BOND, BRIDGE, NICS
from .snapshot import Snapshot


def links_by_node(monitor: Object | None) -> Mapping[str, list[Object]]:
    """The links that a LinkMonitor lists, by node (H1.4); a node without any is left out."""
    found = ((monitor or {}).get("status") or {}).get("linkStatus") or {}
    return {node: links for node, links in found.items() if links}


def bonds(monitor: Object | None, cluster_network: str) -> dict[str, tuple[int, bool]]:
    """Index of the bond on each node, and whether it is a port of its bridge (H5.5)."""
    found = {}
    for node, links in links_by_node(monitor).items():
        named = {link["name"]: link for link in links}
        bond = named.get(f"{cluster_network}{BOND}")
        bridge = named.get(f"{cluster_network}{BRIDGE}")
        if bond is not None:
            joined = bridge is not None and bond.get("masterIndex") == bridge["index"]
            found[node] = (bond["index"], joined)
    return found


@dataclass(frozen=True)
class Nic:
    """A NIC as its node's agent sees it."""

    name: str
    up: bool
    master: int
    """Index of the bond or bridge that holds it; 0 if none."""
    mac: str = ""


def nics_of(node: str, snapshot: Snapshot) -> dict[str, Nic] | None:
    """The NICs of a node by name; None if nothing is known of the node."""
    links = _links(NICS, node, snapshot)
    nics = map(_nic, links)
    return {nic.name: nic for nic in nics} if links else None


def _nic(link: Object) -> Nic:
    up = link.get("state") != "down"
    return Nic(
        printable(link["name"]), up, link.get("masterIndex") or 0, link.get("mac") or ""
    )


def _links(monitor: str, node: str, snapshot: Snapshot) -> list[Object]:
    return links_by_node(snapshot.of(LINK_MONITOR).get(monitor)).get(node, [])


def device_with(index: int, node: str, snapshot: Snapshot) -> str | None:
    """The name of the bond or bridge with this index on a node; None if no agent lists it."""
    for name in snapshot.of(LINK_MONITOR):
        for link in _links(name, node, snapshot) if name != NICS else ():
            if link.get("index") == index:
                return printable(link["name"])
    return None


def bond_with(index: int, node: str, snapshot: Snapshot) -> str | None:
    """The name of the bond with this index on a node."""
    found = device_with(index, node, snapshot)
    return found if found is not None and found.endswith(BOND) else None
