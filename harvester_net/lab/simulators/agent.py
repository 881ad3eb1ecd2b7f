"""The network agent of one node: VlanConfigs in; links, VlanStatus and node labels out (H4).

The links live in a ConfigMap, so an agent that comes back finds its devices as it left them,
and a test can look at a device's MTU, which the API of Harvester never shows.
"""

from __future__ import annotations

import asyncio
import json
import time

from harvester_net.cluster.resources import CONFIG_MAP
from harvester_net.harvester.host_networks import device_of
from harvester_net.lab import faults
from harvester_net.lab.api import Api, Object
from harvester_net.lab.simulators import host_networks
from harvester_net.lab.simulators.finalizers import add_finalizer, remove_finalizer
from harvester_net.lab.simulators.hardware import with_hardware
from harvester_net.lab.simulators.index import Index
from harvester_net.lab.simulators.links import DEFAULT_MTU, Links, booted, from_data, to_data
from harvester_net.lab.simulators.machines import mgmt_vlan_of, nics_of
from harvester_net.lab.simulators.mirror import World, is_deleting, whenever
from harvester_net.lab.simulators.reports import Reports
from harvester_net.lab.simulators.steps import attempted, found, gone
from harvester_net.lab.simulators.uplinks import (
    Outcome,
    Uplink,
    set_up,
    tear_down,
    wanted_uplink,
)
from harvester_net.lab.simulators.vlan_status import (
    CONFIG_LABEL,
    GROUP,
    is_of,
    new_status,
    place,
    status_name,
    with_result,
)

CONFIG_FINALIZER = "wrangler.cattle.io/harvester-network-vlanconfig-controller"
_SLOWEST_TO_FOLLOW = 2.0
_POLL = 0.02
_MATCHED_NODES = f"{GROUP}/matched-nodes"


def links_key(node: str) -> str:
    """The ConfigMap with the node's devices, in data.links as JSON."""
    return f"{faults.NAMESPACE}/links-{node}"


def links_path(node: str) -> str:
    """Where it is on the server."""
    return CONFIG_MAP.path_of(links_key(node))


