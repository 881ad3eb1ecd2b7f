"""JSON text as the server's decoder reads it.

Harvester is written in Go, whose decoder takes keys in any case, refuses a number of another
type, ignores unknown keys, and makes a zero value of what is absent or null. What it decodes
decides what is refused, and whether a config counts as changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Shape = Callable[[Any], Any]
"""Turns a decoded value, or None for null, into one of the wanted type."""


class Undecodable(ValueError):
    """The text is no JSON, or not of the wanted shape; the message says where."""


class _Members(list[tuple[str, Any]]):
    """The members of an object in their order, with keys that may come twice."""


def decode(content: str, shape: Shape) -> Any:
    """The content of a text in the wanted shape; raises Undecodable."""
    try:
        value = _READER.decode(content)
    except (ValueError, RecursionError) as error:
        raise Undecodable(f"is no JSON: {error}") from None
    return shape(value)


def decode_first(content: str, shape: Shape) -> Any:
    """The first value of a text, whatever follows it, as a stream decoder reads."""
    try:
        value, _ = _READER.raw_decode(content.lstrip(" \t\r\n"))
    except (ValueError, RecursionError) as error:
        raise Undecodable(f"is no JSON: {error}") from None
    return shape(value)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


_READER = json.JSONDecoder(object_pairs_hook=_Members, parse_constant=_no_number)


def string(value: Any) -> str:
    """A text; absent means empty."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Undecodable(f"{_shown(value)} is not a text")
    return value


def boolean(value: Any) -> bool:
    """True or false; absent means false."""
    if value is None:
        return False
    if not isinstance(value, bool):
        raise Undecodable(f"{_shown(value)} is neither true nor false")
    return value


def integer(low: int = -(2**63), high: int = 2**63 - 1) -> Shape:
    """A whole number that fits; absent means 0."""

    def shape(value: Any) -> int:
        if value is None:
            return 0
        if type(value) is not int or not low <= value <= high:
            raise Undecodable(f"{_shown(value)} is not a whole number that fits here")
        return value

    return shape


def optional(inner: Shape) -> Shape:
    """A value that may be absent."""
    return lambda value: None if value is None else inner(value)


def array(item: Shape) -> Shape:
    """A list; absent is another thing than empty."""

    def shape(value: Any) -> list[Any] | None:
        if value is None:
            return None
        if not isinstance(value, list) or isinstance(value, _Members):
            raise Undecodable(f"{_shown(value)} is not a list")
        return [item(entry) for entry in value]

    return shape


def mapping(item: Shape) -> Shape:
    """A map with any keys."""

    def shape(value: Any) -> dict[str, Any] | None:
        if value is None:
            return None
        if not isinstance(value, _Members):
            raise Undecodable(f"{_shown(value)} is not an object")
        return {key: item(entry) for key, entry in value}

    return shape


def struct(fields: dict[str, Shape], *, strict: bool = False) -> Shape:
    """An object with known keys, written in any case; others are ignored unless ``strict``."""
    folded = {name.casefold(): name for name in fields}
    absent = {name: inner(None) for name, inner in fields.items()}

    def shape(value: Any) -> dict[str, Any]:
        if value is not None and not isinstance(value, _Members):
            raise Undecodable(f"{_shown(value)} is not an object")
        given: dict[str, Any] = {}
        for key, entry in value or ():
            name = key if key in fields else folded.get(key.casefold())
            if name is None and strict:
                raise Undecodable(f"'{key}' is not known")
            if name is not None and (entry is not None or name not in given):
                given[name] = _merged(given.get(name), entry)
        return absent | {name: _at(name, fields[name], given[name]) for name in given}

    return shape


def _merged(before: Any, entry: Any) -> Any:
    """Of two objects under one key the decoder reads one after the other into the same."""
    if isinstance(before, _Members) and isinstance(entry, _Members):
        return _Members([*before, *entry])
    return entry


def _at(name: str, inner: Shape, value: Any) -> Any:
    try:
        return inner(value)
    except Undecodable as error:
        raise Undecodable(f"{name}: {error}") from None


def anything(value: Any) -> Any:
    """Any value."""
    return value


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "an object" if isinstance(value, _Members) else "a list"
    return json.dumps(value)
