"""Plain objects, as JSON has them: keys, copies, times."""

from __future__ import annotations

import datetime
from typing import Any

Object = dict[str, Any]


def key_of(obj: Object) -> str:
    """``name``, or ``namespace/name`` of an object in a namespace."""
    meta = obj["metadata"]
    namespace = meta.get("namespace")
    return f"{namespace}/{meta['name']}" if namespace else str(meta["name"])


def key(namespace: str, name: str) -> str:
    return f"{namespace}/{name}" if namespace else name


def copied(value: Any) -> Any:
    """A deep copy of what JSON can hold; several times as fast as copy.deepcopy."""
    if isinstance(value, dict):
        return {name: copied(item) for name, item in value.items()}
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value


def is_deleting(obj: Object) -> bool:
    return bool(obj["metadata"].get("deletionTimestamp"))


def is_held(obj: Object) -> bool:
    """Whether finalizers keep it, those that namespaces have in their spec included."""
    held = obj["metadata"].get("finalizers")
    if not held and obj.get("kind") == "Namespace":
        held = (obj.get("spec") or {}).get("finalizers")
    return bool(held)


def finalizers(obj: Object) -> list[str]:
    return list(obj["metadata"].get("finalizers") or [])


def owners(obj: Object) -> list[Object]:
    return obj["metadata"].get("ownerReferences") or []


def now(later: float = 0) -> str:
    """The present time as the API has it, or so many seconds later."""
    time = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=later)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
