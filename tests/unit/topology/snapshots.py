"""Snapshots of small clusters."""

from __future__ import annotations

import json
from typing import Any

from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    HOST_NETWORK_CONFIG,
    LINK_MONITOR,
    NAD,
    NODE,
    SETTING,
    VLAN_CONFIG,
    VM,
    Object,
    key_of,
)
from harvester_net.harvester.snapshot import Snapshot
from tests import objects

KINDS = (
    CLUSTER_NETWORK,
    HOST_NETWORK_CONFIG,
    LINK_MONITOR,
    NAD,
    NODE,
    SETTING,
    VLAN_CONFIG,
    VM,
)
NODES = ["node1", "node2", "node3"]
LACP: Object = {"nics": ["eno3", "eno2"], "bondOptions": {"mode": "802.3ad"}}


def snapshot(*objects_: Object) -> Snapshot:
    """A snapshot of these objects."""
    of = {(kind.api, kind.kind): kind for kind in KINDS}
    found: dict[Any, dict[str, Object]] = {kind: {} for kind in KINDS}
    for obj in objects_:
        found[of[obj["apiVersion"], obj["kind"]]][key_of(obj)] = obj
    return Snapshot(found)


def cluster(*more: Object, version: str = "v1.8.2", mtu: int = 9000) -> Snapshot:
    """Three nodes, of which two have cluster network data, and more."""
    uplink = LACP | {"linkAttributes": {"mtu": mtu}}
    return snapshot(
        *map(objects.node, NODES),
        objects.node("witness", {"node-role.harvesterhci.io/witness": "true"}),
        objects.setting("server-version", version),
        objects.cluster_network("data", mtu),
        objects.config("rack-a", nodes=NODES[:2], uplink=uplink),
        *more,
    )


def network(name: str, bridge: str = "data-br", **conf: Any) -> Object:
    """A VM network."""
    return objects.nad(name, config=objects.cni(name, bridge, mtu=9000, **conf))


def storage(vlan: int = 300) -> Object:
    value = {"clusterNetwork": "data", "vlan": vlan, "range": "10.7.0.0/22"}
    return objects.setting("storage-network", json.dumps(value))


def mgmt(*nics: str) -> list[Object]:
    """The built-in cluster network, with these NICs on node1."""
    links = [objects.link("mgmt-br", 8), objects.link("mgmt-bo", 7, 8)]
    listed = [objects.link(nic, 2 + number, 7) for number, nic in enumerate(nics)]
    return [
        objects.cluster_network("mgmt"),
        objects.link_monitor("mgmt", {"node1": links}),
        objects.link_monitor("nic", {"node1": [*listed, objects.link("eno9", 20)]}),
    ]
