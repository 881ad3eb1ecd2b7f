"""VM networks: the texts and labels that they have, good and bad."""

from __future__ import annotations

import json
from typing import Any

from hypothesis.strategies import DrawFn

from harvester_net.cluster.resources import Object
from tests import objects
from tests.objects import STORAGE

from .networks import GONE_SINCE, Net
from .pools import GONE, MGMT, SYSTEM, TENANT, TEXTS, VM_NETWORKS, chance, mostly, pick

ROUTE = "network.harvesterhci.io/route"
GOOD_ROUTES = (
    '{"mode":"auto","serverIPAddr":"","cidr":"","gateway":""}',
    '{"mode":"manual","cidr":"10.1.0.0/24","gateway":"10.1.0.1"}',
    '{"MODE":"auto"}',
    "{}",
    "null",
    "",
    '{"mode":"","cidr":"nonsense"}',
    '{"mode":"manual","cidr":"fd00::/64","gateway":"fd00::1"}',
    '{"mode":"manual","cidr":"10.1.0.7/24","gateway":"10.1.0.1"}',
)
BAD_ROUTES = (
    '{"mode":"other"}',
    '{"mode":"Auto"}',
    '{"mode":"manual"}',
    '{"mode":"manual","cidr":"10.1.0.0/0","gateway":"10.1.0.1"}',
    '{"mode":"manual","cidr":"10.1.0.0/24","gateway":"10.1.0"}',
    '{"mode":"manual","cidr":"10.1.0.0","gateway":"10.1.0.1"}',
    '{"mode":"manual","cidr":"10.1.0.0/24","gateway":"010.1.0.1"}',
    '{"mode":7}',
    '{"outdated":"yes"}',
    "no json",
    "[]",
    '"auto"',
)
GOOD_TRUNKS: tuple[Any, ...] = (
    [{"minID": 100, "maxID": 110}],
    [{"id": 200}],
    [{"minID": 1, "maxID": 4094}, {"id": 7}],
    [{"minID": 5, "maxID": 5, "id": 9}],
    [None, {"id": 3}],
    [{"ID": 12}],
    [],
    None,
)
BAD_TRUNKS: tuple[Any, ...] = (
    [{}],
    [{"minID": 100}],
    [{"maxID": 100}],
    [{"minID": 110, "maxID": 100}],
    [{"minID": 0, "maxID": 100}],
    [{"minID": 1, "maxID": 4095}],
    [{"id": 0}],
    [{"id": 4095}],
    [{"id": 5, "minID": 3}],
    [{"id": "7"}],
    [7],
    {"id": 7},
    "100-200",
    [{"id": 7.5}],
    [{"name": "x"}],
)
ODD: tuple[dict[str, Any], ...] = (
    {"vlan": 4095},
    {"vlan": -1},
    {"vlan": "10"},
    {"vlan": 10.0},
    {"vlan": None},
    {"vlan": True},
    {"vlan": 0},
    {"vlan": 4094},
    {"VLAN": 20},
    {"Vlan": 5000},
    {"mtu": 1400},
    {"mtu": 9000},
    {"mtu": 0},
    {"mtu": "9000"},
    {"MTU": 9000},
    {"bridge": "gone-br"},
    {"bridge": "data"},
    {"bridge": "-br"},
    {"bridge": ""},
    {"bridge": None},
    {"bridge": "thirteenchars-br"},
    {"bridge": 7},
    {"bridge": "stor-br"},
    {"bridge": "data-br"},
    {"bridge": "mgmt-br"},
    {"type": ""},
    {"type": "macvlan"},
    {"type": "kube-ovn"},
    {"type": "kube-ovn", "provider": "other.default.ovn"},
    {"type": "Bridge"},
    {"type": None},
    {"type": 7},
    {"ipam": {"type": "whereabouts", "range": "10.0.0.0/24"}},
    {"ipam": []},
    {"ipam": None},
    {"dns": {"nameservers": ["10.0.0.1"]}},
    {"dns": {"nameservers": "10.0.0.1"}},
    {"capabilities": {"mac": True}},
    {"capabilities": {"mac": "yes"}},
    {"isGateway": "true"},
    {"promiscMode": 1},
    {"promi\u017fcMode": False},
    {"unknown": {"deep": [1]}},
    {"name": "renamed"},
    {"name": 5},
    {"cniVersion": "1.0.0"},
    {"prevResult": {}},
    {"prevResult": []},
    {"provider": "x"},
    {"vlanTrun\u212a": [{"id": 0}]},
    {"VlanTrunk": [{"MINID": 1, "maxid": 2}], "vlan": 0},
    {"Ipam": {"TYPE": "static"}},
    {"disableCheck": True},
    {"args": {"cni": {}}},
    {"isDefaultGateway": None},
    {"forceAddress": "no"},
    {"mtu": 1500},
    {"mtu": -1},
    {"mtu": 2**63},
    {"bridge": "x" * 12 + "-br"},
    {"bridge": "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9-br"},
)
RAW = (
    '{"bridge":"data-br","vlan":1,"vlan":5000}',
    '{"bridge":"data-br","vlan":1e1}',
    '{"bridge":"data-br","vlan":-0}',
    '{"bridge":"data-br","vlan":01}',
    '{"bridge":"data-br","vlan":5,}',
    '{"bridge":"data-br","ipam":{"type":"a"},"ipam":{"type":"b"}}',
    '{"bridge":"data-br","bridge":null}',
    '{"bridge":"gone-br","Bridge":"data-br"}',
    '{"bridge":"data\\u002dbr"}',
    '{"bridge":"data-br","name":"\\ud800"}',
    '{"bridge":"data-br","mtu":NaN}',
    '{"bridge":"data-br"} {}',
    '\ufeff{"bridge":"data-br"}',
    '\u00a0{"bridge":"data-br"}',
    '{"bridge":"data-br","name":"tab\t"}',
    "{'bridge':'data-br'}",
)
"""Texts as only a person writes them, or no JSON writer at all."""


