"""The kinds that only controllers deal with, besides those of `cluster.resources`."""

from __future__ import annotations

from harvester_net.cluster.resources import Object, Resource

JOB = Resource("batch/v1", "Job", "jobs", namespaced=True)
REVISION = Resource("apps/v1", "ControllerRevision", "controllerrevisions", namespaced=True)
DEPLOYMENT = Resource("apps/v1", "Deployment", "deployments", namespaced=True)
IP_POOL = Resource("whereabouts.cni.cncf.io/v1alpha1", "IPPool", "ippools", namespaced=True)
KUBEVIRT = Resource("kubevirt.io/v1", "KubeVirt", "kubevirts", namespaced=True)
_MONITORING = "monitoring.coreos.com/v1"
PROMETHEUS = Resource(_MONITORING, "Prometheus", "prometheuses", namespaced=True)
ALERTMANAGER = Resource(_MONITORING, "Alertmanager", "alertmanagers", namespaced=True)
MANAGED_CHART = Resource(
    "management.cattle.io/v3", "ManagedChart", "managedcharts", namespaced=True
)


def new(resource: Resource, name: str, namespace: str = "") -> Object:
    """Type and metadata of a new object."""
    meta: Object = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": resource.api, "kind": resource.kind, "metadata": meta}
