"""What the server asks of every object's metadata."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from harvester_net.lab.apiserver import names
from harvester_net.lab.apiserver.errors import Cause, bad_request, invalid_value, required
from harvester_net.lab.apiserver.objects import Object, finalizers, is_deleting, owners
from harvester_net.lab.apiserver.resources import Resource

_RBAC = "rbac.authorization.k8s.io"
_GO_TYPES = {bool: "bool", int: "number", float: "number", str: "string", list: "array"}
_TEXTS = ("name", "generateName", "namespace", "uid", "resourceVersion")
_OWNER_FIELDS = {"apiVersion": "version must not be empty"}


_KNOWN = (
    "name",
    "generateName",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
)


def clean(obj: Object) -> None:
    """Leaves out what is empty, what nobody knows, and the managers of fields."""
    meta = obj["metadata"]
    empty: tuple[object, ...] = (None, "", [], {})
    obj["metadata"] = {name: meta[name] for name in _KNOWN if meta.get(name) not in empty}


def check_types(resource: Resource, obj: Object) -> None:
    """Raises 400 where names, labels and the like aren't text."""
    meta = obj["metadata"]
    for name in _TEXTS:
        _check_text(resource, f"ObjectMeta.{name}", meta.get(name))
    for name in ("labels", "annotations"):
        for value in _values(resource, meta, name, dict):
            _check_text(resource, f"ObjectMeta.{name}", value)
    for value in _values(resource, meta, "finalizers", list):
        _check_text(resource, "ObjectMeta.finalizers", value)


def wrong(resource: Resource, obj: Object) -> Iterator[Cause]:
    """What is wrong with the metadata of an object that is created or changed."""
    meta = obj["metadata"]
    name = meta.get("name", "")
    if not name:
        yield required("metadata.name", "name or generateName is required")
    else:
        yield from _complaints("metadata.name", name, _name_rule(resource))
    yield from _wrong_labels(meta)
    for finalizer in finalizers(obj):
        yield from _complaints("metadata.finalizers", finalizer, names.label_key)
    for owner in owners(obj):
        yield from _wrong_owner(owner)


def wrong_change(before: Object, after: Object) -> Iterator[Cause]:
    """What a change of the metadata must not do."""
    uid, known = after["metadata"].get("uid", ""), before["metadata"]["uid"]
    if uid not in ("", known):
        # Twice, as the server has two checks that say so.
        yield from [invalid_value("metadata.uid", f'"{uid}"', "field is immutable")] * 2
    new = [name for name in finalizers(after) if name not in finalizers(before)]
    if is_deleting(before) and new:
        shown = ", ".join(f'"{name}"' for name in new)
        why = (
            "Forbidden: no new finalizers can be added if the object is being deleted, found"
            f" new finalizers []string{{{shown}}}"
        )
        yield from [Cause("metadata.finalizers", "FieldValueForbidden", why)] * 2


def _wrong_labels(meta: Object) -> Iterator[Cause]:
    for key, value in (meta.get("labels") or {}).items():
        yield from _complaints("metadata.labels", key, names.label_key)
        yield from _complaints("metadata.labels", value, names.label_value)
    for key in meta.get("annotations") or {}:
        yield from _complaints(
            "metadata.annotations", key, lambda k: names.label_key(k.lower())
        )


def _wrong_owner(owner: Object) -> Iterator[Cause]:
    for name in ("apiVersion", "kind", "name", "uid"):
        if not owner.get(name):
            why = _OWNER_FIELDS.get(name, "must not be empty")
            yield invalid_value(f"metadata.ownerReferences.{name}", '""', why)


def _name_rule(resource: Resource) -> Callable[[str], Iterator[str]]:
    if resource.group == _RBAC:
        return names.path_segment
    return names.dns_label if resource.id == "namespaces" else names.subdomain


def _complaints(
    field: str, value: str, rule: Callable[[str], Iterator[str]]
) -> Iterator[Cause]:
    for complaint in rule(value):
        yield invalid_value(field, f'"{value}"', complaint)


def _values(resource: Resource, meta: Object, name: str, kind: type[Any]) -> list[Any]:
    found = meta.get(name)
    if found is None:
        return []
    if not isinstance(found, kind):
        raise _undecodable(resource, found, f"ObjectMeta.{name}")
    values: list[Any] = list(found.values()) if isinstance(found, dict) else found
    return values


def _check_text(resource: Resource, where: str, value: object) -> None:
    if not isinstance(value, str) and value is not None:
        raise _undecodable(resource, value, where)


def _undecodable(resource: Resource, value: object, where: str) -> Exception:
    kind = resource.kind
    return bad_request(
        f'{kind} in version "{resource.version}" cannot be handled as a {kind}: json: cannot'
        f" unmarshal {_GO_TYPES.get(type(value), 'object')} into Go struct field {where} of"
        " type string"
    )
