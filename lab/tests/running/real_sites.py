"""A cluster network on the real nodes, and what is to be seen of it on their devices."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from functools import partial

from lab import RealLab
from lab.nodes.devices import Device

from .sites import NETWORK, Site
from .waits import until

REAL_NODES = ["node1", "node2", "node3"]
_PATIENCE = 5


@dataclass
class RealSite(Site):
    """A cluster network on the three real nodes, alone there with its NICs."""

    lab: RealLab
    vm_networks: list[str] = field(default_factory=list)

    async def abandon(self) -> None:
        for name in self.vm_networks:
            await self.delete_vm_network(name)
        await super().abandon()

    async def vm_network_arrives(self, vlan: int) -> None:
        """A VM network whose VLAN every uplink carries."""
        self.vm_networks.append(await self.vm_network(vlan))
        await self.vlan_arrives(vlan)

    async def devices_of(self, node: str) -> dict[str, Device]:
        return await asyncio.to_thread(self.lab.devices, node)

    async def mtus(self, node: str) -> tuple[int, int]:
        """Of the bond that is its bridge's port, and of the bridge; 0 of what is not there."""
        devices = await self.devices_of(node)
        bond, bridge = (devices.get(f"{self.network}-{end}") for end in ("bo", "br"))
        return (bond.mtu if bond and bond.master else 0, bridge.mtu if bridge else 0)

    async def bond(self, node: str) -> Device:
        return (await self.devices_of(node))[f"{self.network}-bo"]

    async def ports(self, node: str) -> list[str]:
        """The NICs in the bond."""
        devices = await self.devices_of(node)
        return sorted(
            name for name, each in devices.items() if each.master == f"{self.network}-bo"
        )

    async def mode(self, node: str) -> object:
        return (await self.bond(node)).details["mode"]

    async def active(self, node: str) -> object:
        """The NIC of an active-backup bond that is in use."""
        return (await self.bond(node)).details.get("active_slave")

    async def carries(self, node: str, vlan: int) -> bool:
        return vlan in (await self.bond(node)).vlans

    async def leftovers(self, node: str) -> list[str]:
        return [name for name in await self.devices_of(node) if name.startswith(self.network)]

    async def vlan_arrives(self, vlan: int) -> None:
        """Wait until every uplink carries the VLAN of a VM network.

        An agent that hears of the cluster network's new VLANs before it hears of the VM
        network adds nothing (docs/lab.md); any change of the cluster network makes it look
        again.
        """
        for node in self.nodes:
            try:
                await until(partial(self.carries, node, vlan), within=_PATIENCE)
            except AssertionError:
                note = {"metadata": {"annotations": {"lab/look-again": secrets.token_hex(4)}}}
                await self.api.merge_patch(f"{NETWORK}/clusternetworks/{self.network}", note)
                await until(partial(self.carries, node, vlan))
