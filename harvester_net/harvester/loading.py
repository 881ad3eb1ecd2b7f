"""Everything live that a plan looks at, fetched at once and then never changed."""

from __future__ import annotations

import asyncio

from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline
from ..cluster.errors import NotFound
from ..cluster.resources import (
    CLAIM,
    CLUSTER_NETWORK,
    LINK_MONITOR,
    LONGHORN_SETTING,
    NAD,
    NODE,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
    VOLUME,
    Resource,
)
from .snapshot import Objects, Snapshot

LOOKED_AT = (
    CLUSTER_NETWORK,
    VLAN_CONFIG,
    VLAN_STATUS,
    LINK_MONITOR,
    NAD,
    SETTING,
    VM,
    VMI,
    NODE,
)
STORAGE = (VOLUME, CLAIM, LONGHORN_SETTING)


async def look(cluster: Cluster, deadline: Deadline, *, again: bool = True) -> Snapshot:
    """The situation now, all kinds listed at the same time; or as this run has seen it."""
    if again:
        cluster.invalidate(*LOOKED_AT, *STORAGE)
    resources = (*LOOKED_AT, *STORAGE)
    listed = await asyncio.gather(*(_listed(cluster, r, deadline) for r in resources))
    return Snapshot(dict(zip(resources, listed, strict=True)))


def known(cluster: Cluster) -> Snapshot:
    """The situation as far as it is known now, without asking."""
    return Snapshot(
        {resource: cluster.cached(resource) for resource in (*LOOKED_AT, *STORAGE)}
    )


async def _listed(cluster: Cluster, resource: Resource, deadline: Deadline) -> Objects:
    try:
        return dict(await cluster.list(resource, deadline))
    except NotFound:
        # Not every server has every kind; nothing of it is in the way then.
        return {}
