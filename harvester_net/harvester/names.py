"""Names that Harvester gives things: labels, annotations, Settings, devices (H2)."""

from __future__ import annotations

CLUSTER_NETWORK_LABEL = "network.harvesterhci.io/clusternetwork"
CONFIG_LABEL = "network.harvesterhci.io/vlanconfig"
UPLINK_MTU = "network.harvesterhci.io/uplink-mtu"
"""Annotation of a cluster network: its MTU in bytes."""
MTU_SOURCE = "network.harvesterhci.io/mtu-source-vc"
"""Annotation of a cluster network: the network config that its MTU comes from."""
MATCHED_NODES = "network.harvesterhci.io/matched-nodes"
"""Annotation of a network config: its nodes, a JSON list."""
ROUTE = "network.harvesterhci.io/route"
"""Annotation of a VM network: its route, a JSON object."""
WITNESS = "node-role.harvesterhci.io/witness"
"""Label of a node that only votes: it carries neither VMs nor volumes."""
LAST_STRATEGY = "harvesterhci.io/vmRunStrategy"
"""Annotation of a VM: the run strategy that it had before it was stopped."""

STORAGE_SETTING = "storage-network"
RWX_SETTING = "rwx-network"
MIGRATION_SETTING = "vm-migration-network"
VERSION_SETTING = "server-version"

STORAGE_ANNOTATION = "storage-network.settings.harvesterhci.io"
RWX_ANNOTATION = "rwx-network.settings.harvesterhci.io"
STORAGE_PREFIX = f"{STORAGE_ANNOTATION}/"
RWX_PREFIX = f"{RWX_ANNOTATION}/"
EXCLUSIVE_LABEL = f"{STORAGE_PREFIX}exclusivevlan"

SYSTEM_NAMESPACE = "harvester-system"
LONGHORN_NAMESPACE = "longhorn-system"
STORAGE_NAD_PREFIX = "storagenetwork-"
RWX_NAD_PREFIX = "rwx-network-"
SYSTEM_NAD_PREFIXES = (STORAGE_NAD_PREFIX, RWX_NAD_PREFIX)
AGENTS = f"{SYSTEM_NAMESPACE}/harvester-network-controller"
"""The DaemonSet of the agents that set up the nodes."""

NICS = "nic"
"""The LinkMonitor of the physical NICs of every node (H1.4)."""
BOND = "-bo"
"""The bond of a cluster network is its name and this."""
BRIDGE = "-br"
