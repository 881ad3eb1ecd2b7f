"""Merge patches as values: what one makes, whether it would change anything, and how to undo
it.
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
