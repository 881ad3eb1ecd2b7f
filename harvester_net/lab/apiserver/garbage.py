"""Garbage collection: what lost all its owners goes, and owners may wait for what they own.

A real one runs in kube-controller-manager and takes a moment; this one is done before the
write that caused it is answered.
"""

from __future__ import annotations

from harvester_net.lab.apiserver import objects
from harvester_net.lab.apiserver.deletions import FOREGROUND, ORPHAN, Deletion
from harvester_net.lab.apiserver.objects import Object, copied, finalizers, is_deleting
from harvester_net.lab.apiserver.resources import Catalog, Resource
from harvester_net.lab.apiserver.store import Event, Store

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
        """Events may be old news: what they tell of may have changed or gone since."""
        uid = event.object["metadata"]["uid"]
        self._index(resource, event)
        if event.type == "DELETED":
            self._living.discard(uid)
            self._collect_dependents(uid)
            namespace = event.object["metadata"].get("namespace", "")
            for owner in objects.owners(event.object):
                self._release(owner | {"namespace": namespace})
            return
        self._living.add(uid)
        live = self._live(resource, event.object)
        if live is not None and is_deleting(live):
            self._end(resource, live)
        elif live is not None:
            self._collect_if_orphaned(resource, live)

    def _live(self, resource: Resource, obj: Object) -> Object | None:
        """The object as it is now, None if it is gone."""
        found = self._store.get(resource, objects.key_of(obj))
        same = found is not None and found["metadata"]["uid"] == obj["metadata"]["uid"]
        return found if same else None

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
            self._release(_reference(obj))

    def _release(self, owner: Object) -> None:
        """Lets an owner go once nothing that blocks its deletion is left.

        It is named by kind, name and uid, as in references to it.
        """
        resource = self._catalog.of_kind(owner["apiVersion"], owner["kind"])
        if resource is None:
            return
        namespace = owner["namespace"] if resource.namespaced else ""
        found = self._store.get(resource, objects.key(namespace, owner["name"]))
        if found is None or found["metadata"]["uid"] != owner["uid"]:
            return
        blocked = any(
            _blocks(each, owner["uid"]) for _, each in self._dependents(owner["uid"])
        )
        if not blocked and is_deleting(found) and FOREGROUND in finalizers(found):
            self._drop_finalizer(resource, found, FOREGROUND)

    def _disown(self, resource: Resource, dependent: Object, uid: str) -> None:
        changed = copied(dependent)
        left = [owner for owner in objects.owners(changed) if owner["uid"] != uid]
        changed["metadata"]["ownerReferences"] = left
        self._store.update(resource, changed)

    def _drop_finalizer(self, resource: Resource, obj: Object, finalizer: str) -> None:
        changed = copied(obj)
        left = [name for name in finalizers(changed) if name != finalizer]
        changed["metadata"]["finalizers"] = left
        if not left:
            del changed["metadata"]["finalizers"]
        self._store.update(resource, changed)


def _reference(obj: Object) -> Object:
    meta = obj["metadata"]
    place = {"namespace": meta.get("namespace", ""), "name": meta["name"], "uid": meta["uid"]}
    return place | {"apiVersion": obj["apiVersion"], "kind": obj["kind"]}


def _blocks(dependent: Object, uid: str) -> bool:
    return any(
        owner["uid"] == uid and owner.get("blockOwnerDeletion")
        for owner in objects.owners(dependent)
    )
