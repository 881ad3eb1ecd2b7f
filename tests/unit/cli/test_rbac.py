"""`harvester-net rbac`: roles that can be applied, and that give what is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from harvester_net.change.rights import changing, moving, verifying
from harvester_net.cli.main import app
from harvester_net.cluster.resources import Object
from harvester_net.cluster.rights import Right, is_covered
from harvester_net.harvester.rights import MANAGING, READING

from ...cluster import LabApi


def printed(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["rbac", *arguments])
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def roles(*arguments: str) -> list[Object]:
    return list(yaml.safe_load_all(printed(*arguments)))


def rules_in(documents: list[Object], namespace: str) -> list[Any]:
    return [
        rule
        for role in documents
        if role["metadata"].get("namespace", "") in ("", namespace)
        for rule in role["rules"]
    ]


ROLE = """\
# What harvester-net needs for: verify. Give it to whoever runs it:
#   kubectl create clusterrolebinding harvester-net-verify --clusterrole harvester-net-verify \
--serviceaccount NAMESPACE:NAME
#   kubectl -n harvester-system create rolebinding harvester-net-verify --role \
harvester-net-verify --serviceaccount NAMESPACE:NAME
#   kubectl -n longhorn-system create rolebinding harvester-net-verify --role \
harvester-net-verify --serviceaccount NAMESPACE:NAME
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: harvester-net-verify
rules:
  # The look at the nodes runs a short pod on each.
  - apiGroups: [""]
    resources: ["nodes"]
    verbs: ["list"]
  - apiGroups: ["harvesterhci.io"]
    resources: ["settings"]
    verbs: ["list"]
  - apiGroups: ["k8s.cni.cncf.io"]
    resources: ["network-attachment-definitions"]
    verbs: ["list"]
  - apiGroups: ["kubevirt.io"]
    resources: ["virtualmachineinstances"]
    verbs: ["list"]
  - apiGroups: ["network.harvesterhci.io"]
    resources: ["clusternetworks"]
    verbs: ["list", "patch"]
  - apiGroups: ["network.harvesterhci.io"]
    resources: ["hostnetworkconfigs", "linkmonitors", "vlanconfigs", "vlanstatuses"]
    verbs: ["list"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: harvester-net-verify
  namespace: harvester-system
rules:
  # The look at the nodes runs a short pod on each.
  - apiGroups: [""]
    resources: ["pods"]
    verbs: ["list", "create", "delete"]
  - apiGroups: ["coordination.k8s.io"]
    resources: ["leases"]
    verbs: ["create"]
  - apiGroups: ["coordination.k8s.io"]
    resources: ["leases"]
    resourceNames: ["harvester-net-change"]
    verbs: ["get", "patch"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: harvester-net-verify
  namespace: longhorn-system
rules:
  # The look at the nodes runs a short pod on each.
  - apiGroups: ["apps"]
    resources: ["daemonsets"]
    resourceNames: ["longhorn-manager"]
    verbs: ["get"]
"""


def test_role_is_yaml_that_says_how_to_give_it() -> None:
    assert printed("--for", "verify") == ROLE


@pytest.mark.parametrize(
    ("purposes", "needed"),
    [
        (("preview",), READING),
        (("networks",), (*READING, *MANAGING)),
        (("changes",), changing()),
        (("uplinks",), moving()),
        (("verify",), verifying()),
        (("changes", "verify"), changing() | verifying()),
        ((), {*READING, *MANAGING, *changing(), *moving(), *verifying()}),
    ],
    ids=["preview", "networks", "changes", "uplinks", "verify", "changes and verify", "all"],
)
def test_roles_give_what_is_needed(purposes: tuple[str, ...], needed: set[Right]) -> None:
    given = roles(*(word for purpose in purposes for word in ("--for", purpose)))
    for right in needed:
        assert is_covered(right, rules_in(given, right.namespace)), right


def test_preview_writes_nothing() -> None:
    verbs = {
        verb
        for role in roles("--for", "preview")
        for rule in role["rules"]
        for verb in rule["verbs"]
    }
    assert verbs == {"get", "list"}


def test_nobody_is_given_secrets_or_everything() -> None:
    for role in roles():
        for rule in role["rules"]:
            assert "secrets" not in rule["resources"]
            assert "*" not in (*rule["apiGroups"], *rule["resources"], *rule["verbs"])


def test_several_purposes_are_one_role_in_each_place() -> None:
    assert [(role["kind"], role["metadata"]) for role in roles()] == [
        ("ClusterRole", {"name": "harvester-net"}),
        ("Role", {"name": "harvester-net", "namespace": "harvester-system"}),
        ("Role", {"name": "harvester-net", "namespace": "longhorn-system"}),
    ]
    (cluster, _) = roles("--for", "changes", "--for", "networks")
    assert cluster["metadata"]["name"] == "harvester-net-networks-changes"


async def test_server_takes_them(certificates: Path) -> None:
    async with LabApi(certificates) as api:
        api.plane.load(roles())
        assert api.has("clusterroles", "harvester-net")
        assert api.has("roles", "harvester-system/harvester-net")


def test_unknown_purpose_is_a_wrong_call() -> None:
    result = CliRunner().invoke(app, ["rbac", "--for", "everything"])
    assert result.exit_code == 2
