"""A team that may work in its namespace only: its networks, made with its rights alone."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from harvester_net.lab.api import ApiError
from lab import Lab
from tests.rbac import RBAC

from .least import kubeconfig_of
from .programs import cluster_network, network_config
from .stack import Resource, Stack, resource

TEAM = "shop"
LOOK = ["get", "list", "watch"]
NADS = f"/apis/k8s.cni.cncf.io/v1/namespaces/{TEAM}/network-attachment-definitions"


def role(kind: str, rules: list[Any], **meta: str) -> dict[str, Any]:
    named = {"metadata": {"name": TEAM} | meta, "rules": rules}
    return {"apiVersion": f"{RBAC}/v1", "kind": kind} | named


def rule(group: str, kinds: list[str], verbs: list[str]) -> dict[str, list[str]]:
    return {"apiGroups": [group], "resources": kinds, "verbs": verbs}


ROLES = [
    role("ClusterRole", [rule("network.harvesterhci.io", ["clusternetworks"], LOOK)]),
    role(
        "Role",
        [
            rule("k8s.cni.cncf.io", ["network-attachment-definitions"], ["*"]),
            rule("kubevirt.io", ["virtualmachines", "virtualmachineinstances"], LOOK),
        ],
        namespace=TEAM,
    ),
]
"""As docs/rbac.md has them for a team with one namespace."""


def networks(**vlans: int) -> Resource:
    given = {key: {"vlan": vlan} for key, vlan in vlans.items()}
    return resource(
        "TenantNetworks",
        "team",
        namespace=TEAM,
        cluster_network="cn-data",
        allowed_vlans="100-199",
        defaults={"labels": {"example.com/team": TEAM}},
        networks=given,
    )


def test_team_makes_changes_and_removes_its_networks_with_its_own_rights(
    stack: Stack, lab: Lab, tmp_path: Path
) -> None:
    with suppress(ApiError):
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": TEAM}}
        lab.client.create("/api/v1/namespaces", namespace)
    stack.program(cluster_network(), network_config(node_selector={})).up().succeeded()
    team = Stack(tmp_path / "team", lab)
    own = kubeconfig_of(lab, team.directory, ROLES, TEAM)
    team.environ["KUBECONFIG"] = str(own)

    refused = team.program(networks(web=100, db=300)).preview().failed().output
    told = "networks.db.vlan: VLAN 300 is not one of 100-199, which shop may use"
    assert told in refused
    assert "Traceback" not in refused

    team.program(networks(web=100, db=101)).up().succeeded()
    assert team.state()["team"]["outputs"] == {
        "namespace": TEAM,
        "vmNetworks": {"web": "shop/web", "db": "shop/db"},
        "vlans": {"web": 100, "db": 101},
    }
    made = lab.client.get(f"{NADS}/db")
    assert made["metadata"]["labels"]["example.com/team"] == TEAM
    team.program(networks(web=100, db=102)).up().succeeded()
    assert team.diff() == {}
    team.destroy().succeeded()
