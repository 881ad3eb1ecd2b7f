"""The kinds of objects that a change needs to know."""

from __future__ import annotations

import asyncio

from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline
from ..cluster.errors import Forbidden, NotFound
from ..cluster.resources import (
    BACKUP,
    CLAIM,
    HOST_NETWORK_CONFIG,
    LONGHORN_SETTING,
    RESTORE,
    UPGRADE,
    VM,
    VMI,
    VOLUME,
    Resource,
)
from ..harvester.loading import NETWORK_KINDS
from ..harvester.snapshot import Objects, Snapshot

CHANGE_KINDS = (*NETWORK_KINDS, HOST_NETWORK_CONFIG, VM, VMI, VOLUME, CLAIM, LONGHORN_SETTING)
UNDER_WAY = (BACKUP, RESTORE, UPGRADE)
"""What a plan looks at besides, so that nothing is broken off that others have begun."""


async def with_what_is_under_way(
    snapshot: Snapshot, cluster: Cluster, deadline: Deadline
) -> Snapshot:
    """The snapshot with these kinds; without those that the user may not list, or that the
    server does not have.
    """

    async def list_one(resource: Resource) -> dict[Resource, Objects]:
        try:
            return {resource: await cluster.list(resource, deadline)}
        except (Forbidden, NotFound):
            return {}

    objects = dict(snapshot.objects)
    for found in await asyncio.gather(*map(list_one, UNDER_WAY)):
        objects |= found
    return Snapshot(objects)
