"""The clusters and settings of the tables for the three networks that settings name."""

from __future__ import annotations

import json
from typing import Any

from harvester_net.cluster.resources import Object, key_of
from harvester_net.harvester.snapshot import Snapshot

from ... import objects
from .cases import cluster

STORAGE, RWX, MIGRATION = "storage-network", "rwx-network", "vm-migration-network"
DATA = objects.cluster_network("data", 1500)
N1, N2 = objects.node("n1"), objects.node("n2")
WITNESS = "node-role.harvesterhci.io/witness"
SHARED = '{"share-storage-network":true}'
NOT_SHARED = '{"share-storage-network":false}'


def value(**changed: Any) -> str:
    """The text of a network: VLAN 300 of data, 192.168.0.0/24."""
    network = {"clusterNetwork": "data", "vlan": 300, "range": "192.168.0.0/24"} | changed
    return json.dumps({name: part for name, part in network.items() if part is not None})


def dedicated(**changed: Any) -> str:
    """The text of rwx-network with a network of its own."""
    return json.dumps(
        {"share-storage-network": False, "network": json.loads(value(**changed))}
    )


def storage(**changed: Any) -> Object:
    """The setting storage-network with such a value."""
    return objects.setting(STORAGE, value(**changed))


def unset(name: str = STORAGE) -> Object:
    """A setting that nobody has set."""
    return objects.setting(name)


def carried(*more: Object, **kinds: Any) -> Snapshot:
    """A cluster of two nodes, both with the cluster network; what is given comes on top."""
    usual = [
        DATA,
        N1,
        N2,
        objects.config("all", nodes=["n1", "n2"]),
        objects.vlan_status("all", "n1"),
        objects.vlan_status("all", "n2"),
        objects.longhorn_node("n1"),
        objects.longhorn_node("n2"),
    ]
    given = {(obj["kind"], obj["apiVersion"], key_of(obj)) for obj in more}
    kept = [o for o in usual if (o["kind"], o["apiVersion"], key_of(o)) not in given]
    return cluster(*kept, *more, **kinds)
