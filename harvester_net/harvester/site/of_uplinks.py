"""What is kept of cluster networks, their configs, and the statuses of these (H1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...cluster.resources import (
    CLUSTER_NETWORK,
    HOST_NETWORK_CONFIG,
    VLAN_CONFIG,
    VLAN_STATUS,
    Resource,
)
from ..host_networks import MANAGEMENT_ALLOWED, NOT_MANAGEMENT
from ..names import (
    CLUSTER_NETWORK_LABEL,
    CONFIG_LABEL,
    MATCHED_NODES,
    MTU_SOURCE,
    UPLINK_MTU,
)
from ..snapshot import status_name
from . import networks
from .labels import GROUP, LABEL_SELECTOR, selector
from .metadata import CREATED_BY, conditions, kind, metadata, name_of
from .shapes import (
    Meaning,
    Put,
    Shape,
    array,
    flag,
    mapping,
    number,
    one_of,
    struct,
    text,
    word,
)
from .texts import items, json_text, string

_NETWORK, _NODE, _FREE = (
    text(meaning) for meaning in (Meaning.CLUSTER_NETWORK, Meaning.NODE, Meaning.TEXT)
)
_OF_NETWORK = {CLUSTER_NETWORK_LABEL: _NETWORK}
_NODES = {MATCHED_NODES: json_text(items(string(_NODE)))}
_NOTES: Mapping[str, Shape] = {
    UPLINK_MTU: word("[0-9]{0,6}"),
    MTU_SOURCE: networks.config,
    f"{GROUP}/vlan-id-set-str": word("[0-9,]{0,25000}"),
    f"{GROUP}/vlan-id-set-str-hash": word("[0-9a-f]{0,64}"),
}
_UPLINK = struct(
    {
        "nics": array(networks.device),
        "linkAttributes": struct(
            {"mtu": number, "txQLen": number, "hardwareAddr": networks.mac_bytes}
        ),
        "bondOptions": struct({"mode": word("[a-z0-9.-]{1,20}"), "miimon": number}),
    }
)
_CONFIG = struct(
    {
        "description": _FREE,
        "clusterNetwork": _NETWORK,
        "nodeSelector": selector,
        "uplink": _UPLINK,
    },
    required=("clusterNetwork", "uplink"),
)
_HOST_CONFIG = struct(
    {
        "description": _FREE,
        "nodeSelector": LABEL_SELECTOR,
        "clusterNetwork": _NETWORK,
        "vlanID": number,
        "mode": one_of("static", "dhcp"),
        "ips": mapping(_NODE, networks.cidr),
        "underlay": flag,
    }
)
_OF_HOST = struct(
    {
        "clusterNetwork": _NETWORK,
        "vlanID": number,
        "mode": one_of("static", "dhcp"),
        "conditions": conditions("ready", words=True),
    }
)
_MANAGEMENT = dict.fromkeys((MANAGEMENT_ALLOWED, NOT_MANAGEMENT), one_of("true"))
"""Of whose device it is, without which nobody dares to delete it."""
_SAID = struct(
    {
        "clusterNetwork": _NETWORK,
        "vlanConfig": networks.config,
        "linkMonitor": _NETWORK,
        "node": _NODE,
        "conditions": conditions("ready", words=True),
    },
    required=("clusterNetwork", "vlanConfig", "node"),
)
_PLACES = {CONFIG_LABEL: networks.config, f"{GROUP}/node": _NODE}
_STATUS = kind(
    metadata(text(Meaning.STATUS), labels=struct(_OF_NETWORK | _PLACES)), status=_SAID
)


def _status(value: Any, put: Put) -> Any:
    """The status of a config on a node, whose name is made of their names (H1.3)."""
    kept = _STATUS(value, put)
    if not kept or "status" not in kept:
        return None
    before, after = value["status"], kept["status"]
    if name_of(value) == status_name(before["clusterNetwork"], before["node"]):
        kept["metadata"]["name"] = status_name(after["clusterNetwork"], after["node"])
    return kept


SHAPES: Mapping[Resource, Shape] = {
    CLUSTER_NETWORK: kind(
        metadata(_NETWORK, annotations={**CREATED_BY, **_NOTES}),
        status=struct({"conditions": conditions("ready", words=True)}),
    ),
    VLAN_CONFIG: kind(
        metadata(
            networks.config,
            labels=struct(_OF_NETWORK),
            annotations={**CREATED_BY, **_NODES},
        ),
        spec=_CONFIG,
    ),
    VLAN_STATUS: _status,
    HOST_NETWORK_CONFIG: kind(
        metadata(
            text(Meaning.HOST_CONFIG), annotations={**CREATED_BY, **_MANAGEMENT, **_NODES}
        ),
        spec=_HOST_CONFIG,
        status=struct({"nodeStatus": mapping(_NODE, _OF_HOST)}),
    ),
}
