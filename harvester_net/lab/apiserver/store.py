"""The objects, their versions, and what happened to them: what etcd and its cache are.

Pure and synchronous. Objects in the store never change: a write replaces them, and whoever
reads one must copy it before changing it. In-process controllers read, write and subscribe
here; HTTP requests come by `reading` and `writing`, which know what clients may do.
"""

from __future__ import annotations

import logging
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from harvester_net.lab.apiserver import errors
from harvester_net.lab.apiserver.deletions import (
    PLAIN,
    Deletion,
    begun,
    check_conditions,
    grace_left,
    grace_period,
)
from harvester_net.lab.apiserver.objects import (
    Object,
    copied,
    is_deleting,
    is_held,
    key_of,
    now,
)
from harvester_net.lab.apiserver.resources import Resource

HISTORY = 10_000
"""Events that are remembered for each resource."""
_KEPT = ("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds")
_FIRST = 100

_log = logging.getLogger(__name__)

EventType = Literal["ADDED", "MODIFIED", "DELETED"]


@dataclass(frozen=True)
class Event:
    """What happened to an object; of a deleted one, `object` is how it was last."""

    version: int
    type: EventType
    key: str
    object: Object
    before: Object | None


Listener = Callable[[Resource, Event], None]


@dataclass
class _Table:
    objects: dict[str, Object] = field(default_factory=dict)
    history: deque[Event] = field(default_factory=deque)
    forgotten: int = 0
    """The newest version whose event is not in the history any more."""


class Store:
    """All objects by resource and key; raises StatusError as the server would answer."""

    def __init__(self, history: int = HISTORY) -> None:
        self.version = _FIRST
        self._history = history
        self._tables: dict[str, _Table] = {}
        self._listeners: list[Listener] = []
        self._untold: deque[tuple[Resource, Event]] = deque()
        self._telling = False

    # Reading.

    def get(self, resource: Resource, key: str) -> Object | None:
        return self._table(resource).objects.get(key)

    def list_at(self, resource: Resource, version: int, namespace: str = "") -> list[Object]:
        """As it was at a version; raises 410 where that is forgotten."""
        table = self._table(resource)
        self._check_remembered(table, version)
        objects = dict(table.objects)
        for event in reversed(table.history):
            if event.version <= version:
                break
            if event.before is None:
                objects.pop(event.key, None)
            else:
                objects[event.key] = event.before
        return _of_namespace(objects, namespace)

    def since(self, resource: Resource, version: int) -> list[Event]:
        """What happened after a version; raises 410 where that is forgotten."""
        table = self._table(resource)
        self._check_remembered(table, version)
        return [event for event in table.history if event.version > version]

    def objects(self, resource: Resource) -> Mapping[str, Object]:
        """All of a resource by key, as they are at any time; not to be changed."""
        return MappingProxyType(self._table(resource).objects)

    def list(self, resource: Resource, namespace: str = "") -> list[Object]:
        """In the order in which the server lists: by key."""
        return _of_namespace(self._table(resource).objects, namespace)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Tell every event from now on; call the answer to end it.

        A listener may write: others hear of that after what they hear of now.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def forget_history(self) -> None:
        """Nobody can continue from a version seen so far, as after a compaction."""
        for table in self._tables.values():
            table.history.clear()
            table.forgotten = self.version

    def clear(self) -> None:
        """Everything is gone without a word: whoever follows has to list again."""
        self.version += 1
        for table in self._tables.values():
            table.objects.clear()
        self.forget_history()

    # Writing.

    def create(self, resource: Resource, obj: Object, dry_run: bool = False) -> Object:
        """Raises 409 where the name is taken."""
        obj = copied(obj)
        meta = obj["metadata"]
        key = key_of(obj)
        if key in self._table(resource).objects:
            raise errors.already_exists(resource, meta["name"])
        for name in (*_KEPT, "generation", "resourceVersion"):
            meta.pop(name, None)
        meta |= {"uid": str(uuid.uuid4()), "creationTimestamp": now()}
        if resource.counts_generations:
            meta["generation"] = 1
        return obj if dry_run else self._put(resource, key, obj, "ADDED")

    def restore(self, resource: Resource, obj: Object) -> Object:
        """Puts an object as it was elsewhere: with its status, and its uid if it has one.

        What has its name gives way at once. One that was being deleted still is, so something
        must hold it.
        """
        key, meta = key_of(obj), dict(obj["metadata"])
        if is_deleting(obj) and not is_held(obj):
            raise ValueError(f"{resource.id} {key} is being deleted, and nothing holds it")
        if not meta.get("uid"):
            meta["uid"] = str(uuid.uuid4())
        if not meta.get("creationTimestamp"):
            meta["creationTimestamp"] = now()
        if resource.counts_generations:
            meta.setdefault("generation", 1)
        before = self.get(resource, key)
        if before is not None:
            self._remove(resource, key, before)
        return self._put(resource, key, obj | {"metadata": meta}, "ADDED")

    def update(self, resource: Resource, obj: Object, dry_run: bool = False) -> Object:
        """Replaces an object; raises 404, and 409 if it names another version or uid.

        One that is being deleted goes once nothing holds it any more.
        """
        obj = copied(obj)
        key, meta = key_of(obj), obj["metadata"]
        current = self._required(resource, key)
        check_uid(resource, current, obj)
        _check_version(resource, current, obj)
        _keep(current["metadata"], meta)
        if current == obj:
            return current
        _count_generation(resource, current, obj)
        if dry_run:
            return obj
        if is_deleting(obj) and not is_held(obj) and not grace_left(obj):
            self._remove(resource, key, obj)
            return obj
        return self._put(resource, key, obj, "MODIFIED")

    def delete(
        self, resource: Resource, key: str, how: Deletion = PLAIN, dry_run: bool = False
    ) -> tuple[Object, bool]:
        """Begins a deletion, or does it; says whether the object is gone.

        Raises 404, and 409 if it isn't the object that the conditions name.
        """
        current = self._required(resource, key)
        check_conditions(resource, current, how)
        grace = grace_period(resource, current, how)
        doomed = begun(current, how.propagation, grace)
        if not is_held(doomed) and not grace:
            if not dry_run:
                if resource.graceful and not is_deleting(current):
                    # The real server writes the end down before it comes.
                    doomed = self._put(resource, key, doomed, "MODIFIED")
                self._remove(resource, key, doomed)
            return doomed, True
        if doomed != current and not dry_run:
            doomed = self._put(resource, key, doomed, "MODIFIED")
        return doomed, False

    def _required(self, resource: Resource, key: str) -> Object:
        current = self.get(resource, key)
        if current is None:
            raise errors.not_found(resource, key.rpartition("/")[2])
        return current

    def _put(self, resource: Resource, key: str, obj: Object, what: EventType) -> Object:
        table = self._table(resource)
        self._set_version(obj)
        before = table.objects.get(key)
        table.objects[key] = obj
        self._record(resource, Event(self.version, what, key, obj, before))
        return obj

    def _remove(self, resource: Resource, key: str, last: Object) -> None:
        before = self._table(resource).objects.pop(key)
        last = last | {"metadata": dict(last["metadata"])}
        self._set_version(last)
        self._record(resource, Event(self.version, "DELETED", key, last, before))

    def _set_version(self, obj: Object) -> None:
        self.version += 1
        obj["metadata"]["resourceVersion"] = str(self.version)

    def _record(self, resource: Resource, event: Event) -> None:
        table = self._table(resource)
        table.history.append(event)
        while len(table.history) > self._history:
            table.forgotten = table.history.popleft().version
        self._untold.append((resource, event))
        self._tell()

    def _tell(self) -> None:
        if self._telling:
            return
        self._telling = True
        try:
            while self._untold:
                resource, event = self._untold.popleft()
                for listener in list(self._listeners):
                    _tell(listener, resource, event)
        finally:
            self._telling = False

    def _table(self, resource: Resource) -> _Table:
        return self._tables.setdefault(resource.id, _Table())

    def _check_remembered(self, table: _Table, version: int) -> None:
        if version < table.forgotten:
            raise errors.expired(version, table.forgotten)


