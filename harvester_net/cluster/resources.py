"""The kinds of objects that we read and write, and where they are on the API server (H1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ..printable import printable
from .errors import Rejected

Object = dict[str, Any]
"""An object as the API server sends it."""


_SEGMENT = re.compile(r"[^/%\\\x00-\x20\x7f]+")


@dataclass(frozen=True)
class Resource:
    """One kind of object on the API server."""

    api: str
    """``v1`` or ``group/version``."""
    kind: str
    plural: str
    namespaced: bool = False

    @property
    def group(self) -> str:
        """The API group; empty for the core one."""
        return self.api.rpartition("/")[0]

    def path(self, namespace: str | None = None, name: str | None = None) -> str:
        """The URL path of the collection or, with a name, of the object.

        Raises Rejected for what is no name: a name from a journal or an import must not lead
        to another object.
        """
        root = f"/apis/{self.api}" if "/" in self.api else f"/api/{self.api}"
        middle = f"/namespaces/{segment(namespace)}" if self.namespaced and namespace else ""
        return f"{root}{middle}/{self.plural}" + ("" if name is None else f"/{segment(name)}")

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
NAMESPACE = Resource("v1", "Namespace", "namespaces")
POD = Resource("v1", "Pod", "pods", namespaced=True)
LONGHORN_SETTING = Resource("longhorn.io/v1beta2", "Setting", "settings", namespaced=True)
LONGHORN_NODE = Resource("longhorn.io/v1beta2", "Node", "nodes", namespaced=True)
HOST_NETWORK_CONFIG = Resource(
    "network.harvesterhci.io/v1beta1", "HostNetworkConfig", "hostnetworkconfigs"
)
DHCP_POOL = Resource("network.harvesterhci.io/v1alpha1", "IPPool", "ippools", namespaced=True)
"""A pool of the managed DHCP add-on, which few clusters have."""
VM_NETWORK_CONFIG = Resource(
    "network.harvesterhci.io/v1alpha1",
    "VirtualMachineNetworkConfig",
    "virtualmachinenetworkconfigs",
    namespaced=True,
)
"""Which pools of it a VM has addresses of."""
SERVICE_CIDR = Resource("networking.k8s.io/v1", "ServiceCIDR", "servicecidrs")
SUBNET = Resource("kubeovn.io/v1", "Subnet", "subnets")
MIGRATION = Resource(
    "kubevirt.io/v1",
    "VirtualMachineInstanceMigration",
    "virtualmachineinstancemigrations",
    namespaced=True,
)
BACKUP = Resource(
    "harvesterhci.io/v1beta1",
    "VirtualMachineBackup",
    "virtualmachinebackups",
    namespaced=True,
)
"""A backup of a VM, or a snapshot of one."""
RESTORE = Resource(
    "harvesterhci.io/v1beta1",
    "VirtualMachineRestore",
    "virtualmachinerestores",
    namespaced=True,
)
UPGRADE = Resource("harvesterhci.io/v1beta1", "Upgrade", "upgrades", namespaced=True)
"""An upgrade of Harvester itself."""
CONFIG_MAP = Resource("v1", "ConfigMap", "configmaps", namespaced=True)
LEASE = Resource("coordination.k8s.io/v1", "Lease", "leases", namespaced=True)
EVENT = Resource("v1", "Event", "events", namespaced=True)
DAEMON_SET = Resource("apps/v1", "DaemonSet", "daemonsets", namespaced=True)
VM_ACTIONS = Resource(
    "subresources.kubevirt.io/v1", "VirtualMachine", "virtualmachines", namespaced=True
)
"""What KubeVirt does with a VM on request: its subresources, such as `start`."""
ACCESS_REVIEW = Resource(
    "authorization.k8s.io/v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews"
)
RULES_REVIEW = Resource(
    "authorization.k8s.io/v1", "SelfSubjectRulesReview", "selfsubjectrulesreviews"
)


def segment(name: str) -> str:
    """A name as a part of a URL path; raises Rejected for what the API server takes for none
    (apimachinery's path validation).
    """
    if name in ("", ".", "..") or not _SEGMENT.fullmatch(name):
        raise Rejected(f"{name[:80]!r} is no name that an object can have")
    return quote(name, safe="")


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
    """A condition of the object's status by its type, its texts printable; empty if it is not
    there.
    """
    status = obj.get("status")
    conditions = status.get("conditions") if isinstance(status, dict) else None
    listed = conditions if isinstance(conditions, list) else []
    known = (each for each in listed if isinstance(each, dict))
    found: Object = next((each for each in known if each.get("type") == kind), {})
    return {name: printable(text) for name, text in found.items() if isinstance(text, str)}
