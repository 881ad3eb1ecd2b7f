"""What previews, and the resources without an ordered change, may ask of the API server."""

from __future__ import annotations

from ..cluster.identity import KEY as KUBE_SYSTEM
from ..cluster.resources import (
    CLUSTER_NETWORK,
    LINK_MONITOR,
    NAD,
    NAMESPACE,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
)
from ..cluster.rights import rights
from .names import STORAGE_SETTING
from .site.kinds import SITE_KINDS

IDENTITY = rights("get", NAMESPACE, name=KUBE_SYSTEM)
"""To tell the cluster from others."""
READING = (*rights("list", *SITE_KINDS), *rights("get", NAMESPACE))
"""To know a site: what there is, what Harvester would refuse, and which cluster it is."""
MANAGING = (
    *rights("get create patch delete", CLUSTER_NETWORK, VLAN_CONFIG, NAD),
    *rights("get patch", SETTING, name=STORAGE_SETTING),
    # For what is to be ready, or to be gone, before a deletion.
    *rights("watch", CLUSTER_NETWORK, VLAN_CONFIG, VLAN_STATUS, LINK_MONITOR, NAD, SETTING),
    *rights("watch", VM, VMI),
)
