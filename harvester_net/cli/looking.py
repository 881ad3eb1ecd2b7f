"""A look at the networks of a cluster by a command that goes on without it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline
from ..cluster.errors import Forbidden, Unauthenticated
from ..cluster.resources import (
    HOST_NETWORK_CONFIG,
    LINK_MONITOR,
    VLAN_STATUS,
    VM,
    VMI,
    Resource,
    key_of,
)
from ..harvester.loading import NETWORK_KINDS, load_snapshot
from ..harvester.site.reading import read
from ..harvester.snapshot import Snapshot

PICTURED = (*NETWORK_KINDS, HOST_NETWORK_CONFIG, VM)
"""What a picture shows."""
_DISPENSABLE = (LINK_MONITOR, VLAN_STATUS, HOST_NETWORK_CONFIG, VM, VMI)
"""Without which it lacks something, and tells nothing wrong."""


async def networks_seen(
    cluster: Cluster,
    deadline: Deadline,
    left_out: Callable[[Resource, Forbidden], None] = lambda *_: None,
    kinds: Sequence[Resource] = PICTURED,
) -> Snapshot:
    """The networks of a cluster, without what the user may not list of less importance, which
    ``left_out`` is told. Raises ClusterError, also if he may not list the rest.
    """

    def forbidden(resource: Resource, error: Forbidden) -> None:
        if isinstance(error, Unauthenticated) or resource not in _DISPENSABLE:
            raise error
        left_out(resource, error)

    return await load_snapshot(cluster, kinds, deadline, on_forbidden=forbidden)


def snapshot_in(file: Path) -> Snapshot:
    """What a file of `harvester-net snapshot` has. Raises UnreadableSite."""
    objects = read(file).objects
    return Snapshot({kind: {key_of(o): o for o in found} for kind, found in objects.items()})
