"""What a structural schema makes of an object before it is judged: pruned and with defaults.

Both change the object that they are given.
"""

from __future__ import annotations

from typing import Any

from harvester_net.lab.apiserver.objects import Object, copied

PRESERVE = "x-kubernetes-preserve-unknown-fields"
EMBEDDED = "x-kubernetes-embedded-resource"
_OF_ANY_OBJECT = ("apiVersion", "kind", "metadata")


def prune(value: Any, schema: Object, root: bool = True, path: str = "") -> list[str]:
    """Takes out the fields that the schema does not know; gives their paths."""
    if isinstance(value, list):
        items = schema.get("items") or {}
        numbered = enumerate(value)
        return [p for n, item in numbered for p in prune(item, items, False, f"{path}[{n}]")]
    if not isinstance(value, dict):
        return []
    pruned: list[str] = []
    for name in list(value):
        if (root or schema.get(EMBEDDED)) and name in _OF_ANY_OBJECT:
            continue
        inner = f"{path}.{name}" if path else name
        known = _schema_of(name, schema)
        if known is not None:
            pruned += prune(value[name], known, False, inner)
        elif not schema.get(PRESERVE):
            del value[name]
            pruned.append(inner)
    return pruned


def set_defaults(value: Any, schema: Object) -> None:
    """Fills in defaults, and takes out nulls where null is no value."""
    if isinstance(value, list):
        for item in value:
            set_defaults(item, schema.get("items") or {})
    if not isinstance(value, dict):
        return
    properties, additional = schema.get("properties") or {}, schema.get("additionalProperties")
    for name in [name for name, item in value.items() if item is None]:
        known = properties.get(name, additional)
        if isinstance(known, dict) and not known.get("nullable"):
            del value[name]
    for name, known in properties.items():
        if name not in value and "default" in known:
            value[name] = copied(known["default"])
    for name, item in value.items():
        set_defaults(item, _schema_of(name, schema) or {})


def _schema_of(name: str, schema: Object) -> Object | None:
    """The schema of a field; an empty one takes anything that is no object."""
    properties = schema.get("properties") or {}
    if name in properties:
        found: Object = properties[name]
        return found
    additional = schema.get("additionalProperties")
    if isinstance(additional, dict):
        return additional
    return {PRESERVE: True} if additional else None
