"""A model of the server: what each write does to a world, or why it is refused.

`ModelCluster` offers the writes to the steps of a change as a `Cluster` does, so that a step's
`act` runs unchanged.
"""

from __future__ import annotations

import json
from collections.abc import Coroutine
from random import Random
from typing import Any, TypeVar

from harvester_net.cluster.errors import AlreadyExists, Conflict, NotFound
from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    SETTING,
    VLAN_CONFIG,
    VM,
    VMI,
    Object,
    Resource,
    annotations_of,
    key_of,
)

from ...timing import QUICK
from . import admission
from .controllers import CONTROLLERS, STRATEGY, settled, strategy_of
from .world import NETWORK, World, fitting_nodes

T = TypeVar("T")


# --- writes as transitions -------------------------------------------------------------------


def created(world: World, resource: Resource, obj: Object) -> World:
    """A create: mutated, judged, stored."""
    if key_of(obj) in world.of(resource):
        raise AlreadyExists(f"{resource.plural} {key_of(obj)} already exists")
    if resource is VLAN_CONFIG:
        labels = {f"{NETWORK}/clusternetwork": obj["spec"]["clusterNetwork"]}
        meta = obj["metadata"]
        obj = obj | {"metadata": meta | {"labels": (meta.get("labels") or {}) | labels}}
        obj = _with_matched_nodes(world, obj)
        admission.check_config_create(world, obj)
    return world.put(resource, obj)


def patched(world: World, resource: Resource, key: str, fields: Object) -> World:
    """A merge patch: mutated, judged, stored."""
    old = world.get(resource, key)
    if old is None:
        raise NotFound(f"{resource.plural} {key}")
    version = (fields.get("metadata") or {}).get("resourceVersion")
    if version not in (None, old["metadata"]["resourceVersion"]):
        raise Conflict(f"{resource.plural} {key} has changed")
    after = world.changed(resource, key, fields)
    new = after.of(resource)[key]
    if resource is VLAN_CONFIG:
        new = _with_matched_nodes(world, new)
        after = after.changed(resource, key, {"metadata": new["metadata"]})
        admission.check_config_update(world, old, new)
    elif resource is CLUSTER_NETWORK:
        admission.check_network_update(world, old, new)
    elif resource is NAD:
        admission.check_nad_update(world, old, new)
    elif resource is SETTING:
        texts = [str(setting.get("value") or "") for setting in (old, new)]
        admission.check_setting_update(world, key, *texts)
    elif resource is VM:
        after = _with_remembered_strategy(after, old, new)
    return after


def deleted(world: World, resource: Resource, key: str, uid: str | None) -> World:
    """A deletion is begun; the controllers finish it."""
    old = world.get(resource, key)
    if old is None:
        raise NotFound(f"{resource.plural} {key}")
    if uid not in (None, old["metadata"]["uid"]):
        raise Conflict(f"{resource.plural} {key} has another uid")
    if resource is VLAN_CONFIG:
        admission.check_config_delete(world, old)
    if resource in (VLAN_CONFIG, VMI):
        going = {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}
        return world.changed(resource, key, going)
    return world.without(resource, key)


def start_asked(world: World, key: str) -> World:
    """KubeVirt's start subresource (H5.6)."""
    vm = world.get(VM, key)
    if vm is None:
        raise NotFound(f"virtualmachines {key}")
    asked = (vm.get("status") or {}).get("stateChangeRequests")
    if key in world.of(VMI) or asked or strategy_of(vm) not in ("Manual", "RerunOnFailure"):
        raise Conflict(f"{key} is running or starting already")
    return world.changed(VM, key, {"status": {"stateChangeRequests": [{"action": "Start"}]}})


def _with_matched_nodes(world: World, config: Object) -> Object:
    """Harvester's mutator; where no node matches it changes nothing (H3.2)."""
    nodes = fitting_nodes(world, config["spec"].get("nodeSelector"))
    if not nodes:
        return config
    notes = annotations_of(config) | {f"{NETWORK}/matched-nodes": json.dumps(nodes)}
    return config | {"metadata": config["metadata"] | {"annotations": notes}}


def _with_remembered_strategy(world: World, old: Object, new: Object) -> World:
    """Harvester's mutator puts its own memory in place of the strategy sent (H5.6)."""
    if "running" in new["spec"] or strategy_of(old) != "Halted":
        return world
    if strategy_of(new) == "Halted":
        return world
    remembered = annotations_of(new).get(STRATEGY, "RerunOnFailure")
    return world.changed(VM, key_of(new), {"spec": {"runStrategy": remembered}})


# --- the model as a cluster ------------------------------------------------------------------


class ModelConnection:
    """The part of a Connection that steps use."""

    def __init__(self, cluster: ModelCluster) -> None:
        self._cluster = cluster

    async def start_vm(self, key: str, deadline: Any) -> None:
        self._cluster.world = start_asked(self._cluster.world, key)


class ModelCluster:
    """The part of a Cluster that steps use, over a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.connection = ModelConnection(self)
        self.timings = QUICK

    async def create(self, resource: Resource, obj: Object, deadline: Any) -> Object:
        self.world = created(self.world, resource, obj)
        return self.world.of(resource)[key_of(obj)]

    async def patch(
        self, resource: Resource, key: str, fields: Object, deadline: Any
    ) -> Object:
        self.world = patched(self.world, resource, key, fields)
        return self.world.of(resource)[key]

    async def delete(
        self, resource: Resource, key: str, uid: str | None, deadline: Any
    ) -> bool:
        try:
            self.world = deleted(self.world, resource, key, uid)
        except NotFound:
            return False
        return True

    async def get(self, resource: Resource, key: str, deadline: Any) -> Object | None:
        return self.world.get(resource, key)

    def cached(self, resource: Resource) -> dict[str, Object]:
        """The objects of a kind; there is no lag in the model."""
        return dict(self.world.of(resource))

    def settle(self) -> None:
        """All controllers come to rest."""
        self.world = settled(self.world)

    def tick(self, chance: Random) -> None:
        """One controller does one pass."""
        self.world = chance.choice(CONTROLLERS)(self.world)


class ModelPatience:
    """Time passes by the controllers' work."""

    def __init__(self, cluster: ModelCluster) -> None:
        self._cluster = cluster

    async def sleep(self, seconds: float) -> None:
        self._cluster.settle()


def at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never really waits."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    raise AssertionError("nothing in the model waits")
