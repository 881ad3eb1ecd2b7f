"""The network links of one node as data: NICs, bonds, bridges, and what holds them together.

A link's index is what a client can see of its life: a bond made anew has a new one (H5.5).
Nothing here talks to anybody; `uplinks` and `hardware` say how links change.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import asdict, dataclass, replace
from typing import Any

from harvester_net.lab.api import Object

DEVICE, BOND, BRIDGE, TEAM, VLAN = "device", "bond", "bridge", "team", "vlan"
DEFAULT_MTU = 1500
ONE_AT_A_TIME = ("active-backup", "balance-tlb", "balance-alb")
"""Modes of bonds of which one NIC receives for all."""


@dataclass(frozen=True)
class Bonding:
    """The attributes of a bond whose change makes it anew (H4.1); mtu in bytes."""

    mode: str = "active-backup"
    mtu: int = 0
    miimon: int = 100
    tx_queue_length: int = -1
    mac: str = ""


@dataclass(frozen=True)
class Link:
    name: str
    index: int
    type: str
    mac: str
    up: bool = True
    master: int = 0
    mtu: int = DEFAULT_MTU
    bonding: Bonding | None = None
    active: int = 0
    """Of a bond that uses one port at a time: the index of that port."""
    lost_carrier: bool = False
    """Of a bridge: whether it has ever lost it. Before, it tells nothing of its state."""
    address: str = ""
    """Of a VLAN device of the host: its IPv4 address with the prefix length."""


@dataclass(frozen=True)
class Links:
    """All links of a node in the order of their indexes; an index is never given twice."""

    all: tuple[Link, ...] = ()
    next_index: int = 2  # 1 is the loopback device, which LinkMonitor never shows

    def find(self, name: str) -> Link | None:
        return next((link for link in self.all if link.name == name), None)

    def ports(self, master: int) -> tuple[Link, ...]:
        return tuple(link for link in self.all if link.master == master)

    def added(self, link: Link) -> Links:
        """With `link` as the newest one, whatever index it came with."""
        newest = replace(link, index=self.next_index)
        return Links((*self.all, newest), self.next_index + 1)._carried(self)

    def changed(self, name: str, **values: Any) -> Links:
        links = (replace(x, **values) if x.name == name else x for x in self.all)
        return replace(self, all=tuple(links))._over(name)._carried(self)

    def _over(self, name: str) -> Links:
        """With what the MTU of a link makes of the VLAN devices on it: the kernel lowers
        theirs, and never raises it.
        """
        below = self.find(name)
        most = below.mtu if below else 0
        links = (
            replace(x, mtu=min(x.mtu, most)) if _is_over(x, name) else x for x in self.all
        )
        return replace(self, all=tuple(links))

    def removed(self, name: str) -> Links:
        """Without that link and the VLAN devices on it; its ports are free again, with the MTU
        they had before.
        """
        gone = self.find(name)
        if gone is None:
            return self
        freed = self
        for port in self.ports(gone.index):
            freed = freed.changed(port.name, master=0, mtu=DEFAULT_MTU)
        left = tuple(x for x in freed.all if x.name != name and not _is_over(x, name))
        return replace(freed, all=left)._carried(freed)

    def _carried(self, before: Links) -> Links:
        """With what the state of NICs makes of bonds, and that of bonds of bridges."""
        links = (self._carrying(x) if x.type == BOND else x for x in self.all)
        bonded = replace(self, all=tuple(links))
        links = (bonded._bridging(x, before) if x.type == BRIDGE else x for x in bonded.all)
        return replace(bonded, all=tuple(links))

    def _has_carrier(self, master: Link) -> bool:
        return any(port.up for port in self.ports(master.index))

    def _carrying(self, bond: Link) -> Link:
        """A bond is up while one of its NICs is, and stays with the NIC that it uses."""
        carriers = [port.index for port in self.ports(bond.index) if port.up]
        mode = bond.bonding.mode if bond.bonding else ""
        stays = bond.active in carriers
        first = carriers[0] if carriers and mode in ONE_AT_A_TIME else 0
        return replace(bond, up=bool(carriers), active=bond.active if stays else first)

    def _bridging(self, bridge: Link, before: Links) -> Link:
        """A bridge tells of its carrier only once it lost it (O5.3: `down`, and works)."""
        carrier = self._has_carrier(bridge)
        lost = bridge.lost_carrier or (before._has_carrier(bridge) and not carrier)
        return replace(bridge, up=carrier if lost else bridge.up, lost_carrier=lost)


def _is_over(link: Link, name: str) -> bool:
    return link.type == VLAN and link.name.startswith(f"{name}.")


def booted(node: str, nics: tuple[str, ...], mgmt_vlan: str = "") -> Links:
    """The links of a new node: its first NIC carries mgmt, the others are free. In a VLAN, the
    node is managed over a device of its own.
    """
    links = Links()
    for nic in nics:
        links = links.added(new_link(node, nic, DEVICE))
    links = links.added(new_link(node, "mgmt-bo", BOND, bonding=Bonding()))
    links = links.added(new_link(node, "mgmt-br", BRIDGE))
    if mgmt_vlan:
        links = links.added(new_link(node, f"mgmt-br.{mgmt_vlan}", VLAN))
    return _on_mgmt(links, nics[0]) if nics else links


def new_link(node: str, name: str, kind: str, **values: Any) -> Link:
    """A link that has no index yet; its address follows from the names alone."""
    digest = zlib.crc32(f"{node}/{name}".encode()).to_bytes(4)
    mac = ":".join(f"{byte:02x}" for byte in (0x52, 0x54, *digest))
    return Link(name=name, index=0, type=kind, mac=mac, **values)


def index_of(links: Links, name: str) -> int:
    """The link's index, or 0, which as a master means none."""
    link = links.find(name)
    return link.index if link else 0


def monitored(links: Links, type_rule: str, name_rule: str) -> list[Object]:
    """What a LinkMonitor with these unanchored rules says of the node (H1.4)."""
    return [
        _reported(links, link)
        for link in links.all
        if re.search(type_rule, link.type) and re.search(name_rule, link.name)
    ]


def to_data(links: Links) -> Object:
    return asdict(links)


def from_data(data: Object) -> Links:
    return Links(tuple(map(_link_from, data["all"])), data["next_index"])


def _link_from(data: Object) -> Link:
    bonding = data["bonding"]
    return Link(**data | {"bonding": Bonding(**bonding) if bonding else None})


def _reported(links: Links, link: Link) -> Object:
    """One entry of a LinkMonitor's status; the server's type leaves empty values out."""
    said = {
        "name": link.name,
        "index": link.index,
        "type": link.type,
        "mac": link.mac,
        "promiscuous": _is_promiscuous(links, link),
        "state": "up" if link.up else "down",
        "masterIndex": link.master,
    }
    return {key: value for key, value in said.items() if value}


def _is_promiscuous(links: Links, link: Link) -> bool:
    """Agents make their bridges so; the kernel the bonds below, and the NICs that they use."""
    if link.type == BRIDGE:
        return link.name != "mgmt-br"
    masters = (other for other in links.all if other.index == link.master)
    return any(_uses(master, link) and _is_promiscuous(links, master) for master in masters)


def _uses(master: Link, port: Link) -> bool:
    one_alone = master.bonding and master.bonding.mode in ONE_AT_A_TIME
    return master.active == port.index if one_alone else True


def _on_mgmt(links: Links, nic: str) -> Links:
    links = links.changed("mgmt-bo", master=index_of(links, "mgmt-br"))
    return links.changed(nic, master=index_of(links, "mgmt-bo"))
