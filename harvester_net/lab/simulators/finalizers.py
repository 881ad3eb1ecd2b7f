"""Finalizers that all agents share: whoever comes first puts or removes one (H2)."""

from __future__ import annotations

from harvester_net.lab.api import Api, ApiError, Object
from harvester_net.lab.simulators.mirror import is_deleting
from harvester_net.lab.simulators.steps import found


async def add_finalizer(api: Api, path: str, obj: Object, finalizer: str) -> None:
    finalizers = obj["metadata"].get("finalizers", [])
    if finalizer not in finalizers:
        await _set_finalizers(api, path, obj, [*finalizers, finalizer])


async def remove_finalizer(api: Api, path: str, finalizer: str) -> None:
    live = await found(api, path)
    finalizers = (live or {}).get("metadata", {}).get("finalizers", [])
    if live and is_deleting(live) and finalizer in finalizers:
        left = [other for other in finalizers if other != finalizer]
        await _set_finalizers(api, path, live, left)


async def _set_finalizers(api: Api, path: str, obj: Object, finalizers: list[str]) -> None:
    version = obj["metadata"]["resourceVersion"]
    metadata = {"finalizers": finalizers, "resourceVersion": version}
    try:
        await api.merge_patch(path, {"metadata": metadata})
    except ApiError as error:
        # Every node's agent does the same; who comes second finds it done.
        if error.status not in (404, 409):
            raise
