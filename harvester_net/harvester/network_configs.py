"""What network configs and the statuses of their nodes say."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ..cluster.resources import (
    VLAN_CONFIG,
    Object,
    annotations_of,
    condition,
    key_of,
    labels_of,
)
from ..specs.limits import MGMT
from .names import CONFIG_LABEL, MATCHED_NODES
from .snapshot import Snapshot

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


def matched_nodes(config: Object) -> list[str]:
    """The nodes that a config matches, as the server found, sorted; none if the annotation
    cannot be read.
    """
    try:
        return sorted(json.loads(annotations_of(config).get(MATCHED_NODES) or "[]"))
    except (TypeError, ValueError):
        return []


def statuses_of(key: str, statuses: Mapping[str, Object]) -> list[Object]:
    """The per-node statuses that belong to a config."""
    return [s for s in statuses.values() if labels_of(s).get(CONFIG_LABEL) == key]


def nodes_of(statuses: list[Object]) -> set[str]:
    """The nodes that these statuses speak of."""
    return {status["status"]["node"] for status in statuses}


def nodes_not_ready(config: Object, statuses: Mapping[str, Object]) -> dict[str, str]:
    """The matched nodes that have not set up the uplink, each with the reason (H4.2)."""
    own = {s["status"]["node"]: s for s in statuses_of(key_of(config), statuses)}
    waiting = {}
    for node in matched_nodes(config):
        ready = condition(own[node], "ready") if node in own else {}
        if ready.get("status") != "True":
            waiting[node] = ready.get("message") or NOT_HEARD
    return waiting


def progress_of_nodes(config: Object, waiting: dict[str, str]) -> str:
    """How many nodes are ready, and what the others say."""
    matched = matched_nodes(config)
    said = "; ".join(f"{node}: {why}" for node, why in sorted(waiting.items()))
    return f"{len(matched) - len(waiting)} of {len(matched)} nodes ready; {said}"
