"""virt-operator's part in a VM migration network: the pods of virt-handler, one on each node.

They start anew one after the other when KubeVirt is told another network, and say on which one
they are. There are none before there ever was such a network: nothing else looks at them.
"""

from __future__ import annotations

import asyncio
import json

from harvester_net.harvester.names import NETWORK_STATUS, SYSTEM_NAMESPACE, VIRT_HANDLER
from harvester_net.lab.api import Api, Object
from harvester_net.lab.simulators.mirror import World, is_deleting, key_of
from harvester_net.lab.simulators.steps import Steps, found, gone

LABELS = {"kubevirt.io": "virt-handler"}
_CONTAINER = {"name": "virt-handler", "image": "registry.invalid/virt-handler"}
_SETS = f"/apis/apps/v1/namespaces/{SYSTEM_NAMESPACE}/daemonsets"


def network_told(kubevirt: Object | None) -> str:
    """The network that migrations are to use, as namespace/name; empty if the pods' own."""
    spec = (kubevirt or {}).get("spec") or {}
    migrations = (spec.get("configuration") or {}).get("migrations") or {}
    name = migrations.get("network")
    return f"{SYSTEM_NAMESPACE}/{name}" if name else ""


def pod_for(node: str, network: str) -> Object:
    """The pod of a node, on this network."""
    statuses = [{"name": "cbr0", "interface": "eth0", "default": True}]
    if network:
        statuses.append({"name": network, "interface": "migration0"})
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "generateName": "virt-handler-",
            "namespace": SYSTEM_NAMESPACE,
            "labels": LABELS,
            "annotations": {NETWORK_STATUS: json.dumps(statuses)},
        },
        "spec": {"nodeName": node, "containers": [_CONTAINER]},
    }


def daemon_set(nodes: int) -> Object:
    """virt-handler's own object, which says for how many nodes it is."""
    selector = {"matchLabels": LABELS}
    template = {"metadata": {"labels": LABELS}, "spec": {"containers": [_CONTAINER]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": VIRT_HANDLER.partition("/")[2], "namespace": SYSTEM_NAMESPACE},
        "spec": {"selector": selector, "template": template},
        "status": {
            "desiredNumberScheduled": nodes,
            "currentNumberScheduled": nodes,
            "numberMisscheduled": 0,
            "numberReady": nodes,
        },
    }


def is_of_virt_handler(pod: Object) -> bool:
    """Whether it is one of the pods."""
    metadata = pod["metadata"]
    ours = metadata.get("namespace") == SYSTEM_NAMESPACE
    return ours and LABELS.items() <= (metadata.get("labels") or {}).items()


def is_on(pod: Object, network: str) -> bool:
    """Whether a pod was made for this network."""
    notes = pod["metadata"].get("annotations") or {}
    wanted = pod_for("", network)["metadata"]["annotations"]
    return bool(notes.get(NETWORK_STATUS) == wanted[NETWORK_STATUS])


class VirtOperator:
    def __init__(self, world: World, steps: Steps) -> None:
        self._world = world
        self._api: Api = world.api
        self._steps = steps

    async def run(self) -> None:
        world = self._world
        async for _ in self._steps.looks(world.kubevirts, world.pods, world.nodes):
            if self._network or self._pods:
                self._steps.start("roll", self._roll)

    @property
    def _network(self) -> str:
        kubevirts = self._world.kubevirts
        return network_told(kubevirts.get(f"{SYSTEM_NAMESPACE}/kubevirt"))

    @property
    def _pods(self) -> list[Object]:
        return [pod for pod in self._world.pods if is_of_virt_handler(pod)]

    async def _roll(self) -> None:
        """One step of the roll-out: pods that are missing, else the first that is old."""
        nodes = {node["metadata"]["name"] for node in self._world.nodes}
        network, pods = self._network, self._pods
        await self._announce(len(nodes))
        for pod in pods:
            if pod["spec"].get("nodeName") not in nodes:
                await gone(self._api, self._world.pods.path_of(pod), {"gracePeriodSeconds": 0})
        served = {pod["spec"].get("nodeName") for pod in pods}
        for node in sorted(nodes - served):
            namespace = f"/api/v1/namespaces/{SYSTEM_NAMESPACE}/pods"
            await self._api.create(namespace, pod_for(node, network))
        busy = nodes - served or any(is_deleting(p) or not _is_ready(p) for p in pods)
        old = sorted((p for p in pods if not is_on(p, network)), key=key_of)
        if old and not busy:
            await gone(self._api, self._world.pods.path_of(old[0]))

    async def _announce(self, nodes: int) -> None:
        wanted, path = daemon_set(nodes), f"{_SETS}/{daemon_set(nodes)['metadata']['name']}"
        there = await found(self._api, path)
        if there is None:
            there = await self._api.create(_SETS, wanted)
        if there.get("status") != wanted["status"]:
            await self._api.merge_patch(f"{path}/status", {"status": wanted["status"]})


def _is_ready(pod: Object) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or []
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


async def run_virt_operator(world: World) -> None:
    async with asyncio.TaskGroup() as group:
        await VirtOperator(world, Steps(group, world.timings.retry)).run()
