"""Two clients that know nothing of the embedded server: our own, and the official one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from kubernetes import aio

from harvester_net.cluster.access import AccessSettings
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline
from harvester_net.cluster.errors import AlreadyExists, Conflict, NotFound, Rejected
from harvester_net.cluster.resources import Resource
from harvester_net.lab.apiserver import ControlPlane

from .objects import API, gadget

official: Any = aio
"""The official client is half typed."""

GADGETS = Resource(API, "Gadget", "gadgets", namespaced=True)


async def test_our_own_client_lists_watches_and_writes(plane: ControlPlane) -> None:
    cluster = Cluster(AccessSettings(str(plane.kubeconfig)))
    deadline = Deadline(10)
    try:
        assert await cluster.list(GADGETS, deadline) == {}
        made = await cluster.create(GADGETS, gadget("g"), deadline)
        with pytest.raises(AlreadyExists):
            await cluster.create(GADGETS, gadget("g"), deadline)
        with pytest.raises(Rejected, match="must be of type integer"):
            await cluster.create(GADGETS, gadget("h", spec={"size": "x"}), deadline)
        await _watches_and_patches(cluster, made["metadata"]["resourceVersion"], deadline)
        with pytest.raises(Conflict, match="does not match the UID in record"):
            await cluster.delete(GADGETS, "default/g", "another", deadline)
        uid = made["metadata"]["uid"]
        assert await cluster.delete(GADGETS, "default/g", uid, deadline)
        await cluster.wait_until_gone(GADGETS, "default/g", uid, deadline)
        assert await cluster.get(GADGETS, "default/g", deadline) is None
        assert not await cluster.delete(GADGETS, "default/g", uid, deadline)
        with pytest.raises(NotFound):
            await cluster.list(Resource(API, "Unknown", "unknowns"), deadline)
    finally:
        await cluster.close()


async def _watches_and_patches(cluster: Cluster, version: str, deadline: Deadline) -> None:
    """Waits for a change while it is made, and makes one that comes too late."""

    def resized() -> bool | None:
        spec = cluster.cached(GADGETS)["default/g"].get("spec") or {}
        return spec.get("size") == 2 or None

    waiting = asyncio.ensure_future(cluster.wait_for((GADGETS,), resized, deadline))
    fields = {"metadata": {"resourceVersion": version}, "spec": {"size": 2}}
    await cluster.patch(GADGETS, "default/g", fields, deadline)
    assert await waiting
    with pytest.raises(Conflict, match="the object has been modified"):
        await cluster.patch(GADGETS, "default/g", fields, deadline)


async def test_official_client_finds_its_way(plane: ControlPlane) -> None:
    await official.config.load_kube_config(str(plane.kubeconfig))
    client = official.client
    async with client.ApiClient() as api:
        core = client.CoreV1Api(api)
        spaces = await core.list_namespace()
        assert "default" in [each.metadata.name for each in spaces.items]
        body = client.V1ConfigMap(metadata=client.V1ObjectMeta(name="m"), data={"a": "b"})
        made = await core.create_namespaced_config_map("default", body)
        made.data["a"] = "c"
        await core.replace_namespaced_config_map("m", "default", made)
        with pytest.raises(client.ApiException) as conflict:
            await core.replace_namespaced_config_map("m", "default", made)
        assert (conflict.value.status, conflict.value.reason) == (409, "Conflict")
        assert (await core.read_namespaced_config_map("m", "default")).data == {"a": "c"}
        await _watch_with(core, made.metadata.resource_version)
        await core.delete_namespaced_config_map("m", "default")
        with pytest.raises(client.ApiException) as missing:
            await core.read_namespaced_config_map("m", "default")
        assert (missing.value.status, missing.value.reason) == (404, "Not Found")
        assert (await client.VersionApi(api).get_code()).major == "1"
        custom = client.CustomObjectsApi(api)
        await custom.create_namespaced_custom_object(
            "example.lab", "v1", "default", "gadgets", gadget("g")
        )
        listed = await custom.list_cluster_custom_object("example.lab", "v1", "gadgets")
        assert [each["metadata"]["name"] for each in listed["items"]] == ["g"]


async def _watch_with(core: Any, since: str) -> None:
    """The official watch hears of the one change since then."""
    async with official.watch.Watch().stream(
        core.list_namespaced_config_map, "default", resource_version=since, timeout_seconds=5
    ) as events:
        async for event in events:
            assert (event["type"], event["object"].data) == ("MODIFIED", {"a": "c"})
            return
