"""Networks as others may have made them on a lab: another site for each number."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

from harvester_net.cluster.resources import Object
from tests import objects

from .programs import CLUSTER_NETWORKS, CONFIGS, NADS, NODES

Made = list[tuple[str, Object]]
"""Objects in the order in which they can be made, each with the path of its kind."""

BONDS = (
    [["eno2"], ["eno3"], ["eno4"]],
    [["eno2", "eno3"], ["eno4"]],
    [["eno2", "eno3", "eno4"]],
)
"""Which NICs the cluster networks of a site have."""
MODES = ("active-backup", "802.3ad", "balance-xor", "balance-tlb")
MTUS = (1500, 9000, 1400)
MONITORED: list[dict[str, int]] = [{}, {"miimon": -1}, {"miimon": 100}]
QUEUED: list[dict[str, int]] = [{}, {"txQLen": -1}]
WORDS: list[dict[str, str]] = [{}, {"description": "made on a Monday"}]
ZONE, HOST = "topology.kubernetes.io/zone", "kubernetes.io/hostname"
LAYOUTS: dict[str, list[dict[str, str]]] = {
    "all": [{}],
    "racks": [{ZONE: "rack-a"}, {ZONE: "rack-b"}],
    "nodes": [{HOST: node} for node in NODES],
    "some": [{HOST: "node2"}],
}
"""The node selectors of the network configs of a cluster network."""
ROUTE = {
    "network.harvesterhci.io/route": '{"mode":"auto","serverIPAddr":"","cidr":"","gateway":""}'
}
FLEET = {"objectset.rio.cattle.io/id": "networks"}
DESCRIBED = {"field.cattle.io/description": "of the platform team"}


def generated(number: int) -> Made:
    """The networks of a site, without its storage network."""
    choose = random.Random(number)
    found: Made = []
    for index, nics in enumerate(choose.choice(BONDS)):
        found += _network(index, nics, choose)
    return found


def _network(
    index: int, nics: list[str], choose: random.Random
) -> Iterator[tuple[str, Object]]:
    name, mtu = f"cn-{'abc'[index]}", choose.choice(MTUS)
    notes = choose.choice(({}, DESCRIBED))
    yield CLUSTER_NETWORKS, objects.cluster_network(name, annotations=notes)
    bond: dict[str, Any] = {"mode": choose.choice(MODES)}
    bond |= choose.choice(MONITORED)
    link = {"mtu": mtu} | choose.choice(QUEUED)
    uplink = {"nics": nics, "bondOptions": bond, "linkAttributes": link}
    # The first one is on all nodes, so that it carries the storage network.
    layout = choose.choice([each for each in LAYOUTS if index or each != "some"])
    for number, selector in enumerate(LAYOUTS[layout], start=1):
        spec: dict[str, Any] = {"nodeSelector": selector}
        spec |= choose.choice(WORDS)
        config = f"{name}-{layout}-{number}"
        yield CONFIGS, objects.new_config(config, name, uplink=uplink, spec=spec)
    first = choose.randrange(2, 3000)
    for place in range(choose.randrange(0, 7)):
        own = f"{name}-{place}"
        cni = objects.cni(own, f"{name}-br", mtu=mtu, **_traffic(first + place, choose))
        marks = choose.choice(({}, ROUTE, FLEET))
        nad = objects.nad(own, config=cni, cluster_network=name, annotations=marks)
        yield NADS, nad


def _traffic(vlan: int, choose: random.Random) -> dict[str, Any]:
    """Mostly a VLAN, now and then something else."""
    trunk = {"vlanTrunk": [{"minID": vlan, "maxID": vlan + 5}, {"id": 4000}]}
    kinds: list[dict[str, Any]] = [{"vlan": vlan}, {}, trunk, {"vlan": 1}]
    return choose.choices(kinds, [8, 1, 1, 1])[0]


def storage_of(number: int) -> str:
    """The value of its storage network; empty for a site that has none."""
    if number % 3 == 0:
        return ""
    value = {"clusterNetwork": "cn-a", "vlan": 3500 + number, "range": "192.168.0.0/24"}
    return json.dumps(value | ({"exclude": ["192.168.0.0/28"]} if number % 2 else {}))
