"""Scheduler and kubelet of the simulated nodes: nodes become ready, pods are bound and run.

Of pods of the host's network those of `harvester-net verify` answer; others stay pending.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from functools import lru_cache

from harvester_net.cluster.resources import NAD
from harvester_net.harvester.cni import tagged_vlans
from harvester_net.harvester.names import CLUSTER_NETWORK_LABEL
from harvester_net.lab.api import Api, Object
from harvester_net.lab.simulators import looks
from harvester_net.lab.simulators.agent import links_key
from harvester_net.lab.simulators.index import Index
from harvester_net.lab.simulators.links import Links, from_data
from harvester_net.lab.simulators.machines import address_of, nics_of
from harvester_net.lab.simulators.mirror import World, is_deleting, key_of
from harvester_net.lab.simulators.moves import phase_in
from harvester_net.lab.simulators.placement import suitable_nodes
from harvester_net.lab.simulators.steps import Steps, gone
from harvester_net.lab.simulators.timings import now

_PLACE, _RUN, _END, _REMOVE = "place", "run", "end", "remove"
_RUN_FOR_REAL, _ANSWER = "run for real", "answer"
_PATIENCE, _POLL, _FRESH = 10.0, 0.05, 1.0
"""Seconds: that a pod waits for those that it pings, between looks for them, and that VLANs
are taken for those of now.
"""
_FINAL = ("Succeeded", "Failed")


def is_of_host(pod: Object) -> bool:
    return bool(pod["spec"].get("hostNetwork"))


def next_step(pod: Object, guest_phase: str, nodes: set[str]) -> str:
    """What the kubelet does with the pod now; "" if nothing.

    A guest that runs holds its pod: virt-launcher only ends when the guest has.
    """
    phase = (pod.get("status") or {}).get("phase", "Pending")
    node = pod["spec"].get("nodeName")
    if node and node not in nodes:
        return ""
    if is_deleting(pod):
        return "" if guest_phase in ("Running", "Scheduled") else _REMOVE
    if not node:
        return _PLACE
    # One of the host's network that runs is waited for again, whoever started it.
    if phase == "Pending" or (phase == "Running" and is_of_host(pod)):
        return _RUN
    return _END if phase == "Running" and guest_phase in _FINAL else ""


class Kubelet:
    def __init__(self, world: World, steps: Steps) -> None:
        self._world = world
        self._api: Api = world.api
        self._steps = steps
        self._turn = itertools.count()
        self._guests = Index(world.vmis, lambda vmi: (vmi["metadata"]["uid"],))
        self._pings = Index(world.pods, looks.pinging)
        self._looking = asyncio.Lock()
        self._vlans: dict[str, tuple[float, frozenset[int]]] = {}

    async def run(self) -> None:
        world = self._world
        async for _ in self._steps.looks(
            world.nodes, world.pods, world.vmis, world.config_maps
        ):
            for node in world.nodes:
                if nics_of(node) and not _is_ready(node):
                    self._steps.start(key_of(node), self._join, node)
            nodes = {node["metadata"]["name"] for node in world.nodes if nics_of(node)}
            for pod in world.pods:
                if step := self._step(pod, nodes):
                    # What runs for real may run long, and can be ended meanwhile.
                    apart = f" {step}" if is_of_host(pod) else ""
                    self._steps.start(pod["metadata"]["uid"] + apart, self._do, pod, step)

    def _guest(self, pod: Object) -> Object | None:
        """The VMI that this pod holds, if it is a virt-launcher."""
        owners = pod["metadata"].get("ownerReferences") or ()
        found = (self._guests.one(owner["uid"]) for owner in owners)
        return next(filter(None, found), None)

    def _step(self, pod: Object, nodes: set[str]) -> str:
        guest = self._guest(pod)
        step = next_step(pod, phase_in(pod, guest) if guest else "", nodes)
        if step == _RUN and is_of_host(pod):
            real = self._world.real_nodes
            if real and real.can_run(pod):
                return _RUN_FOR_REAL
            return _ANSWER if looks.script_of(pod) else ""
        return step

    async def _do(self, pod: Object, step: str) -> None:
        path = self._world.pods.path_of(pod)
        match step:
            case "place":
                await self._place(pod, path)
            case "run":
                # The guest's own start is the other half.
                await asyncio.sleep(self._world.timings.vm_start / 2)
                await self._api.merge_patch(f"{path}/status", {"status": running(pod)})
            case "end":
                status = {"status": {"phase": "Succeeded"}}
                await self._api.merge_patch(f"{path}/status", status)
            case "answer":
                status = looks.ended(pod, await self._answer(pod))
                await self._api.merge_patch(f"{path}/status", {"status": status})
            case "run for real" if self._world.real_nodes:
                await self._world.real_nodes.run(pod)
            case "remove" if self._world.real_nodes and is_of_host(pod):
                await self._world.real_nodes.remove(pod)
            case "remove":
                await gone(self._api, path, {"gracePeriodSeconds": 0})

    async def _answer(self, pod: Object) -> str:
        """What a pod of `harvester-net verify` says of its simulated node."""
        told = looks.environment(pod)
        links, vlans = self._links_of(pod), await self._vlans_of(told["CN"])
        if looks.script_of(pod) == looks.LOOK:
            return looks.look(links, told["CN"], vlans, told["VLAN"])
        peers = await self._peers(pod, told["PEERS"].split())
        return looks.ping(links, told, peers, vlans)

    def _links_of(self, pod: Object) -> Links:
        """The devices of the pod's node."""
        kept = self._world.config_maps.get(links_key(pod["spec"]["nodeName"]))
        return _links_in(kept["data"]["links"]) if kept else Links()

    async def _vlans_of(self, network: str) -> frozenset[int]:
        """The VLANs that uplinks of the cluster network carry for its VM networks, which are
        looked at once for all pods that are sent at the same time.
        """
        async with self._looking:
            at, vlans = self._vlans.get(network, (-_FRESH, frozenset()))
            if time.monotonic() - at > _FRESH:
                chosen = f"{CLUSTER_NETWORK_LABEL}={network}"
                nads = await self._api.list(NAD.path(), labelSelector=chosen)
                vlans = frozenset().union(*map(tagged_vlans, nads["items"]))
                self._vlans[network] = time.monotonic(), vlans
            return vlans

    async def _peers(self, pod: Object, addresses: list[str]) -> dict[str, Links]:
        """The devices of the nodes whose pods have these addresses, once all are there."""
        end, own = time.monotonic() + _PATIENCE, looks.pinging(pod)
        while True:
            there = {looks.address(each): each for key in own for each in self._pings.of(key)}
            if there.keys() >= set(addresses) or time.monotonic() > end:
                return {a: self._links_of(there[a]) for a in addresses if a in there}
            await asyncio.sleep(_POLL)

    async def _place(self, pod: Object, path: str) -> None:
        nodes = suitable_nodes(pod, self._world.nodes, self._world.pods)
        if not nodes:
            await self._refuse(pod, path)
            return
        node = nodes[next(self._turn) % len(nodes)]
        names = {key: pod["metadata"][key] for key in ("name", "namespace")}
        target = {"apiVersion": "v1", "kind": "Node", "name": node}
        binding = {"apiVersion": "v1", "kind": "Binding", "metadata": names, "target": target}
        await self._api.create(f"{path}/binding", binding)

    async def _refuse(self, pod: Object, path: str) -> None:
        """Say that no node fits, once; the next look at the nodes may find one."""
        refusal = {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": f"0/{len(list(self._world.nodes))} nodes are available",
        }
        said = (pod.get("status") or {}).get("conditions", [])
        if not any(refusal.items() <= condition.items() for condition in said):
            status = {"conditions": [refusal]}
            await self._api.merge_patch(f"{path}/status", {"status": status})

    async def _join(self, node: Object) -> None:
        path = self._world.nodes.path_of(node)
        taints = (node.get("spec") or {}).get("taints") or []
        left = [x for x in taints if x["key"] != "node.kubernetes.io/not-ready"]
        if left != taints:
            await self._api.merge_patch(path, {"spec": {"taints": left or None}})
        await self._api.merge_patch(f"{path}/status", {"status": _node_status(node)})


