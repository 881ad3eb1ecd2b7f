"""whereabouts: the address pool of the storage network, as Longhorn's pods would fill it."""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import Sequence

from harvester_net.lab.api import Api, Object
from harvester_net.lab.simulators.mirror import World
from harvester_net.lab.simulators.steps import Steps, found

_NAMESPACE = "kube-system"
_SETTING = "longhorn-system/storage-network"


def pool_name(address_range: str) -> str:
    return address_range.replace("/", "-")


def allocations(address_range: str, exclude: Sequence[str], nodes: Sequence[str]) -> Object:
    """One address for the instance manager of each node, as long as the range has any.

    Keys are offsets from the start of the range, as whereabouts counts.
    """
    network = ipaddress.IPv4Network(address_range)
    excluded = [ipaddress.IPv4Network(part, strict=False) for part in exclude]
    free = (
        str(int(address) - int(network.network_address))
        for address in network.hosts()
        if not any(address in part for part in excluded)
    )
    return {
        offset: {
            "id": f"instance-manager-{node}",
            "podref": f"longhorn-system/instance-manager-{node}",
            "ifname": "lhnet1",
        }
        for offset, node in zip(free, nodes, strict=False)
    }


class Whereabouts:
    def __init__(self, world: World, steps: Steps) -> None:
        self._world = world
        self._api: Api = world.api
        self._steps = steps

    async def run(self) -> None:
        world = self._world
        async for _ in self._steps.looks(world.longhorn_settings, world.nodes, world.pools):
            self._steps.start("pools", self._settle)

    async def _settle(self) -> None:
        wanted = await self._wanted()
        for pool in self._world.pools:
            name = pool["metadata"]["name"]
            if name not in wanted and pool["spec"].get("allocations"):
                await self._write(name, pool["spec"]["range"], {})
        for name, (address_range, given) in wanted.items():
            live = self._world.pools.get(f"{_NAMESPACE}/{name}")
            if live is None or live["spec"].get("allocations", {}) != given:
                await asyncio.sleep(self._world.timings.pool_fill)
                await self._write(name, address_range, given)

    async def _wanted(self) -> dict[str, tuple[str, Object]]:
        """Range and allocations of the network that Longhorn is told to use, if any."""
        setting = self._world.longhorn_settings.get(_SETTING) or {}
        namespace, _, name = (setting.get("value") or "").partition("/")
        collection = f"/apis/k8s.cni.cncf.io/v1/namespaces/{namespace}"
        path = f"{collection}/network-attachment-definitions/{name}"
        network = await found(self._api, path) if name else None
        if network is None:
            return {}
        ipam = json.loads(network["spec"]["config"])["ipam"]
        nodes = sorted(node["metadata"]["name"] for node in self._world.nodes)
        given = allocations(ipam["range"], ipam.get("exclude") or [], nodes)
        return {pool_name(ipam["range"]): (ipam["range"], given)}

    async def _write(self, name: str, address_range: str, given: Object) -> None:
        path = self._world.pools.path(f"{_NAMESPACE}/{name}")
        pool = {
            "apiVersion": "whereabouts.cni.cncf.io/v1alpha1",
            "kind": "IPPool",
            "metadata": {"name": name, "namespace": _NAMESPACE},
            "spec": {"range": address_range, "allocations": given},
        }
        live = await found(self._api, path)
        if live is None:
            await self._api.create(path.rpartition("/")[0], pool)
        elif live["spec"] != pool["spec"]:
            version = {"resourceVersion": live["metadata"]["resourceVersion"]}
            metadata = pool["metadata"] | version  # type: ignore[operator]
            await self._api.replace(path, pool | {"metadata": metadata})


async def run_whereabouts(world: World) -> None:
    async with asyncio.TaskGroup() as group:
        await Whereabouts(world, Steps(group, world.timings.retry)).run()
