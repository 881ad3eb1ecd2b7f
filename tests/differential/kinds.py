"""The kinds of objects that a verdict may depend on."""

from __future__ import annotations

from harvester_net.cluster import resources
from harvester_net.cluster.resources import Object, Resource

MADE = (
    resources.NODE,
    resources.CLUSTER_NETWORK,
    resources.VLAN_CONFIG,
    resources.VLAN_STATUS,
    resources.LINK_MONITOR,
    resources.NAD,
    resources.VM,
    resources.VMI,
    resources.VOLUME,
    resources.CLAIM,
    resources.SETTING,
    resources.LONGHORN_NODE,
    resources.MIGRATION,
)
"""What clusters are made of."""
KINDS = (*MADE, resources.SERVICE_CIDR)
WITH_STATUS = (resources.VM, resources.MIGRATION, resources.VOLUME, resources.NODE)
"""Kinds whose status is written by a request of its own."""
_KNOWN = {(each.api, each.kind): each for each in MADE}


def resource_of(obj: Object) -> Resource:
    """The kind of an object."""
    return _KNOWN[obj["apiVersion"], obj["kind"]]