async def run_kubelet(world: World) -> None:
    async with asyncio.TaskGroup() as group:
        await Kubelet(world, Steps(group, world.timings.retry)).run()


@lru_cache(maxsize=1024)
def _links_in(text: str) -> Links:
    """The devices in a ConfigMap; each of many nodes looks at those of all others."""
    return from_data(json.loads(text))


def _is_ready(node: Object) -> bool:
    conditions = (node.get("status") or {}).get("conditions", [])
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def _node_status(node: Object) -> Object:
    size = {"cpu": "16", "memory": "64Gi", "pods": "200", "devices.kubevirt.io/kvm": "100"}
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "KubeletReady",
        "lastHeartbeatTime": now(),
        "lastTransitionTime": now(),
    }
    addresses = [{"type": "Hostname", "address": node["metadata"]["name"]}]
    if address := address_of(node):
        addresses.append({"type": "InternalIP", "address": address})
    return {
        "capacity": size,
        "allocatable": size,
        "addresses": addresses,
        "conditions": [ready],
    }


def running(pod: Object) -> Object:
    """The status of a pod whose containers have all started."""
    kinds = ("PodScheduled", "Initialized", "ContainersReady", "Ready")
    address = "10.52.0.9"
    return {
        "phase": "Running",
        "podIP": address,
        "podIPs": [{"ip": address}],
        "conditions": [{"type": kind, "status": "True"} for kind in kinds],
        "containerStatuses": [_started(container) for container in pod["spec"]["containers"]],
    }


def _started(container: Object) -> Object:
    return {
        "name": container["name"],
        "ready": True,
        "started": True,
        "restartCount": 0,
        "image": container["image"],
        "imageID": "",
        "state": {"running": {"startedAt": now()}},
    }
