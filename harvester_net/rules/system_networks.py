"""The VM networks that Harvester makes for itself: for storage and for RWX volumes (H2)."""

from __future__ import annotations

from collections.abc import Iterable

from ..cluster.resources import NAD, Object, annotations_of, is_terminating, key_of
from ..harvester.names import (
    RWX_ANNOTATION,
    RWX_NAD_PREFIX,
    STORAGE_ANNOTATION,
    STORAGE_NAD_PREFIX,
    SYSTEM_NAMESPACE,
)
from ..harvester.snapshot import NADS_OF, Grouping, Snapshot
from ..harvester.versions import RWX_IS_SYSTEM, Version


def is_protected(nad: Object, version: Version) -> bool:
    """Whether a server of this version counts a VM network as one of its own."""
    kinds = [(STORAGE_ANNOTATION, STORAGE_NAD_PREFIX)]
    if RWX_IS_SYSTEM.on(version):
        kinds.append((RWX_ANNOTATION, RWX_NAD_PREFIX))
    return nad["metadata"].get("namespace") == SYSTEM_NAMESPACE and any(
        annotations_of(nad).get(note) == "true" or nad["metadata"]["name"].startswith(prefix)
        for note, prefix in kinds
    )


def _network_of_system_nad(nad: Object) -> Iterable[str]:
    in_system = nad["metadata"].get("namespace") == SYSTEM_NAMESPACE
    return NADS_OF.groups_of(nad) if in_system else ()


SYSTEM_NADS_OF = Grouping(NAD, _network_of_system_nad)
"""VM networks of Harvester's own namespace by cluster network: a few among thousands."""


def active_system_nad(cluster_network: str, snapshot: Snapshot) -> str | None:
    """Key of a system network on a cluster network, other than one on its way out."""
    for nad in snapshot.group(SYSTEM_NADS_OF, cluster_network):
        if is_protected(nad, snapshot.version) and not is_terminating(nad):
            return key_of(nad)
    return None
