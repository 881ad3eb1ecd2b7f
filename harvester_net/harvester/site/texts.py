"""JSON in texts of an object: CNI configs, routes, values of settings, lists of nodes.

Which members are kept is said as for objects. Beyond that, what a server thinks of the text is
to stay as it is: a text of which all is kept stays as it was written, one that is no JSON is
replaced by another one that is none, and a value of the wrong type by another of that type.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from .shapes import Put, Shape

Inner = Callable[[Any, Put], Any]
"""What stands in the place of a value of the text; never nothing, for null is a value."""

UNREADABLE = "{"
UNKNOWN = "?"
"""In the place of a text that is of no use here."""
_STYLES = ((",", ":"), (", ", ": "))


class _Members(list[tuple[str, Any]]):
    """The members of an object in their order, with keys that may come twice."""


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


_READER = json.JSONDecoder(object_pairs_hook=_Members, parse_constant=_no_number)


def json_text(inner: Inner) -> Shape:
    """A text that is JSON."""

    def shape(value: Any, put: Put) -> Any:
        return _kept(value, inner, put) if isinstance(value, str) else None

    return shape


def _kept(content: str, inner: Inner, put: Put) -> str:
    if not content:
        return content
    start = content.lstrip(" \t\r\n")
    try:
        found, end = _READER.raw_decode(start)
        kept = inner(found, put)
    except (ValueError, RecursionError):
        return UNREADABLE
    rest = start[end:].strip()
    if kept == found and not rest:
        return content
    return _written(kept, _style_of(found, content)) + (f" {UNKNOWN}" if rest else "")


def _style_of(found: Any, content: str) -> tuple[str, str]:
    """The separators that the text was written with; the short ones if it is hard to say."""
    styles = (style for style in _STYLES if _written(found, style) == content)
    return next(styles, _STYLES[0])


def _written(value: Any, style: tuple[str, str]) -> str:
    comma, colon = style
    if isinstance(value, _Members):
        members = (f"{_plain(key)}{colon}{_written(item, style)}" for key, item in value)
        return "{" + comma.join(members) + "}"
    if isinstance(value, list):
        return "[" + comma.join(_written(item, style) for item in value) + "]"
    return _plain(value)


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def stand_in(value: Any) -> Any:
    """Something of the same type that says nothing; numbers and truth values are no names."""
    if isinstance(value, str):
        return UNKNOWN if value else value
    if isinstance(value, _Members):
        return _Members()
    return [] if isinstance(value, list) else value


def plain(value: Any, put: Put) -> Any:
    """A number or a truth value."""
    return stand_in(value)


def string(shape: Shape) -> Inner:
    """A text of this shape."""

    def inner(value: Any, put: Put) -> Any:
        kept = shape(value, put) if isinstance(value, str) else None
        return stand_in(value) if kept is None else kept

    return inner


def members(fields: Mapping[str, Inner]) -> Inner:
    """An object of known members, written in any case, as Go's decoder takes them."""
    folded = {name.casefold(): item for name, item in fields.items()}

    def inner(value: Any, put: Put) -> Any:
        if not isinstance(value, _Members):
            return stand_in(value)
        known = ((key, entry, folded.get(key.casefold())) for key, entry in value)
        return _Members((key, item(entry, put)) for key, entry, item in known if item)

    return inner


def items(item: Inner) -> Inner:
    """A list."""

    def inner(value: Any, put: Put) -> Any:
        if not isinstance(value, list) or isinstance(value, _Members):
            return stand_in(value)
        return [item(entry, put) for entry in value]

    return inner
