"""Custom resource definitions: what they say is served, from their creation on.

The real server takes a moment until a definition is established; here it is before the
creation is answered.
"""

from __future__ import annotations

from collections.abc import Iterator

from harvester_net.lab.apiserver import objects
from harvester_net.lab.apiserver.builtin import DEFINITIONS
from harvester_net.lab.apiserver.deletions import Deletion
from harvester_net.lab.apiserver.errors import Cause, invalid_value, required
from harvester_net.lab.apiserver.objects import Object, copied, finalizers, is_deleting, now
from harvester_net.lab.apiserver.resources import Catalog, Resource
from harvester_net.lab.apiserver.store import Event, Store

CLEANUP = "customresourcecleanup.apiextensions.k8s.io"
_NAMES = ("plural", "singular", "kind", "listKind")


def prepare(obj: Object) -> None:
    """Fills in what a definition leaves out, and that it is established."""
    spec = obj.setdefault("spec", {})
    names = spec.setdefault("names", {})
    if kind := names.get("kind"):
        names.setdefault("singular", kind.lower())
        names.setdefault("listKind", f"{kind}List")
    spec.setdefault("conversion", {"strategy": "None"})
    if CLEANUP not in finalizers(obj):
        obj["metadata"]["finalizers"] = [*finalizers(obj), CLEANUP]
    stored = [v["name"] for v in spec.get("versions") or [] if v.get("storage")]
    obj["status"] = {
        "conditions": [
            _condition("NamesAccepted", "NoConflicts", "no conflicts found"),
            _condition("Established", "InitialNamesAccepted", _ACCEPTED),
        ],
        "acceptedNames": copied(names),
        "storedVersions": stored,
    }


_ACCEPTED = "the initial names have been accepted"


def _condition(kind: str, reason: str, message: str) -> Object:
    found = {"type": kind, "status": "True", "lastTransitionTime": now()}
    return found | {"reason": reason, "message": message}


def wrong(obj: Object) -> Iterator[Cause]:
    """What is wrong with a definition, as far as it would hinder serving it."""
    spec = obj["spec"]
    names, name = spec["names"], obj["metadata"].get("name", "")
    if name != f"{names.get('plural', '')}.{spec.get('group', '')}":
        why = 'must be spec.names.plural+"."+spec.group'
        yield invalid_value("metadata.name", f'"{name}"', why)
    yield from (
        required(f"spec.{field}") for field in ("group", "scope") if not spec.get(field)
    )
    stored = [version for version in spec.get("versions") or [] if version.get("storage")]
    if len(stored) != 1:
        why = "must have exactly one version marked as storage version"
        yield invalid_value("spec.versions", "null", why)
    for field in _NAMES:
        if not names.get(field):
            yield required(f"spec.names.{field}")
    if not stored:
        why = "must have at least one stored version"
        yield invalid_value("status.storedVersions", "null", why)


def resources_of(definition: Object) -> Iterator[Resource]:
    """A resource for each version that is served."""
    spec = definition["spec"]
    names = spec["names"]
    for version in spec["versions"]:
        if version.get("served"):
            yield Resource(
                spec["group"],
                version["name"],
                names["kind"],
                names["plural"],
                namespaced=spec["scope"] == "Namespaced",
                short_names=tuple(names.get("shortNames") or ()),
                categories=tuple(names.get("categories") or ()),
                has_status="status" in (version.get("subresources") or {}),
                counts_generations=True,
                needs_version=True,
                custom=True,
                schema=(version.get("schema") or {}).get("openAPIV3Schema"),
                list_kind=names["listKind"],
                singular=names["singular"],
                fields=tuple(
                    field["jsonPath"].lstrip(".")
                    for field in version.get("selectableFields") or []
                ),
            )


class Definitions:
    """Keeps the catalog as the definitions in the store say, and removes what they held."""

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self._store, self._catalog = store, catalog
        self._ending: dict[str, Resource] = {}
        store.subscribe(self._hear)

    def _hear(self, resource: Resource, event: Event) -> None:
        if resource.id == DEFINITIONS.id:
            self._hear_of_definition(event)
        elif event.type == "DELETED" and resource.id in self._ending:
            self._end_if_empty(resource.id)

    def _hear_of_definition(self, event: Event) -> None:
        name = event.key
        if event.type == "DELETED":
            self._catalog.remove(name)
            self._ending.pop(name, None)
            return
        if is_deleting(event.object):
            self._remove_objects(name, event.object)
            return
        self._catalog.remove(name)
        for served in resources_of(event.object):
            self._catalog.add(served)

    def _remove_objects(self, name: str, definition: Object) -> None:
        if name in self._ending:
            return
        resource = self._ending[name] = next(iter(resources_of(definition)))
        for obj in self._store.list(resource):
            if not is_deleting(obj):
                self._store.delete(resource, objects.key_of(obj), Deletion())
        self._end_if_empty(name)

    def _end_if_empty(self, name: str) -> None:
        if self._store.list(self._ending[name]):
            return
        definition = copied(self._store.get(DEFINITIONS, name) or {})
        if definition:
            left = [each for each in finalizers(definition) if each != CLEANUP]
            definition["metadata"]["finalizers"] = left
            self._store.update(DEFINITIONS, definition)
