"""What live objects say, in our terms: MTUs, matched nodes, who is ready, how far a setting
is.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..cluster.resources import (
    Object,
    annotations_of,
    condition,
    is_terminating,
    key_of,
    labels_of,
)
from ..specs.limits import mtu_or_default
from .attachments import STORAGE_NAD_PREFIX, SYSTEM_NAMESPACE

UPLINK_MTU = "network.harvesterhci.io/uplink-mtu"
MTU_SOURCE = "network.harvesterhci.io/mtu-source-vc"
MATCHED_NODES = "network.harvesterhci.io/matched-nodes"
CONFIG_LABEL = "network.harvesterhci.io/vlanconfig"
_NUMBER = re.compile("[0-9]{1,9}")
NOT_HEARD = "its agent has not set up the uplink yet"

STORAGE_PREFIX = "storage-network.settings.harvesterhci.io/"
RWX_PREFIX = "rwx-network.settings.harvesterhci.io/"


def uplink_mtu(cluster_network: Object) -> int:
    """The MTU in bytes that the server has for a cluster network."""
    text = annotations_of(cluster_network).get(UPLINK_MTU, "")
    return mtu_or_default(int(text) if _NUMBER.fullmatch(text) else None)


def config_mtu(config: Object) -> int:
    """The MTU in bytes of a network config on the server."""
    attributes = config["spec"]["uplink"].get("linkAttributes") or {}
    return mtu_or_default(attributes.get("mtu"))


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


def cni_config(nad: Object) -> dict[str, Any]:
    """The CNI config of a VM network; empty if it is no JSON object."""
    try:
        config = json.loads(nad["spec"]["config"])
    except (KeyError, TypeError, ValueError):
        return {}
    return config if isinstance(config, dict) else {}


def nad_mtu(nad: Object) -> int:
    """The MTU in bytes of a VM network on the server."""
    return mtu_or_default(cni_config(nad).get("mtu"))


def links_by_node(monitor: Object | None) -> Mapping[str, list[Object]]:
    """The links that a LinkMonitor lists, by node (H1.4); a node without any is left out."""
    found = ((monitor or {}).get("status") or {}).get("linkStatus") or {}
    return {node: links for node, links in found.items() if links}


def bonds(monitor: Object | None, cluster_network: str) -> dict[str, tuple[int, bool]]:
    """Index of the bond on each node, and whether it is a port of its bridge (H5.5)."""
    found = {}
    for node, links in links_by_node(monitor).items():
        named = {link["name"]: link for link in links}
        bond = named.get(f"{cluster_network}-bo")
        bridge = named.get(f"{cluster_network}-br")
        if bond is not None:
            joined = bridge is not None and bond.get("masterIndex") == bridge["index"]
            found[node] = (bond["index"], joined)
    return found


def value_of(setting: Object) -> str:
    """The text of a Setting; a missing one means empty, as after clearing (lab.md 4)."""
    return str(setting.get("value") or setting.get("default") or "")


@dataclass(frozen=True)
class Progress:
    """How far the controller is with the value that a Setting has now."""

    done: bool
    words: str


def storage_progress(setting: Object) -> Progress:
    """Whether the controller has carried out this very value of the storage network.

    Right after a write the condition still speaks of the value before (lab.md 4), so the hash
    of the text decides, and the old network must be gone.
    """
    text, notes = str(setting.get("value") or ""), annotations_of(setting)
    configured = condition(setting, "configured")
    if not configured and not text:
        return Progress(True, "never configured")
    if notes.get(STORAGE_PREFIX + "hash") != hashlib.sha1(text.encode()).hexdigest():
        return Progress(False, "Harvester has not started with the new value yet")
    if configured.get("status") != "True":
        return Progress(False, configured.get("message") or configured.get("reason") or "")
    if old := notes.get(STORAGE_PREFIX + "old-net-attach-def"):
        return Progress(False, f"removing the network before, {old}")
    if bool(notes.get(STORAGE_PREFIX + "net-attach-def")) != bool(text):
        return Progress(False, "Harvester has not made the new network yet")
    return Progress(True, "configured")


def leaked(setting: Object, nads: Mapping[str, Object]) -> list[str]:
    """Storage networks that Harvester made and lost: they block network configs for ever
    (H4.7).
    """
    notes = annotations_of(setting)
    names = ("net-attach-def", "old-net-attach-def")
    known = {notes.get(STORAGE_PREFIX + name) for name in names}
    prefix = f"{SYSTEM_NAMESPACE}/{STORAGE_NAD_PREFIX}"
    return sorted(
        key
        for key, nad in nads.items()
        if key.startswith(prefix) and key not in known and not is_terminating(nad)
    )
