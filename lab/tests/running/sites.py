"""Two machines of a test's own and a cluster network for them, so that tests don't meet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import Any

from harvester_net.lab.api import Api, Object
from harvester_net.lab.faults import Fault, set_faults
from harvester_net.lab.simulators import machine
from harvester_net.lab.simulators.agent import links_path
from tests import objects

from .waits import accepted, is_gone, until

NETWORK = "/apis/network.harvesterhci.io/v1beta1"
GROUP = "network.harvesterhci.io"
LONGHORN = "/apis/longhorn.io/v1beta2/namespaces/longhorn-system"
NODES = "/api/v1/nodes"
NADS = "/apis/k8s.cni.cncf.io/v1/namespaces"


@dataclass
class Site:
    """Two machines, and a cluster network for them alone."""

    api: Api
    network: str
    nodes: list[str]

    @property
    def config_path(self) -> str:
        return f"{NETWORK}/vlanconfigs/{self.network}"

    async def build(self) -> None:
        for node in self.nodes:
            host, longhorn = machine(node)
            await self.api.create(NODES, host)
            await self.api.create(f"{LONGHORN}/nodes", longhorn)
        await self.adopt()
        for node in self.nodes:
            await until(partial(is_gone, self.api, links_path(node)), False)

    async def adopt(self) -> None:
        """A cluster network for machines that are there already."""
        for node in self.nodes:
            mark = {"metadata": {"labels": {"site": self.network}}}
            await self.api.merge_patch(f"{NODES}/{node}", mark)
        network = objects.cluster_network(self.network)
        await self.api.create(f"{NETWORK}/clusternetworks", network)

    async def abandon(self) -> None:
        """Take the cluster network away again."""
        await set_faults(self.api, [])
        if not await is_gone(self.api, self.config_path):
            await accepted(self.delete)
        await until(lambda: is_gone(self.api, self.config_path))
        await until(self.ready, {})
        network = f"{NETWORK}/clusternetworks/{self.network}"
        await accepted(lambda: self.api.delete(network))

    async def clear(self) -> None:
        await self.abandon()
        for node in self.nodes:
            await self.api.delete(f"{NODES}/{node}")
            await self.api.delete(f"{LONGHORN}/nodes/{node}")

    async def configure(self, *nics: str, mtu: int = 1500) -> None:
        config = objects.new_config(
            self.network,
            self.network,
            uplink={"nics": list(nics), "linkAttributes": {"mtu": mtu}},
            spec={"nodeSelector": {"site": self.network}},
        )
        await accepted(lambda: self.api.create(f"{NETWORK}/vlanconfigs", config))

    async def change(self, **uplink: Any) -> None:
        await self.api.merge_patch(self.config_path, {"spec": {"uplink": uplink}})

    async def delete(self) -> Object:
        return await self.api.delete(self.config_path)

    async def fault(self, *faults: Fault) -> None:
        await set_faults(self.api, faults)

    async def vm_network(self, vlan: int = 200) -> str:
        """A VM network on it, whose name is returned."""
        name = f"vlan-{self.network}"
        conf = objects.cni(name, f"{self.network}-br", vlan=vlan)
        nad = objects.nad(name, config=conf, cluster_network=self.network)
        path = f"{NADS}/default/network-attachment-definitions"
        await accepted(lambda: self.api.create(path, nad))
        return name

    async def delete_vm_network(self, name: str) -> None:
        path = f"{NADS}/default/network-attachment-definitions/{name}"
        await accepted(lambda: self.api.delete(path))
        await until(lambda: is_gone(self.api, path))

    async def ready(self) -> dict[str, str]:
        """Readiness by node: True, or the message of the failure."""
        label = f"{GROUP}/clusternetwork={self.network}"
        listed = await self.api.list(f"{NETWORK}/vlanstatuses", labelSelector=label)
        return {
            item["status"]["node"]: condition.get("message") or condition["status"]
            for item in listed["items"]
            for condition in item["status"]["conditions"]
        }

    def all_ready(self) -> dict[str, str]:
        return dict.fromkeys(self.nodes, "True")

    async def labelled(self) -> list[str]:
        label = f"{GROUP}/{self.network}=true"
        listed = await self.api.list(NODES, labelSelector=label)
        return sorted(item["metadata"]["name"] for item in listed["items"])

    async def monitored(self, node: str, monitor: str) -> dict[str, Object]:
        """What a LinkMonitor says of the node's links, by link."""
        path = f"{NETWORK}/linkmonitors/{monitor}"
        if await is_gone(self.api, path):
            return {}
        status = (await self.api.get(path)).get("status", {})
        return {link["name"]: link for link in status.get("linkStatus", {}).get(node, [])}

    async def bond_index(self, node: str) -> int:
        """The index of a bond that is its bridge's port; 0 while it isn't (O5.3)."""
        links = await self.monitored(node, self.network)
        bond = links.get(f"{self.network}-bo", {})
        bridge = links.get(f"{self.network}-br", {})
        complete = bridge and bond.get("masterIndex") == bridge["index"]
        return int(bond["index"]) if complete else 0

    async def on_bridge(self, node: str) -> bool:
        return await self.bond_index(node) != 0

    async def master(self, node: str, nic: str) -> int:
        links = await self.monitored(node, "nic")
        return int(links[nic].get("masterIndex", 0))

    async def devices(self, node: str) -> dict[str, Object]:
        """A look at the node itself, which the API of Harvester doesn't give."""
        stored = await self.api.get(links_path(node))
        links = json.loads(stored["data"]["links"])
        return {link["name"]: link for link in links["all"]}

    async def comes_up(self) -> None:
        await until(self.ready, self.all_ready())
        for node in self.nodes:
            await until(partial(self.on_bridge, node))