def cni_of(draw: DrawFn, net: Net, name: str) -> dict[str, Any]:
    """A good config of any type on a cluster network."""
    kind = pick(draw, ("vlan", "flat", "trunk"))
    made = objects.cni(name, f"{net.name}-br")
    if kind == "vlan":
        made["vlan"] = pick(draw, (10, 1, 4094, 100))
    if kind == "trunk":
        made |= {"vlan": 0, "vlanTrunk": pick(draw, GOOD_TRUNKS[:3])}
    if net.mtu != 1500 or chance(draw, 2):
        made["mtu"] = net.mtu
    return made


def overlay(name: str, namespace: str) -> dict[str, Any]:
    """A config of a kube-ovn network."""
    provider = f"{name}.{namespace}.ovn"
    return {"cniVersion": "0.3.1", "name": name, "type": "kube-ovn", "provider": provider}


def text_of(draw: DrawFn, net: Net, name: str, namespace: str) -> str:
    """A good text of a config."""
    if chance(draw, 1):
        return json.dumps(overlay(name, namespace))
    return json.dumps(cni_of(draw, net, name))


def odd_text(draw: DrawFn, text: str) -> str:
    """The text with one thing changed that is wrong, or on the border."""
    try:
        config = json.loads(text)
    except ValueError:
        config = {}
    if not isinstance(config, dict) or chance(draw, 1):
        return pick(draw, (*TEXTS, *RAW, text + " "))
    if chance(draw, 3):
        trunk = pick(draw, (*BAD_TRUNKS, *GOOD_TRUNKS))
        return json.dumps(config | {"vlanTrunk": trunk, "vlan": mostly(draw, 0, (10,))})
    return json.dumps(config | pick(draw, ODD), ensure_ascii=chance(draw, 5))


def nad(draw: DrawFn, nets: list[Net], namespace: str, name: str) -> Object:
    """A VM network of a cluster, mostly with nothing wrong."""
    net = pick(draw, (*nets[1:], *nets, nets[0]))
    text = text_of(draw, net, name, namespace)
    made = objects.nad(name, namespace, text, cluster_network=net.name)
    if chance(draw, 2):
        made["spec"]["config"] = odd_text(draw, text)
    if chance(draw, 1) and chance(draw, 3):
        made["spec"] = {}
    _odd_meta(draw, made)
    return made


def _odd_meta(draw: DrawFn, made: Object) -> None:
    meta = made["metadata"]
    if chance(draw, 3):
        wrong = (GONE, MGMT, "data", "stor", "edge", "")
        label = {f"{objects.NETWORK}/clusternetwork": pick(draw, wrong)}
        meta["labels"] = pick(draw, ({}, label))
    if chance(draw, 3):
        route = pick(draw, GOOD_ROUTES) if chance(draw, 7) else pick(draw, BAD_ROUTES)
        meta["annotations"] = {ROUTE: route}
    if chance(draw, 1):
        meta |= GONE_SINCE


def system_nad(draw: DrawFn, net: Net) -> Object:
    """The VM network that Harvester made for a setting, or one that looks like it."""
    name = pick(draw, ("storagenetwork-abcde", "rwx-network-abcde", "marked"))
    made = objects.storage_nad(name, net.name)
    made["metadata"]["namespace"] = mostly(draw, SYSTEM, (TENANT,), 1)
    made["metadata"]["annotations"] = {STORAGE: mostly(draw, "true", ("false",))}
    if name != "marked" and chance(draw, 5):
        del made["metadata"]["annotations"]
    if chance(draw, 1):
        made["metadata"] |= GONE_SINCE
    return made


def vm_networks(draw: DrawFn, nets: list[Net]) -> list[Object]:
    """Two to four VM networks, and now and then one of Harvester's own."""
    count = pick(draw, (2, 3, 4))
    made = [
        nad(draw, nets, mostly(draw, "default", (TENANT,), 3), name)
        for name in VM_NETWORKS[:count]
    ]
    if chance(draw, 4):
        made.append(system_nad(draw, pick(draw, (*nets, nets[0]))))
    return made
