"""A user of the lab who may do everything with networks, and nothing with pods."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lab import RealLab

NAME = "network-admin"
ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts"
RBAC = "rbac.authorization.k8s.io"
GROUPS = [
    "apps",
    "coordination.k8s.io",
    "harvesterhci.io",
    "k8s.cni.cncf.io",
    "kubevirt.io",
    "longhorn.io",
    "network.harvesterhci.io",
]
CORE = ["configmaps", "namespaces", "nodes", "persistentvolumeclaims"]
RULES = [
    {"apiGroups": GROUPS, "resources": ["*"], "verbs": ["*"]},
    {"apiGroups": [""], "resources": CORE, "verbs": ["*"]},
]


def kubeconfig_of_network_admin(lab: RealLab, directory: Path) -> Path:
    """Makes the user, and returns where its kubeconfig is."""
    lab.client.create(ACCOUNTS, _made("ServiceAccount", "v1"))
    role = _made("ClusterRole", f"{RBAC}/v1", rules=RULES)
    lab.client.create(f"/apis/{RBAC}/v1/clusterroles", role)
    binding = _made(
        "ClusterRoleBinding",
        f"{RBAC}/v1",
        roleRef={"apiGroup": RBAC, "kind": "ClusterRole", "name": NAME},
        subjects=[{"kind": "ServiceAccount", "name": NAME, "namespace": "default"}],
    )
    lab.client.create(f"/apis/{RBAC}/v1/clusterrolebindings", binding)
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    granted = lab.client.create(f"{ACCOUNTS}/{NAME}/token", asked)
    file = directory / f"{NAME}.kubeconfig"
    file.write_text(json.dumps(_kubeconfig(lab, granted["status"]["token"])))
    return file


def _made(kind: str, version: str, **content: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": NAME}} | content


def _kubeconfig(lab: RealLab, token: str) -> dict[str, Any]:
    cluster = {"server": lab.url, "certificate-authority": str(lab.ca_file)}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "lab", "cluster": cluster}],
        "users": [{"name": NAME, "user": {"token": token}}],
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": NAME}}],
        "current-context": "lab",
    }
