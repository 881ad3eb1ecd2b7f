"""A snapshot of the cluster: all kinds that somebody needs, listed at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline
from ..cluster.errors import Forbidden, NotFound
from ..cluster.resources import (
    CLUSTER_NETWORK,
    LINK_MONITOR,
    NAD,
    NODE,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    Resource,
)
from .snapshot import Objects, Snapshot

NETWORK_KINDS = (
    CLUSTER_NETWORK,
    VLAN_CONFIG,
    VLAN_STATUS,
    LINK_MONITOR,
    NAD,
    SETTING,
    NODE,
)
"""What says which networks there are, on which nodes, and how far they are."""


async def load_snapshot(
    cluster: Cluster,
    resources: Iterable[Resource],
    deadline: Deadline,
    *,
    on_forbidden: Callable[[Resource, Forbidden], None] | None = None,
) -> Snapshot:
    """The objects of these kinds, as this run knows them or else listed now.

    Not every server has every kind: of one that is not served there is nothing. A kind that
    the user may not list raises Forbidden, or is told to ``on_forbidden`` and left out.
    """

    not_served: set[Resource] = set()

    async def list_one(resource: Resource) -> tuple[Resource, Objects] | None:
        try:
            return resource, dict(await cluster.list(resource, deadline))
        except NotFound:
            not_served.add(resource)
            return resource, {}
        except Forbidden as error:
            if on_forbidden is None:
                raise
            on_forbidden(resource, error)
            return None

    found = await asyncio.gather(*map(list_one, resources))
    return Snapshot(dict(filter(None, found)), not_served=frozenset(not_served))


def cached_snapshot(cluster: Cluster, resources: Iterable[Resource]) -> Snapshot:
    """The objects of these kinds as far as this run knows them, without asking."""
    return Snapshot({resource: cluster.cached(resource) for resource in resources})
