"""Who may work in one namespace only: all verbs there, and a look at the cluster networks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from harvester_net.cluster.access import AccessSettings
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.errors import Denied, Forbidden
from harvester_net.cluster.resources import Object
from harvester_net.kinds.failures import Refused
from harvester_net.kinds.vm_network import VmNetwork

from ... import objects
from ...cluster import LabApi
from ...timing import QUICK
from ..programs import VM_NETWORK, program
from .calls import Run

KIND = VmNetwork()
RBAC = "rbac.authorization.k8s.io"
TENANT = "tenant-a"
IN_NAMESPACE = [
    ("k8s.cni.cncf.io", "network-attachment-definitions"),
    ("kubevirt.io", "virtualmachines"),
    ("kubevirt.io", "virtualmachineinstances"),
]
MAY_NOT_JUDGE = "not all that Harvester would refuse can be said: "


def role(kind: str, name: str, rules: list[Object], **meta: Any) -> Object:
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": kind,
        "metadata": {"name": name} | meta,
        "rules": rules,
    }


def binding(kind: str, of: Object, **meta: Any) -> Object:
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": kind,
        "metadata": {"name": of["metadata"]["name"]} | meta,
        "roleRef": {"apiGroup": RBAC, "kind": of["kind"], "name": of["metadata"]["name"]},
        "subjects": [{"apiGroup": RBAC, "kind": "User", "name": TENANT}],
    }


def admit_tenant(api: LabApi, *verbs: str) -> None:
    """The tenant may do this with everything of VM networks in its namespace."""
    group = "network.harvesterhci.io"
    looks = [
        {
            "verbs": ["get", "list", "watch"],
            "apiGroups": [group],
            "resources": ["clusternetworks"],
        }
    ]
    works = [
        {"verbs": list(verbs), "apiGroups": [group], "resources": [plural]}
        for group, plural in IN_NAMESPACE
    ]
    cluster, own = (
        role("ClusterRole", "looks", looks),
        role("Role", "works", works, namespace=TENANT),
    )
    for obj in (
        cluster,
        own,
        binding("ClusterRoleBinding", cluster),
        binding("RoleBinding", own, namespace=TENANT),
    ):
        api.put(obj)
    api.accept("tenants-token", user=TENANT)
    api.put(objects.cluster_network("data"))


@pytest.fixture
async def run(api: LabApi) -> AsyncIterator[Run]:
    settings = AccessSettings(api.kubeconfig({"token": "tenants-token"}), environment="")
    cluster = Cluster(settings, timings=QUICK)
    yield Run(api, cluster)
    await cluster.close()


def network(**changed: Any) -> Object:
    return program(VM_NETWORK, namespace=TENANT, **changed)


async def test_tenant_lives_with_its_own_networks(run: Run, api: LabApi) -> None:
    """A 403 of a list over all namespaces ended everything, `destroy` included."""
    admit_tenant(api, "*")
    wanted = network(vlan=100)
    await KIND.create(wanted, run.call(KIND, "web", preview=True))
    made = await KIND.create(wanted, run.call(KIND, "web"))
    seen = await KIND.read(made.key, wanted, made.outputs, run.call(KIND, "web"))
    assert seen is not None
    assert seen.inputs == wanted

    moved = network(vlan=200)
    for preview in (True, False):
        call = run.call(KIND, "web", preview=preview)
        await KIND.update(made.key, wanted, moved, made.outputs, call)
    config = api.get("network-attachment-definitions", made.key)["spec"]["config"]
    assert '"vlan":200' in config.replace(" ", "")

    await KIND.delete(made.key, made.outputs, run.call(KIND, "web"))
    assert not api.has("network-attachment-definitions", made.key)
    assert [w for w in run.said.warned if not w.startswith(MAY_NOT_JUDGE)] == []
    # Refused once in all namespaces, then listed in its own; the last wait watches alike.
    assert api.counts()["GET network-attachment-definitions"] <= 6


async def test_tenant_lists_the_networks_of_its_namespace(run: Run, api: LabApi) -> None:
    admit_tenant(api, "*")
    made = await KIND.create(network(vlan=100), run.call(KIND, "web"))
    api.put(objects.nad("other"))
    found = await KIND.list_objects({"namespace": TENANT}, run.call(KIND, ""))
    assert list(found) == [made.key]
    with pytest.raises(Forbidden):
        await KIND.list_objects({}, run.call(KIND, ""))


async def test_tenant_hears_which_of_its_vms_hold_a_network(run: Run, api: LabApi) -> None:
    admit_tenant(api, "*")
    made = await KIND.create(network(vlan=100), run.call(KIND, "web"))
    api.put(objects.vm("vm1", made.key, namespace=TENANT))
    api.put(objects.vmi("vm1", made.key, namespace=TENANT))
    said = "it's still used by VM(s) tenant-a/vm1 which must be stopped at first"
    for verb in ("PATCH", "DELETE"):
        api.deny(f"{verb} network-attachment-definitions", said)
    with pytest.raises(Denied) as denied:
        await KIND.update(
            made.key, network(vlan=100), network(vlan=200), made.outputs, run.call(KIND, "web")
        )
    assert str(denied.value) == f"Harvester refused it: {said}"
    with pytest.raises(Refused) as refused:
        await KIND.delete(made.key, made.outputs, run.call(KIND, "web"))
    assert str(refused.value) == (
        f"VmNetwork {made.key} cannot be deleted while it is used by VM tenant-a/vm1 (Running "
        "on node1)"
    )


async def test_get_alone_is_enough_to_look(run: Run, api: LabApi) -> None:
    admit_tenant(api, "get")
    api.put(objects.nad("vm100", TENANT))
    seen = await KIND.read(f"{TENANT}/vm100", {}, {}, run.call(KIND, "web"))
    assert seen is not None
    assert seen.inputs["vlan"] == 100
    assert await KIND.read(f"{TENANT}/none", {}, {}, run.call(KIND, "none")) is None


async def test_other_namespaces_stay_forbidden(run: Run, api: LabApi) -> None:
    admit_tenant(api, "*")
    api.put(objects.nad("vm100", "default"))
    with pytest.raises(Forbidden, match="vm100"):
        await KIND.read("default/vm100", {}, {}, run.call(KIND, "web"))
