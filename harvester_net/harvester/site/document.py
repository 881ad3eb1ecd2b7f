"""A site as one JSON document: what is in it, and how it is written.

One object stands on each line, in the order of kinds and keys, so that two snapshots of a
cluster differ in the lines of what has changed, and in the time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...cluster.resources import Object, Resource
from .kinds import SITE_KINDS

FORMAT = 1
"""Another number means that older versions cannot read it."""
NOT_SERVED = "the server does not know it"
"""Why a kind is left out that the server does not have."""
LARGEST = 256 * 1024 * 1024
"""Characters that a document may have: ten times those of 200 nodes and 5,000 VMs."""


@dataclass(frozen=True)
class Document:
    """A site, when it was read, and what of it could not be."""

    harvester: str
    """The version in the server's own words; empty if it is not known."""
    time: str
    objects: Mapping[Resource, Sequence[Object]]
    left_out: Mapping[Resource, str] = field(default_factory=dict)
    """The kinds that are missing, and why."""
    anonymized: bool = False


def kind_name(resource: Resource) -> str:
    """What a kind is called in a document, and by kubectl: ``settings.harvesterhci.io``."""
    group = resource.api.rpartition("/")[0]
    return f"{resource.plural}.{group}" if group else resource.plural


KINDS: Mapping[str, Resource] = {kind_name(resource): resource for resource in SITE_KINDS}
"""The kinds of a document by name."""


def written(document: Document) -> str:
    """The text of a document."""
    left_out = {kind_name(r): why for r, why in sorted(document.left_out.items(), key=_name)}
    head = {
        "format": FORMAT,
        "harvester": document.harvester,
        "time": document.time,
        "anonymized": document.anonymized,
        "leftOut": left_out,
    }
    lines = [f"{_json(name)}: {_json(value)}," for name, value in head.items()]
    kinds = (_kind(resource, document.objects[resource]) for resource in _present(document))
    return "\n".join(["{", *lines, '"objects": {', ",\n".join(kinds), "}}", ""])


def _present(document: Document) -> list[Resource]:
    return [resource for resource in SITE_KINDS if resource in document.objects]


def _kind(resource: Resource, objects: Sequence[Object]) -> str:
    lines = ",\n".join(map(_json, objects))
    return f"{_json(kind_name(resource))}: [" + (f"\n{lines}\n]" if lines else "]")


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _name(item: tuple[Resource, str]) -> str:
    return kind_name(item[0])
