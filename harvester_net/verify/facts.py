"""What is to be proven of a cluster network, and what its nodes are held against: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..cluster.resources import Object, condition, key_of
from ..harvester.link_monitors import links_by_node
from ..harvester.mtus import config_mtu, uplink_mtu
from ..harvester.names import SYSTEM_NAMESPACE
from ..harvester.network_configs import NOT_HEARD, matched_nodes, nodes_not_ready
from ..harvester.versions import NEWEST, VM_NETWORKS_FOLLOW, Version
from ..harvester.workloads import nads_of
from ..specs.limits import MGMT
from ..specs.network_config import DEFAULT_BOND_MODE
from .findings import Expected, Uplink
from .vlans import of_network


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


def facts_of(
    request: CheckRequest,
    networks: dict[str, Object],
    configs: Iterable[Object],
    nads: dict[str, Object],
    nodes: dict[str, Object],
    version: Version = NEWEST,
    *,
    statuses: Mapping[str, Object] = MappingProxyType({}),
    monitors: Mapping[str, Object] = MappingProxyType({}),
) -> Facts:
    """What the nodes are held against; pure.

    ``statuses`` and ``monitors``: what the agents of the nodes say (VlanStatus, LinkMonitor).
    """
    name = request.cluster_network
    own = [config for config in configs if config["spec"]["clusterNetwork"] == name]
    on_nodes = {node for config in own for node in matched_nodes(config)}
    if name == MGMT:
        on_nodes = set(nodes)
    needed = {key: of_network(nads[key]) for key in sorted(nads_of(name, nads.values()))}
    mtu = request.mtu or _mtu(networks[name], own, version)
    ready = [n for n in on_nodes if n in nodes and _is_ready(nodes[n])]
    uplinks = _uplinks(own) if name != MGMT else {}
    failures = {n: why for c in own for n, why in nodes_not_ready(c, statuses).items()}
    return Facts(
        Expected(
            name,
            mtu,
            version,
            needed,
            uplinks,
            {node: why for node, why in failures.items() if why != NOT_HEARD},
            _nics(monitors),
        ),
        tuple(sorted(ready)),
        tuple(sorted(on_nodes - set(ready))),
    )


def _uplinks(configs: Iterable[Object]) -> dict[str, Uplink]:
    """What the network configs want, by node."""
    found: dict[str, Uplink] = {}
    for config in configs:
        uplink = config["spec"]["uplink"]
        mode = (uplink.get("bondOptions") or {}).get("mode") or DEFAULT_BOND_MODE
        wanted = Uplink(key_of(config), tuple(uplink.get("nics") or ()), mode)
        found |= dict.fromkeys(matched_nodes(config), wanted)
    return found


def _nics(monitors: Mapping[str, Object]) -> dict[str, frozenset[str]]:
    """The NICs of each node, as its agent lists them (H1.4)."""
    return {
        node: frozenset(link["name"] for link in links)
        for node, links in links_by_node(monitors.get("nic")).items()
    }


def _mtu(network: Object, configs: list[Object], version: Version) -> int:
    # Up to 1.5 the cluster network knows nothing of its MTU; its configs do (H7).
    if configs and not VM_NETWORKS_FOLLOW.on(version):
        return config_mtu(configs[0])
    return uplink_mtu(network)


def _is_ready(node: Object) -> bool:
    return condition(node, "Ready").get("status") in (None, "True")
