"""Every border that the random writes are drawn from, once each, over a sound cluster: there
nothing else refuses a write, so that each border decides alone.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    SETTING,
    VLAN_CONFIG,
    Object,
    Resource,
)
from harvester_net.harvester.snapshot import status_name
from harvester_net.rules.rule import Write
from tests import objects

from . import network_writes, settings, vm_network_writes, vm_networks
from .networks import MATCHED, NETWORK_LABEL, ODD_MATCHES, ODD_MTU_TEXTS, bare_node
from .patches import without_nulls
from .pools import LONGHORN, MTUS, NODES, RWX, RWX_DEFAULT, SETTINGS, TEXTS
from .rig import Objects
from .writes import Case

NET, BARE = "data", "stor"
NETWORK = {"clusterNetwork": NET, "vlan": 100, "range": "192.168.0.0/24"}


def sound_cluster() -> list[Object]:
    """Three nodes, one cluster network over all of them and one without configs, a VM network
    of each type; nothing runs, no setting is set.
    """
    nodes = NODES[:3]
    statuses = [objects.vlan_status("nc1", node, cluster_network=NET) for node in nodes]
    for status in statuses:
        node = status["status"]["node"]
        status["metadata"]["name"] = status_name(NET, node)
    uplink = {"nics": ["eno2"], "linkAttributes": {"mtu": 1500}}
    return [
        *(bare_node(name, {"zone": "a"}) for name in nodes),
        *(_longhorn_node(name) for name in nodes),
        *(objects.cluster_network(name) for name in ("mgmt", BARE)),
        objects.cluster_network(NET, 1500),
        objects.config("nc1", NET, list(nodes), uplink=uplink),
        *statuses,
        objects.nad("vlan10", "default", objects.cni("vlan10", f"{NET}-br", vlan=10)),
        objects.nad("flat", "default", objects.cni("flat", f"{NET}-br")),
        objects.nad(
            "overlay", "default", vm_networks.overlay("overlay", "default"), labels={}
        ),
        *(_setting(name) for name in SETTINGS),
    ]


def _longhorn_node(name: str) -> Object:
    meta = {"name": name, "namespace": LONGHORN}
    disks = {"disk0": {"path": "/data", "diskType": "filesystem", "allowScheduling": True}}
    spec = {"name": name, "disks": disks}
    return {
        "apiVersion": "longhorn.io/v1beta2",
        "kind": "Node",
        "metadata": meta,
        "spec": spec,
    }


def _setting(name: str) -> Object:
    return objects.setting(name) | {"default": RWX_DEFAULT if name == RWX else ""}


def borders(live: Objects) -> Iterator[Case]:
    """All of them, over that cluster as the server has it."""
    yield from _cluster_networks(live)
    yield from _configs(live)
    yield from _vm_networks(live)
    yield from _settings(live)


def _updates(old: Object, resource: Resource, change: Callable[[Object], None]) -> list[Case]:
    new = copy.deepcopy(old)
    change(new)
    return [
        Case(Write(resource, old, new), as_patch=False),
        Case(Write(resource, old, without_nulls(new)), as_patch=True),
    ]


def _create(resource: Resource, obj: Object) -> Case:
    return Case(Write(resource, None, obj), as_patch=False)


def put(*path: str, value: Any) -> Callable[[Object], None]:
    """Sets the value at this path."""

    def change(obj: Object) -> None:
        for key in path[:-1]:
            obj = obj.setdefault(key, {})
        obj[path[-1]] = value

    return change


def _cluster_networks(live: Objects) -> Iterator[Case]:
    for name in (*network_writes.GOOD_NAMES, *network_writes.ODD_NAMES):
        yield _create(CLUSTER_NETWORK, objects.cluster_network(name))
    for labels in network_writes.LABELS:
        yield _create(CLUSTER_NETWORK, objects.cluster_network("fresh", labels=labels))
    for name in ("mgmt", NET, BARE):
        old = live[CLUSTER_NETWORK][name]
        yield Case(Write(CLUSTER_NETWORK, old, None), as_patch=False)
        for text in (*ODD_MTU_TEXTS, *map(str, MTUS)):
            change = put("metadata", "annotations", network_writes.UPLINK_MTU, value=text)
            yield from _updates(old, CLUSTER_NETWORK, change)


def _configs(live: Objects) -> Iterator[Case]:
    old = live[VLAN_CONFIG]["nc1"]
    yield Case(Write(VLAN_CONFIG, old, None), as_patch=False)
    for change in _config_changes():
        yield from _updates(old, VLAN_CONFIG, change)
        fresh = objects.config("fresh", BARE)
        del fresh["metadata"]["annotations"]
        change(fresh)
        yield _create(VLAN_CONFIG, fresh)


def _config_changes() -> Iterator[Callable[[Object], None]]:
    for mtu in (*network_writes.CONFIG_MTUS, *network_writes.BAD_MTUS):
        yield put("spec", "uplink", "linkAttributes", "mtu", value=mtu)
    for key, value in network_writes.UPLINK_CHANGES:
        yield put("spec", "uplink", key, value=value)
    for selector in network_writes.SELECTORS:
        yield put("spec", "nodeSelector", value=selector)
    for network in (NET, BARE, "mgmt", "gone", "", None, 7):
        yield put("spec", "clusterNetwork", value=network)
    for text in ODD_MATCHES:
        yield put("metadata", "annotations", value={MATCHED: text})
    for labels in network_writes.LABELS:
        yield put("metadata", "labels", value=labels)
    for spec in (None, {}, {"clusterNetwork": NET}, {"clusterNetwork": NET, "uplink": "x"}):
        yield put("spec", value=spec)


def _vm_networks(live: Objects) -> Iterator[Case]:
    for key in ("default/vlan10", "default/flat", "default/overlay"):
        yield Case(Write(NAD, live[NAD][key], None), as_patch=False)
        for text in _config_texts(live[NAD][key]["spec"]["config"]):
            yield from _updates(live[NAD][key], NAD, put("spec", "config", value=text))
            fresh = objects.nad("fresh", "default", text or "")
            fresh["spec"]["config"] = text
            yield _create(NAD, fresh)
    for name in (*vm_network_writes.NAMES, *vm_network_writes.BAD_NAMES):
        yield _create(NAD, objects.nad(name))
    old = live[NAD]["default/vlan10"]
    for route in (*vm_networks.GOOD_ROUTES, *vm_networks.BAD_ROUTES):
        change = put("metadata", "annotations", value={vm_networks.ROUTE: route})
        yield from _updates(old, NAD, change)
    for label in (NET, BARE, "mgmt", "gone", "", None):
        change = put(
            "metadata", "labels", value=label if label is None else {NETWORK_LABEL: label}
        )
        yield from _updates(old, NAD, change)
        yield _create(NAD, _with(change, objects.nad("fresh")))
    for spec in vm_network_writes.SHAPES:
        yield from _updates(old, NAD, put("spec", value=spec))
        yield _create(NAD, objects.nad("fresh") | {"spec": spec})


def _with(change: Callable[[Object], None], obj: Object) -> Object:
    change(obj)
    return obj


def _config_texts(text: str) -> Iterator[Any]:
    yield from (*TEXTS, *vm_networks.RAW)
    config = json.loads(text)
    for odd in vm_networks.ODD:
        yield json.dumps(config | odd, ensure_ascii=False)
    for trunk in (*vm_networks.GOOD_TRUNKS, *vm_networks.BAD_TRUNKS):
        for vlan in (0, 10):
            yield json.dumps(config | {"vlanTrunk": trunk, "vlan": vlan})


def _settings(live: Objects) -> Iterator[Case]:
    for name in SETTINGS:
        old = live[SETTING][name]
        yield Case(Write(SETTING, old, None), as_patch=False)
        for text in (*TEXTS, *settings.RAW, None, 7, *_values(name)):
            yield from _updates(old, SETTING, put("value", value=text))
            yield from _updates(old, SETTING, put("default", value=text))[:1]


def _values(name: str) -> Iterator[str]:
    odd: list[dict[str, Any]] = [
        *({"range": text} for text in (*settings.RANGES, *settings.ODD_RANGES)),
        *({"exclude": part} for part in (*settings.EXCLUDES, *settings.ODD_EXCLUDES)),
        *({"range": "192.168.0.0/024", "exclude": part} for part in settings.EXCLUDES),
        *settings.ODD_KEYS,
        {"clusterNetwork": BARE},
    ]
    networks = [NETWORK | each for each in odd]
    if name == RWX:
        forms = settings.rwx_forms(NETWORK)
        yield from map(json.dumps, (*forms, *({"network": network} for network in networks)))
    else:
        yield from map(json.dumps, networks)
