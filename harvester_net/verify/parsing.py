"""From the words of the pods to devices and pings."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from ..harvester.names import BOND
from ..specs.limits import DEFAULT_MTU
from .devices import Bond, Bridge, Devices, Member, Port, Ports
from .vlans import listed


class Unreadable(Exception):
    """A pod's answer says nothing about the devices; the message says why."""


@dataclass(frozen=True)
class PingReport:
    """What one node's pings came to, by the address that was pinged."""

    full: frozenset[str] = frozenset()
    """Full frames come back."""
    usual: frozenset[str] = frozenset()
    """Frames of 1500 bytes come back, full ones do not."""
    small: frozenset[str] = frozenset()
    """Only small frames come back."""
    none: frozenset[str] = frozenset()
    """Nothing comes back."""
    mtu: int = DEFAULT_MTU
    """MTU in bytes of the device that was pinged from."""
    plain: bool = False
    """The image's ping cannot forbid fragments."""


def devices_in(message: str, node: str, cluster_network: str) -> Devices:
    """What a node's pod has seen; raises Unreadable."""
    said = _words(_unpacked(message), "look 1")
    bonds, bridges = _json(said, "bond"), _json(said, "bridge")
    address = _json(said, "address")
    return Devices(
        node=node,
        bond=_bond(bonds[0], _json(said, "members")) if bonds else None,
        bridge=_bridge(bridges[0]) if bridges else None,
        ports=_ports(said),
        vlans=listed(_json(said, "vlans"), f"{cluster_network}{BOND}"),
        address=_address(address),
        vlan_device=bool(address),
        leftovers=tuple(said["leftover"]),
    )


def pinged_in(message: str) -> PingReport:
    """What a node's pings came to; raises Unreadable."""
    said = _words(message, "ping 1")
    return PingReport(
        full=_addresses(said, "full"),
        usual=_addresses(said, "usual"),
        small=_addresses(said, "small"),
        none=_addresses(said, "none"),
        mtu=int(said["mtu"][0]) if said["mtu"] else DEFAULT_MTU,
        plain="plain" in said,
    )


def _unpacked(message: str) -> str:
    if not message.startswith("gz "):
        return message
    try:
        packed = base64.b64decode("".join(message[3:].split()))
        return zlib.decompress(packed, wbits=31).decode(errors="replace")
    except (binascii.Error, zlib.error) as error:
        raise Unreadable("its answer is cut short") from error


def _words(message: str, begins: str) -> dict[str, list[str]]:
    said: dict[str, list[str]] = defaultdict(list)
    for line in message.strip().splitlines():
        word, _, value = line.partition(" ")
        said[word].append(value)
    if said["error"]:
        raise Unreadable(said["error"][0])
    if not message.startswith(begins):
        raise Unreadable(f"it answered {message[:200].strip()!r}")
    return said


def _json(said: dict[str, list[str]], word: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(said[word][0]) if said[word] else []
    except ValueError as error:
        raise Unreadable(f"its {word} is no JSON: {said[word][0][:80]}") from error
    # Older versions of iproute2 print an empty object for what they leave out.
    return [one for one in found if one]


def _bond(link: dict[str, Any], members: list[dict[str, Any]]) -> Bond:
    data = (link.get("linkinfo") or {}).get("info_data") or {}
    return Bond(
        name=link["ifname"],
        index=link["ifindex"],
        mtu=link["mtu"],
        mode=str(data.get("mode", "")),
        active_nic=str(data.get("active_slave") or ""),
        master=str(link.get("master") or ""),
        members=tuple(sorted((_member(m) for m in members), key=lambda m: m.name)),
    )


def _member(link: dict[str, Any]) -> Member:
    slave = (link.get("linkinfo") or {}).get("info_slave_data") or {}
    state = str(slave.get("mii_status") or link.get("operstate") or "").lower()
    return Member(link["ifname"], link["mtu"], "up" if state == "up" else "down")


def _bridge(link: dict[str, Any]) -> Bridge:
    return Bridge(link["ifname"], link["ifindex"], link["mtu"])


def _ports(said: dict[str, list[str]]) -> Ports:
    counted = (line.split() for line in said["ports"])
    lowest = []
    for line in said["port"]:
        name, kind, mtu, *macs = line.split()
        lowest.append(Port(name, kind, int(mtu), tuple(mac.lower() for mac in macs)))
    return Ports({int(mtu): int(number) for mtu, number in counted}, tuple(lowest))


def _address(links: list[dict[str, Any]]) -> str:
    for link in links:
        for address in link.get("addr_info") or []:
            if address.get("family") == "inet":
                return str(address["local"])
    return ""


def _addresses(said: dict[str, list[str]], word: str) -> frozenset[str]:
    return frozenset(said[word][0].split()) if said[word] else frozenset()
