"""Merge patches as values: whether one would change anything, and how to undo it."""

from __future__ import annotations

from typing import Any


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
