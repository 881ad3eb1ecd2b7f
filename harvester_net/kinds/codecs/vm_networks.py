"""A set of VM networks: its id, and what it says of its networks. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from ...specs.unknown import is_known
from ...specs.vm_network import DEFAULT_NAMESPACE
from ...specs.vm_networks import DEFAULT_PATTERN
from ...vlan_list import text_of
from ..differences import Properties
from ..failures import Refused


def set_id(inputs: Properties) -> str | None:
    """What a set is known by: `namespace/cluster network/pattern of names`; None while it is
    not known. Sets of one pattern may have different VLANs.
    """
    namespace = inputs.get("namespace") or DEFAULT_NAMESPACE
    network, pattern = inputs.get("clusterNetwork"), inputs.get("namePattern")
    if not all(map(is_known, (namespace, network, pattern))):
        return None
    return f"{namespace}/{network}/{pattern or DEFAULT_PATTERN}"


def identity_in(key: str) -> Properties:
    """The inputs that an id tells, defaults left out; raises Refused if it is none."""
    parts = key.split("/")
    if len(parts) != 3 or not all(parts):
        raise Refused(
            f"'{key}' is not the id of VmNetworks; give namespace/cluster network/pattern, "
            f"such as default/data/{DEFAULT_PATTERN}"
        )
    namespace, network, pattern = parts
    identity = {"clusterNetwork": network}
    if namespace != DEFAULT_NAMESPACE:
        identity["namespace"] = namespace
    return identity | ({"namePattern": pattern} if pattern != DEFAULT_PATTERN else {})


def inputs_of_found(identity: Properties, found: Iterable[Properties]) -> Properties:
    """The inputs of a set that exists, from those of its networks."""
    networks = list(found)
    inputs = identity | {"vlans": text_of(each["vlan"] for each in networks)}
    routes: dict[str, tuple[Any, list[int]]] = {}
    for each in networks:
        if route := each.get("route"):
            alike = str(sorted(route.items()))
            routes.setdefault(alike, (route, []))[1].append(each["vlan"])
    if routes:
        inputs["routes"] = {
            text: route for route, vlans in routes.values() for text in text_of(vlans)
        }
    return inputs


def left(inputs: Properties, networks: Mapping[str, Properties], gone: set[str]) -> Properties:
    """The inputs without some of the networks; as written if none is left out."""
    if not gone:
        return inputs
    vlans = (each["vlan"] for key, each in networks.items() if key not in gone)
    return inputs | {"vlans": text_of(vlans)}


def by_vlan(networks: Mapping[str, Properties]) -> dict[str, str]:
    """The output with the ids of the networks."""
    return {str(each["vlan"]): key for key, each in networks.items()}


def grouped(said: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Sentences about networks, each once, with those that they are about."""
    groups: dict[str, list[str]] = defaultdict(list)
    for key, sentence in said:
        groups[sentence].append(key)
    return groups
