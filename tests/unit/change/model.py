"""A model of the server: what each write does to a world, or why it is refused.

`ModelCluster` offers the writes to the steps of a change as a `Cluster` does, so that a step's
`act` runs unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from random import Random
from typing import Any, TypeVar

from harvester_net.cluster.access import AccessSettings
from harvester_net.cluster.deadline import DeadlineExceeded
from harvester_net.cluster.errors import AlreadyExists, Conflict, NotFound
from harvester_net.cluster.merge_patch import applied
from harvester_net.cluster.permissions import Attempt
from harvester_net.cluster.resources import (
    VLAN_CONFIG,
    VM,
    VMI,
    Object,
    Resource,
    annotations_of,
    key_of,
)
from harvester_net.cluster.rights import Right
from harvester_net.rules.config_writes import admitted_write
from harvester_net.rules.rule import Write

from ...timing import QUICK
from .admission import admit
from .controllers import CONTROLLERS, STRATEGY, settled, strategy_of
from .world import World

T = TypeVar("T")


# --- writes as transitions -------------------------------------------------------------------


def created(world: World, resource: Resource, obj: Object) -> World:
    """A create: judged, mutated, stored."""
    if key_of(obj) in world.of(resource):
        raise AlreadyExists(f"{resource.plural} {key_of(obj)} already exists")
    admit(world, resource, None, obj)
    return world.put(resource, _mutated(world, resource, None, obj))


def patched(world: World, resource: Resource, key: str, fields: Object) -> World:
    """A merge patch: judged, mutated, stored."""
    old = world.get(resource, key)
    if old is None:
        raise NotFound(f"{resource.plural} {key}")
    version = (fields.get("metadata") or {}).get("resourceVersion")
    if version not in (None, old["metadata"]["resourceVersion"]):
        raise Conflict(f"{resource.plural} {key} has changed")
    new = applied(old, fields)
    admit(world, resource, old, new)
    new = _mutated(world, resource, old, new)
    return world if new == old else world.put(resource, new)


def deleted(world: World, resource: Resource, key: str, uid: str | None) -> World:
    """A deletion is begun; the controllers finish it."""
    old = world.get(resource, key)
    if old is None:
        raise NotFound(f"{resource.plural} {key}")
    if uid not in (None, old["metadata"]["uid"]):
        raise Conflict(f"{resource.plural} {key} has another uid")
    admit(world, resource, old, None)
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


def _mutated(world: World, resource: Resource, old: Object | None, new: Object) -> Object:
    """The object as Harvester's mutators leave it."""
    if resource is VLAN_CONFIG:
        new = _defaulted(new)
        return admitted_write(Write(resource, old, new), world.snapshot) or new
    if resource is VM and old is not None:
        return _with_remembered_strategy(old, new)
    return new


def _defaulted(config: Object) -> Object:
    """With what the server fills into the parts of an uplink that are there (H1.2)."""
    uplink = {**config["spec"]["uplink"]}
    for part, default in (("linkAttributes", "txQLen"), ("bondOptions", "miimon")):
        if uplink.get(part) is not None:
            uplink[part] = {default: -1} | uplink[part]
    return config | {"spec": config["spec"] | {"uplink": uplink}}


def _with_remembered_strategy(old: Object, new: Object) -> Object:
    """Harvester puts its own memory in place of the strategy sent (H5.6)."""
    if "running" in new["spec"] or strategy_of(old) != "Halted":
        return new
    if strategy_of(new) == "Halted":
        return new
    remembered = annotations_of(new).get(STRATEGY, "RerunOnFailure")
    return new | {"spec": new["spec"] | {"runStrategy": remembered}}


# --- the model as a cluster ------------------------------------------------------------------


class ModelConnection:
    """The part of a Connection that steps use."""

    def __init__(self, cluster: ModelCluster) -> None:
        self._cluster = cluster
        self.settings = AccessSettings(environment="")
        self.where = "the model"
        self.away = 0.0

    async def list(
        self, resource: Resource, deadline: Any, namespace: str = "", **params: str
    ) -> tuple[list[Object], str]:
        """The model has no pods."""
        return [], ""

    async def get(self, resource: Resource, key: str, deadline: Any) -> Object:
        raise NotFound(key)

    async def start_vm(self, key: str, deadline: Any) -> None:
        self._cluster.world = start_asked(self._cluster.world, key)


class ModelPermissions:
    """The part of Permissions that a change uses: everything is allowed."""

    def forget(self) -> None:
        """Nothing is remembered."""

    async def missing(self, wanted: Iterable[Right], deadline: Any) -> list[Right]:
        return []

    async def why_refused(self, attempt: Attempt, deadline: Any) -> str:
        return ""


class ModelCluster:
    """The part of a Cluster that steps use, over a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.connection = ModelConnection(self)
        self.permissions = ModelPermissions()
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
        self,
        resource: Resource,
        key: str,
        uid: str | None,
        deadline: Any,
        version: str | None = None,
    ) -> bool:
        live = self.world.get(resource, key)
        if live is not None and version not in (None, live["metadata"]["resourceVersion"]):
            raise Conflict(f"{resource.plural} {key} has changed")
        try:
            self.world = deleted(self.world, resource, key, uid)
        except NotFound:
            return False
        return True

    async def get(self, resource: Resource, key: str, deadline: Any) -> Object | None:
        return self.world.get(resource, key)

    async def get_lately(
        self, resource: Resource, key: str, seconds: float, deadline: Any
    ) -> Object | None:
        """The namespaces of the model have no uid, as for a user who may not read them."""
        return None

    async def wait_for(
        self, resources: tuple[Resource, ...], done: Callable[[], T | None], deadline: Any
    ) -> T:
        """The controllers work until it is so."""
        for _ in range(50):
            if (result := done()) is not None:
                return result
            self.settle()
        raise DeadlineExceeded("nothing more happens")

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

    def within(self, seconds: float) -> ModelPatience:
        return self

    def check(self) -> None:
        """The whole is never over."""


def at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never really waits."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    raise AssertionError("nothing in the model waits")
