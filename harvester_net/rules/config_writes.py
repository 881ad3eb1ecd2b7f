"""What a write of a network config means to the server: which nodes it has before and after,
and which of them lose their uplink (H3.2).
"""

from __future__ import annotations

import json

from ..cluster.resources import Object, annotations_of, labels_of
from ..harvester import gojson
from ..harvester.names import CLUSTER_NETWORK_LABEL, MATCHED_NODES
from ..harvester.network_configs import literal_uplink
from ..harvester.snapshot import Snapshot
from ..harvester.versions import UPLINKS_ARE_GUARDED
from .rule import Write


def network_of(write: Write) -> str:
    """The cluster network that the config is for after the write."""
    return str(write.object["spec"].get("clusterNetwork") or "")


def network_before(write: Write) -> str:
    """The cluster network that it was for; of a new one, that it is for."""
    old = write.old or write.object
    return str(old["spec"].get("clusterNetwork") or "")


def annotated_nodes(config: Object) -> set[str] | None:
    """The nodes of the annotation; None if it is not there. Raises ValueError."""
    text = annotations_of(config).get(MATCHED_NODES)
    if not text:
        return None
    return set(gojson.decode(text, NODE_NAMES) or ())


NODE_NAMES = gojson.array(gojson.string)


def admitted(config: Object, snapshot: Snapshot) -> Object:
    """A network config with what the webhook writes into it: label and nodes (H3.2)."""
    meta, spec = config["metadata"], config["spec"]
    nodes = snapshot.matching(spec.get("nodeSelector"))
    labels = labels_of(config) | {CLUSTER_NETWORK_LABEL: spec.get("clusterNetwork", "")}
    notes = annotations_of(config) | ({MATCHED_NODES: json.dumps(nodes)} if nodes else {})
    return config | {"metadata": meta | {"labels": labels, "annotations": notes}}


def admitted_write(write: Write, snapshot: Snapshot) -> Object | None:
    """The new object as the webhook leaves it; with no node the annotation stays as sent."""
    new = write.new
    return new if new is None or write.updates_terminating else admitted(new, snapshot)


def nodes_after(write: Write, snapshot: Snapshot) -> set[str] | None:
    """The nodes that it has after the write; None if the server has none for it."""
    admitted = admitted_write(write, snapshot)
    return _readable_nodes(admitted) if admitted is not None else None


def _readable_nodes(config: Object) -> set[str] | None:
    try:
        return annotated_nodes(config)
    except ValueError:
        return None


def affected_nodes(write: Write, snapshot: Snapshot) -> set[str]:
    """The nodes that lose their uplink, or whose uplink is made anew."""
    if write.updates_terminating or write.old is None:
        return set()
    before = _readable_nodes(write.old) or set()
    if write.new is None or _moves(write):
        return before
    if UPLINKS_ARE_GUARDED.on(snapshot.version) and uplink_changes(write):
        return before
    return before - (nodes_after(write, snapshot) or set())


def uplink_changes(write: Write) -> bool:
    """Whether the server takes the uplink for changed: literally, apart from defaults."""
    old, new = write.old, write.new
    if old is None or new is None:
        return False
    return _moves(write) or literal_uplink(old) != literal_uplink(new)


def _moves(write: Write) -> bool:
    """Whether the config goes to another cluster network."""
    return network_before(write) != network_of(write)


def selects_otherwise(write: Write) -> bool:
    """Whether a live config gets another node selector or cluster network."""
    old, new = write.old, write.new
    if old is None or new is None:
        return False
    before, after = (config["spec"].get("nodeSelector") for config in (old, new))
    return _moves(write) or before != after


def spec_changes(write: Write) -> bool:
    """Whether anything in the spec of a live config is another."""
    return bool(write.old and write.new and write.old["spec"] != write.new["spec"])
