"""What HostNetworkConfigs and their agents say: which nodes have a device of their own in a
VLAN (B1).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..cluster.resources import (
    HOST_NETWORK_CONFIG,
    LINK_MONITOR,
    NODE,
    Object,
    annotations_of,
    condition,
    key_of,
    labels_of,
)
from ..printable import printable
from ..specs.host_network_config import NodeSelector
from ..specs.limits import MGMT, host_device
from .label_selectors import selects
from .link_monitors import links_by_node
from .names import BRIDGE, WITNESS
from .network_configs import matched_nodes
from .snapshot import CONFIGS_OF, Snapshot
from .versions import HOST_NETWORKS_FOLLOW, Version

MANAGEMENT_ALLOWED = "harvester-net/allow-management-vlan"
"""Annotation of ours: the program said that it may be the nodes' own management VLAN."""
NOT_MANAGEMENT = "harvester-net/not-management-vlan"
"""Annotation of ours: when it was made, no node had the device, so it is no node's own."""
NO_WORD = "its agent has not set up the device yet"


def network_of(config: Object) -> str:
    """Its cluster network."""
    return str(config["spec"].get("clusterNetwork") or "")


def vlan_of(config: Object) -> int:
    """Its VLAN ID; 0 if it has none that can be read."""
    vlan = config["spec"].get("vlanID")
    return vlan if isinstance(vlan, int) else 0


def device_of(config: Object) -> str:
    """The device that a node has for it."""
    return host_device(network_of(config), vlan_of(config))


def selected_nodes(config: Object, snapshot: Snapshot) -> list[str]:
    """The nodes that its selector names, sorted: witness nodes too, and all without one."""
    selector = config["spec"].get("nodeSelector")
    nodes = snapshot.of(NODE).items()
    return sorted(name for name, node in nodes if selects(selector, labels_of(node)))


def nodes_with_network(config: Object, snapshot: Snapshot) -> list[str]:
    """Those of the selected nodes that have its cluster network, and so are to have the
    device; the agents of the others say nothing (B1.1).
    """
    network, nodes = network_of(config), selected_nodes(config, snapshot)
    if network == MGMT:
        return nodes
    return [node for node in nodes if _has_network(network, node, snapshot)]


def configs_against_underlay(network: str, snapshot: Snapshot) -> list[str]:
    """The network configs of a cluster network that match no node: beside one, Harvester 1.8
    makes no underlay (B1.2).
    """
    configs = snapshot.group(CONFIGS_OF, network) if snapshot.version < (1, 9) else []
    return sorted(key_of(config) for config in configs if not matched_nodes(config))


def nodes_against_underlay(network: str, snapshot: Snapshot) -> list[str]:
    """The nodes, but for witness nodes, that no network config of a cluster network matches:
    Harvester makes no underlay that does not reach them (B1.2).
    """
    configs = snapshot.group(CONFIGS_OF, network)
    spanned = {node for config in configs for node in matched_nodes(config)}
    return sorted(
        name
        for name, node in snapshot.of(NODE).items()
        if name not in spanned and WITNESS not in labels_of(node)
    )


def _has_network(network: str, node: str, snapshot: Snapshot) -> bool:
    status = snapshot.status_on(network, node)
    return status is not None and condition(status, "ready").get("status") == "True"


def selector_object(selector: NodeSelector | None) -> Object:
    """A node selector as the object has it; empty if it selects every node."""
    if selector is None:
        return {}
    labels, expressions = selector.match_labels, selector.match_expressions
    given: Object = {
        "matchLabels": dict(labels or {}),
        "matchExpressions": [
            {"key": one.key, "operator": one.operator}
            | ({"values": list(one.label_values)} if one.label_values else {})
            for one in expressions or ()
        ],
    }
    return {name: value for name, value in given.items() if value}


def said_of(config: Object, node: str) -> Object:
    """What a node's agent says of it; empty if nothing."""
    status = config.get("status")
    by_node = status.get("nodeStatus") if isinstance(status, dict) else None
    said = by_node.get(node) if isinstance(by_node, dict) else None
    return said if isinstance(said, dict) else {}


