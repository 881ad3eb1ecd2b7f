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
TERRAFORM = {"field.cattle.io/description": "of the platform team"}


def generated(number: int) -> Made:
    """The networks of a site, without its storage network."""
    choose = random.Random(number)
    return [
        made
        for index, nics in enumerate(choose.choice(BONDS))
        for made in _network(index, nics, choose)
    ]


def _network(
    index: int, nics: list[str], choose: random.Random
) -> Iterator[tuple[str, Object]]:
    name, mtu = f"cn-{'abc'[index]}", choose.choice(MTUS)
    notes = choose.choice([{}, TERRAFORM])
    yield CLUSTER_NETWORKS, objects.cluster_network(name, annotations=notes)
    # The first one carries everything, so that any storage network fits.
    layout = choose.choice(["all", "racks", "nodes"] if index == 0 else [*LAYOUTS])
    bond: dict[str, Any] = {"mode": choose.choice(MODES)}
    bond |= choose.choice([{}, {"miimon": -1}, {"miimon": 100}])
    uplink = {
        "nics": nics,
        "bondOptions": bond,
        "linkAttributes": {"mtu": mtu} | choose.choice([{}, {"txQLen": -1}]),
    }
    for number, selector in enumerate(LAYOUTS[layout], start=1):
        spec = {
            "nodeSelector": selector,
            "description": choose.choice(["", f"uplink {number}"]),
        }
        yield (
            CONFIGS,
            objects.new_config(f"{name}-{layout}-{number}", name, uplink=uplink, spec=spec),
        )
    first = choose.randrange(2, 3000)
    for place in range(choose.randrange(0, 7)):
        vlan = {"vlan": first + place}
        trunk = {"vlanTrunk": [{"minID": first, "maxID": first + 5}, {"id": 4000}]}
        kind = choose.choices([vlan, {}, trunk, {"vlan": 1}], [8, 1, 1, 1])[0]
        conf = objects.cni(f"{name}-{place}", f"{name}-br", mtu=mtu, **kind)
        marks = choose.choice([{}, ROUTE, FLEET])
        yield (
            NADS,
            objects.nad(
                f"{name}-{place}", config=conf, cluster_network=name, annotations=marks
            ),
        )


def storage_of(number: int) -> str:
    """The value of its storage network; empty for a site that has none."""
    if number % 3 == 0:
        return ""
    value = {"clusterNetwork": "cn-a", "vlan": 3500 + number, "range": "192.168.0.0/24"}
    return json.dumps(value | ({"exclude": ["192.168.0.0/28"]} if number % 2 else {}))
