"""Server-side apply: who sets which fields of an object, and what becomes of them.

As on the real server, with less of it: managers are only kept of objects that somebody has
applied. All that such an object had before belongs to `before-first-apply`; from then on,
other writes are kept too, those to a status left out. Lists of custom resources are changed as
a whole, whatever their schema says; those of built-in ones that `strategic.KEYS` names are
merged, for lack of schemas.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harvester_net.lab.apiserver.errors import StatusError, status
from harvester_net.lab.apiserver.fields import (
    Fields,
    Keyed,
    Path,
    fields_of,
    minus,
    paths,
    shown,
    tree_of,
    union,
    value_at,
    without,
)
from harvester_net.lab.apiserver.objects import Object, copied, now
from harvester_net.lab.apiserver.resources import Resource
from harvester_net.lab.apiserver.strategic import KEYS

APPLY, UPDATE = "Apply", "Update"
_BEFORE = "before-first-apply"
_SERVERS = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "name",
    "namespace",
    "resourceVersion",
    "uid",
)
"""Metadata that nobody manages."""


@dataclass(frozen=True)
class Manager:
    """Who writes, and how: two ways of one client are two managers."""

    name: str
    operation: str
    api: str

    def __str__(self) -> str:
        used = "" if self.operation == APPLY else f" using {self.api}"
        return f'"{self.name}"{used}'


Managers = dict[Manager, Object]
"""Entries of `managedFields` by their manager."""


def applied(
    resource: Resource, live: Object | None, config: Object, manager: str, force: bool
) -> tuple[Object, list[Object]]:
    """The object after a configuration is applied, and its `managedFields`.

    What the same manager applied before and does not any more goes, unless somebody else sets
    it too. Raises 409 for fields that others set differently, unless it is forced.
    """
    keyed = _keyed(resource)
    me = Manager(manager, APPLY, resource.api)
    mine = _managed(resource, config)
    if live is None:
        return copied(config), [_entry(me, mine)]
    managers = _managers(resource, live)
    before = managers.pop(me, None)
    conflicts = _conflicts(live, config, mine, managers)
    if conflicts and not force:
        raise _refusal(conflicts)
    for other, taken in conflicts.items():
        _take(managers, other, tree_of(taken))
    result = _merged(live, config, keyed)
    left = minus((before or {}).get("fieldsV1", {}), mine)
    for others in managers.values():
        left = minus(left, others["fieldsV1"])
    # Items of lists first: they are found by what is in them.
    for path in sorted(paths(left), key=len):
        result = without(result, path)
    if before is None or before["fieldsV1"] != mine:
        before = _entry(me, mine)
    return result, [*managers.values(), *([before] if mine else [])]


def tracked(
    resource: Resource, before: Object, after: Object, manager: str
) -> list[Object] | None:
    """The `managedFields` after a plain write; None if there are none to keep."""
    if not before["metadata"].get("managedFields"):
        return None
    keyed = _keyed(resource)
    old, new = (fields_of(_content(resource, obj), keyed) for obj in (before, after))
    changed = tree_of([path for path in paths(new) if _differs(before, after, path)])
    managers = _managers(resource, before)
    for other in list(managers):
        _take(managers, other, union(changed, minus(old, new)))
    if changed:
        me = Manager(manager, UPDATE, resource.api)
        known = managers.get(me, {}).get("fieldsV1", {})
        managers[me] = _entry(me, union(known, changed))
    return list(managers.values())


def _keyed(resource: Resource) -> Keyed:
    if not resource.custom:
        return KEYS.get
    return {"finalizers": "", "ownerReferences": "uid"}.get


def _managed(resource: Resource, config: Object) -> Fields:
    return fields_of(_content(resource, config), _keyed(resource))


def _content(resource: Resource, obj: Object) -> Object:
    """What of an object managers may own."""
    meta = {k: v for k, v in obj["metadata"].items() if k not in _SERVERS}
    left_out = ("apiVersion", "kind", "metadata", "status" if resource.has_status else "")
    content = {name: value for name, value in obj.items() if name not in left_out}
    return content | ({"metadata": meta} if meta else {})


def _managers(resource: Resource, live: Object) -> Managers:
    entries = live["metadata"].get("managedFields")
    if not entries:
        before = Manager(_BEFORE, UPDATE, resource.api)
        return {before: _entry(before, _managed(resource, live))}
    return {Manager(e["manager"], e["operation"], e["apiVersion"]): e for e in entries}


def _entry(manager: Manager, fields: Fields) -> Object:
    return {
        "manager": manager.name,
        "operation": manager.operation,
        "apiVersion": manager.api,
        "time": now(),
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }


def _take(managers: Managers, other: Manager, fields: Fields) -> None:
    """Takes fields away from a manager, who goes with the last one."""
    entry = managers[other]
    left = minus(entry["fieldsV1"], fields)
    if not left:
        del managers[other]
    elif left != entry["fieldsV1"]:
        managers[other] = entry | {"fieldsV1": left}


def _conflicts(
    live: Object, config: Object, mine: Fields, managers: Managers
) -> dict[Manager, list[Path]]:
    """The fields that others set, and that would become different."""
    wanted = [path for path in paths(mine) if _differs(live, config, path)]
    found: dict[Manager, list[Path]] = {}
    for other, entry in managers.items():
        theirs = set(paths(entry["fieldsV1"]))
        if clashes := [path for path in wanted if path in theirs]:
            found[other] = clashes
    return found


def _differs(before: Object, after: Object, path: Path) -> bool:
    try:
        old, new = value_at(before, path), value_at(after, path)
    except KeyError:
        return True
    if path[-1].startswith("k:"):
        # An item of a list is there or not; what is in it counts by itself.
        return False
    return bool(old != new)


def _merged(live: Any, config: Any, keyed: Keyed, name: str = "") -> Any:
    if isinstance(live, dict) and isinstance(config, dict):
        result = dict(live)
        for key, value in config.items():
            result[key] = _merged(live.get(key), value, keyed, key)
        return result
    key = keyed(name) if isinstance(live, list) and isinstance(config, list) else None
    if key is None:
        return copied(config)
    if not key:
        return [*live, *(item for item in config if item not in live)]
    known = {item.get(key): item for item in config}
    kept = [_merged(item, known.pop(item.get(key), {}), keyed) for item in live]
    return kept + [copied(item) for item in known.values()]


def _refusal(conflicts: dict[Manager, list[Path]]) -> StatusError:
    count = sum(map(len, conflicts.values()))
    causes = [
        {
            "reason": "FieldManagerConflict",
            "message": f"conflict with {manager}",
            "field": shown(path),
        }
        for manager, found in conflicts.items()
        for path in found
    ]
    if count == 1:
        text = f"Apply failed with 1 conflict: {causes[0]['message']}: {causes[0]['field']}"
    else:
        groups = (
            f"conflicts with {manager}:\n" + "\n".join(f"- {shown(path)}" for path in found)
            for manager, found in conflicts.items()
        )
        text = f"Apply failed with {count} conflicts: " + "\n".join(groups)
    return StatusError(status(409, "Conflict", text, {"causes": causes}))