def ready_nodes(config: Object) -> list[str]:
    """The nodes whose agent says that it has set it up, sorted; of a node that has left the
    word stays (B1.1).
    """
    status = config.get("status")
    by_node = status.get("nodeStatus") if isinstance(status, dict) else None
    names = by_node if isinstance(by_node, dict) else {}
    return sorted(printable(node) for node in names if _is_ready(config, node))


def _is_ready(config: Object, node: str) -> bool:
    return _condition(config, node).get("status") == "True"


def _condition(config: Object, node: str) -> Mapping[str, str]:
    return condition({"metadata": {}, "status": said_of(config, node)}, "ready")


def nodes_not_ready(config: Object, snapshot: Snapshot) -> dict[str, str]:
    """The nodes that are to have the device and have not, each with the reason."""
    found = {
        node: _why_not_ready(config, node, snapshot)
        for node in nodes_with_network(config, snapshot)
    }
    return {node: why for node, why in found.items() if why}


def _why_not_ready(config: Object, node: str, snapshot: Snapshot) -> str:
    said, ready = said_of(config, node), _condition(config, node)
    if not ready:
        return NO_WORD
    if ready.get("status") != "True":
        return ready.get("message") or "its agent says that it is not ready"
    spec = config["spec"]
    # An agent takes a device of this name for its own, whatever its config says (B1.3).
    for field in ("clusterNetwork", "vlanID", "mode"):
        if said.get(field) != spec.get(field):
            return f"its agent still speaks of {field} {printable(str(said.get(field)))}"
    devices = devices_at(network_of(config), node, snapshot)
    if devices and device_of(config) not in devices:
        return f"its agent lists no device {device_of(config)} yet"
    return ""


def devices_at(network: str, node: str, snapshot: Snapshot) -> Mapping[str, int]:
    """Index of each device of a cluster network that a node's agent lists, the hosts' own in
    its VLANs too; empty if it lists none.
    """
    monitor = snapshot.of(LINK_MONITOR).get(network)
    links = links_by_node(monitor).get(node, [])
    return {printable(link["name"]): link.get("index", 0) for link in links}


def of_network(network: str, snapshot: Snapshot) -> list[Object]:
    """The host network configs of a cluster network, in the order of their names."""
    found = snapshot.of(HOST_NETWORK_CONFIG).values()
    return sorted((c for c in found if network_of(c) == network), key=key_of)


def is_management_allowed(config: Object) -> bool:
    """Whether the program said that it may be the nodes' own management VLAN."""
    return annotations_of(config).get(MANAGEMENT_ALLOWED) == "true"


def management_nodes(config: Object, snapshot: Snapshot, *, is_made: bool) -> list[str]:
    """The nodes on which its device is, or cannot be told from, the node's own management: one
    on mgmt that was there before any host network config (B1.5).

    ``is_made``: whether the config is on the server, so that the device may be of its making.
    """
    if network_of(config) != MGMT or annotations_of(config).get(NOT_MANAGEMENT):
        return []
    nodes = {*selected_nodes(config, snapshot), *(ready_nodes(config) if is_made else ())}
    return sorted(node for node in nodes if _is_management(config, is_made, node, snapshot))


def _is_management(config: Object, is_made: bool, node: str, snapshot: Snapshot) -> bool:
    own, there = device_of(config), devices_at(MGMT, node, snapshot)
    if own not in there or not is_made:
        return own in there
    # Who made the device of one that is on the server, the device does not tell. But the
    # node has its own from its start, so one that came earlier and is nobody's is that.
    others = {device_of(other) for other in of_network(MGMT, snapshot)}
    return not any(
        name.startswith(f"{MGMT}{BRIDGE}.") and name not in others and index < there[own]
        for name, index in there.items()
    )


def are_in_place(version: Version) -> list[str]:
    """The properties whose change agents of this version apply to a device that is there."""
    return sorted(name for name, since in HOST_NETWORKS_FOLLOW.items() if since.on(version))


def static_addresses(config: Object) -> dict[str, str]:
    """The address of each node with its prefix length; empty unless it is static."""
    spec: dict[str, Any] = config["spec"]
    ips = spec.get("ips")
    if spec.get("mode") != "static" or not isinstance(ips, dict):
        return {}
    return {node: text for node, text in ips.items() if isinstance(text, str)}
