"""A namespace that is deleted takes everything in it along, and goes when it is empty."""

from __future__ import annotations

from harvester_net.lab.apiserver import objects
from harvester_net.lab.apiserver.builtin import NAMESPACES
from harvester_net.lab.apiserver.deletions import Deletion
from harvester_net.lab.apiserver.objects import Object, copied, is_deleting
from harvester_net.lab.apiserver.resources import Catalog, Resource
from harvester_net.lab.apiserver.store import Event, Store


class Namespaces:
    """Follows a store; a real one is part of kube-controller-manager."""

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self._store, self._catalog = store, catalog
        store.subscribe(self._hear)

    def _hear(self, resource: Resource, event: Event) -> None:
        if resource.id != NAMESPACES.id:
            if event.type == "DELETED" and resource.namespaced:
                self._end_if_empty(event.object["metadata"]["namespace"])
        elif event.type == "MODIFIED" and is_deleting(event.object):
            if not is_deleting(event.before or event.object):
                self._remove_content(event.key)
            self._end_if_empty(event.key)

    def _remove_content(self, namespace: str) -> None:
        for resource, obj in self._content(namespace):
            if not is_deleting(obj):
                self._store.delete(resource, objects.key_of(obj), Deletion(grace=0))

    def _end_if_empty(self, namespace: str) -> None:
        found = self._store.get(NAMESPACES, namespace)
        if found is None or not is_deleting(found) or self._content(namespace):
            return
        emptied = copied(found)
        emptied["spec"] = (found.get("spec") or {}) | {"finalizers": []}
        self._store.update(NAMESPACES, emptied)

    def _content(self, namespace: str) -> list[tuple[Resource, Object]]:
        """Each object once, whatever versions its resource is served in."""
        kept = {each.id: each for each in self._catalog if each.namespaced}
        return [(each, o) for each in kept.values() for o in self._store.list(each, namespace)]