def _tell(listener: Listener, resource: Resource, event: Event) -> None:
    """Nobody must miss an event because another one made a mistake with it."""
    try:
        listener(resource, event)
    except Exception:
        _log.exception("%s %s %s", event.type, resource.id, event.key)


def _of_namespace(objects: dict[str, Object], namespace: str) -> list[Object]:
    start = f"{namespace}/" if namespace else ""
    keys: Iterable[str] = (key for key in objects if key.startswith(start))
    return [objects[key] for key in sorted(keys)]


def check_uid(resource: Resource, current: Object, obj: Object) -> None:
    """Raises 409 for an object that is meant to be another one."""
    given, known = obj["metadata"].get("uid"), current["metadata"]["uid"]
    if given not in (None, "", known):
        raise errors.of_another_uid(resource, key_of(current), given, known)


def _check_version(resource: Resource, current: Object, obj: Object) -> None:
    given = obj["metadata"].get("resourceVersion")
    if given not in (None, "", current["metadata"]["resourceVersion"]):
        raise errors.modified(resource, current["metadata"]["name"])


def _keep(known: Object, meta: Object) -> None:
    """Takes over what only the server writes."""
    for name in (*_KEPT, "generation", "resourceVersion"):
        if name in known:
            meta[name] = known[name]
        else:
            meta.pop(name, None)


def _count_generation(resource: Resource, before: Object, after: Object) -> None:
    left_out = {"metadata", "apiVersion", "kind"}
    if resource.has_status:
        left_out.add("status")
    names = (before.keys() | after.keys()) - left_out
    changed = any(before.get(name) != after.get(name) for name in names)
    if changed and "generation" in before["metadata"]:
        after["metadata"]["generation"] = before["metadata"]["generation"] + 1
