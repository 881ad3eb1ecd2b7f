"""VMs in a whole embedded cluster, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from harvester_net.lab.api import Api, ApiError, Object
from harvester_net.lab.cluster import LabCluster
from harvester_net.lab.simulators.timings import Timings
from harvester_net.lab.users import USERS

from .apiserver.requests import ask
from .webhooks.vm_requests import vm as small_vm

KUBEVIRT = "/apis/kubevirt.io/v1/namespaces/default"
ASKED = "/apis/subresources.kubevirt.io/v1/namespaces/default"
VMS, VMIS = f"{KUBEVIRT}/virtualmachines", f"{KUBEVIRT}/virtualmachineinstances"
MIGRATIONS = f"{KUBEVIRT}/virtualmachineinstancemigrations"
AT_ONCE = Timings(vm_start=0.02, vm_stop=0.02, vm_migrate=0.02, retry=0.02)
SECONDS = 20


@pytest.fixture
async def cluster() -> AsyncIterator[LabCluster]:
    async with LabCluster(nodes=2, timings=AT_ONCE) as found:
        yield found


@pytest.fixture
async def api(cluster: LabCluster) -> AsyncIterator[Api]:
    async with cluster.api() as found:
        yield found


def vm(strategy: str, name: str = "vm1") -> Object:
    found = small_vm(strategy)
    found["metadata"] = {"name": name, "namespace": "default"}
    return found


async def until(api: Api, path: str, **status: Any) -> Object:
    """The object once its status says so."""
    async with asyncio.timeout(SECONDS):
        while True:
            found = await api.get(path)
            if status.items() <= (found.get("status") or {}).items():
                return found
            await asyncio.sleep(0.02)


async def uid_of(api: Api, resource: str, name: str = "vm1") -> str:
    """Empty for an object that is not there."""
    items = (await api.list(resource))["items"]
    uids = {each["metadata"]["name"]: each["metadata"]["uid"] for each in items}
    return str(uids.get(name, ""))


async def until_gone(api: Api, resource: str, uid: str = "") -> None:
    """Until there is nothing any more, or no object of this uid."""
    async with asyncio.timeout(SECONDS):
        while found := await uid_of(api, resource):
            if uid and found != uid:
                return
            await asyncio.sleep(0.02)


async def printed(api: Api, text: str) -> Object:
    return await until(api, f"{VMS}/vm1", printableStatus=text)


async def tell(api: Api, what: str, body: Object | None = None) -> None:
    await api.replace(f"{ASKED}/virtualmachines/vm1/{what}", body or {})


async def test_vm_is_stopped_started_and_deleted(api: Api) -> None:
    await api.create(VMS, vm("Always"))
    await printed(api, "Running")
    await tell(api, "stop")
    stopped = await printed(api, "Stopped")
    assert stopped["spec"]["runStrategy"] == "Halted"
    await until_gone(api, VMIS)
    await tell(api, "start")
    started = await printed(api, "Running")
    # Harvester's webhook puts back what its controller has noted (H5.6).
    assert started["spec"]["runStrategy"] == "Always"
    await api.delete(f"{VMS}/vm1", propagationPolicy="Foreground")
    await until_gone(api, VMS)
    await until_gone(api, VMIS)
    assert (await api.list("/api/v1/namespaces/default/pods"))["items"] == []


async def test_strategy_comes_back_at_the_next_start(api: Api) -> None:
    await api.create(VMS, vm("RerunOnFailure"))
    await printed(api, "Running")
    await api.merge_patch(f"{VMS}/vm1", {"spec": {"runStrategy": "Halted"}})
    await printed(api, "Stopped")
    await api.merge_patch(f"{VMS}/vm1", {"spec": {"runStrategy": "Always"}})
    assert (await printed(api, "Running"))["spec"]["runStrategy"] == "RerunOnFailure"


async def test_vm_is_restarted_and_migrated(api: Api) -> None:
    await api.create(VMS, vm("Manual"))
    await printed(api, "Stopped")
    await tell(api, "start")
    await printed(api, "Running")
    first = await uid_of(api, VMIS)
    await tell(api, "restart")
    await until_gone(api, VMIS, first)
    await printed(api, "Running")
    second = await until(api, f"{VMIS}/vm1", phase="Running")
    await tell(api, "migrate")
    (migration,) = (await api.list(MIGRATIONS))["items"]
    await until(api, f"{MIGRATIONS}/{migration['metadata']['name']}", phase="Succeeded")
    moved = await api.get(f"{VMIS}/vm1")
    assert moved["status"]["nodeName"] != second["status"]["nodeName"]
    assert moved["metadata"]["uid"] == second["metadata"]["uid"]


async def test_dry_run_changes_nothing(api: Api) -> None:
    await api.create(VMS, vm("Halted"))
    before = await printed(api, "Stopped")
    await tell(api, "start", {"dryRun": ["All"]})
    assert (await api.get(f"{VMS}/vm1"))["spec"] == before["spec"]
    with pytest.raises(ApiError, match='supported values: "All"') as refusal:
        await tell(api, "start", {"dryRun": ["x"]})
    assert refusal.value.status == 500


async def test_refusal_of_a_webhook_is_an_error_of_virt_api(
    cluster: LabCluster, api: Api
) -> None:
    await api.create(VMS, vm("Halted"))
    await printed(api, "Stopped")
    await cluster.kill("harvester-webhook")
    with pytest.raises(ApiError, match="failed calling webhook") as refusal:
        await tell(api, "start")
    assert refusal.value.status == 500


async def test_virt_api_that_is_away(cluster: LabCluster, api: Api) -> None:
    await cluster.kill("virt-api")
    code, text = await ask(cluster.plane, "PUT", f"{ASKED}/virtualmachines/vm1/start")
    assert (code, text.partition(":")[0]) == (503, "error trying to reach service")
    with pytest.raises(ApiError, match="failed calling webhook") as refusal:
        await api.create(VMS, vm("Manual"))
    assert refusal.value.status == 500
    await cluster.restart("virt-api")
    await api.create(VMS, vm("Manual"))


async def test_virt_api_writes_as_itself(cluster: LabCluster, api: Api) -> None:
    seen: list[Any] = []
    cluster.plane.admission.validators.append(seen.append)
    await api.create(VMS, vm("Manual"))
    await printed(api, "Stopped")
    await tell(api, "start")
    names = {each.user.name for each in seen if each.subresource == "status"}
    assert USERS["kubevirt-apiserver"] in names
