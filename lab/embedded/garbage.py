"""Garbage collection: what lost all its owners goes, and owners may wait for what they own.

A real one runs in kube-controller-manager and takes a moment; this one is done before the
write that caused it is answered.
"""

from __future__ import annotations

from lab.embedded import objects
from lab.embedded.deletions import FOREGROUND, ORPHAN, Deletion
from lab.embedded.objects import Object, copied, finalizers, is_deleting
from lab.embedded.resources import Catalog, Resource
from lab.embedded.store import Event, Store

_Place = tuple[str, str]
"""A resource's id and an object's key."""


class GarbageCollector:
    """Follows a store that was empty when it began."""

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self._store, self._catalog = store, catalog
        self._owned: dict[str, dict[_Place, Resource]] = {}
        self._living: set[str] = set()
        store.subscribe(self._hear)

    def _hear(self, resource: Resource, event: Event) -> None:
        uid = event.object["metadata"]["uid"]
        self._index(resource, event)
        if event.type == "DELETED":
            self._living.discard(uid)
            self._collect_dependents(uid)
            for owner in objects.owners(event.object):
                self._release(owner["uid"], event.object)
            return
        self._living.add(uid)
        if is_deleting(event.object):
            self._end(resource, event.object)
        else:
            self._collect_if_orphaned(resource, event.object)

    def _index(self, resource: Resource, event: Event) -> None:
        place = (resource.id, event.key)
        for owner in objects.owners(event.before or {"metadata": {}}):
            self._owned.get(owner["uid"], {}).pop(place, None)
        if event.type != "DELETED":
            for owner in objects.owners(event.object):
                self._owned.setdefault(owner["uid"], {})[place] = resource

    def _dependents(self, uid: str) -> list[tuple[Resource, Object]]:
        """What names this owner, as far as it is there still."""
        places = list(self._owned.get(uid, {}).items())
        found = ((res, self._store.get(res, key)) for (_, key), res in places)
        return [(resource, obj) for resource, obj in found if obj is not None]

    def _collect_dependents(self, uid: str) -> None:
        for resource, dependent in self._dependents(uid):
            if not is_deleting(dependent):
                self._collect_if_orphaned(resource, dependent)

    def _collect_if_orphaned(self, resource: Resource, obj: Object) -> None:
        owners = objects.owners(obj)
        if owners and all(map(self._is_gone, owners)):
            how = Deletion(uid=obj["metadata"]["uid"])
            self._store.delete(resource, objects.key_of(obj), how)

    def _is_gone(self, owner: Object) -> bool:
        """Owners of a kind that isn't served are never found, and so never missed."""
        served = self._catalog.of_kind(owner["apiVersion"], owner["kind"])
        return served is not None and owner["uid"] not in self._living

    def _end(self, resource: Resource, obj: Object) -> None:
        """Goes on with the deletion of an owner that has a policy."""
        uid = obj["metadata"]["uid"]
        if ORPHAN in finalizers(obj):
            for owned, dependent in self._dependents(uid):
                self._disown(owned, dependent, uid)
            self._drop_finalizer(resource, obj, ORPHAN)
        elif FOREGROUND in finalizers(obj):
            for owned, dependent in self._dependents(uid):
                if not is_deleting(dependent):
                    how = Deletion(propagation="Foreground")
                    self._store.delete(owned, objects.key_of(dependent), how)
            self._release(uid, obj)

    def _release(self, uid: str, obj: Object) -> None:
        """Lets an owner go once nothing that blocks its deletion is left."""
        owner = self._waiting_owner(uid, obj)
        if owner is None or any(_blocks(each, uid) for _, each in self._dependents(uid)):
            return
        self._drop_finalizer(*owner, FOREGROUND)

    def _waiting_owner(self, uid: str, obj: Object) -> tuple[Resource, Object] | None:
        namespace = obj["metadata"].get("namespace", "")
        references = [r for r in objects.owners(obj) if r["uid"] == uid] or [
            {
                "apiVersion": obj["apiVersion"],
                "kind": obj["kind"],
                "name": obj["metadata"]["name"],
            }
        ]
        resource = self._catalog.of_kind(references[0]["apiVersion"], references[0]["kind"])
        if resource is None:
            return None
        place = objects.key(namespace if resource.namespaced else "", references[0]["name"])
        found = self._store.get(resource, place)
        if found is None or found["metadata"]["uid"] != uid or not is_deleting(found):
            return None
        return (resource, found) if FOREGROUND in finalizers(found) else None

    def _disown(self, resource: Resource, dependent: Object, uid: str) -> None:
        changed = copied(dependent)
        left = [owner for owner in objects.owners(changed) if owner["uid"] != uid]
        changed["metadata"]["ownerReferences"] = left
        self._store.update(resource, changed)

    def _drop_finalizer(self, resource: Resource, obj: Object, finalizer: str) -> None:
        changed = copied(self._store.get(resource, objects.key_of(obj)) or obj)
        left = [name for name in finalizers(changed) if name != finalizer]
        changed["metadata"]["finalizers"] = left
        if not left:
            del changed["metadata"]["finalizers"]
        self._store.update(resource, changed)


def _blocks(dependent: Object, uid: str) -> bool:
    return any(
        owner["uid"] == uid and owner.get("blockOwnerDeletion")
        for owner in objects.owners(dependent)
    )
