"""An agent's part of the LinkMonitors: what links its node has (H1.4)."""

from __future__ import annotations

from harvester_net.lab.api import Api, Object
from harvester_net.lab.simulators.finalizers import add_finalizer, remove_finalizer
from harvester_net.lab.simulators.links import Links, monitored
from harvester_net.lab.simulators.mirror import World, is_deleting

FINALIZER = "wrangler.cattle.io/harvester-network-link-monitor-controller"


class Reports:
    def __init__(self, node: str, api: Api, world: World) -> None:
        self._node = node
        self._api = api
        self._world = world

    async def report(self, links: Links) -> None:
        """Bring this node's part of every LinkMonitor up to date."""
        for monitor in self._world.link_monitors:
            path = self._world.link_monitors.path_of(monitor)
            if is_deleting(monitor):
                await remove_finalizer(self._api, path, FINALIZER)
                continue
            await add_finalizer(self._api, path, monitor, FINALIZER)
            if self._is_meant(monitor):
                await self._report_to(path, monitor, links)

    def _is_meant(self, monitor: Object) -> bool:
        node = self._world.nodes.get(self._node) or {"metadata": {}}
        labels = node["metadata"].get("labels", {})
        selector = monitor["spec"].get("nodeSelector") or {}
        return all(labels.get(key) == value for key, value in selector.items())

    async def _report_to(self, path: str, monitor: Object, links: Links) -> None:
        rule = monitor["spec"].get("targetLinkRule") or {}
        seen = monitored(links, rule.get("typeRule", ""), rule.get("nameRule", ""))
        said = ((monitor.get("status") or {}).get("linkStatus") or {}).get(self._node)
        if said != seen:
            status = {"linkStatus": {self._node: seen}}
            await self._api.merge_patch(path, {"status": status})
