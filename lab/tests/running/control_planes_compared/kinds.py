"""The kinds of objects that are compared, and what is left out of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harvester_net.cluster.resources import (
    CLAIM,
    CLUSTER_NETWORK,
    LINK_MONITOR,
    LONGHORN_NODE,
    LONGHORN_SETTING,
    MIGRATION,
    NAD,
    NODE,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
    VOLUME,
    Object,
    Resource,
)

POD = Resource("v1", "Pod", "pods", namespaced=True)
JOB = Resource("batch/v1", "Job", "jobs", namespaced=True)
IP_POOL = Resource("whereabouts.cni.cncf.io/v1alpha1", "IPPool", "ippools", namespaced=True)
KUBEVIRT = Resource("kubevirt.io/v1", "KubeVirt", "kubevirts", namespaced=True)
PROMETHEUS = Resource(
    "monitoring.coreos.com/v1", "Prometheus", "prometheuses", namespaced=True
)
ALERTMANAGER = Resource(
    "monitoring.coreos.com/v1", "Alertmanager", "alertmanagers", namespaced=True
)
DEPLOYMENT = Resource("apps/v1", "Deployment", "deployments", namespaced=True)

NETWORK_SETTINGS = ("storage-network", "rwx-network", "vm-migration-network")
PRESENT_NODES = ("node1", "node2", "node3", "node4")


@dataclass(frozen=True)
class Kind:
    """One kind, by the word that facts use for it."""

    word: str
    resource: Resource
    concerns: Callable[[str], bool] = lambda key: True
    """Whether the object of this key is looked at."""


def _is_network_setting(key: str) -> bool:
    return key in NETWORK_SETTINGS


def _is_network_of_longhorn(key: str) -> bool:
    return key.endswith(("/storage-network", "/endpoint-network-for-rwx-volume"))


def _is_of_a_guest(key: str) -> bool:
    """virt-handler's pods are simulated on both control planes, and say nothing of them."""
    return not key.startswith("harvester-system/virt-handler-")


KINDS = (
    Kind("ClusterNetwork", CLUSTER_NETWORK),
    Kind("VlanConfig", VLAN_CONFIG),
    Kind("VlanStatus", VLAN_STATUS),
    Kind("LinkMonitor", LINK_MONITOR),
    Kind("NAD", NAD),
    Kind("Setting", SETTING, _is_network_setting),
    Kind("Node", NODE),
    Kind("VM", VM),
    Kind("VMI", VMI),
    Kind("Migration", MIGRATION),
    Kind("Pod", POD, _is_of_a_guest),
    Kind("Claim", CLAIM),
    Kind("Volume", VOLUME),
    Kind("LonghornSetting", LONGHORN_SETTING, _is_network_of_longhorn),
    Kind("LonghornNode", LONGHORN_NODE),
    Kind("IPPool", IP_POOL),
    Kind("KubeVirt", KUBEVIRT),
    Kind("Prometheus", PROMETHEUS),
    Kind("Alertmanager", ALERTMANAGER),
    Kind("Deployment", DEPLOYMENT),
    Kind("Job", JOB),
)
_BY_WORD = {kind.word: kind for kind in KINDS}


def resource_of(word: str) -> Resource:
    """Where objects of a kind are on the server."""
    return _BY_WORD[word].resource


def collection_of(obj: Object) -> str:
    """The path to which an object is posted."""
    found = next(
        kind.resource
        for kind in KINDS
        if (kind.resource.api, kind.resource.kind) == (obj["apiVersion"], obj["kind"])
    )
    return found.path(obj["metadata"].get("namespace"))
