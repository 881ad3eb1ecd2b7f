"""From the words of the pods to devices and pings.

A node's answer is data: it may be cut short, of another tool's version, or made up by whoever
owns the node. What is not of the form that the scripts give it is unreadable, which is a
reason why nothing is proven, and no crash in the middle of a change.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from ..harvester.names import BOND
from ..printable import printable
from ..specs.limits import DEFAULT_MTU
from .devices import Bond, Bridge, Devices, Member, Port, Ports
from .links import DEVICE, Address, BondLink, BridgeLink, MemberLink, Vlans
from .vlans import listed

LARGEST = 64 * 2**10
"""Characters of an answer; Kubernetes keeps 4096 (O5.6)."""
LARGEST_UNPACKED = 2**20
"""Bytes of an answer that is packed."""
_MAC = "[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5,19}"
_PORT = re.compile(rf"({DEVICE}) ([a-z0-9]{{1,16}}) ([0-9]{{1,9}})((?: {_MAC})*)")
_COUNTED = re.compile("([0-9]{1,9}) ([0-9]{1,9})")
_HOST_DEVICE = re.compile(rf"({DEVICE}) ([0-9]{{1,9}})")
_ARP = re.compile(rf"({DEVICE}) ([0-9]{{1,3}})")
_LEFTOVER = re.compile(DEVICE)
_MTU = re.compile("[0-9]{1,9}")
_PINGED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){0,3}")

M = TypeVar("M", bound=BaseModel)


class Unreadable(Exception):
    """A pod's answer says nothing about the devices; the message says why."""

    def __init__(self, why: str) -> None:
        super().__init__(printable(why))


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
    bonds, bridges = _links(said, "bond", BondLink), _links(said, "bridge", BridgeLink)
    members, own = _links(said, "members", MemberLink), _links(said, "address", Address)
    return Devices(
        node=node,
        bond=_bond(bonds[0], members) if bonds else None,
        bridge=_bridge(bridges[0]) if bridges else None,
        ports=_ports(said),
        vlans=listed(_links(said, "vlans", Vlans), f"{cluster_network}{BOND}"),
        address=_address(own),
        vlan_device=bool(own),
        host_devices={found[1]: int(found[2]) for found in _lines(said, "host", _HOST_DEVICE)},
        arp_ignore={found[1]: int(found[2]) for found in _lines(said, "arp", _ARP)},
        leftovers=tuple(found[0] for found in _lines(said, "leftover", _LEFTOVER)),
    )


def pinged_in(message: str) -> PingReport:
    """What a node's pings came to; raises Unreadable."""
    said = _words(_bounded(message), "ping 1")
    full, usual, small, none = (_pinged(said, w) for w in ("full", "usual", "small", "none"))
    if len(full | usual | small | none) < len(full) + len(usual) + len(small) + len(none):
        raise _malformed("it says two things of one address")
    mtus = [int(found[0]) for found in _lines(said, "mtu", _MTU)]
    return PingReport(
        full, usual, small, none, mtus[0] if mtus else DEFAULT_MTU, plain="plain" in said
    )


def _malformed(what: str) -> Unreadable:
    return Unreadable(f"its answer cannot be read: {what}")


def _bounded(message: str) -> str:
    if len(message) > LARGEST:
        raise _malformed(f"it has {len(message)} characters")
    return message


def _unpacked(message: str) -> str:
    if not _bounded(message).startswith("gz "):
        return message
    unpacking = zlib.decompressobj(wbits=31)
    try:
        packed = base64.b64decode("".join(message[3:].split()))
        unpacked = unpacking.decompress(packed, LARGEST_UNPACKED)
    except (ValueError, zlib.error) as error:
        raise Unreadable("its answer is cut short") from error
    if not unpacking.eof:
        raise Unreadable("its answer is cut short, or larger than any of ours")
    return unpacked.decode(errors="replace")


def _words(message: str, begins: str) -> dict[str, list[str]]:
    """The values of each word, a line each."""
    said: dict[str, list[str]] = defaultdict(list)
    lines = message.strip().split("\n")
    for line in lines:
        word, _, value = line.partition(" ")
        said[word].append(value)
    if said["error"]:
        raise Unreadable(said["error"][0])
    if lines[0].rstrip() != begins:
        raise Unreadable(f"it answered {message[:200].strip()!r}")
    return said


def _links(said: dict[str, list[str]], word: str, model: type[M]) -> list[M]:
    """What a tool of iproute2 has printed as JSON; nothing if it had nothing to say."""
    if not said[word]:
        return []
    try:
        found = json.loads(said[word][0])
        # Older versions of iproute2 print an empty object for what they leave out.
        kept = [one for one in found if one] if isinstance(found, list) else found
        return TypeAdapter(list[model]).validate_python(kept)  # type: ignore[valid-type]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise _malformed(f"{word} {where}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise _malformed(f"its {word} is no JSON: {said[word][0][:80]}") from error


def _lines(
    said: dict[str, list[str]], word: str, pattern: re.Pattern[str]
) -> Iterator[re.Match[str]]:
    for line in said[word]:
        if (found := pattern.fullmatch(line.rstrip())) is None:
            raise _malformed(f"{word} {line[:80]}")
        yield found


def _bond(link: BondLink, members: list[MemberLink]) -> Bond:
    return Bond(
        name=link.ifname,
        index=link.ifindex,
        mtu=link.mtu,
        mode=link.mode,
        active_nic=link.active_nic,
        master=link.master or "",
        members=tuple(sorted(map(_member, members), key=lambda member: member.name)),
        up=link.up,
    )


def _member(link: MemberLink) -> Member:
    return Member(link.ifname, link.mtu, "up" if link.state.lower() == "up" else "down")


def _bridge(link: BridgeLink) -> Bridge:
    return Bridge(link.ifname, link.ifindex, link.mtu, link.up)


def _ports(said: dict[str, list[str]]) -> Ports:
    counted = {int(found[1]): int(found[2]) for found in _lines(said, "ports", _COUNTED)}
    lowest = tuple(
        Port(found[1], found[2], int(found[3]), tuple(found[4].lower().split()))
        for found in _lines(said, "port", _PORT)
    )
    return Ports(counted, lowest)


def _address(links: list[Address]) -> str:
    """The address that other nodes are told to ping, as root: it is one, and a host's."""
    for text in (one.local for link in links for one in link.addr_info if one.is_ipv4):
        try:
            address = IPv4Address(text)
        except ValueError as error:
            raise _malformed(f"{text[:80]} is no IPv4 address") from error
        nobodys = address.is_multicast or address.is_unspecified or address.is_loopback
        if nobodys or address == IPv4Address("255.255.255.255"):
            raise _malformed(f"{address} is no address of a host")
        return str(address)
    return ""


def _pinged(said: dict[str, list[str]], word: str) -> frozenset[str]:
    if len(said[word]) != 1:
        raise _malformed(f"it says {len(said[word])} times which pings were {word}")
    names = said[word][0].split()
    if wrong := [name for name in names if not _PINGED.fullmatch(name)]:
        raise _malformed(f"{word} {wrong[0][:80]}")
    return frozenset(names)
