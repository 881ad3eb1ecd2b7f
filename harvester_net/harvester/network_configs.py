"""What network configs and the statuses of their nodes say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..cluster.resources import (
    NODE,
    VLAN_CONFIG,
    VLAN_STATUS,
    Object,
    annotations_of,
    condition,
    is_terminating,
    key_of,
    labels_of,
)
from ..printable import printable
from ..specs.limits import MGMT
from .names import CONFIG_LABEL, MATCHED_NODES
from .snapshot import Snapshot

PREDECESSORS = "harvester-net/predecessors"
"""Annotation of a config that an ordered change made again: the uids that it had before."""
MOST_PREDECESSORS = 8
NOT_HEARD = "its agent has not set up the uplink yet"


def configs_of(snapshot: Snapshot, cluster_network: str) -> list[Object]:
    """The network configs of a cluster network, in the order of their names; none for mgmt,
    where they only mirror what the hosts have (H1.2).
    """
    if cluster_network == MGMT:
        return []
    found = snapshot.of(VLAN_CONFIG).values()
    return sorted(
        (c for c in found if c["spec"]["clusterNetwork"] == cluster_network), key=key_of
    )


def nodes_with(cluster_network: str, snapshot: Snapshot) -> set[str]:
    """The nodes on which a VM on a cluster network can run: those that its network configs
    match, without one that is on its way out; for mgmt all (H3.7). Witness nodes never.
    """
    if cluster_network == MGMT:
        return set(snapshot.matching(None))
    return {
        node
        for config in snapshot.of(VLAN_CONFIG).values()
        if config["spec"].get("clusterNetwork") == cluster_network
        and not is_terminating(config)
        for node in snapshot.matching(config["spec"].get("nodeSelector"))
    }


def matched_nodes(config: Object) -> list[str]:
    """The nodes that a config matches, as the server found, sorted; none if the annotation
    cannot be read.
    """
    try:
        found = json.loads(annotations_of(config).get(MATCHED_NODES) or "[]")
    except (TypeError, ValueError, RecursionError):
        return []
    if not isinstance(found, list) or not all(isinstance(node, str) for node in found):
        return []
    return sorted(map(printable, found))


def present_nodes(config: Object, snapshot: Snapshot) -> list[str]:
    """The matched nodes that the cluster still has, sorted; all where no node is known.

    The server's note outlives a node that leaves, if it cannot write the config then, or if
    the config would match no node any more (H3.2, H4.6).
    """
    nodes = snapshot.of(NODE)
    return [node for node in matched_nodes(config) if not nodes or node in nodes]


def statuses_of(key: str, statuses: Mapping[str, Object]) -> list[Object]:
    """The per-node statuses that belong to a config."""
    return [s for s in statuses.values() if labels_of(s).get(CONFIG_LABEL) == key]


def node_of(status: Object) -> str:
    """The node that a status speaks of."""
    return printable(status["status"]["node"])


def nodes_of(statuses: list[Object]) -> set[str]:
    """The nodes that these statuses speak of."""
    return {node_of(status) for status in statuses}


def nodes_not_ready(config: Object, snapshot: Snapshot) -> dict[str, str]:
    """The matched nodes that have not set up the uplink, each with the reason (H4.2); nodes
    that have left the cluster never will.
    """
    own = {node_of(s): s for s in statuses_of(key_of(config), snapshot.of(VLAN_STATUS))}
    waiting = {}
    for node in present_nodes(config, snapshot):
        ready = condition(own[node], "ready") if node in own else {}
        if ready.get("status") != "True":
            waiting[node] = ready.get("message") or NOT_HEARD
    return waiting


def progress_of_nodes(config: Object, waiting: dict[str, str], snapshot: Snapshot) -> str:
    """How many nodes are ready, and what the others say."""
    matched = present_nodes(config, snapshot)
    said = "; ".join(f"{node}: {why}" for node, why in sorted(waiting.items()))
    return f"{len(matched) - len(waiting)} of {len(matched)} nodes ready; {said}"


def predecessors(config: Object) -> list[str]:
    """The uids that a config had before ordered changes made it again, oldest first."""
    return annotations_of(config).get(PREDECESSORS, "").split()


def manifest_of(config: Object) -> Object:
    """An object to make the config again from, without what the server fills in (H2).

    It has another uid then, and says which one it had: who knows the config by its uid, as
    the state of a program does, can tell it from a stranger's of the same name.
    """
    meta = config["metadata"]
    notes = {k: v for k, v in annotations_of(config).items() if k != MATCHED_NODES}
    if uid := meta.get("uid"):
        before = [*predecessors(config), uid]
        notes[PREDECESSORS] = " ".join(before[-MOST_PREDECESSORS:])
    kept = {"name": meta["name"], "labels": labels_of(config), "annotations": notes}
    return {
        "apiVersion": config["apiVersion"],
        "kind": config["kind"],
        "metadata": {key: value for key, value in kept.items() if value},
        "spec": config["spec"],
    }


def literal_uplink(config: Object) -> dict[str, Any]:
    """The uplink as the server compares it: with what it fills in (H1.2). An absent part is
    another than an empty one.
    """
    uplink = config["spec"].get("uplink") or {}
    link, bond = uplink.get("linkAttributes"), uplink.get("bondOptions")
    return {
        "nics": uplink.get("nics"),
        "link": link if link is None else _LINK_DEFAULTS | _given(link),
        "bond": bond if bond is None else _BOND_DEFAULTS | _given(bond),
    }


_LINK_DEFAULTS = {"mtu": 0, "txQLen": -1, "hardwareAddr": ""}
_BOND_DEFAULTS = {"mode": "active-backup", "miimon": -1}


def _given(part: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if value is not None}
