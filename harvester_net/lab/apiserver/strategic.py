"""Strategic merge patches, as far as clients of the lab use them.

Maps are merged, and so are the lists that `KEYS` names: by the field that tells their items
apart, or as sets. All other lists are replaced. Of the directives there are `$patch: delete`
and `$patch: replace` of an item or a map, and `$deleteFromPrimitiveList`; not `$retainKeys`,
nor `$setElementOrder`, which is accepted and means nothing here.
"""

from __future__ import annotations

from typing import Any

from harvester_net.lab.apiserver.errors import bad_request
from harvester_net.lab.apiserver.objects import Object, copied

KEYS = {
    "conditions": "type",
    "containers": "name",
    "finalizers": "",
    "initContainers": "name",
    "interfaces": "name",
    "networks": "name",
    "ownerReferences": "uid",
    "volumes": "name",
}
"""The lists that are merged, and the field that tells their items apart; none for a set."""

_PATCH = "$patch"
_DELETE = "$deleteFromPrimitiveList/"
_ORDER = "$setElementOrder/"


def merged(value: Any, patch: Any) -> Any:
    """The value after a strategic merge patch; the value itself stays. Raises 400."""
    if not isinstance(patch, dict):
        return copied(patch)
    if patch.get(_PATCH) == "replace":
        return copied({name: item for name, item in patch.items() if name != _PATCH})
    result = dict(value) if isinstance(value, dict) else {}
    for name, info in patch.items():
        if name.startswith(_DELETE):
            _delete(result, name.removeprefix(_DELETE), info)
        elif info is None or _deletes(info):
            result.pop(name, None)
        elif name != _PATCH and not name.startswith(_ORDER):
            result[name] = _merged_field(name, result.get(name), info)
    return result


def _merged_field(name: str, value: Any, info: Any) -> Any:
    if not isinstance(info, list) or name not in KEYS:
        return merged(value, info)
    present = value if isinstance(value, list) else []
    if not KEYS[name]:
        return [*info, *(item for item in present if item not in info)]
    return _merged_list(KEYS[name], present, info)


def _merged_list(key: str, present: list[Any], info: list[Any]) -> list[Any]:
    """What the patch names comes first, in its order, as on the real server."""
    if not all(isinstance(item, dict) for item in info):
        raise bad_request("error decoding patch: a list that is merged has no objects")
    if any(item.get(_PATCH) == "replace" for item in info):
        return [copied(item) for item in info if _PATCH not in item]
    known = {item.get(key): item for item in present}
    named = {item.get(key) for item in info}
    changed = [merged(known.get(item.get(key)), item) for item in info if not _deletes(item)]
    return changed + [item for item in present if item.get(key) not in named]


def _delete(result: Object, name: str, items: list[Any]) -> None:
    left = [item for item in result.get(name) or [] if item not in items]
    result[name] = left
    if not left:
        del result[name]


def _deletes(info: Any) -> bool:
    return isinstance(info, dict) and info.get(_PATCH) == "delete"
