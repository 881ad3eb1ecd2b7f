"""What users do every day, asked over every cluster that is not quite sound."""

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
from harvester_net.rules.rule import Write
from tests import objects

from .boundaries import BARE, NET, put
from .network_writes import UPLINK_MTU
from .networks import TOO_LONG
from .pools import MIGRATION, RWX, RWX_DEFAULT, STORAGE
from .rig import Objects
from .settings import HOME
from .vm_networks import ROUTE
from .writes import Case


def usual_writes(live: Objects) -> Iterator[Case]:
    """Each of them that can be asked over these objects."""
    for resource in (CLUSTER_NETWORK, VLAN_CONFIG, NAD, SETTING):
        for old in live[resource].values():
            yield Case(Write(resource, old, None), as_patch=False)
            yield _update(resource, old, put("metadata", "labels", "note", value="x"))
    yield from _updates(live, CLUSTER_NETWORK, _network_changes())
    yield from _updates(live, VLAN_CONFIG, _config_changes())
    yield from _updates(live, NAD, _nad_changes())
    yield from _creates()
    yield from _settings(live)


def _update(resource: Resource, old: Object, change: Callable[[Object], None]) -> Case:
    new = copy.deepcopy(old)
    change(new)
    return Case(Write(resource, old, new), as_patch=False)


def _updates(
    live: Objects, resource: Resource, changes: list[Callable[[Object], None]]
) -> Iterator[Case]:
    for old in live[resource].values():
        for change in changes:
            yield _update(resource, old, change)


def _network_changes() -> list[Callable[[Object], None]]:
    notes: list[dict[str, str]] = [{}, *({UPLINK_MTU: mtu} for mtu in ("0", "1500", "9000"))]
    return [put("metadata", "annotations", value=note) for note in notes]


def _config_changes() -> list[Callable[[Object], None]]:
    return [
        put("spec", "description", value="another"),
        put("spec", "clusterNetwork", value=BARE),
        put("spec", "nodeSelector", value={"zone": "nowhere"}),
        put("spec", "nodeSelector", value={"kubernetes.io/hostname": "none"}),
        put("spec", "uplink", "nics", value=["eno3"]),
        put("spec", "uplink", "linkAttributes", value={"mtu": 9000}),
        put("spec", "uplink", "linkAttributes", value={"mtu": 1500}),
        put("metadata", "annotations", value={}),
    ]


def _nad_changes() -> list[Callable[[Object], None]]:
    routes = ('{"mode":"auto"}', "no json")
    texts = [
        json.dumps(objects.cni(name, f"{net}-br", vlan=vlan, **more))
        for name, net, vlan in (("vlan10", NET, 77), ("vlan10", NET, 10), ("flat", "mgmt", 0))
        for more in ({}, {"mtu": 9000})
    ]
    return [
        *(put("metadata", "annotations", ROUTE, value=r) for r in routes),
        *(put("spec", "config", value=text) for text in texts),
    ]


def _creates() -> Iterator[Case]:
    for network in (NET, BARE, "mgmt", TOO_LONG):
        for selector in ({}, {"zone": "nowhere"}, {"zone": "a"}):
            for mtu in (1500, 9000):
                uplink = {"nics": ["eno2"], "linkAttributes": {"mtu": mtu}}
                made = objects.config("fresh", network, uplink=uplink)
                made["metadata"] = {"name": "fresh"}
                made["spec"]["nodeSelector"] = selector
                yield Case(Write(VLAN_CONFIG, None, made), as_patch=False)
        for labels in ({}, {"network.harvesterhci.io/clusternetwork": network}):
            for more in ({}, {"mtu": 9000}):
                text = json.dumps(objects.cni("fresh", f"{network}-br", **more))
                made = objects.nad("fresh", "default", text)
                made["metadata"]["labels"] = labels
                yield Case(Write(NAD, None, made), as_patch=False)


def _settings(live: Objects) -> Iterator[Case]:
    for name in (STORAGE, RWX, MIGRATION):
        for value in ("", *map(json.dumps, _values(name))):
            if name in live[SETTING]:
                yield _update(SETTING, live[SETTING][name], put("value", value=value))
            else:
                made = {"apiVersion": SETTING.api, "kind": SETTING.kind, "value": value}
                new = made | {"metadata": {"name": name}}
                yield Case(Write(SETTING, None, new), as_patch=False)
    if (rwx := live[SETTING].get(RWX)) is not None:
        yield _update(SETTING, rwx, put("value", value=RWX_DEFAULT))


def _values(name: str) -> Iterator[dict[str, Any]]:
    for network in (NET, BARE, "mgmt"):
        value = {"clusterNetwork": network, "vlan": 100, "range": HOME[name]}
        yield {"network": value} if name == RWX else value
    if name == RWX:
        yield {"share-storage-network": True}
