"""Merge patches (RFC 7386): how a change of an object is sent besides as the whole object."""

from __future__ import annotations

from typing import Any


def without_nulls(value: Any) -> Any:
    """What a merge patch leaves of a value: a null in it means absent."""
    if not isinstance(value, dict):
        return value
    return {key: without_nulls(item) for key, item in value.items() if item is not None}
