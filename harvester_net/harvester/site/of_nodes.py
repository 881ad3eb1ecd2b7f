"""What is kept of nodes: where they are, whether they are ready, what devices they have."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ...cluster.resources import LINK_MONITOR, LONGHORN_NODE, Resource
from ..names import MAINTENANCE, NICS
from . import networks
from .labels import node_labels, selector
from .metadata import conditions, kind, metadata
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

_NAME = text(Meaning.NODE)
_ADDRESS = struct({"type": one_of("InternalIP", "ExternalIP", "Hostname")})


def _address(value: Any, put: Put) -> Any:
    kept = _ADDRESS(value, put)
    if not kept:
        return None
    shape = _NAME if kept["type"] == "Hostname" else networks.address
    found = shape(value.get("address"), put)
    return None if found is None else kept | {"address": found}


def node(selected: Collection[str]) -> Shape:
    """A node, of whose labels selectors of the site name these keys."""
    spec = {"podCIDR": networks.cidr, "podCIDRs": array(networks.cidr), "unschedulable": flag}
    status = {"addresses": array(_address), "conditions": conditions("Ready")}
    return kind(
        metadata(
            _NAME,
            labels=node_labels(selected),
            annotations={MAINTENANCE: one_of("running", "completed")},
        ),
        spec=struct(spec),
        status=struct(status),
    )


_LINK = struct(
    {
        "name": networks.device,
        "index": number,
        "type": word("[a-z0-9_]{1,20}"),
        "mac": networks.mac,
        "promiscuous": flag,
        "state": one_of("up", "down", "unknown"),
        "masterIndex": number,
    },
    required=("name", "index"),
)
_RULE = struct(
    {"nameRule": networks.link_rule, "typeRule": one_of("", "device", "bond", "bridge")},
    whole=True,
)


def _monitor_name(value: Any, put: Put) -> Any:
    return value if value == NICS else text(Meaning.CLUSTER_NETWORK)(value, put)


_MONITOR = kind(
    metadata(_monitor_name),
    # One with other rules is no LinkMonitor of Harvester's (H1.4).
    spec=struct({"nodeSelector": selector, "targetLinkRule": _RULE}, whole=True),
    status=struct({"linkStatus": mapping(_NAME, array(_LINK))}),
)
_DISK = struct({"allowScheduling": flag, "diskType": one_of("filesystem", "block")})
_LONGHORN_NODE = kind(
    metadata(_NAME, namespaced=True),
    spec=struct(
        {
            "name": _NAME,
            "allowScheduling": flag,
            "disks": mapping(text(Meaning.DISK), _DISK),
        }
    ),
)

SHAPES: Mapping[Resource, Shape] = {LINK_MONITOR: _MONITOR, LONGHORN_NODE: _LONGHORN_NODE}
