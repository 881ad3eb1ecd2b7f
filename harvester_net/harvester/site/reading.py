"""From the file of a site to a document: nothing is in it that a snapshot would not write."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...cluster.resources import Object, Resource, key_of
from .document import FORMAT, KINDS, LARGEST, Document, kind_name
from .kinds import shapes_of
from .shapes import as_it_is

Item = TypeVar("Item")
MOST = 250_000
"""Objects that a site may have."""
_LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*")
_NAMESPACE = re.compile(_LABEL)


class UnreadableSite(Exception):
    """The file is no site; the text says where it is wrong."""


class _Head(BaseModel):
    """A document without a look at its objects."""

    model_config = ConfigDict(extra="forbid", strict=True)

    format: int
    harvester: str = Field(max_length=100)
    time: str = Field(max_length=40)
    anonymized: bool
    left_out: dict[str, str] = Field(alias="leftOut")
    objects: dict[str, list[dict[str, Any]]]


def read(path: Path) -> Document:
    """The document in a file; raises UnreadableSite."""
    try:
        return parse(_text(path))
    except UnreadableSite as error:
        raise UnreadableSite(f"{path}: {error}") from error


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise UnreadableSite(f"cannot be read: {error.strerror}") from error
    if len(content) > LARGEST:
        raise UnreadableSite(f"is larger than a site can be, {LARGEST // 1024**2} MiB")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise UnreadableSite("is no text in UTF-8") from error


def parse(text: str) -> Document:
    """The document of a text; raises UnreadableSite."""
    head = _head(text)
    objects = dict(_by_kind(head.objects, "objects"))
    if sum(map(len, objects.values())) > MOST:
        raise UnreadableSite(f"has more than {MOST} objects")
    shapes = shapes_of(objects)
    for resource, listed in objects.items():
        _check(resource, listed, shapes[resource])
    return Document(
        harvester=head.harvester,
        time=head.time,
        objects=objects,
        left_out=dict(_by_kind(head.left_out, "leftOut")),
        anonymized=head.anonymized,
    )


def _head(text: str) -> _Head:
    try:
        value = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise UnreadableSite(f"is no JSON: {error}") from error
    given = value.get("format") if isinstance(value, dict) else None
    if given is None:
        raise UnreadableSite("is no site: harvester-net snapshot writes one")
    if given != FORMAT:
        raise UnreadableSite(
            f"is of format {given!r}, not {FORMAT}; read the cluster again with the "
            "harvester-net that the lab is of"
        )
    try:
        return _Head.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise UnreadableSite(f"{place}: {first['msg']}") from error


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _by_kind(found: Mapping[str, Item], place: str) -> Iterator[tuple[Resource, Item]]:
    for name, item in found.items():
        if name not in KINDS:
            raise UnreadableSite(f"{place}: a site has no {name[:100]!r}")
        yield KINDS[name], item


def _check(resource: Resource, objects: list[Object], shape: Any) -> None:
    """Raises UnreadableSite for an object that a snapshot would not have written so."""
    seen: set[str] = set()
    for number, obj in enumerate(objects):
        kept = shape(obj, as_it_is)
        if kept != obj:
            _refuse(resource, number, obj, _first_difference(obj, kept))
        if not _is_named(obj["metadata"]):
            _refuse(resource, number, obj, "metadata: is no name that Kubernetes takes")
        key = key_of(obj)
        if key in seen:
            _refuse(resource, number, obj, "is there twice")
        seen.add(key)


def _is_named(metadata: Mapping[str, str]) -> bool:
    namespace = metadata.get("namespace")
    fits = namespace is None or _NAMESPACE.fullmatch(namespace)
    return bool(fits and _NAME.fullmatch(metadata["name"]))


def _refuse(resource: Resource, number: int, obj: Object, why: str) -> None:
    metadata = obj.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    named = f" ({name[:253]})" if isinstance(name, str) else ""
    raise UnreadableSite(f"{kind_name(resource)}[{number}]{named}: {why}")


def _first_difference(given: Any, kept: Any, path: str = "") -> str:
    """Where an object has what no site has, or lacks what each has."""
    if isinstance(given, dict) and isinstance(kept, dict):
        for name, item in given.items():
            if name not in kept or kept[name] != item:
                inner = f"{path}.{name[:100]}" if path else name[:100]
                return _first_difference(item, kept.get(name), inner)
        missing = ", ".join(kept.keys() - given.keys())
        return f"{path or 'object'}: lacks {missing}"
    if isinstance(given, list) and isinstance(kept, list):
        pairs = enumerate(zip(given, kept, strict=False))
        unlike = (number for number, (one, other) in pairs if one != other)
        number = next(unlike, len(kept))
        other = kept[number] if number < len(kept) else None
        item = given[number] if number < len(given) else None
        return _first_difference(item, other, f"{path}[{number}]")
    if not path:
        return "lacks what every object of its kind has"
    return f"{path}: is nothing that a site has there"
