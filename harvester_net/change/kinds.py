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
    MIGRATION,
    POD,
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
WATCHED_KINDS = (*CHANGE_KINDS, MIGRATION)
"""What a change looks at while it is carried out, if its steps do."""
MOVING_KINDS = (MIGRATION, POD)
"""What a plan looks at besides, if VMs may be migrated."""
UNDER_WAY = (BACKUP, RESTORE, UPGRADE)
"""What a plan looks at besides, so that nothing is broken off that others have begun."""


async def with_what_is_under_way(
    snapshot: Snapshot, cluster: Cluster, deadline: Deadline, *, moving: bool = False
) -> Snapshot:
    """The snapshot with these kinds, and with ``moving`` with all that says where VMs can go;
    without those that the user may not list, or that the server does not have.
    """

    async def list_one(resource: Resource) -> dict[Resource, Objects]:
        try:
            return {resource: await cluster.list(resource, deadline)}
        except (Forbidden, NotFound):
            return {}

    objects = dict(snapshot.objects)
    wanted = (*UNDER_WAY, *MOVING_KINDS) if moving else UNDER_WAY
    for found in await asyncio.gather(*map(list_one, wanted)):
        objects |= found
    return Snapshot(objects)
