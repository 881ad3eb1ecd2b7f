"""What a step of a scenario does. Each is data, and plays itself on a stage."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from harvester_net.lab.faults import Fault, set_faults
from tests import objects

from ..sites import NETWORK, Site
from ..waits import accepted
from .stage import Stage


class Act(Protocol):
    async def play(self, stage: Stage) -> None: ...


@dataclass(frozen=True)
class MakeNetworks:
    """The cluster networks are made, and the nodes get the label that configs select."""

    networks: tuple[str, ...] = ("cn",)
    nodes: tuple[str, ...] = ("a", "b", "c")

    async def play(self, stage: Stage) -> None:
        for role in self.nodes:
            await stage.join(role)
        for word in self.networks:
            network = objects.cluster_network(stage.name(word))
            await stage.api.create(f"{NETWORK}/clusternetworks", network)


@dataclass(frozen=True)
class Create:
    """A network config for the nodes with the label."""

    nics: tuple[str, ...] = ("eno2",)
    mtu: int = 1500
    network: str = "cn"
    config: str = "config"

    async def play(self, stage: Stage) -> None:
        config = objects.new_config(
            stage.name(self.config),
            stage.name(self.network),
            uplink={"nics": list(self.nics), "linkAttributes": {"mtu": self.mtu}},
            spec={"nodeSelector": stage.selector},
        )
        await accepted(lambda: stage.api.create(f"{NETWORK}/vlanconfigs", config))


@dataclass(frozen=True)
class Change:
    """Some of the config's uplink is patched; None takes a value out."""

    uplink: dict[str, Any] = field(default_factory=dict)

    async def play(self, stage: Stage) -> None:
        path = stage.config_path("config")
        patch = {"spec": {"uplink": self.uplink}}
        await accepted(lambda: stage.api.merge_patch(path, patch))


@dataclass(frozen=True)
class Move:
    """The config becomes one of the second cluster network."""

    async def play(self, stage: Stage) -> None:
        path = stage.config_path("config")
        patch = {"spec": {"clusterNetwork": stage.name("cn2")}}
        await accepted(lambda: stage.api.merge_patch(path, patch))


@dataclass(frozen=True)
class Delete:
    config: str = "config"

    async def play(self, stage: Stage) -> None:
        await accepted(lambda: stage.api.delete(stage.config_path(self.config)))


@dataclass(frozen=True)
class Join:
    """The node gets the label that the config selects; `joins=False`: it loses it."""

    node: str
    joins: bool = True

    async def play(self, stage: Stage) -> None:
        await stage.join(self.node, self.joins)


@dataclass(frozen=True)
class Suffer:
    """Exactly these faults; their nodes are the scenario's. None: all is repaired."""

    faults: tuple[Any, ...] = ()

    async def play(self, stage: Stage) -> None:
        here: list[Fault] = [
            replace(fault, node=stage.name(fault.node)) for fault in self.faults
        ]
        await set_faults(stage.api, here, within=60)


@dataclass(frozen=True)
class MakeVmNetwork:
    vlan: int

    async def play(self, stage: Stage) -> None:
        await Site(stage.api, stage.name("cn"), list(stage.nodes)).vm_network(self.vlan)


@dataclass(frozen=True)
class DeleteVmNetwork:
    async def play(self, stage: Stage) -> None:
        await accepted(lambda: stage.api.delete(stage.vm_network_path("cn")))
