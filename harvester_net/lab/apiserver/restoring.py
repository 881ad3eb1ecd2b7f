"""Objects put into the store as they were elsewhere, by thousands: with statuses and uids.

A creation would drop both, and takes ten times as long. What the store relies on holds all the
same: names are valid, content fits its schema, namespaces are there, and nothing is there
before what owns it, or the garbage collector would take it for left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harvester_net.lab import cycles
from harvester_net.lab.apiserver import builtin, metadata, schemas, structural
from harvester_net.lab.apiserver.errors import invalid, not_found
from harvester_net.lab.apiserver.fitting import Fitting
from harvester_net.lab.apiserver.objects import (
    Object,
    copied,
    is_deleting,
    key_of,
    now,
    owners,
)
from harvester_net.lab.apiserver.resources import Catalog, Resource
from harvester_net.lab.apiserver.store import Store
from harvester_net.lab.apiserver.write_checks import terminating


def restore(store: Store, catalog: Catalog, objects: Iterable[Object]) -> None:
    """Puts objects into a store, in place of what has their names.

    They are taken over, not copied. A namespace that is there stays as it is. Raises
    StatusError for an object that the server would not take, KeyError for one of a kind that
    it does not serve, and ValueError for owners that own each other.
    """
    fitting, created = Fitting(), {"creationTimestamp": now()}
    with cycles.unsearched():
        for obj in owners_first(list(objects)):
            resource = catalog.of_kind(obj["apiVersion"], obj["kind"])
            if resource is None:
                raise KeyError(f"{obj['kind']} of {obj['apiVersion']} is not served")
            if resource.id == builtin.NAMESPACES.id and store.get(resource, key_of(obj)):
                continue
            obj = _checked(resource, obj | {"metadata": created | obj["metadata"]}, fitting)
            _check_place(store, resource, obj)
            store.restore(resource, obj)


def owners_first(objects: list[Object]) -> list[Object]:
    """The objects in their order, but each behind its owners, and namespaces before all."""
    by_uid = {uid: obj for obj in objects if (uid := obj["metadata"].get("uid"))}
    depths: dict[int, int] = {}
    return sorted(
        objects, key=lambda obj: (obj["kind"] != "Namespace", _depth(obj, by_uid, depths))
    )


def _depth(obj: Object, by_uid: Mapping[str, Object], known: dict[int, int]) -> int:
    """How many owners are above an object, among those that are put with it."""
    if id(obj) not in known:
        known[id(obj)] = -1
        above = (by_uid.get(owner.get("uid", "")) for owner in owners(obj))
        depths = [_depth(owner, by_uid, known) for owner in above if owner is not None]
        if -1 in depths:
            raise ValueError(f"{obj['kind']} {key_of(obj)} owns an owner of its own")
        known[id(obj)] = 1 + max(depths, default=-1)
    return known[id(obj)]


def _checked(resource: Resource, obj: Object, fitting: Fitting) -> Object:
    """The object with the defaults of its schema; raises 400 and 422."""
    metadata.check_types(resource, obj)
    metadata.clean(obj)
    causes = list(metadata.wrong(resource, obj))
    if resource.schema and not fitting.fits(obj, resource.schema):
        obj = copied(obj)
        structural.prune(obj, resource.schema)
        structural.set_defaults(obj, resource.schema)
        causes += schemas.check(obj, resource.schema)
    if causes:
        raise invalid(resource.group, resource.kind, obj["metadata"].get("name", ""), causes)
    return obj


def _check_place(store: Store, resource: Resource, obj: Object) -> None:
    """Raises 404 and 403 for a namespace that isn't there, or not for long."""
    if not resource.namespaced:
        return
    name = obj["metadata"].get("namespace", "")
    namespace = store.get(builtin.NAMESPACES, name)
    if namespace is None:
        raise not_found(builtin.NAMESPACES, name)
    if is_deleting(namespace):
        raise terminating(resource, name, obj["metadata"]["name"])