class Agent:
    """`statuses` are those of all agents, by `place_of`."""

    def __init__(self, node: str, api: Api, world: World, statuses: Index) -> None:
        self._node = node
        self._api = api
        self._world = world
        self._statuses = statuses
        self._reports = Reports(node, api, world)
        self._links = Links()
        self._changed = asyncio.Event()
        self._settled: dict[str, str] = {}
        self._removed: dict[str, tuple[Object, Object | None]] = {}

    async def run(self) -> None:
        """Work until cancelled, which is how an agent dies: in the middle of anything."""
        world = self._world
        sources = (
            world.nodes,
            world.config_maps,
            world.vlan_configs,
            world.vlan_statuses,
            world.link_monitors,
            world.host_networks,
        )
        end = world.vlan_configs.listen(self._note)
        try:
            async for _ in whenever(self._changed, *sources):
                if not await attempted(f"agent of {self._node}", self._look):
                    await asyncio.sleep(world.timings.retry)
                    self._changed.set()
        finally:
            end()

    def _note(self, event: str, config: Object) -> None:
        """Remember a deletion when it is seen: the object may be gone before its turn comes.

        All agents share one finalizer, and the first to finish removes it (H4.5).
        """
        if event != "DELETED" and is_deleting(config):
            name = config["metadata"]["name"]
            status = self._statuses.one(place(name, self._node))
            self._removed.setdefault(config["metadata"]["uid"], (config, status))

    async def _look(self) -> None:
        node = self._world.nodes.get(self._node)
        if node is None:
            return
        if not self._links.all:
            await self._recall(node)
        await self._meet_hardware(node)
        for config in self._world.vlan_configs:
            self._note("MODIFIED", config)
        for uid, (config, status) in list(self._removed.items()):
            await self._leave(config, status)
            del self._removed[uid]
        for config in self._world.vlan_configs:
            if not is_deleting(config):
                await self._follow(config)
        for host_network in self._world.host_networks:
            await self._follow_host_network(host_network)
        await self._reports.report(self._links)

    async def _recall(self, node: Object) -> None:
        """Find the devices as they were, or those of a new machine."""
        live = await found(self._api, links_path(self._node))
        owners = (live or {}).get("metadata", {}).get("ownerReferences", [{}])
        if live and owners[0].get("uid") == node["metadata"]["uid"]:
            self._links = from_data(json.loads(live["data"]["links"]))
            return
        await gone(self._api, links_path(self._node))
        self._links = booted(self._node, nics_of(node), mgmt_vlan_of(node))
        collection, _, _ = links_path(self._node).rpartition("/")
        await self._api.create(collection, _links_object(node, self._links))

    async def _meet_hardware(self, node: Object) -> None:
        seen = with_hardware(self._links, self._node, nics_of(node), self._world.faults)
        if seen != self._links:
            await self._become(seen)

    async def _follow(self, config: Object) -> None:
        """Do what the config wants; only its change or a failure make an agent look again."""
        metadata = config["metadata"]
        if self._settled.get(metadata["uid"]) == metadata["resourceVersion"]:
            return
        path = self._world.vlan_configs.path_of(config)
        await add_finalizer(self._api, path, config, CONFIG_FINALIZER)
        matched = self._node in json.loads(
            metadata.get("annotations", {}).get(_MATCHED_NODES) or "[]"
        )
        status = self._statuses.one(place(metadata["name"], self._node))
        moved = status and (
            status["status"]["clusterNetwork"] != config["spec"]["clusterNetwork"]
        )
        if status and (moved or not matched):
            await self._tear_down(status)
        if not matched or await self._set_up(config):
            self._settled[metadata["uid"]] = metadata["resourceVersion"]

    async def _follow_host_network(self, config: Object) -> None:
        """Do what a host network config wants, which is little where the device is there."""
        path = self._world.host_networks.path_of(config)
        if is_deleting(config):
            await self._go_through_hosts(self._links.removed(device_of(config)))
            await remove_finalizer(self._api, path, host_networks.FINALIZER)
            return
        await add_finalizer(self._api, path, config, host_networks.FINALIZER)
        outcome = host_networks.followed(
            self._links, self._node, self._labels, config, self._world.faults
        )
        await self._go_through_hosts(outcome.links)
        said = ((config.get("status") or {}).get("nodeStatus") or {}).get(self._node)
        if said != outcome.said:
            status = {"nodeStatus": {self._node: outcome.said}}
            await self._api.merge_patch(f"{path}/status", {"status": status})
            if outcome.failed:
                # The next look finds the device, and takes it for done.
                await asyncio.sleep(self._world.timings.retry)

    async def _go_through_hosts(self, links: Links) -> None:
        if links != self._links:
            await asyncio.sleep(faults.agent_delay(self._world.faults, self._node))
            await asyncio.sleep(self._world.timings.agent_apply)
            await self._become(links)

    async def _set_up(self, config: Object) -> bool:
        desired = wanted_uplink(config["spec"])
        outcome = set_up(self._links, self._node, desired)
        if outcome.stages:
            await self._let_be_told(desired)
        await self._go_through(outcome)
        await self._write_status(config, outcome.error)
        if outcome.error:
            return False
        name = config["metadata"]["name"]
        await self._label({f"{GROUP}/{desired.cluster_network}": "true", CONFIG_LABEL: name})
        return True

    async def _let_be_told(self, desired: Uplink) -> None:
        """Real devices follow the cluster network's uplink-mtu by two seconds (O5.3)."""
        mtu = {f"{GROUP}/uplink-mtu": str(desired.bonding.mtu or DEFAULT_MTU)}
        end = time.monotonic() + _SLOWEST_TO_FOLLOW
        while time.monotonic() < end:
            network = self._world.cluster_networks.get(desired.cluster_network) or {
                "metadata": {}
            }
            if mtu.items() <= (network["metadata"].get("annotations") or {}).items():
                return
            await asyncio.sleep(_POLL)

    async def _leave(self, config: Object, status: Object | None) -> None:
        name = config["metadata"]["name"]
        status = status or await self._own_status(config)
        if status:
            await self._tear_down(status)
        path = self._world.vlan_configs.path(name)
        await remove_finalizer(self._api, path, CONFIG_FINALIZER)

    async def _own_status(self, config: Object) -> Object | None:
        """The status for a config, asked for live: it may be newer than the last event."""
        name = status_name(config["spec"]["clusterNetwork"], self._node)
        live = await found(self._api, self._world.vlan_statuses.path(name))
        ours = live and is_of(live, config["metadata"]["name"], self._node)
        return live if ours else None

    async def _tear_down(self, status: Object) -> None:
        cluster_network = status["status"]["clusterNetwork"]
        await self._go_through(tear_down(self._links, cluster_network))
        await self._unlabel(cluster_network, status["status"]["vlanConfig"])
        await gone(self._api, self._world.vlan_statuses.path_of(status))

    async def _go_through(self, outcome: Outcome) -> None:
        """Let the links change in stages, which LinkMonitor shows one after the other."""
        if not outcome.stages:
            return
        await asyncio.sleep(faults.agent_delay(self._world.faults, self._node))
        for stage in outcome.stages:
            await asyncio.sleep(self._world.timings.agent_apply / len(outcome.stages))
            await self._become(stage)

    async def _become(self, links: Links) -> None:
        data = {"data": {"links": json.dumps(to_data(links))}}
        await self._api.merge_patch(links_path(self._node), data)
        self._links = links
        await self._reports.report(self._links)

    async def _write_status(self, config: Object, error: str) -> None:
        name = status_name(config["spec"]["clusterNetwork"], self._node)
        path = self._world.vlan_statuses.path(name)
        live = await found(self._api, path)
        if live is None:
            status = with_result(new_status(config, self._node), config, self._node, error)
            await self._api.create(path.rpartition("/")[0], status)
            return
        wanted = with_result(live, config, self._node, error)
        if wanted != live:
            await self._api.replace(path, wanted)

    @property
    def _labels(self) -> dict[str, str]:
        """The node's."""
        node = self._world.nodes.get(self._node) or {"metadata": {}}
        labels: dict[str, str] = node["metadata"].get("labels", {})
        return labels

    async def _unlabel(self, cluster_network: str, config: str) -> None:
        """Takes both labels off, of whatever config the second is, or leaves both (H2)."""
        mark = f"{GROUP}/{cluster_network}"
        if self._labels.get(mark) == "true" or self._labels.get(CONFIG_LABEL) == config:
            await self._label({mark: None, CONFIG_LABEL: None})

    async def _label(self, labels: dict[str, str | None]) -> None:
        if any(self._labels.get(key) != value for key, value in labels.items()):
            path = self._world.nodes.path(self._node)
            await self._api.merge_patch(path, {"metadata": {"labels": labels}})


def _links_object(node: Object, links: Links) -> Object:
    """Owned by its Node: a node that is removed takes its devices along."""
    name = node["metadata"]["name"]
    owner = {"apiVersion": "v1", "kind": "Node", "name": name, "uid": node["metadata"]["uid"]}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"links-{name}", "ownerReferences": [owner]},
        "data": {"links": json.dumps(to_data(links))},
    }
