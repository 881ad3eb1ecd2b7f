"""Rules in CEL that schemas have beside their keywords (`x-kubernetes-validations`).

There is no interpreter: the rules of the lab's own definitions are known by their text, and
every other rule counts as kept.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from harvester_net.lab.apiserver.errors import Cause, invalid_value
from harvester_net.lab.apiserver.objects import Object

RULES = "x-kubernetes-validations"
_PREFIX = re.compile(r"(.+)/(0|[1-9][0-9]{0,2})")
_BLOCKING = (
    "FieldValueNotSupported",
    "FieldValueRequired",
    "FieldValueTooLong",
    "FieldValueTooMany",
    "FieldValueTypeInvalid",
)
_NOT_CHECKED = (
    "some validation rules were not checked because the object was invalid; correct the"
    " existing errors to complete validation"
)


def wrong(value: Any, schema: Object, found: Iterable[Cause]) -> Iterator[Cause]:
    """The rules that a value breaks.

    Among them that they were not checked, where the causes found before make it senseless.
    """
    if any(cause.reason in _BLOCKING for cause in found):
        if _has_rules(schema):
            yield invalid_value("<nil>", "null", _NOT_CHECKED)
    else:
        yield from _broken(value, schema, "")


def _has_rules(schema: Any) -> bool:
    if isinstance(schema, dict):
        return RULES in schema or any(map(_has_rules, schema.values()))
    return isinstance(schema, list) and any(map(_has_rules, schema))


def _broken(value: Any, schema: Object, path: str) -> Iterator[Cause]:
    for each in schema.get(RULES) or ():
        keeps = KNOWN.get(each["rule"])
        if keeps is not None and not keeps(value):
            yield _cause(path, value, each["message"])
    if isinstance(value, dict):
        yield from _broken_in_object(value, schema, path)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _broken(item, schema.get("items") or {}, f"{path}[{number}]")


def _broken_in_object(value: Object, schema: Object, path: str) -> Iterator[Cause]:
    """Keys of maps are in brackets in the path, as indexes are."""
    properties = schema.get("properties") or {}
    additional = schema.get("additionalProperties")
    for name, item in value.items():
        if name in properties:
            inner = f"{path}.{name}" if path else name
            yield from _broken(item, properties[name], inner)
        elif isinstance(additional, dict):
            yield from _broken(item, additional, f"{path}[{name}]")


def _cause(path: str, value: Any, message: str) -> Cause:
    """The server shows no objects."""
    if isinstance(value, dict):
        return Cause(path, "FieldValueInvalid", f"Invalid value: {message}")
    return invalid_value(path, json.dumps(value), message)


def is_cidr(text: str) -> bool:
    """Whether it is an address and the length of its network's prefix.

    No zone, no leading zeros, and no IPv4 address in an IPv6 one.
    """
    parts = _PREFIX.fullmatch(text)
    if parts is None or "%" in text:
        return False
    try:
        address = ipaddress.ip_address(parts[1])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped is None and int(parts[2]) <= address.max_prefixlen


def _is_static_with_ips(spec: Object) -> bool:
    return spec["mode"] != "static" or bool(spec.get("ips"))


KNOWN: dict[str, Callable[[Any], bool]] = {
    "isCIDR(self)": is_cidr,
    "self.mode != 'static' || (has(self.ips) && size(self.ips) > 0)": _is_static_with_ips,
}
