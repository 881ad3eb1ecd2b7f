"""JSON of others, in texts and fields, where all that counts is what can be read."""

from __future__ import annotations

import json
from typing import Any


def json_object(text: object) -> dict[str, Any]:
    """The object that a text holds; empty if it is no JSON object, or no text."""
    return fields_in(_loaded(text))


def json_list(text: object) -> list[Any]:
    """The list that a text holds; empty if it is no JSON list, or no text."""
    return items_in(_loaded(text))


def _loaded(text: object) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None


def fields_in(value: object) -> dict[str, Any]:
    """A value that should be an object; an empty one if it is none."""
    return value if isinstance(value, dict) else {}


def items_in(value: object) -> list[Any]:
    """A value that should be a list; an empty one if it is none."""
    return value if isinstance(value, list) else []
