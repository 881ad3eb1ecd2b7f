"""All kinds of a site, and what is kept of a cluster's objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...cluster.resources import (
    BACKUP,
    CLAIM,
    CLUSTER_NETWORK,
    HOST_NETWORK_CONFIG,
    LINK_MONITOR,
    LONGHORN_NODE,
    LONGHORN_SETTING,
    MIGRATION,
    NAD,
    NODE,
    RESTORE,
    SERVICE_CIDR,
    SETTING,
    SUBNET,
    UPGRADE,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
    VOLUME,
    Object,
    Resource,
    key_of,
)
from . import of_networks, of_nodes, of_uplinks, of_vms
from .labels import AFFINITY, LABEL_SELECTOR, selector
from .shapes import Meaning, Put, Shape, as_it_is, struct

SITE_KINDS = (
    NODE,
    LONGHORN_NODE,
    LINK_MONITOR,
    CLUSTER_NETWORK,
    VLAN_CONFIG,
    VLAN_STATUS,
    HOST_NETWORK_CONFIG,
    NAD,
    SUBNET,
    SETTING,
    LONGHORN_SETTING,
    SERVICE_CIDR,
    VM,
    VMI,
    MIGRATION,
    CLAIM,
    VOLUME,
    BACKUP,
    RESTORE,
    UPGRADE,
)
"""In the order in which a site lists them."""
_SHAPES: Mapping[Resource, Shape] = {
    **of_nodes.SHAPES,
    **of_uplinks.SHAPES,
    **of_networks.SHAPES,
    **of_vms.SHAPES,
}
"""All but nodes: what is kept of their labels depends on the selectors of the others."""


def _in_spec(fields: Mapping[str, Shape]) -> Shape:
    return struct({"spec": struct(fields)})


_PLACING: Mapping[str, Shape] = {"nodeSelector": selector, "affinity": AFFINITY}
_SELECTORS: Mapping[Resource, Shape] = {
    LINK_MONITOR: _in_spec({"nodeSelector": selector}),
    VLAN_CONFIG: _in_spec({"nodeSelector": selector}),
    HOST_NETWORK_CONFIG: _in_spec({"nodeSelector": LABEL_SELECTOR}),
    VM: _in_spec({"template": _in_spec(_PLACING)}),
    VMI: _in_spec(_PLACING),
}
"""Where the selectors are: the rest of so many objects need not be gone through twice."""

Objects = Mapping[Resource, Iterable[Any]]


def kept(objects: Objects, put: Put = as_it_is) -> dict[Resource, list[Object]]:
    """What a site keeps of objects as a server sent them, each kind in the order of keys."""
    shapes = shapes_of(objects)
    return {
        resource: sorted(_kept_of(objects[resource], shapes[resource], put), key=key_of)
        for resource in SITE_KINDS
        if resource in objects
    }


def _kept_of(objects: Iterable[Any], shape: Shape, put: Put) -> Iterable[Object]:
    found = (shape(obj, put) for obj in objects)
    return (obj for obj in found if obj is not None)


def shapes_of(objects: Objects) -> dict[Resource, Shape]:
    """What is kept of an object of each kind, in a site of these objects."""
    shapes = {NODE: of_nodes.node(_selected(objects)), **_SHAPES}
    return {resource: _of_kind(resource, shapes[resource]) for resource in SITE_KINDS}


def _of_kind(resource: Resource, shape: Shape) -> Shape:
    """The shape of an object that says what it is, which items of a list may not."""
    names = {"apiVersion": resource.api, "kind": resource.kind}

    def of_kind(value: Any, put: Put) -> Any:
        found = shape(value, put)
        return None if found is None else names | found

    return of_kind


def _selected(objects: Objects) -> set[str]:
    """The keys of labels that selectors of these objects name."""
    selected: set[str] = set()

    def note(meaning: Meaning, text: str) -> str:
        if meaning is Meaning.LABEL:
            selected.add(text)
        return text

    for resource, shape in _SELECTORS.items():
        for obj in objects.get(resource, ()):
            shape(obj, note)
    return selected
