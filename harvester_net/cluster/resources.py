"""The kinds of objects that we read and write, and where they are on the API server (H1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]
"""An object as the API server sends it."""


@dataclass(frozen=True)
class Resource:
    """One kind of object on the API server."""

    api: str
    """``v1`` or ``group/version``."""
    kind: str
    plural: str
    namespaced: bool = False

    def path(self, namespace: str | None = None, name: str | None = None) -> str:
        """The URL path of the collection or, with a name, of the object."""
        root = f"/apis/{self.api}" if "/" in self.api else f"/api/{self.api}"
        middle = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        return f"{root}{middle}/{self.plural}" + (f"/{name}" if name else "")

    def path_of(self, key: str) -> str:
        """The URL path of an object by its key: ``name``, or ``namespace/name``."""
        namespace, name = split_key(key) if self.namespaced else ("", key)
        return self.path(namespace, name)


CLUSTER_NETWORK = Resource(
    "network.harvesterhci.io/v1beta1", "ClusterNetwork", "clusternetworks"
)
VLAN_CONFIG = Resource("network.harvesterhci.io/v1beta1", "VlanConfig", "vlanconfigs")
VLAN_STATUS = Resource("network.harvesterhci.io/v1beta1", "VlanStatus", "vlanstatuses")
LINK_MONITOR = Resource("network.harvesterhci.io/v1beta1", "LinkMonitor", "linkmonitors")
NAD = Resource(
    "k8s.cni.cncf.io/v1",
    "NetworkAttachmentDefinition",
    "network-attachment-definitions",
    namespaced=True,
)
SETTING = Resource("harvesterhci.io/v1beta1", "Setting", "settings")
VM = Resource("kubevirt.io/v1", "VirtualMachine", "virtualmachines", namespaced=True)
VMI = Resource(
    "kubevirt.io/v1", "VirtualMachineInstance", "virtualmachineinstances", namespaced=True
)
VOLUME = Resource("longhorn.io/v1beta2", "Volume", "volumes", namespaced=True)
CLAIM = Resource("v1", "PersistentVolumeClaim", "persistentvolumeclaims", namespaced=True)
NODE = Resource("v1", "Node", "nodes")
LONGHORN_SETTING = Resource("longhorn.io/v1beta2", "Setting", "settings", namespaced=True)
LONGHORN_NODE = Resource("longhorn.io/v1beta2", "Node", "nodes", namespaced=True)
HOST_NETWORK_CONFIG = Resource(
    "network.harvesterhci.io/v1beta1", "HostNetworkConfig", "hostnetworkconfigs"
)
SERVICE_CIDR = Resource("networking.k8s.io/v1", "ServiceCIDR", "servicecidrs")
SUBNET = Resource("kubeovn.io/v1", "Subnet", "subnets")
MIGRATION = Resource(
    "kubevirt.io/v1",
    "VirtualMachineInstanceMigration",
    "virtualmachineinstancemigrations",
    namespaced=True,
)
CONFIG_MAP = Resource("v1", "ConfigMap", "configmaps", namespaced=True)
LEASE = Resource("coordination.k8s.io/v1", "Lease", "leases", namespaced=True)


def key_of(obj: Object) -> str:
    """``name``, or ``namespace/name`` of a namespaced object: what we call it everywhere."""
    meta = obj["metadata"]
    namespace = meta.get("namespace")
    return f"{namespace}/{meta['name']}" if namespace else str(meta["name"])


def split_key(key: str, default_namespace: str = "default") -> tuple[str, str]:
    """Namespace and name of ``namespace/name``, or of ``name`` alone."""
    namespace, _, name = key.rpartition("/")
    return namespace or default_namespace, name


def labels_of(obj: Object) -> dict[str, str]:
    """The labels of an object; empty if there are none."""
    return obj["metadata"].get("labels") or {}


def annotations_of(obj: Object) -> dict[str, str]:
    """The annotations of an object; empty if there are none."""
    return obj["metadata"].get("annotations") or {}


def is_terminating(obj: Object) -> bool:
    """Whether the object is being deleted."""
    return bool(obj["metadata"].get("deletionTimestamp"))


def condition(obj: Object, kind: str) -> dict[str, str]:
    """A condition of the object's status by its type; empty if it is not there."""
    conditions = (obj.get("status") or {}).get("conditions") or []
    return next((c for c in conditions if c.get("type") == kind), {})
