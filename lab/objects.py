"""Puts into the API server what the components expect to find.

Most of it once, for the saved state; leases and the ways to webhooks at each start.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from harvester_net.lab.api import Api, ApiError
from lab.components import Component
from lab.readiness import lease_path
from lab.setup import Setup

Object = dict[str, Any]

AT_ONCE = 16
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_POLL_SECONDS = 0.1
# Kinds whose plural isn't the kind with an s.
_PLURALS = {"Prometheus": "prometheuses", "VolumeSnapshotClass": "volumesnapshotclasses"}


async def create_types(api: Api, definitions: Iterable[Object]) -> None:
    """Creates the custom resource definitions and waits until all are served."""
    await apply_all(api, definitions)
    while True:
        if all(map(_established, (await api.list(CRDS))["items"])):
            return
        await asyncio.sleep(_POLL_SECONDS)


async def apply_all(api: Api, objects: Iterable[Object]) -> None:
    """Creates each object, or patches it if it is there; many at once."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(obj: Object) -> None:
        async with limit:
            await apply(api, obj)

    async with asyncio.TaskGroup() as group:
        for obj in objects:
            group.create_task(one(obj))


async def apply(api: Api, obj: Object) -> None:
    path = collection(obj)
    try:
        await api.create(path, obj)
    except ApiError as error:
        if error.status != 409:
            raise
        await api.merge_patch(f"{path}/{obj['metadata']['name']}", obj)


async def free_lease(api: Api, lease: tuple[str, str]) -> None:
    """Spares a controller waiting for one of an earlier run to give up."""
    try:
        await api.delete(lease_path(lease))
    except ApiError as error:
        if error.status != 404:
            raise


def way_to(component: Component, setup: Setup, open_for_calls: bool) -> list[Object]:
    """How the API server reaches the component: a Service without selector, its endpoint."""
    if component.service is None:
        return []
    namespace, name = component.service
    port = setup.ports[component.name]
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"ports": [{"name": "https", "port": 443, "targetPort": port}]},
    }
    labels = {"kubernetes.io/service-name": name}
    endpoints = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": f"{name}-lab", "namespace": namespace, "labels": labels},
        "addressType": "IPv4",
        "endpoints": [{"addresses": [setup.address], "conditions": {"ready": open_for_calls}}],
        "ports": [{"name": "https", "port": port, "protocol": "TCP"}],
    }
    return [service, endpoints]


def kubevirt_webhooks(setup: Setup) -> list[Object]:
    """virt-api's webhook configurations and APIServices, as virt-operator would make them."""
    command: list[str | Path] = [setup.programs["kubevirt-manifests"], "webhooks", "kubevirt"]
    printed = subprocess.run(
        [*command, setup.ca_file], capture_output=True, text=True, check=True
    ).stdout
    return [document for document in yaml.safe_load_all(printed) if document]


def collection(obj: Object) -> str:
    """The path to which such an object is posted; without a namespace it is cluster-wide."""
    version, kind = obj["apiVersion"], obj["kind"]
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    plural = _PLURALS.get(kind, f"{kind.lower()}s")
    namespace = obj["metadata"].get("namespace")
    return f"{root}/namespaces/{namespace}/{plural}" if namespace else f"{root}/{plural}"


def _established(definition: Object) -> bool:
    conditions = definition.get("status", {}).get("conditions") or []
    return any(c["type"] == "Established" and c["status"] == "True" for c in conditions)
