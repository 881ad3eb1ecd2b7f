"""Longhorn: makes a volume for each claim, attaches it while it is used, detaches it after."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from harvester_net.lab.api import Api, Object
from harvester_net.lab.faults import VolumeStaysAttached
from harvester_net.lab.simulators.index import Index
from harvester_net.lab.simulators.mirror import World, is_deleting, key_of
from harvester_net.lab.simulators.steps import Steps, found, gone

_FINAL = ("Succeeded", "Failed")
_PROMETHEUS = ("app.kubernetes.io/name", "prometheus")


def claims_used(pod: Object) -> Iterator[str]:
    """The claims, as namespace/name, that a pod uses as long as it runs."""
    if not pod["spec"].get("nodeName") or pod["status"].get("phase") in _FINAL:
        return
    for volume in pod["spec"].get("volumes", []):
        if claim := volume.get("persistentVolumeClaim"):
            yield f"{pod['metadata']['namespace']}/{claim['claimName']}"


def _volume_of(claim: Object) -> Iterator[str]:
    if name := claim["spec"].get("volumeName"):
        yield name


class Longhorn:
    def __init__(self, world: World, steps: Steps) -> None:
        self._world = world
        self._api: Api = world.api
        self._steps = steps
        self._users = Index(world.pods, claims_used)
        self._claims = Index(world.claims, _volume_of)

    async def run(self) -> None:
        world = self._world
        async for _ in self._steps.looks(
            world.volumes, world.claims, world.pods, world.prometheuses, world.config_maps
        ):
            for claim in world.claims:
                if is_deleting(claim) or not _is_bound(claim):
                    self._steps.start(claim["metadata"]["uid"], self._serve, claim)
            for volume in world.volumes:
                if self._state(volume) != (volume.get("status") or {}).get("state"):
                    self._steps.start(key_of(volume), self._move, volume)

    def _claim(self, volume: Object) -> Object | None:
        return self._claims.one(volume["metadata"]["name"])

    def _is_used(self, claim: Object) -> bool:
        """Whether a pod uses it, or Prometheus, whose pod is not run."""
        label, name = _PROMETHEUS
        if (claim["metadata"].get("labels") or {}).get(label) == name:
            prometheuses = self._world.prometheuses
            return any(each["spec"].get("replicas") for each in prometheuses)
        return bool(self._users.of(key_of(claim)))

    def _state(self, volume: Object) -> str:
        """The state that the volume should have."""
        if VolumeStaysAttached(volume["metadata"]["name"]) in self._world.faults:
            return "attached"
        claim = self._claim(volume)
        return "attached" if claim is not None and self._is_used(claim) else "detached"

    async def _move(self, volume: Object) -> None:
        timings = self._world.timings
        wanted = self._state(volume)
        if (volume.get("status") or {}).get("state"):
            attaching = wanted == "attached"
            await asyncio.sleep(timings.volume_attach if attaching else timings.volume_detach)
        if self._state(volume) == wanted:
            status = {"state": wanted, "kubernetesStatus": self._user(volume)}
            path = self._world.volumes.path_of(volume)
            await self._api.merge_patch(f"{path}/status", {"status": status})

    def _user(self, volume: Object) -> Object:
        claim = self._claim(volume)
        if claim is None:
            return {}
        metadata = claim["metadata"]
        return {"namespace": metadata["namespace"], "pvcName": metadata["name"]}

    async def _serve(self, claim: Object) -> None:
        path = self._world.claims.path_of(claim)
        if is_deleting(claim):
            await self._release(claim, path)
            return
        if not claim["spec"].get("volumeName"):
            volume = _volume_for(claim)
            volume_path = self._world.volumes.path_of(volume)
            if not await found(self._api, volume_path):
                await self._api.create(volume_path.rpartition("/")[0], volume)
            name = {"volumeName": volume["metadata"]["name"]}
            await self._api.merge_patch(path, {"spec": name})
        await self._api.merge_patch(f"{path}/status", {"status": {"phase": "Bound"}})

    async def _release(self, claim: Object, path: str) -> None:
        """The part of the controllers that protect a claim and delete its volume."""
        if self._is_used(claim):
            return
        if name := claim["spec"].get("volumeName"):
            await gone(self._api, self._world.volumes.path(f"longhorn-system/{name}"))
        if await found(self._api, path):
            await self._api.merge_patch(path, {"metadata": {"finalizers": None}})


async def run_longhorn(world: World) -> None:
    async with asyncio.TaskGroup() as group:
        await Longhorn(world, Steps(group, world.timings.retry)).run()


def _is_bound(claim: Object) -> bool:
    bound = (claim.get("status") or {}).get("phase") == "Bound"
    return bound and bool(claim["spec"].get("volumeName"))


def _volume_for(claim: Object) -> Object:
    name = f"pvc-{claim['metadata']['uid']}"
    return {
        "apiVersion": "longhorn.io/v1beta2",
        "kind": "Volume",
        "metadata": {"name": name, "namespace": "longhorn-system"},
        # The size is of no consequence here, but Longhorn's type asks for bytes.
        "spec": {"size": "1073741824", "numberOfReplicas": 3, "frontend": "blockdev"},
    }
