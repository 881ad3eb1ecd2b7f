"""VM networks: which belong to a cluster network, and which are Harvester's own."""

from __future__ import annotations

from collections.abc import Iterable

from ..cluster.resources import NAD, Object, annotations_of, key_of, labels_of
from .cni import cni_config
from .names import (
    BRIDGE,
    CLUSTER_NETWORK_LABEL,
    MIGRATION_ANNOTATION,
    MIGRATION_NAD_PREFIX,
    STORAGE_ANNOTATION,
    SYSTEM_NAD_PREFIXES,
    SYSTEM_NAMESPACE,
)
from .snapshot import Snapshot


def nads_of(cluster_network: str, nads: Iterable[Object]) -> set[str]:
    """The VM networks of a cluster network, by the label that the server's own checks use."""
    return {
        key_of(nad)
        for nad in nads
        if labels_of(nad).get(CLUSTER_NETWORK_LABEL) == cluster_network
    }


def vm_networks_of(snapshot: Snapshot, cluster_network: str) -> list[str]:
    """The VM networks of a cluster network, by label or by the bridge that they name."""
    nads, bridge = snapshot.of(NAD), f"{cluster_network}{BRIDGE}"
    labelled = nads_of(cluster_network, nads.values())
    by_bridge = {
        key
        for key, nad in nads.items()
        # Reading ten thousand configs takes its time; most need not be read.
        if key not in labelled
        and bridge in str((nad.get("spec") or {}).get("config"))
        and cni_config(nad).get("bridge") == bridge
    }
    return sorted(labelled | by_bridge)


def is_system_nad(nad: Object) -> bool:
    """Whether Harvester made the network for the storage or RWX network (H2, system NAD
    rule).
    """
    meta = nad["metadata"]
    annotated = (meta.get("annotations") or {}).get(STORAGE_ANNOTATION) == "true"
    named = meta["name"].startswith(SYSTEM_NAD_PREFIXES)
    return meta.get("namespace") == SYSTEM_NAMESPACE and (annotated or named)


def is_of_a_setting(nad: Object) -> bool:
    """Whether Harvester made the network for one of its Settings, that of VM migration among
    them, which its own rules leave alone (B2.2).
    """
    marked = annotations_of(nad).get(MIGRATION_ANNOTATION) == "true"
    named = nad["metadata"]["name"].startswith(MIGRATION_NAD_PREFIX)
    in_system = nad["metadata"].get("namespace") == SYSTEM_NAMESPACE
    return is_system_nad(nad) or (in_system and (marked or named))
