"""Right programs, one for each kind, from which the tests make wrong and other ones."""

from __future__ import annotations

import copy
from typing import Any

from harvester_net.kinds.desired_state import DesiredState
from harvester_net.kinds.registry import KINDS

DISRUPTION = {
    "stopVms": True,
    "onlyVms": ["default/vm-*"],
    "restartVms": False,
    "migrateVms": True,
    "maxUnavailable": 2,
    "maxParallel": 10,
    "cycleStorageNetwork": True,
    "onFailure": "rollBack",
    "stopTimeoutSeconds": 60,
    "nodeTimeoutSeconds": 120,
    "migrationTimeoutSeconds": 900,
    "storageTimeoutSeconds": 600,
    "verifyOnNodes": {
        "vlan": 100,
        "image": "registry.example.com/tools:1",
        "namespace": "tools",
        "tolerations": ["node-role.kubernetes.io/etcd"],
    },
}
_LABELLED = {
    "labels": {"team": "network", "example.com/rack": "a"},
    "annotations": {"example.com/note": "hello"},
}
_OWN = _LABELLED | {"disruption": DISRUPTION}

CLUSTER_NETWORK = "harvester-net:index:ClusterNetwork"
NETWORK_CONFIG = "harvester-net:index:NetworkConfig"
VM_NETWORK = "harvester-net:index:VmNetwork"
STORAGE_NETWORK = "harvester-net:index:StorageNetwork"
RWX_NETWORK = "harvester-net:index:RwxNetwork"
VM_NETWORKS = "harvester-net:index:VmNetworks"
MIGRATION_NETWORK = "harvester-net:index:VmMigrationNetwork"
HOST_NETWORK = "harvester-net:index:HostNetworkConfig"
DHCP_POOL = "harvester-net:index:DhcpPool"

FULL: dict[str, dict[str, Any]] = {
    CLUSTER_NETWORK: {"name": "data", "mtu": 9000} | _OWN,
    NETWORK_CONFIG: {
        "name": "rack-a",
        "clusterNetwork": "data",
        "description": "rack a",
        "nodeSelector": {"rack": "a"},
        "uplink": {
            "nics": ["eth1", "eth2"],
            "bondOptions": {"mode": "802.3ad", "miimon": 50},
            "linkAttributes": {"txQLen": 1000, "hardwareAddr": "02:00:00:aa:bb:cc"},
        },
        "mtu": 9000,
    }
    | _OWN,
    VM_NETWORK: {
        "name": "vm100",
        "namespace": "tenants",
        "clusterNetwork": "data",
        "type": "L2VlanNetwork",
        "vlan": 100,
        "route": {
            "mode": "manual",
            "cidr": "192.168.100.0/24",
            "gateway": "192.168.100.1",
            "serverIPAddr": "192.168.100.2",
        },
        "mtu": 9000,
    }
    | _OWN,
    VM_NETWORKS: {
        "namePattern": "vm{vlan}",
        "namespace": "tenants",
        "clusterNetwork": "data",
        "vlans": ["100-102", 300],
        "routes": {
            "100-101": {"mode": "auto", "serverIPAddr": "192.168.100.2"},
            "300": {"mode": "manual", "cidr": "192.168.30.0/24", "gateway": "192.168.30.1"},
        },
        "adopt": True,
    }
    | _OWN,
    STORAGE_NETWORK: {
        "clusterNetwork": "storage",
        "vlan": 300,
        "range": "192.168.0.0/24",
        "exclude": ["192.168.0.1/32", "192.168.0.128/25"],
        "exclusiveVlan": True,
        "disruption": DISRUPTION,
    },
    RWX_NETWORK: {
        "clusterNetwork": "storage",
        "vlan": 301,
        "range": "192.168.1.0/24",
        "exclude": ["192.168.1.1/32"],
    },
    MIGRATION_NETWORK: {
        "clusterNetwork": "storage",
        "vlan": 302,
        "range": "192.168.2.0/24",
        "exclude": ["192.168.2.1/32"],
    },
    HOST_NETWORK: {
        "name": "backup",
        "clusterNetwork": "data",
        "vlan": 400,
        "mode": "static",
        "ips": {"node1": "10.40.0.11/24", "node2": "10.40.0.12/24"},
        "nodeSelector": {
            "matchLabels": {"rack": "a"},
            "matchExpressions": [
                {"key": "zone", "operator": "In", "labelValues": ["x", "y"]},
                {"key": "example.com/backup", "operator": "Exists"},
            ],
        },
        "description": "backups",
        "underlay": True,
        "allowManagementVlan": True,
    }
    | _OWN,
    DHCP_POOL: {
        "name": "web-pool",
        "namespace": "tenants",
        "vmNetwork": "tenants/vm100",
        "cidr": "192.168.100.0/24",
        "serverIp": "192.168.100.2",
        "start": "192.168.100.10",
        "end": "192.168.100.200",
        "exclude": ["192.168.100.50"],
        "router": "192.168.100.1",
        "dns": ["192.168.100.1", "192.168.100.3"],
        "domainName": "example.com",
        "domainSearch": ["example.com", "example.org"],
        "ntp": ["192.168.100.1"],
        "leaseTime": 3600,
        "paused": True,
    }
    | _LABELLED,
}
"""Every property of every kind given (of a VM network, all but the trunk; of an
RWX network, all but the sharing).
"""

TRUNK: dict[str, Any] = {
    "name": "trunk",
    "clusterNetwork": "data",
    "type": "L2VlanTrunkNetwork",
    "vlanTrunk": [{"minID": 100, "maxID": 110}, {"id": 200}],
}

LEAST: dict[str, dict[str, Any]] = {
    CLUSTER_NETWORK: {"name": "data"},
    NETWORK_CONFIG: {
        "name": "rack-a",
        "clusterNetwork": "data",
        "uplink": {"nics": ["eth1"]},
    },
    VM_NETWORK: {"name": "vm100", "clusterNetwork": "data", "vlan": 100},
    VM_NETWORKS: {"clusterNetwork": "data", "vlans": [100]},
    STORAGE_NETWORK: {"clusterNetwork": "storage", "vlan": 300, "range": "192.168.0.0/24"},
    RWX_NETWORK: {"shareStorageNetwork": True},
    MIGRATION_NETWORK: {"clusterNetwork": "storage", "vlan": 302, "range": "192.168.2.0/24"},
    HOST_NETWORK: {"name": "backup", "clusterNetwork": "data", "vlan": 400, "mode": "dhcp"},
    DHCP_POOL: {
        "name": "web-pool",
        "vmNetwork": "default/vm100",
        "cidr": "192.168.100.0/24",
        "serverIp": "192.168.100.2",
        "start": "192.168.100.10",
        "end": "192.168.100.200",
    },
}
"""Only what must be given."""


def program(token: str, without: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    """The least program of a kind with some properties changed or left out."""
    given = copy.deepcopy(LEAST[token]) | changes
    return {name: value for name, value in given.items() if name not in without}


def messages(token: str, given: dict[str, Any]) -> list[str]:
    """What a user is told about a program."""
    _, problems = KINDS[token].check(given, DesiredState())
    return [str(problem) for problem in problems]
