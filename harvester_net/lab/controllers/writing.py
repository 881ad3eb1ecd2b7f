"""The writes that all controllers have in common: changes of one version of an object, and
the finalizers and conditions in them.
"""

from __future__ import annotations

from collections.abc import Iterator

from harvester_net.cluster.resources import (
    Object,
    Resource,
    annotations_of,
    condition,
    is_terminating,
    key_of,
    labels_of,
)
from harvester_net.lab.apiserver.objects import now
from harvester_net.lab.controllers.controller import Action, Delete, Patch

_FINALIZER = "wrangler.cattle.io/"


def patch(resource: Resource, obj: Object, fields: Object) -> Patch:
    """Fields merged into this version of an object and no other, as a PUT would be."""
    version = {k: v for k, v in obj["metadata"].items() if k == "resourceVersion"}
    metadata = {"metadata": fields.get("metadata", {}) | version}
    return Patch(resource, key_of(obj), fields | metadata)


def annotated(
    resource: Resource, obj: Object, notes: dict[str, str | None]
) -> Iterator[Action]:
    """These annotations on the object, None for none, if they are not there yet."""
    if changed := _differing(annotations_of(obj), notes):
        yield patch(resource, obj, {"metadata": {"annotations": changed}})


def labelled(
    resource: Resource, obj: Object, labels: dict[str, str | None]
) -> Iterator[Action]:
    """The same with labels."""
    if changed := _differing(labels_of(obj), labels):
        yield patch(resource, obj, {"metadata": {"labels": changed}})


def _differing(texts: dict[str, str], wanted: dict[str, str | None]) -> dict[str, str | None]:
    return {key: text for key, text in wanted.items() if texts.get(key) != text}


def held(resource: Resource, obj: Object, controller: str) -> Iterator[Action]:
    """The controller's finalizer on the object, if it is not there yet (H2)."""
    finalizers = obj["metadata"].get("finalizers") or []
    if not is_terminating(obj) and _FINALIZER + controller not in finalizers:
        added = [*finalizers, _FINALIZER + controller]
        yield patch(resource, obj, {"metadata": {"finalizers": added}})


def released(resource: Resource, obj: Object, controller: str) -> Iterator[Action]:
    """The finalizer off the object."""
    finalizers = obj["metadata"].get("finalizers") or []
    if _FINALIZER + controller in finalizers:
        left = [other for other in finalizers if other != _FINALIZER + controller]
        yield patch(resource, obj, {"metadata": {"finalizers": left}})


def is_held(obj: Object, controller: str) -> bool:
    """Whether the controller has its finalizer on the object, so has seen it before."""
    return _FINALIZER + controller in (obj["metadata"].get("finalizers") or [])


def deleted(resource: Resource, obj: Object | None) -> Iterator[Action]:
    """The deletion of an object, if it is there and not on its way out."""
    if obj is not None and not is_terminating(obj):
        yield Delete(resource, key_of(obj), obj["metadata"]["uid"])


def conditions_with(
    obj: Object,
    kind: str,
    status: str,
    reason: str | None = None,
    message: str | None = None,
) -> list[Object] | None:
    """The conditions of an object when this one says so; None if it does already.

    A reason or message of None stays as it is. The time moves only with status or message,
    and what is empty is left out (H1).
    """
    before: Object = dict(condition(obj, kind))
    said = {"type": kind} | before | {"status": status}
    given = {"reason": reason, "message": message}
    said |= {name: text for name, text in given.items() if text is not None}
    said = {name: text for name, text in said.items() if text}
    if said == before:
        return None
    if any(said.get(name) != before.get(name) for name in ("status", "message")):
        said["lastUpdateTime"] = now()
    others = (obj.get("status") or {}).get("conditions") or []
    return [*(one for one in others if one.get("type") != kind), said]
