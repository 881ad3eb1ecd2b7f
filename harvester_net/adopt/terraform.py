"""What Terraform manages of the objects that a program takes over. Pure.

A state file is data: what is not as Terraform writes it is passed over.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..harvester.names import MIGRATION_SETTING, RWX_SETTING, STORAGE_SETTING
from ..specs.vm_network import DEFAULT_NAMESPACE
from .site import (
    CLUSTER_NETWORK,
    MIGRATION_NETWORK,
    NETWORK_CONFIG,
    RWX_NETWORK,
    STORAGE_NETWORK,
    VM_NETWORK,
    Site,
)

KINDS: Mapping[str, str] = {
    "harvester_clusternetwork": CLUSTER_NETWORK,
    "harvester_vlanconfig": NETWORK_CONFIG,
    "harvester_network": VM_NETWORK,
}
"""Our kinds by the types of Harvester's provider."""
SETTING = "harvester_setting"
SETTINGS: Mapping[str, str] = {
    STORAGE_SETTING: STORAGE_NETWORK,
    RWX_SETTING: RWX_NETWORK,
    MIGRATION_SETTING: MIGRATION_NETWORK,
}
"""Our kinds by the names of its Settings."""
VERSION = 4
"""Of the format of state files, since Terraform 0.12."""


class NoState(Exception):
    """A text is no state of Terraform; the message says why."""


Managed = tuple[str, tuple[str, str]]
"""An address in a state, and the kind and key of the object there."""


def managed(text: str) -> list[Managed]:
    """The networks in the text of a state, in its order; raises NoState."""
    return [found for resource in _resources(text) for found in _instances(resource)]


def removals(state: Iterable[Managed], site: Site) -> list[str]:
    """The commands that take adopted objects out of a state."""
    adopted = {(each.kind, each.key) for each in site.found}
    return [
        f"terraform state rm {shlex.quote(address)}"
        for address, object_ in state
        if object_ in adopted
    ]


def _instances(resource: Mapping[str, Any]) -> Iterator[Managed]:
    type_ = str(resource.get("type"))
    if (type_ not in KINDS and type_ != SETTING) or resource.get("mode") != "managed":
        return
    for instance in _maps(resource.get("instances")):
        attributes = instance.get("attributes")
        object_ = _object(type_, attributes) if isinstance(attributes, dict) else None
        if object_ is not None:
            yield _address(resource, instance.get("index_key")), object_


def _resources(text: str) -> list[dict[str, Any]]:
    try:
        state = json.loads(text)
    except (ValueError, RecursionError):
        raise NoState("it is no JSON") from None
    if not isinstance(state, dict) or state.get("version") != VERSION:
        raise NoState(
            f"it is no state of version {VERSION}; `terraform state pull` writes one"
        )
    return _maps(state.get("resources"))


def _maps(value: Any) -> list[dict[str, Any]]:
    items = value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, dict)]


def _object(type_: str, attributes: Mapping[str, Any]) -> tuple[str, str] | None:
    """Kind and key of an object; None if it is none of ours."""
    name = attributes.get("name")
    if not isinstance(name, str):
        return None
    if type_ == SETTING:
        return (SETTINGS[name], name) if name in SETTINGS else None
    if (kind := KINDS[type_]) == VM_NETWORK:
        return kind, f"{attributes.get('namespace') or DEFAULT_NAMESPACE}/{name}"
    return kind, name


def _address(resource: Mapping[str, Any], index: object) -> str:
    parts = (resource.get("module"), resource["type"], resource.get("name"))
    address = ".".join(str(part) for part in parts if part)
    return address if index is None else f"{address}[{json.dumps(index)}]"
