"""Everything live that a plan looks at, fetched at once and then never changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..cluster.cluster import Cluster
from ..cluster.errors import NotFound
from ..cluster.patience import Patience
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
    Object,
    Resource,
)
from ..rules.versions import Version, version_of

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

STORAGE_SETTING = "storage-network"
RWX_SETTING = "rwx-network"

Objects = Mapping[str, Object]


@dataclass(frozen=True)
class Situation:
    """The objects of a cluster by kind and key."""

    objects: Mapping[Resource, Objects]

    def of(self, resource: Resource) -> Objects:
        """The objects of a kind by key."""
        return self.objects.get(resource, {})

    @property
    def version(self) -> Version:
        """The server's version."""
        setting = self.of(SETTING).get("server-version", {})
        return version_of(str(setting.get("value") or setting.get("default") or ""))

    def setting(self, name: str) -> str:
        """The text of a Setting that was set; empty if it has its default."""
        return str(self.of(SETTING).get(name, {}).get("value") or "")

    def setting_value(self, name: str) -> dict[str, Any]:
        """The value of a Setting that is JSON; empty if it is unset or no JSON object."""
        try:
            value = json.loads(self.setting(name) or "{}")
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


async def look(cluster: Cluster, patience: Patience, *, again: bool = True) -> Situation:
    """The situation now, all kinds listed at the same time; or as this run has seen it."""
    if again:
        cluster.forget(*LOOKED_AT, *STORAGE)
    resources = (*LOOKED_AT, *STORAGE)
    listed = await asyncio.gather(*(_listed(cluster, r, patience) for r in resources))
    return Situation(dict(zip(resources, listed, strict=True)))


def known(cluster: Cluster) -> Situation:
    """The situation as far as it is known now, without asking."""
    return Situation(
        {resource: cluster.known(resource) for resource in (*LOOKED_AT, *STORAGE)}
    )


async def _listed(cluster: Cluster, resource: Resource, patience: Patience) -> Objects:
    try:
        return dict(await cluster.all(resource, patience))
    except NotFound:
        # Not every server has every kind; nothing of it is in the way then.
        return {}
