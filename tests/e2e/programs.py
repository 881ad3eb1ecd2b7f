"""What the programs of the tests are put together from, and where it is on the server."""

from __future__ import annotations

from typing import Any

from lab import Lab

from .stack import Resource, resource
from .vms import VMIS, VMS

NETWORK = "/apis/network.harvesterhci.io/v1beta1"
CLUSTER_NETWORKS = f"{NETWORK}/clusternetworks"
CONFIGS = f"{NETWORK}/vlanconfigs"
HOST_NETWORKS = f"{NETWORK}/hostnetworkconfigs"
STATUSES = f"{NETWORK}/vlanstatuses"
ALL_NADS = "/apis/k8s.cni.cncf.io/v1/network-attachment-definitions"
NADS = "/apis/k8s.cni.cncf.io/v1/namespaces/default/network-attachment-definitions"
SETTING = "/apis/harvesterhci.io/v1beta1/settings/storage-network"

RWX = "/apis/harvesterhci.io/v1beta1/settings/rwx-network"
MIGRATION = "/apis/harvesterhci.io/v1beta1/settings/vm-migration-network"

NODES = {"node1": "nc-1", "node2": "nc-2", "node3": "nc-3"}
"""The nodes of the lab, and the network config that a program has for each."""


def cluster_network(name: str = "cn-data", /, **args: Any) -> Resource:
    return resource("ClusterNetwork", name, **args)


def network_config(node: str = "node1", /, **args: Any) -> Resource:
    """The config of one node."""
    given: dict[str, Any] = {
        "cluster_network": "@cn-data",
        "node_selector": {"kubernetes.io/hostname": node},
        "uplink": {"nics": ["eno2"]},
    }
    return resource("NetworkConfig", NODES[node], **(given | args))


def network_configs() -> list[Resource]:
    """A config for each node."""
    return [network_config(node) for node in NODES]


def vm_network(name: str = "vm100", /, **args: Any) -> Resource:
    return resource("VmNetwork", name, **({"cluster_network": "@cn-data"} | args))


def storage_network(**args: Any) -> Resource:
    """The storage network, after the configs that carry it."""
    given = {"cluster_network": "@cn-data", "vlan": 300, "range": "192.168.0.0/24"}
    after: dict[str, Any] = {"options": {"depends_on": [f"@{it}" for it in NODES.values()]}}
    return resource("StorageNetwork", "storage", **(after | given | args))


def rwx_network(**args: Any) -> Resource:
    """The RWX network, which shares the storage network."""
    given: dict[str, Any] = {
        "share_storage_network": True,
        "options": {"depends_on": ["@storage"]},
    }
    return resource("RwxNetwork", "rwx", **(given | args))


def migration_network(**args: Any) -> Resource:
    """The VM migration network, which the plugin orders after the configs by itself."""
    given: dict[str, Any] = {
        "cluster_network": "@cn-data",
        "vlan": 302,
        "range": "192.168.2.0/24",
    }
    return resource("VmMigrationNetwork", "migration", **(given | args))


def leftovers(lab: Lab) -> list[str]:
    """What is on the cluster although every test cleaned up."""
    found = [
        f"{path.rpartition('/')[2]}/{item['metadata']['name']}"
        for path in (CLUSTER_NETWORKS, CONFIGS, STATUSES, ALL_NADS, VMS, VMIS)
        for item in lab.client.list(path)["items"]
    ]
    if value := lab.client.get(SETTING).get("value"):
        found.append(f"storage-network={value}")
    if value := lab.client.get(MIGRATION).get("value"):
        found.append(f"vm-migration-network={value}")
    if "true" in (value := lab.client.get(RWX).get("value") or ""):
        found.append(f"rwx-network={value}")
    return [name for name in found if name != "clusternetworks/mgmt"]
