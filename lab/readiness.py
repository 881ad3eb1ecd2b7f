"""Whether a component really does its work, seen from outside.

Each question is asked again and again until the answer is yes, so a component that does not
answer yet counts as not ready. A webhook is ready when it refuses what it has to refuse, and
is registered to complete what it has to complete.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp

from harvester_net.lab.api import ApiError
from lab.setup import LOOPBACK, Setup

DENIED = "denied the request"
SUBRESOURCES = "/apis/subresources.kubevirt.io/v1"
SUBRESOURCES_SERVICE = (
    "/apis/apiregistration.k8s.io/v1/apiservices/v1.subresources.kubevirt.io"
)
CLUSTER_NETWORKS = "/apis/network.harvesterhci.io/v1beta1/clusternetworks"
MUTATING = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
STORAGE_NETWORK = "/apis/harvesterhci.io/v1beta1/settings/storage-network"


async def etcd(setup: Setup) -> bool:
    url = f"http://{LOOPBACK}:{setup.ports['etcd']}/health"
    try:
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def api_server(setup: Setup) -> bool:
    return await _answers(setup, "/readyz")


async def refuses_long_cluster_network(setup: Setup) -> bool:
    """Device names allow 12 characters (H0), so 13 are refused by the network webhook."""
    too_long = {
        "apiVersion": "network.harvesterhci.io/v1beta1",
        "kind": "ClusterNetwork",
        "metadata": {"name": "thirteenchars"},
    }
    async with setup.api() as api:
        refused = await _denied(api.create(CLUSTER_NETWORKS, too_long, dryRun="All"))
    return refused and await _mutates(setup, "harvester-network-webhook")


async def refuses_senseless_storage_network(setup: Setup) -> bool:
    async with setup.api() as api:
        change = api.merge_patch(STORAGE_NETWORK, {"value": "notjson"}, dryRun="All")
        refused = await _denied(change)
    return refused and await _mutates(setup, "harvester-mutator")


async def _mutates(setup: Setup, name: str) -> bool:
    """Whether a webhook has registered its other half too, which it does a moment later: a
    state saved in between would be of a server that completes no object.
    """
    return await _answers(setup, f"{MUTATING}/{name}")


async def virt_api_serves(setup: Setup) -> bool:
    """Whether it is announced, and really answers through the API server."""
    try:
        async with setup.api() as api:
            service = await api.get(SUBRESOURCES_SERVICE)
            await api.get(SUBRESOURCES)
    except (ApiError, aiohttp.ClientError):
        return False
    conditions = service.get("status", {}).get("conditions") or []
    return any(c["type"] == "Available" and c["status"] == "True" for c in conditions)


async def listens(component: str, setup: Setup) -> bool:
    """Whether anything can be connected to at the address at which webhooks are called."""
    try:
        port = setup.ports[component]
        _, writer = await asyncio.open_connection(setup.address, port)
    except OSError:
        return False
    writer.close()
    return True


def leads(lease: tuple[str, str]) -> Callable[[Setup], Awaitable[bool]]:
    """A controller works once it has its lease; that of an earlier run is deleted first."""

    async def ready(setup: Setup) -> bool:
        return await _answers(setup, lease_path(lease))

    return ready


def lease_path(lease: tuple[str, str]) -> str:
    namespace, name = lease
    return f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/{name}"


def logged(component: str, words: str) -> Callable[[Setup], Awaitable[bool]]:
    async def ready(setup: Setup) -> bool:
        return words in setup.log(component).read_text(errors="replace")

    return ready


async def _answers(setup: Setup, path: str) -> bool:
    try:
        async with setup.api() as api:
            await api.get(path)
    except (ApiError, aiohttp.ClientError):
        return False
    return True


async def _denied(request: Awaitable[object]) -> bool:
    """Whether a webhook refused; "failed calling webhook" and 404 mean: not there yet."""
    try:
        await request
    except ApiError as error:
        return DENIED in error.message
    except aiohttp.ClientError:
        return False
    return False
