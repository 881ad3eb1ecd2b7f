"""What is to be proven of a cluster network, and what its nodes are held against: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..cluster.resources import (
    CLUSTER_NETWORK,
    LINK_MONITOR,
    NAD,
    NODE,
    Object,
    annotations_of,
    key_of,
)
from ..harvester.cni import tagged_vlans
from ..harvester.host_networks import device_of, of_network
from ..harvester.link_monitors import links_by_node
from ..harvester.mtus import mtu_of
from ..harvester.names import NICS, SYSTEM_NAMESPACE, UPLINK_MTU
from ..harvester.network_configs import (
    NOT_HEARD,
    configs_of,
    matched_nodes,
    nodes_not_ready,
    present_nodes,
)
from ..harvester.nodes import is_ready
from ..harvester.snapshot import Snapshot
from ..harvester.versions import VM_NETWORKS_FOLLOW
from ..harvester.vm_networks import nads_of
from ..printable import printable
from ..specs.limits import MGMT
from ..specs.network_config import DEFAULT_BOND_MODE
from .findings import Expected, Uplink


@dataclass(frozen=True)
class CheckRequest:
    """What is to be proven."""

    cluster_network: str
    mtu: int | None = None
    """MTU in bytes that the devices should have; None: the cluster network's own."""
    vlan: int | None = None
    """The VLAN to ping over; None: nobody pings."""
    image: str | None = None
    """Image of the pods; None: the one of Longhorn's manager, which every node has."""
    namespace: str = SYSTEM_NAMESPACE
    tolerations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What the API says about a cluster network: what the nodes are held against."""

    expected: Expected
    nodes: tuple[str, ...]
    """The nodes that have the cluster network."""
    away: tuple[str, ...] = ()
    """Those that are not ready, so that no pod would run."""
    without: tuple[str, ...] = ()
    """The nodes that could have it, and that no network config matches."""


def facts_of(request: CheckRequest, snapshot: Snapshot) -> Facts:
    """What the nodes are held against; pure. The cluster network is there."""
    name = request.cluster_network
    own = configs_of(snapshot, name)
    nodes, nads = snapshot.of(NODE), snapshot.of(NAD)
    on_nodes = {node for config in own for node in present_nodes(config, snapshot)}
    if name == MGMT:
        on_nodes = set(nodes)
    network = snapshot.of(CLUSTER_NETWORK)[name]
    mtu = request.mtu or mtu_of(name, snapshot)
    assert mtu is not None, name
    ready = [node for node in on_nodes if node in nodes and is_ready(nodes[node])]
    failures = {n: why for c in own for n, why in nodes_not_ready(c, snapshot).items()}
    return Facts(
        Expected(
            name,
            mtu,
            snapshot.version,
            {key: tagged_vlans(nads[key]) for key in sorted(nads_of(name, nads.values()))},
            _uplinks(own),
            {node: why for node, why in failures.items() if why != NOT_HEARD},
            _nics(snapshot.of(LINK_MONITOR)),
            host_networks=frozenset(map(device_of, of_network(name, snapshot))),
            noted=bool(request.mtu)
            or UPLINK_MTU in annotations_of(network)
            or not VM_NETWORKS_FOLLOW.on(snapshot.version),
        ),
        tuple(sorted(ready)),
        tuple(sorted(on_nodes - set(ready))),
        tuple(node for node in snapshot.matching(None) if node not in on_nodes),
    )


def _uplinks(configs: Iterable[Object]) -> dict[str, Uplink]:
    """What the network configs want, by node."""
    found: dict[str, Uplink] = {}
    for config in configs:
        uplink = config["spec"]["uplink"]
        mode = (uplink.get("bondOptions") or {}).get("mode") or DEFAULT_BOND_MODE
        nics = tuple(map(printable, uplink.get("nics") or ()))
        wanted = Uplink(key_of(config), nics, printable(mode))
        found |= dict.fromkeys(matched_nodes(config), wanted)
    return found


def _nics(monitors: Mapping[str, Object]) -> dict[str, frozenset[str]]:
    """The NICs of each node, as its agent lists them (H1.4)."""
    return {
        node: frozenset(link["name"] for link in links)
        for node, links in links_by_node(monitors.get(NICS)).items()
    }
