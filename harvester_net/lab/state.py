"""The living cluster as controllers and rules look at it, kept up to date with its store."""

from __future__ import annotations

from collections.abc import Mapping

from harvester_net.cluster import resources
from harvester_net.cluster.resources import NODE, SETTING, Object, Resource
from harvester_net.harvester.names import VERSION_SETTING
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.harvester.versions import Version
from harvester_net.lab.apiserver import resources as served
from harvester_net.lab.apiserver.builtin import DEFINITIONS
from harvester_net.lab.apiserver.resources import Catalog
from harvester_net.lab.apiserver.store import Event, Store

KINDS = tuple(value for value in vars(resources).values() if isinstance(value, Resource))
"""All that rules and readers know."""


class LiveState:
    """All objects of a store, of the kinds that the package knows and of others on request.

    The snapshot is always that of now: each event is laid over it, for making a new one of
    thousands of VMs at each write would take longer than the write.
    """

    def __init__(self, store: Store, catalog: Catalog, version: Version | None = None) -> None:
        """With a version it is of that one, whatever the cluster says."""
        self._store, self._catalog, self._version = store, catalog, version
        self._snapshot = Snapshot({}, version)
        self._known: dict[str, Resource] = {}
        self.refresh()
        store.subscribe(self._hear)

    @property
    def version(self) -> Version:
        return self._snapshot.version

    @property
    def snapshot(self) -> Snapshot:
        return self._snapshot

    def get(self, resource: Resource, key: str) -> Object | None:
        return self.of(resource).get(key)

    def of(self, resource: Resource) -> Mapping[str, Object]:
        if resource not in self._snapshot.objects:
            return self._store.objects(_as_served(resource))
        return self._snapshot.of(resource)

    def refresh(self) -> None:
        """Reads everything anew, as after the store was filled from outside."""
        there = {known.id for known in self._catalog}
        # To rules a kind that is not served is another thing than one without objects.
        kinds = [kind for kind in KINDS if resource_id(kind) in there]
        self._known = {resource_id(kind): kind for kind in kinds}
        self._snapshot = Snapshot(
            {kind: dict(self._store.objects(_as_served(kind))) for kind in kinds},
            self._version,
        )

    def _hear(self, resource: served.Resource, event: Event) -> None:
        if resource.id == DEFINITIONS.id:
            self.refresh()
        kind = self._known.get(resource.id)
        if kind is None:
            return
        gone = event.type == "DELETED"
        self._snapshot.put(kind, event.key, None if gone else event.object)
        if _changes_everything(kind, event):
            self._snapshot = Snapshot(self._snapshot.objects, self._version)


def _changes_everything(kind: Resource, event: Event) -> bool:
    """Whether what the snapshot remembers of other kinds may be wrong: nodes and version."""
    if kind == NODE:
        before = event.before or {"metadata": {}}
        labels = [obj["metadata"].get("labels") for obj in (before, event.object)]
        return event.type != "MODIFIED" or labels[0] != labels[1]
    return kind == SETTING and event.key == VERSION_SETTING


def resource_id(resource: Resource) -> str:
    """What the API server calls a kind."""
    return _as_served(resource).id


def _as_served(resource: Resource) -> served.Resource:
    """What the store keeps the objects under; only the id of it counts."""
    group, _, version = resource.api.rpartition("/")
    return served.Resource(
        group, version, resource.kind, resource.plural, namespaced=resource.namespaced
    )
