"""The state of a Harvester cluster as plain API objects, changed by making a new one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from harvester_net.cluster.merge_patch import applied
from harvester_net.cluster.resources import (
    NAD,
    VLAN_CONFIG,
    VLAN_STATUS,
    Object,
    Resource,
    annotations_of,
    key_of,
    labels_of,
)
from harvester_net.harvester.snapshot import Snapshot

NETWORK = "network.harvesterhci.io"
STORAGE = "storage-network.settings.harvesterhci.io"
RWX = "rwx-network.settings.harvesterhci.io"
MIGRATION = "vm-migration-network.settings.harvesterhci.io"
WITNESS = "node-role.harvesterhci.io/witness"
HINDRANCE = "model/hindrance"
"""Annotation of a VM of this model: why it does not come up."""
STAYS = "model/stays"
"""Annotation of a VM of this model: why KubeVirt says that it cannot be migrated."""
FAILS = "model/migrations-fail"
"""Annotation of a VM of this model: so many of its migrations fail."""
HOME = "model/node"
"""Annotation of a VM of this model: the node that it is scheduled to."""

Key = tuple[Resource, str]


@dataclass(frozen=True)
class World:
    """Everything the API server holds. A change makes a new world and leaves the old one."""

    version: tuple[int, int]
    objects: Mapping[Resource, Mapping[str, Object]] = field(default_factory=dict)
    serial: int = 1000
    """Counts resource versions, uids, device indices and random names."""

    @cached_property
    def snapshot(self) -> Snapshot:
        """This world as plans and rules look at it."""
        return Snapshot(self.objects)

    def of(self, resource: Resource) -> Mapping[str, Object]:
        """The objects of a kind by key."""
        return self.objects.get(resource, {})

    def get(self, resource: Resource, key: str) -> Object | None:
        """One object."""
        return self.of(resource).get(key)

    def put(self, resource: Resource, obj: Object) -> World:
        """The world with an object in it, made or changed."""
        serial = self.serial + 1
        known = self.get(resource, key_of(obj))
        uid = known["metadata"]["uid"] if known else f"uid-{serial}"
        meta = {"uid": uid} | obj["metadata"] | {"resourceVersion": str(serial)}
        kind = {**self.of(resource), key_of(obj): obj | {"metadata": meta}}
        return replace(self, objects={**self.objects, resource: kind}, serial=serial)

    def without(self, resource: Resource, key: str) -> World:
        """The world in which an object is gone."""
        kind = {k: obj for k, obj in self.of(resource).items() if k != key}
        return replace(self, objects={**self.objects, resource: kind}, serial=self.serial + 1)

    def changed(self, resource: Resource, key: str, fields: Object) -> World:
        """The world with some fields of an object merged in; the same one if that changes
        nothing.
        """
        before = self.of(resource)[key]
        after = applied(before, fields)
        return self if after == before else self.put(resource, after)


def cni_of(nad: Object) -> dict[str, Any]:
    """The CNI config of a VM network."""
    config: dict[str, Any] = json.loads(nad["spec"]["config"])
    return config


def network_of(nad: Object) -> str:
    """The cluster network of a VM network, by its label."""
    return labels_of(nad).get(f"{NETWORK}/clusternetwork", "")


def nads_on(world: World, network: str) -> list[str]:
    """The VM networks of a cluster network."""
    return sorted(key for key, nad in world.of(NAD).items() if network_of(nad) == network)


def configs_on(world: World, network: str) -> list[Object]:
    """The network configs of a cluster network by the label that the server looks at."""
    return [
        config
        for _, config in sorted(world.of(VLAN_CONFIG).items())
        if labels_of(config).get(f"{NETWORK}/clusternetwork") == network
    ]


def statuses_on(world: World, network: str) -> list[Object]:
    """The VlanStatus objects of a cluster network."""
    return [
        s for s in world.of(VLAN_STATUS).values() if s["status"]["clusterNetwork"] == network
    ]


def raw_mtu(config: Object) -> int | None:
    """The MTU as it is spelled; None if it is absent."""
    mtu: int | None = (config["spec"]["uplink"].get("linkAttributes") or {}).get("mtu")
    return mtu


def meant(mtu: int | None) -> int:
    """0, absent and 1500 are one value (H3.1)."""
    return mtu or 1500


def matched(config: Object) -> list[str]:
    """The nodes of a config as the server has noted them."""
    nodes: list[str] = json.loads(
        annotations_of(config).get(f"{NETWORK}/matched-nodes") or "[]"
    )
    return nodes
