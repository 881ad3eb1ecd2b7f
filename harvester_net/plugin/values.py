"""Values on the wire and plain values: unknowns, secrets, references and whole numbers
(P3).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from google.protobuf.struct_pb2 import Struct, Value

from ..specs.unknown import UNKNOWN
from .requests import Path, Properties, References, Secrets

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"
UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWN_TEXTS = {
    UNKNOWN_TEXT,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
}


class Decoded:
    """Properties as plain values; which of their paths are secret, and which are resources."""

    def __init__(self, struct: Struct) -> None:
        self._secrets: set[Path] = set()
        self._references: dict[Path, str] = {}
        self.values: Properties = {
            key: self._plain(value, (key,)) for key, value in struct.fields.items()
        }

    @property
    def secrets(self) -> Secrets:
        """The paths of the secret values."""
        return frozenset(self._secrets)

    @property
    def references(self) -> References:
        """The URNs of the resources that values were given as; the values are their ids."""
        return self._references

    def _plain(self, value: Value, path: Path) -> Any:
        kind = value.WhichOneof("kind")
        if kind == "string_value":
            text = value.string_value
            return UNKNOWN if text in UNKNOWN_TEXTS else text
        if kind == "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        if kind == "bool_value":
            return value.bool_value
        if kind == "list_value":
            return [self._plain(v, (*path, i)) for i, v in enumerate(value.list_value.values)]
        if kind == "struct_value":
            return self._map(value.struct_value, path)
        return None

    def _map(self, struct: Struct, path: Path) -> Any:
        fields = struct.fields
        signature = fields[SIGNATURE].string_value if SIGNATURE in fields else ""
        if signature == SECRET:
            self._secrets.add(path)
            return self._plain(fields["value"], path)
        if signature == OUTPUT:
            if "secret" in fields and fields["secret"].bool_value:
                self._secrets.add(path)
            return self._plain(fields["value"], path) if "value" in fields else UNKNOWN
        if signature == REFERENCE:
            self._references[path] = fields["urn"].string_value
            return (self._plain(fields["id"], path) if "id" in fields else "") or UNKNOWN
        return {key: self._plain(value, (*path, key)) for key, value in fields.items()}


def encoded(values: Properties, secrets: Iterable[Path] = ()) -> Struct:
    """Properties for the wire, with these paths marked as secret."""
    struct = Struct()
    struct.update(_marked(values, (), frozenset(secrets)))
    return struct


def _marked(value: Any, path: Path, secrets: frozenset[Path]) -> Any:
    if value is UNKNOWN:
        wire: Any = UNKNOWN_TEXT
    elif isinstance(value, dict):
        wire = {key: _marked(inner, (*path, key), secrets) for key, inner in value.items()}
    elif isinstance(value, list | tuple):
        wire = [_marked(inner, (*path, index), secrets) for index, inner in enumerate(value)]
    else:
        wire = value
    return {SIGNATURE: SECRET, "value": wire} if path in secrets else wire
