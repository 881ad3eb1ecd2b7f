"""The resources that are served from the start, and what the server adds to their objects.

Only those that this package, the lab and users' programs beside it need. Their objects are
taken as they come: they have no schemas here.
"""

from __future__ import annotations

from harvester_net.lab.apiserver.resources import Resource

APPS, RBAC = "apps", "rbac.authorization.k8s.io"
REVIEWS = "authorization.k8s.io"
EXTENSIONS = "apiextensions.k8s.io"
ADMISSION = "admissionregistration.k8s.io"

NAMESPACES = Resource(
    "",
    "v1",
    "Namespace",
    "namespaces",
    namespaced=False,
    short_names=("ns",),
    has_status=True,
    fields=("status.phase",),
    verbs=("create", "delete", "get", "list", "patch", "update", "watch"),
)
PODS = Resource(
    "",
    "v1",
    "Pod",
    "pods",
    short_names=("po",),
    categories=("all",),
    has_status=True,
    counts_generations=True,
    graceful=True,
    fields=("spec.nodeName", "spec.restartPolicy", "status.phase", "status.podIP"),
)
BUDGETS = Resource(
    "policy",
    "v1",
    "PodDisruptionBudget",
    "poddisruptionbudgets",
    short_names=("pdb",),
    has_status=True,
    counts_generations=True,
    needs_version=True,
)
DEFINITIONS = Resource(
    EXTENSIONS,
    "v1",
    "CustomResourceDefinition",
    "customresourcedefinitions",
    namespaced=False,
    short_names=("crd", "crds"),
    categories=("api-extensions",),
    has_status=True,
    counts_generations=True,
    needs_version=True,
)
CLUSTER_ROLES = Resource(RBAC, "v1", "ClusterRole", "clusterroles", namespaced=False)
CLUSTER_ROLE_BINDINGS = Resource(
    RBAC, "v1", "ClusterRoleBinding", "clusterrolebindings", namespaced=False
)
ROLES = Resource(RBAC, "v1", "Role", "roles")
ROLE_BINDINGS = Resource(RBAC, "v1", "RoleBinding", "rolebindings")
ACCESS_REVIEWS = Resource(
    REVIEWS,
    "v1",
    "SelfSubjectAccessReview",
    "selfsubjectaccessreviews",
    namespaced=False,
    verbs=("create",),
)
RULES_REVIEWS = Resource(
    REVIEWS,
    "v1",
    "SelfSubjectRulesReview",
    "selfsubjectrulesreviews",
    namespaced=False,
    verbs=("create",),
)


def _workload(kind: str, plural: str, short: str) -> Resource:
    return Resource(
        APPS,
        "v1",
        kind,
        plural,
        short_names=(short,),
        categories=("all",),
        has_status=True,
        counts_generations=True,
    )


def _webhooks(kind: str, plural: str) -> Resource:
    return Resource(
        ADMISSION,
        "v1",
        kind,
        plural,
        namespaced=False,
        categories=("api-extensions",),
        counts_generations=True,
        needs_version=True,
    )


RESOURCES = (
    NAMESPACES,
    Resource("", "v1", "ConfigMap", "configmaps", short_names=("cm",)),
    Resource("", "v1", "Endpoints", "endpoints", short_names=("ep",)),
    Resource(
        "",
        "v1",
        "Event",
        "events",
        short_names=("ev",),
        fields=(
            "involvedObject.kind",
            "involvedObject.name",
            "involvedObject.namespace",
            "involvedObject.uid",
            "reason",
            "source",
            "type",
        ),
    ),
    Resource(
        "",
        "v1",
        "Node",
        "nodes",
        namespaced=False,
        short_names=("no",),
        has_status=True,
        fields=("spec.unschedulable",),
    ),
    Resource(
        "",
        "v1",
        "PersistentVolume",
        "persistentvolumes",
        namespaced=False,
        short_names=("pv",),
        has_status=True,
    ),
    Resource(
        "",
        "v1",
        "PersistentVolumeClaim",
        "persistentvolumeclaims",
        short_names=("pvc",),
        has_status=True,
    ),
    PODS,
    Resource("", "v1", "Secret", "secrets", fields=("type",)),
    Resource(
        "",
        "v1",
        "Service",
        "services",
        short_names=("svc",),
        categories=("all",),
        has_status=True,
    ),
    Resource("", "v1", "ServiceAccount", "serviceaccounts", short_names=("sa",)),
    _workload("DaemonSet", "daemonsets", "ds"),
    _workload("Deployment", "deployments", "deploy"),
    _workload("ReplicaSet", "replicasets", "rs"),
    _workload("StatefulSet", "statefulsets", "sts"),
    Resource(APPS, "v1", "ControllerRevision", "controllerrevisions"),
    Resource(
        "batch",
        "v1",
        "Job",
        "jobs",
        categories=("all",),
        has_status=True,
        counts_generations=True,
    ),
    Resource("coordination.k8s.io", "v1", "Lease", "leases", needs_version=True),
    Resource("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices"),
    Resource(
        "networking.k8s.io",
        "v1",
        "ServiceCIDR",
        "servicecidrs",
        namespaced=False,
        has_status=True,
    ),
    BUDGETS,
    Resource(
        "scheduling.k8s.io",
        "v1",
        "PriorityClass",
        "priorityclasses",
        namespaced=False,
        short_names=("pc",),
    ),
    Resource(
        "storage.k8s.io",
        "v1",
        "StorageClass",
        "storageclasses",
        namespaced=False,
        short_names=("sc",),
    ),
    Resource(
        "apiregistration.k8s.io",
        "v1",
        "APIService",
        "apiservices",
        namespaced=False,
        categories=("api-extensions",),
        has_status=True,
        needs_version=True,
    ),
    _webhooks("MutatingWebhookConfiguration", "mutatingwebhookconfigurations"),
    _webhooks("ValidatingWebhookConfiguration", "validatingwebhookconfigurations"),
    CLUSTER_ROLES,
    CLUSTER_ROLE_BINDINGS,
    ROLES,
    ROLE_BINDINGS,
    ACCESS_REVIEWS,
    RULES_REVIEWS,
    DEFINITIONS,
)
