"""What others bring along in a Harvester cluster; it takes any content."""

from __future__ import annotations

from harvester_net.lab.manifests.definitions.definition import Group
from harvester_net.lab.manifests.definitions.schema import Object

CDI = Group("cdi.kubevirt.io", "v1beta1")
CLUSTERS = Group("cluster.x-k8s.io", "v1beta1")
FLEET = Group("fleet.cattle.io", "v1alpha1")
LOGGING = Group("logging.banzaicloud.io", "v1beta1")
MANAGEMENT = Group("management.cattle.io", "v3")
MONITORING = Group("monitoring.coreos.com", "v1")
OVN = Group("kubeovn.io", "v1")


def others() -> list[Object]:
    return [
        CDI.kind("CDI", namespaced=False, status=True),
        CDI.kind("CDIConfig", namespaced=False, status=True),
        CDI.kind("DataSource", status=True),
        CDI.kind("DataVolume", status=True),
        CDI.kind("StorageProfile", namespaced=False, status=True),
        CLUSTERS.kind("Cluster", status=True),
        CLUSTERS.kind("Machine", status=True),
        FLEET.kind("Cluster", status=True),
        LOGGING.kind("ClusterFlow", status=True),
        LOGGING.kind("ClusterOutput", status=True),
        LOGGING.kind("Flow", status=True),
        LOGGING.kind("Output", status=True),
        MANAGEMENT.kind("Feature", namespaced=False, status=True),
        MANAGEMENT.kind("ManagedChart", status=True),
        MONITORING.kind("Alertmanager", status=True),
        MONITORING.kind("Prometheus", status=True),
    ]


def kube_ovn() -> list[Object]:
    """What overlay networks need (B3); served only where the add-on kubeovn-operator is."""
    return [
        OVN.kind("Subnet", namespaced=False, short="subnet", status=True),
        OVN.kind("Vpc", namespaced=False, short="vpc", status=True),
        OVN.kind("Vlan", namespaced=False, short="vlan", status=True),
        OVN.kind(
            "ProviderNetwork",
            namespaced=False,
            plural="provider-networks",
            singular="provider-network",
            status=True,
        ),
    ]
