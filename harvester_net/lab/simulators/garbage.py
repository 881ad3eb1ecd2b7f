"""Garbage collection: removes what lost its owner, for no kube-controller-manager runs here.

Without it the VlanStatus of an agent that was down at a deletion would stay for ever, which
in a real cluster it does not (H4.5).
"""

from __future__ import annotations

import asyncio

from harvester_net.lab.api import Api, Object
from harvester_net.lab.simulators.mirror import Mirror, World, is_deleting
from harvester_net.lab.simulators.steps import Steps, found, gone


class GarbageCollector:
    def __init__(self, api: Api, world: World, steps: Steps) -> None:
        self._api = api
        self._world = world
        self._steps = steps
        self._owners = {
            "Node": world.nodes,
            "VlanConfig": world.vlan_configs,
            "VirtualMachine": world.vms,
            "VirtualMachineInstance": world.vmis,
        }

    async def run(self) -> None:
        world = self._world
        owned = (world.vlan_statuses, world.vmis, world.pods, world.config_maps)
        async for _ in self._steps.looks(*owned, *self._owners.values()):
            for mirror in owned:
                for obj in mirror:
                    if not is_deleting(obj) and self._seems_orphaned(obj):
                        self._collect(mirror, obj)

    def _collect(self, mirror: Mirror, obj: Object) -> None:
        uid = obj["metadata"]["uid"]
        self._steps.start(uid, lambda: self._delete(mirror.path_of(obj), obj))

    def _seems_orphaned(self, obj: Object) -> bool:
        """Whether all its owners are of kinds we follow, and none is there."""
        owners = obj["metadata"].get("ownerReferences") or []
        return bool(owners) and all(self._is_gone(obj, owner) for owner in owners)

    def _is_gone(self, obj: Object, owner: Object) -> bool:
        mirror = self._owners.get(owner["kind"])
        live = mirror and mirror.get(_owner_key(obj, owner, mirror))
        return mirror is not None and (not live or live["metadata"]["uid"] != owner["uid"])

    async def _delete(self, path: str, obj: Object) -> None:
        await asyncio.sleep(self._world.timings.garbage_collect)
        for owner in obj["metadata"]["ownerReferences"]:
            mirror = self._owners[owner["kind"]]
            # Ask again: a watch may show an object before its owner.
            live = await found(self._api, mirror.path(_owner_key(obj, owner, mirror)))
            if live and live["metadata"]["uid"] == owner["uid"]:
                return
        await gone(self._api, path, {"preconditions": {"uid": obj["metadata"]["uid"]}})


async def run_garbage_collector(api: Api, world: World) -> None:
    async with asyncio.TaskGroup() as group:
        await GarbageCollector(api, world, Steps(group, world.timings.retry)).run()


def _owner_key(obj: Object, owner: Object, mirror: Mirror) -> str:
    """An owner is in its object's namespace, unless its kind has none."""
    namespace = obj["metadata"].get("namespace")
    name: str = owner["name"]
    return f"{namespace}/{name}" if namespace and mirror.namespaced else name
