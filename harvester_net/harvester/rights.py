"""What previews, and the resources without an ordered change, may ask of the API server."""

from __future__ import annotations

from ..cluster.identity import KEY as KUBE_SYSTEM
from ..cluster.resources import (
    CLUSTER_NETWORK,
    DAEMON_SET,
    DHCP_POOL,
    HOST_NETWORK_CONFIG,
    LINK_MONITOR,
    LONGHORN_SETTING,
    NAD,
    NAMESPACE,
    POD,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VM_NETWORK_CONFIG,
    VMI,
    split_key,
)
from ..cluster.rights import rights
from .names import (
    MIGRATION_SETTING,
    RWX_SETTING,
    STORAGE_SETTING,
    SYSTEM_NAMESPACE,
    VIRT_HANDLER,
)
from .site.kinds import SITE_KINDS

IDENTITY = rights("get", NAMESPACE, name=KUBE_SYSTEM)
"""To tell the cluster from others."""
READING = (*rights("list", *SITE_KINDS), *rights("get", NAMESPACE))
"""To know a site: what there is, what Harvester would refuse, and which cluster it is."""
POOLS = rights("list", DHCP_POOL, VM_NETWORK_CONFIG)
"""To know the DHCP pools of a site, where a program has one."""
VIRT_HANDLERS = (
    *rights("list", POD, namespace=SYSTEM_NAMESPACE),
    *rights("get", DAEMON_SET, namespace=SYSTEM_NAMESPACE, name=split_key(VIRT_HANDLER)[1]),
)
"""To see whether migrations go over the network that they should. Who may not is believed
Harvester's word.
"""
MANAGING = (
    *rights("get create patch delete", CLUSTER_NETWORK, VLAN_CONFIG, NAD, HOST_NETWORK_CONFIG),
    *rights("get patch", SETTING, name=STORAGE_SETTING),
    *rights("get patch", SETTING, name=RWX_SETTING),
    *rights("get patch", SETTING, name=MIGRATION_SETTING),
    *VIRT_HANDLERS,
    # For what is to be ready, or to be gone, before a deletion.
    *rights("watch", CLUSTER_NETWORK, VLAN_CONFIG, VLAN_STATUS, LINK_MONITOR, NAD, SETTING),
    *rights("watch", HOST_NETWORK_CONFIG),
    *rights("watch", LONGHORN_SETTING),
    *rights("get create patch delete watch", DHCP_POOL),
    *rights("watch", VM_NETWORK_CONFIG),
    *rights("watch", VM, VMI),
)
