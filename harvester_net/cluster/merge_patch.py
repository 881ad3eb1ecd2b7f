"""Merge patches as values: what one makes, whether it would change anything, how to undo it,
and which one makes one object of another.
"""

from __future__ import annotations

from typing import Any


def applied(value: Any, patch: Any) -> Any:
    """The value after a merge patch (RFC 7386); the value itself stays as it is."""
    if not isinstance(patch, dict):
        return patch
    result = dict(value) if isinstance(value, dict) else {}
    for key, wanted in patch.items():
        if wanted is None:
            result.pop(key, None)
        else:
            result[key] = applied(result.get(key), wanted)
    return result


def contains(value: Any, patch: Any) -> bool:
    """Whether a merge patch would change nothing."""
    if not isinstance(patch, dict):
        return bool(value == patch)
    if not isinstance(value, dict):
        return False
    return all(
        key not in value if wanted is None else contains(value.get(key), wanted)
        for key, wanted in patch.items()
    )


def back(value: Any, patch: Any) -> Any:
    """The merge patch that undoes another one on this value."""
    if not isinstance(patch, dict) or not isinstance(value, dict):
        return value
    return {key: back(value.get(key), inner) for key, inner in patch.items()}


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The merge patch that makes one object of the other; empty if they are equal."""
    patch: dict[str, Any] = {name: None for name in before if name not in after}
    for name, value in after.items():
        old = before.get(name)
        if isinstance(old, dict) and isinstance(value, dict):
            if below := difference(old, value):
                patch[name] = below
        elif name not in before or old != value:
            patch[name] = value
    return patch
