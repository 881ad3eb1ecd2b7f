"""Where a scenario is played: three nodes, two cluster networks' names, two kinds of nodes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from harvester_net.lab.api import Api
from harvester_net.lab.faults import set_faults
from harvester_net.lab.simulators import machine
from harvester_net.lab.simulators.agent import links_path
from harvester_net.lab.simulators.timings import now
from lab import RealLab

from ..real_sites import REAL_NODES
from ..sites import GROUP, LONGHORN, NADS, NETWORK, NODES, Site
from ..waits import accepted, is_gone, until
from .facts import Facts, Names

ROLES = ("a", "b", "c")
"""What scenarios call the three nodes."""
DATA_NICS = ("eno2", "eno3", "eno4")
_HEARTBEAT = "agents-compared/heartbeat"
_VM_NETWORKS = f"{NADS}/default/network-attachment-definitions"


@dataclass
class Stage:
    """Simulated nodes; `RealStage` is the other kind."""

    api: Api
    number: int
    nodes: tuple[str, ...]

    @property
    def names(self) -> Names:
        words = dict(zip(self.nodes, ROLES, strict=True))
        words |= {self.name(word): word for word in ("cn", "cn2", "config", "config2")}
        return Names(words, self.nodes)

    def name(self, word: str) -> str:
        """What the scenario's word for a network, config or node means here."""
        if word in ROLES:
            return self.nodes[ROLES.index(word)]
        kind = {"cn": "cn", "config": "vc"}[word.removesuffix("2")]
        return f"{kind}{self.number}{'x' if word.endswith('2') else ''}"

    @property
    def selector(self) -> dict[str, str]:
        return {"agents-compared": str(self.number)}

    def config_path(self, word: str) -> str:
        return f"{NETWORK}/vlanconfigs/{self.name(word)}"

    def vm_network_path(self, network: str) -> str:
        return f"{_VM_NETWORKS}/vlan-{self.name(network)}"

    async def build(self) -> None:
        for node in self.nodes:
            host, longhorn = machine(node)
            await self.api.create(NODES, host)
            await self.api.create(f"{LONGHORN}/nodes", longhorn)
        for node in self.nodes:
            await until(partial(is_gone, self.api, links_path(node)), False)

    async def join(self, role: str, joined: bool = True) -> None:
        """Put the label on the node that configs select, or take it off."""
        labels: dict[str, str | None] = dict(self.selector)
        patch = labels if joined else dict.fromkeys(labels)
        path = f"{NODES}/{self.name(role)}"
        await accepted(lambda: self.api.merge_patch(path, {"metadata": {"labels": patch}}))

    async def heartbeat(self) -> None:
        """Write each node, as kubelets do every few minutes at the latest.

        The network webhook computes `matched-nodes` from a cache. Where that is older than the
        manager's, a node's new label is lost until the next write of the Node (H3.2, H4.6).
        """
        beat = {"metadata": {"annotations": {_HEARTBEAT: now()}}}
        for node in self.nodes:
            await self.api.merge_patch(f"{NODES}/{node}", beat)

    async def devices(self) -> Facts:
        """MTU and master of every device that the scenario may touch."""
        found = {node: await self._site.devices(node) for node in self.nodes}
        named = {
            node: {link["index"]: name for name, link in devices.items()}
            for node, devices in found.items()
        }
        return self._told(
            {
                node: {
                    name: (link["mtu"], named[node].get(link["master"], ""))
                    for name, link in devices.items()
                }
                for node, devices in found.items()
            }
        )

    async def clear(self) -> None:
        """Leave nothing of the scenario."""
        await set_faults(self.api, [])
        for word in ("cn", "cn2"):
            await self._away(self.vm_network_path(word))
        for word in ("config", "config2"):
            await self._away(self.config_path(word))
        for word in ("cn", "cn2"):
            label = f"{GROUP}/clusternetwork={self.name(word)}"
            await until(partial(self._listed, "vlanstatuses", label), 0)
            await self._away(f"{NETWORK}/clusternetworks/{self.name(word)}")
        await self._leave_nodes()

    async def _leave_nodes(self) -> None:
        for node in self.nodes:
            await self.api.delete(f"{NODES}/{node}")
            await self.api.delete(f"{LONGHORN}/nodes/{node}")

    async def _away(self, path: str) -> None:
        if not await is_gone(self.api, path):
            await accepted(lambda: self.api.delete(path))
        await until(partial(is_gone, self.api, path))

    async def _listed(self, plural: str, label: str) -> int:
        listed = await self.api.list(f"{NETWORK}/{plural}", labelSelector=label)
        return len(listed["items"])

    @property
    def _site(self) -> Site:
        return Site(self.api, self.name("cn"), list(self.nodes))

    def _told(self, found: dict[str, dict[str, tuple[int, str]]]) -> Facts:
        ours = (*DATA_NICS, self.name("cn"))
        told = {
            f"device {node} {name}": {"mtu": mtu, "master": master}
            for node, devices in found.items()
            for name, (mtu, master) in devices.items()
            if name.startswith(ours)
        }
        facts: Facts = self.names.translated(told)
        return facts


@dataclass
class RealStage(Stage):
    """The three real nodes, alone there with their NICs."""

    lab: RealLab

    async def build(self) -> None:
        """They are there already."""

    async def devices(self) -> Facts:
        looks = (asyncio.to_thread(self.lab.devices, node) for node in self.nodes)
        found = dict(zip(self.nodes, await asyncio.gather(*looks), strict=True))
        return self._told(
            {
                node: {name: (each.mtu, each.master) for name, each in devices.items()}
                for node, devices in found.items()
            }
        )

    async def _leave_nodes(self) -> None:
        """Without what agents leave behind: labels, and the devices of a leak."""
        ours = [f"{GROUP}/{self.name(word)}" for word in ("cn", "cn2")]
        gone = dict.fromkeys([*ours, f"{GROUP}/vlanconfig", *self.selector])
        for node in self.nodes:
            await self.api.merge_patch(f"{NODES}/{node}", {"metadata": {"labels": gone}})
            found = await asyncio.to_thread(self.lab.devices, node)
            left = [name for name in found if name.startswith(self.name("cn"))]
            script = "".join(f"ip link del {name}\n" for name in left)
            free = "".join(f"ip link set {nic} up\n" for nic in DATA_NICS)
            answer = await asyncio.to_thread(self.lab.run_on, node, script + free)
            answer.checked()


OpenStage = Callable[[RealLab, int], AbstractAsyncContextManager[Stage]]
"""Opens a stage in a lab, with a number that no other has."""


@asynccontextmanager
async def simulated_stage(lab: RealLab, number: int) -> AsyncIterator[Stage]:
    nodes = tuple(f"m{number}{role}" for role in ROLES)
    async with lab.api() as api, _built(Stage(api, number, nodes)) as stage:
        yield stage


@asynccontextmanager
async def real_stage(lab: RealLab, number: int) -> AsyncIterator[Stage]:
    nodes = tuple(REAL_NODES)
    async with (
        lab.api() as api,
        _built(RealStage(api, number, nodes, lab)) as stage,
    ):
        yield stage


@asynccontextmanager
async def _built(stage: Stage) -> AsyncIterator[Stage]:
    await stage.build()
    try:
        yield stage
    finally:
        await stage.clear()
