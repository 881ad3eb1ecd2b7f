"""The Settings of Harvester that hold networks: values good and bad, and how far they are.

No value has an IPv6 range in it: the real webhook would spin for ever (O4.2).
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis.strategies import DrawFn

from harvester_net.cluster.resources import Object
from tests import objects

from .networks import Net
from .pools import (
    GONE,
    MGMT,
    MIGRATION,
    RWX,
    RWX_DEFAULT,
    STORAGE,
    TEXTS,
    chance,
    mostly,
    pick,
)

HOME = {STORAGE: "192.168.0.0/24", RWX: "192.168.1.0/24", MIGRATION: "10.50.0.0/27"}
"""Ranges that do not disturb each other."""
RANGES = (*HOME.values(), "192.168.0.0/26", "192.168.0.128/25", "10.50.0.0/28")
ODD_RANGES = (
    "10.50.0.0/29",
    "10.50.0.0/30",
    "10.50.0.0/31",
    "10.50.0.0/32",
    "192.168.0.5/24",
    "192.168.0.0/15",
    "10.0.0.0/8",
    "0.0.0.0/0",
    "192.168.0.0/33",
    "192.168.0.0",
    "192.168.0.0/024",
    "192.168.00.0/24",
    "192.168.0/24",
    " 192.168.0.0/24",
    "255.255.255.0/24",
    "0.0.0.0/24",
    "192.168.0.0/+24",
    "",
    "nonsense",
    "192.168.0.0/24 ",
    "192.168.0.0/\uff12\uff14",
    "192.168.0.0/-1",
    "192.168.0.0/",
    "192.168.0.256/24",
    "0xc0.168.0.0/24",
    "172.31.0.0/16",
    "10.42.0.0/24",
    "10.0.0.0/24",
)
EXCLUDES: tuple[list[str], ...] = (
    ["192.168.0.1/32"],
    ["192.168.0.128/25"],
    ["192.168.0.0/25"],
    ["192.168.0.0/26", "192.168.0.64/26", "192.168.0.128/26"],
    ["192.168.0.9/30"],
    ["10.50.0.1/32"],
    ["10.50.0.0/28"],
    ["10.50.0.0/30", "10.50.0.8/29"],
    [],
)
ODD_EXCLUDES: tuple[Any, ...] = (
    ["192.168.0.0/24"],
    ["192.168.0.0/16"],
    ["192.168.0.0/15"],
    ["172.16.0.0/24"],
    ["192.168.0.1"],
    ["192.168.0.1/032"],
    [""],
    ["192.168.0.1/32", "192.168.0.0/30"],
    ["192.168.0.0/30", "192.168.0.128/25", "192.168.0.1/32"],
    ["192.168.0.0/25", "192.168.0.128/25"],
    [None],
    None,
    "192.168.0.1/32",
    [7],
)
ODD_KEYS: tuple[dict[str, Any], ...] = (
    {"vlan": 4095},
    {"vlan": 4094},
    {"vlan": 0},
    {"vlan": 1},
    {"vlan": -1},
    {"vlan": 65536},
    {"vlan": "100"},
    {"vlan": 100.5},
    {"vlan": None},
    {"VLAN": 7},
    {"clusterNetwork": GONE},
    {"clusterNetwork": ""},
    {"clusterNetwork": MGMT},
    {"clusterNetwork": None},
    {"clusterNetwork": 7},
    {"ClusterNetwork": MGMT, "vlan": 7},
    {"exclusiveVlan": True},
    {"unknown": 1},
    {"Range": "10.99.0.0/24"},
    {"range": 7},
    {"range": None},
)
RAW = (
    '{"clusterNetwork":"data","vlan":100,"range":"192.168.0.0/24","vlan":5000}',
    '{"clusterNetwork":"data","vlan":1e2,"range":"192.168.0.0/24"}',
    '{"clusterNetwork":"data","vlan":100,"range":"192.168.0.0/24"} ',
    '{"clusterNetwork":"data","vlan":100,"range":"192.168.0.0/24"} x',
    '{"share-storage-network":true} x',
    '{"share-storage-network":true}{}',
    '{"share-storage-network":false,"share-storage-network":true}',
    '{"network":{"clusterNetwork":"data"},"network":{"vlan":9,"range":"192.168.1.0/24"}}',
    " ",
)
"""Texts as only a person writes them."""
WAYS = (
    {"status": "True", "reason": "Completed"},
    {"status": "False", "reason": "In Progress", "message": "create NAD"},
    {"status": "False", "reason": "CreateNadError"},
    {"status": "Unknown", "reason": "In Progress"},
    {"status": "True", "reason": "In Progress"},
)


def network_value(draw: DrawFn, name: str, nets: list[Net]) -> dict[str, Any]:
    """A value as a user would write it, mostly on a cluster network that can carry it."""
    able = [net for net in nets if net.everywhere] or nets
    net = pick(draw, nets[1:] if chance(draw, 2) else able)
    value: dict[str, Any] = {"clusterNetwork": net.name, "vlan": pick(draw, (100, 2, 4094))}
    value["range"] = mostly(draw, HOME[name], RANGES, 4)
    if chance(draw, 2):
        value["exclude"] = pick(draw, EXCLUDES)
    return value


def odd_value(draw: DrawFn, value: dict[str, Any]) -> dict[str, Any]:
    """The value with one thing changed that is wrong, or on the border."""
    what = pick(draw, ("range", "exclude", "key"))
    if what == "range":
        return value | {"range": pick(draw, ODD_RANGES)}
    if what == "exclude":
        return value | {"exclude": pick(draw, ODD_EXCLUDES)}
    return value | pick(draw, ODD_KEYS)


def text_of(draw: DrawFn, name: str, nets: list[Net], odd: bool) -> str:
    """A text for the Setting of this name."""
    if odd and chance(draw, 2):
        return pick(draw, (*TEXTS, *RAW))
    value = network_value(draw, name, nets)
    if odd:
        value = odd_value(draw, value)
    if name == RWX:
        value = _rwx(draw, value, odd)
    return json.dumps(value)


def _rwx(draw: DrawFn, network: dict[str, Any], odd: bool) -> dict[str, Any]:
    if chance(draw, 4):
        return {"share-storage-network": True}
    value: dict[str, Any] = {"share-storage-network": False, "network": network}
    if not odd:
        return value
    return pick(draw, rwx_forms(network))


def rwx_forms(network: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """A network of its own for RWX volumes, in forms right and wrong."""
    value = {"share-storage-network": False, "network": network}
    return (
        value,
        value,
        {"network": network},
        {"share-storage-network": True, "network": network},
        value | {"network": None},
        value | {"network": {}},
        value | {"network": "data"},
        value | {"more": 1},
        value | {"network": network | {"more": 1}},
        {"Share-Storage-Network": True},
        {"share-storage-network": "true"},
        {"share-storage-network": None},
    )


def setting(draw: DrawFn, name: str, nets: list[Net], nads: list[Object]) -> Object:
    """A Setting as it may be found."""
    made = objects.setting(name) | {"default": RWX_DEFAULT if name == RWX else ""}
    if chance(draw, 1):
        made["default"] = text_of(draw, name, nets, odd=chance(draw, 3))
    if chance(draw, 6):
        made["value"] = peaceful(name, text_of(draw, name, nets, odd=chance(draw, 1)))
    if name != MIGRATION and chance(draw, 3):
        _name_a_network(draw, made, nads)
    if chance(draw, 5):
        way = mostly(draw, WAYS[0], (WAYS[1], *WAYS[1:]), 4)
        made["status"] = {"conditions": [{"type": "configured"} | way]}
    return made


def peaceful(name: str, text: str) -> str:
    """The text, or none if its range is too large: the webhook lists all addresses of the
    other settings, however many.
    """
    large = any(wide in text for wide in ("/8", "/0", "/15"))
    return ("" if name != RWX else RWX_DEFAULT) if large else text


def _name_a_network(draw: DrawFn, made: Object, nads: list[Object]) -> None:
    if not nads:
        return
    meta = pick(draw, nads)["metadata"]
    prefix = f"{made['metadata']['name']}.settings.harvesterhci.io"
    which = mostly(draw, "net-attach-def", ("old-net-attach-def",), 1)
    value = f"{meta['namespace']}/{meta['name']}"
    made["metadata"]["annotations"] = {f"{prefix}/{which}": value}


def settings(draw: DrawFn, nets: list[Net], nads: list[Object]) -> list[Object]:
    """All three, seldom one of them missing."""
    return [
        setting(draw, name, nets, nads)
        for name in (STORAGE, RWX, MIGRATION)
        if not chance(draw, 3 if name == MIGRATION else 1)
    ]
