"""Validation by the schema of a custom resource, in the real server's words.

Known are the keywords that the lab's definitions have; `cel` checks rules in CEL. Not checked:
exclusive limits, `not`, `oneOf`, `allOf`, and `anyOf`, which the definitions only have beside
`x-kubernetes-int-or-string`.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import json
import re
from collections.abc import Iterator
from typing import Any

from harvester_net.lab.apiserver.errors import Cause, invalid_value, required
from harvester_net.lab.apiserver.objects import Object

INT_OR_STRING = "x-kubernetes-int-or-string"

WRONG_TYPE = "FieldValueTypeInvalid"
"""The reason of a cause where a value is of another type."""


def check(value: Any, schema: Object, path: str = "") -> list[Cause]:
    """Everything that is wrong with a value."""
    return list(_wrong(value, schema, path))


def _wrong(value: Any, schema: Object, path: str) -> Iterator[Cause]:
    if value is None and schema.get("nullable"):
        return
    types = ["integer", "string"] if schema.get(INT_OR_STRING) else [schema.get("type")]
    yield from _wrong_choice(value, schema, path)
    is_of_type = types == [None] or any(_is_of(value, str(each)) for each in types)
    if not is_of_type and not _passes_for_text(value, schema):
        yield _mistyped(path, *_told_types(value, schema, ",".join(map(str, types))))
        return
    if isinstance(value, dict):
        yield from _wrong_in_object(value, schema, path)
    elif isinstance(value, list):
        yield from _wrong_in_list(value, schema, path)
    elif isinstance(value, str):
        yield from _wrong_text(value, schema, path)
    elif _is_of(value, "number"):
        yield from _wrong_number(value, schema, path)


def _wrong_in_object(value: Object, schema: Object, path: str) -> Iterator[Cause]:
    properties = schema.get("properties") or {}
    additional = schema.get("additionalProperties")
    for name in schema.get("required") or []:
        if name not in value:
            yield required(_below(path, name))
    if len(value) > schema.get("maxProperties", len(value)):
        yield _too_many(path, len(value), schema["maxProperties"])
    for name, item in value.items():
        known = properties.get(name, additional)
        if isinstance(known, dict):
            yield from _wrong(item, known, _below(path, name))


def _wrong_in_list(value: list[Any], schema: Object, path: str) -> Iterator[Cause]:
    count = len(value)
    if count < schema.get("minItems", 0):
        why = f"{path} in body should have at least {schema['minItems']} items"
        yield invalid_value(path, str(count), why)
    if count > schema.get("maxItems", count):
        yield _too_many(path, count, schema["maxItems"])
    for number, item in enumerate(value):
        yield from _wrong(item, schema.get("items") or {}, f"{path}[{number}]")
    yield from _duplicates(value, schema, path)


def _too_many(path: str, count: int, most: int) -> Cause:
    why = f"Too many: {count}: must have at most {most} items"
    return Cause(path, "FieldValueTooMany", why)


def _duplicates(value: list[Any], schema: Object, path: str) -> Iterator[Cause]:
    keys = schema.get("x-kubernetes-list-map-keys")
    if schema.get("x-kubernetes-list-type") not in ("set", "map"):
        return
    seen: list[Any] = []
    for number, item in enumerate(value):
        told = (
            {key: item.get(key) for key in keys} if keys and isinstance(item, dict) else item
        )
        if told in seen:
            shown = json.dumps(told, separators=(",", ":"))
            yield Cause(
                f"{path}[{number}]", "FieldValueDuplicate", f"Duplicate value: {shown}"
            )
        seen.append(told)


def _wrong_choice(value: Any, schema: Object, path: str) -> Iterator[Cause]:
    choices = schema.get("enum")
    if choices and value not in choices:
        supported = ", ".join(json.dumps(choice) for choice in choices)
        why = f"Unsupported value: {_shown(value)}: supported values: {supported}"
        yield Cause(path, "FieldValueNotSupported", why)


def _wrong_text(value: str, schema: Object, path: str) -> Iterator[Cause]:
    """Only the first thing that is wrong, as the real server."""
    pattern, longest = schema.get("pattern"), schema.get("maxLength")
    shortest = schema.get("minLength", 0)
    if longest is not None and len(value) > longest:
        why = f"Too long: may not be more than {longest} bytes"
        yield Cause(path, "FieldValueTooLong", why)
    elif len(value) < shortest:
        why = f"{path} in body should be at least {shortest} chars long"
        yield invalid_value(path, json.dumps(value), why)
    elif pattern and not re.search(pattern, value):
        why = f"{path} in body should match '{pattern}'"
        yield invalid_value(path, json.dumps(value), why)
    form = schema.get("format")
    if form in _FORMATS and not _FORMATS[form](value):
        yield _mistyped(path, value, form)


def _wrong_number(value: float, schema: Object, path: str) -> Iterator[Cause]:
    least, most = schema.get("minimum"), schema.get("maximum")
    if most is not None and value > most:
        why = f"{path} in body should be less than or equal to {most}"
        yield invalid_value(path, _shown(value), why)
    if least is not None and value < least:
        why = f"{path} in body should be greater than or equal to {least}"
        yield invalid_value(path, _shown(value), why)


def _mistyped(path: str, shown: str, info: str) -> Cause:
    why = f'Invalid value: "{shown}": {path} in body must be of type {info}: "{shown}"'
    return Cause(path, WRONG_TYPE, why)


def _shown(value: Any) -> str:
    """A value in JSON as Go writes it."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, separators=(",", ":"))


def _passes_for_text(value: Any, schema: Object) -> bool:
    """The server takes a list for a text that has a format, whatever is in it."""
    is_formatted_text = schema.get("type") == "string" and "format" in schema
    return is_formatted_text and isinstance(value, list)


def _told_types(value: Any, schema: Object, types: str) -> tuple[str, str]:
    """What a value is and should be; by their formats, if there is one and it is no text."""
    form = schema.get("format")
    if not form or value is None or isinstance(value, str | list):
        return type_name(value), types
    return {"integer": "int64", "number": "float64"}.get(type_name(value), ""), form


def type_name(value: Any) -> str:
    """The type of a value as JSON schema calls it."""
    if isinstance(value, bool):
        return "boolean"
    names = {dict: "object", list: "array", str: "string", int: "integer", float: "number"}
    return names.get(type(value), "null")


def _is_of(value: Any, info: str) -> bool:
    """Whole numbers are integers, however they are written, and every integer is a number."""
    name = type_name(value)
    if info == "integer" and name == "number":
        return float(value).is_integer()
    return name == info or (info == "number" and name == "integer")


def _is_time(text: str) -> bool:
    try:
        return datetime.datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _is_base64(text: str) -> bool:
    """The server refuses an empty one."""
    try:
        return bool(base64.b64decode(text, validate=True))
    except binascii.Error:
        return False


_FORMATS = {"date-time": _is_time, "byte": _is_base64}


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
