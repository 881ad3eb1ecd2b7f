"""A cluster in a few dicts, and controllers that work on it until they come to rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from harvester_net.cluster import resources
from harvester_net.cluster.merge_patch import applied
from harvester_net.cluster.resources import Object, Resource, key_of
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.harvester.versions import Version
from harvester_net.lab.controllers import kinds
from harvester_net.lab.controllers.controller import (
    Action,
    Controller,
    Create,
    Delete,
    Patch,
    State,
)

V1_4, V1_5, V1_6, V1_7, V1_8, V1_9 = ((1, minor) for minor in range(4, 10))
KINDS = {
    (kind.api, kind.kind): kind
    for module in (resources, kinds)
    for kind in vars(module).values()
    if isinstance(kind, Resource)
}
GOING = "2026-01-01T00:00:00Z"
_ROUNDS = 500


class Conflict(Exception):
    """The write is for another version of the object, or for one that is gone."""


@dataclass(frozen=True)
class World:
    """All objects at one moment; a write makes another one."""

    version: Version = V1_8
    objects: Mapping[Resource, Mapping[str, Object]] = field(default_factory=dict)
    serial: int = 1000

    @cached_property
    def snapshot(self) -> Snapshot:
        return Snapshot(self.objects, self.version)

    def of(self, resource: Resource) -> Mapping[str, Object]:
        return self.objects.get(resource, {})

    def get(self, resource: Resource, key: str) -> Object | None:
        return self.of(resource).get(key)

    def put(self, obj: Object) -> World:
        """With this object as the server has it."""
        resource, serial = kind_of(obj), self.serial + 1
        known = self.get(resource, key_of(obj))
        uid = known["metadata"]["uid"] if known else f"uid-{serial}"
        meta = {"uid": uid} | obj["metadata"] | {"resourceVersion": str(serial)}
        return self._with(resource, key_of(obj), obj | {"metadata": meta})

    def apply(self, action: Action) -> World:
        """After a write; raises Conflict, and AssertionError if the write changes nothing."""
        if isinstance(action, Create):
            return self._created(action)
        before = self.get(action.resource, action.key)
        if before is None:
            raise Conflict(f"there is no {action.key}")
        if isinstance(action, Delete):
            return self._deleted(action, before)
        return self._patched(action, before)

    def _created(self, action: Create) -> World:
        meta = dict(action.object["metadata"])
        if prefix := meta.pop("generateName", None):
            meta["name"] = f"{prefix}{self.serial}"
        made = action.object | {"metadata": meta}
        assert kind_of(made) == action.resource
        if self.get(action.resource, key_of(made)) is not None:
            raise Conflict(f"{key_of(made)} is there already")
        return self.put(made)

    def _patched(self, action: Patch, before: Object) -> World:
        meta = action.fields.get("metadata", {})
        for name in ("resourceVersion", "uid"):
            if meta.get(name, before["metadata"][name]) != before["metadata"][name]:
                raise Conflict(f"{action.key} has changed")
        after = applied(before, action.fields)
        assert after != before, f"a write that changes nothing: {action}"
        meta = after["metadata"]
        if meta.get("deletionTimestamp") and not meta.get("finalizers"):
            return self._with(action.resource, action.key, None)
        return self.put(after)

    def _deleted(self, action: Delete, before: Object) -> World:
        if action.uid != before["metadata"]["uid"]:
            raise Conflict(f"{action.key} is another one")
        assert not before["metadata"].get("deletionTimestamp"), f"deleted twice: {action}"
        if not before["metadata"].get("finalizers"):
            return self._with(action.resource, action.key, None)
        return self.put(applied(before, {"metadata": {"deletionTimestamp": GOING}}))

    def _with(self, resource: Resource, key: str, obj: Object | None) -> World:
        kind = {k: one for k, one in self.of(resource).items() if k != key}
        kind |= {key: obj} if obj is not None else {}
        objects = {**self.objects, resource: kind}
        return replace(self, objects=objects, serial=self.serial + 1)


def kind_of(obj: Object) -> Resource:
    return KINDS[obj["apiVersion"], obj["kind"]]


def world(*objs: Object, version: Version = V1_8) -> World:
    """A cluster with these objects."""
    made = World(version)
    for obj in objs:
        made = made.put(obj)
    return made


Refuses = Callable[[State, Action], str | None]
"""What a webhook says against a write of a controller; None if nothing."""


class Life:
    """A cluster over time: users write, and controllers follow each change that they watch.

    `lively` controllers see what they wrote while they write; others the state from before.
    """

    def __init__(
        self,
        world: World,
        controllers: Iterable[Controller],
        *,
        lively: bool = True,
        refuses: Refuses = lambda state, action: None,
    ) -> None:
        self.world = world
        self.refuses = refuses
        self.written: list[str] = []
        """All writes of controllers, in order, as `verb kind key`."""
        self._lively = lively
        self._queues: list[tuple[Controller, dict[str, None]]] = [
            (controller, {}) for controller in controllers
        ]
        self._later: list[tuple[Controller, str]] = []
        for objects in world.objects.values():
            for obj in objects.values():
                self._tell(obj)

    @property
    def version(self) -> Version:
        return self.world.version

    @property
    def snapshot(self) -> Snapshot:
        return self.world.snapshot

    def of(self, resource: Resource) -> Mapping[str, Object]:
        return self.world.of(resource)

    def get(self, resource: Resource, key: str) -> Object | None:
        return self.world.get(resource, key)

    def there(self, resource: Resource, key: str) -> Object:
        """An object that must be there."""
        found = self.get(resource, key)
        assert found is not None, f"no {resource.kind} {key}"
        return found

    def put(self, *objs: Object) -> None:
        """Somebody makes or replaces objects."""
        for obj in objs:
            self._become(self.world.put(obj), kind_of(obj), key_of(obj))

    def patch(self, resource: Resource, key: str, fields: Object) -> None:
        """Somebody changes an object."""
        self._become(self.world.apply(Patch(resource, key, fields)), resource, key)

    def delete(self, resource: Resource, key: str) -> None:
        """Somebody deletes an object."""
        uid = self.there(resource, key)["metadata"]["uid"]
        self._become(self.world.apply(Delete(resource, key, uid)), resource, key)

    def settle(self) -> list[str]:
        """The controllers' writes until they have nothing left to do, or are refused."""
        begun = len(self.written)
        for controller, key in self._later:
            self._queue_of(controller)[key] = None
        self._later = []
        for _ in range(_ROUNDS):
            busy = [(controller, queue) for controller, queue in self._queues if queue]
            if not busy:
                return self.written[begun:]
            for controller, queue in busy:
                key = next(iter(queue))
                del queue[key]
                self._look(controller, key)
        raise AssertionError(f"they never come to rest: {self.written[-20:]}")

    def _look(self, controller: Controller, key: str) -> None:
        asked = controller.reconcile(self if self._lively else self.world, key)
        try:
            for action in asked if self._lively else list(asked):
                if (words := self.refuses(self, action)) is not None:
                    self._refused(controller, key, words)
                    return
                self._write(action)
        except Conflict:
            self._queue_of(controller)[key] = None

    def _refused(self, controller: Controller, key: str, words: str) -> None:
        if controller.refused is None:
            self._later.append((controller, key))
            return
        for action in list(controller.refused(self, key, words)):
            self._write(action)

    def _write(self, action: Action) -> None:
        after = self.world.apply(action)
        known = self.world.of(action.resource)
        key = (
            next(iter(after.of(action.resource).keys() - known.keys()))
            if isinstance(action, Create)
            else action.key
        )
        self.written.append(f"{type(action).__name__} {action.resource.kind} {key}")
        self._become(after, action.resource, key)

    def _become(self, after: World, resource: Resource, key: str) -> None:
        before, self.world = self.world, after
        for state in (before, after):
            if (obj := state.get(resource, key)) is not None:
                self._tell(obj)

    def _tell(self, obj: Object) -> None:
        for controller, queue in self._queues:
            keys_of = controller.watches.get(kind_of(obj))
            for key in keys_of(obj, self.world) if keys_of is not None else ():
                queue[key] = None

    def _queue_of(self, controller: Controller) -> dict[str, None]:
        return next(queue for one, queue in self._queues if one is controller)


def asked(
    controllers: Iterable[Controller], name: str, world: World, key: str
) -> list[Action]:
    """What the controller of this name would write now."""
    controller = next(one for one in controllers if one.name == name)
    return list(controller.reconcile(world, key))


def fields_of(actions: Iterable[Action]) -> list[Object]:
    """What patches change, without the version that they are for."""
    return [
        {
            name: value
            for name, value in action.fields.items()
            if name != "metadata" or value.keys() - {"resourceVersion"}
        }
        | _metadata(action)
        for action in actions
        if isinstance(action, Patch)
    ]


def _metadata(patch: Patch) -> Object:
    meta = patch.fields.get("metadata", {})
    kept = {name: value for name, value in meta.items() if name != "resourceVersion"}
    return {"metadata": kept} if kept else {}
