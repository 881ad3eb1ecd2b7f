"""The lives of cluster networks, network configs and VM networks."""

from __future__ import annotations

import json

from ..acts import Delete, Patch, Replace, Several
from ..facts import Wanted
from ..scenario import Scenario, Step
from .words import (
    CONFIG_DELETED,
    CONFIG_MADE,
    HOST,
    NETWORK,
    NETWORK_MADE,
    VM_NETWORK_MADE,
    ZONE,
    away,
    change_mtu,
    change_uplink,
    change_vm_network,
    cluster_network,
    config,
    gone,
    label_node,
    no_config,
    ready,
    select,
    vm_network,
)

_NETWORK_DELETED = Step(
    "cluster network deleted",
    Delete("ClusterNetwork", "data"),
    gone("ClusterNetwork data"),
)


def _notes(**notes: str | None) -> dict[str, object]:
    return {"metadata": {"annotations": notes}}


CLUSTER_NETWORK = Scenario(
    "cluster network",
    (
        NETWORK_MADE,
        Step("made again", cluster_network()),
        Step(
            "described",
            Patch(
                "ClusterNetwork", "data", {"metadata": {"annotations": {"description": "x"}}}
            ),
        ),
        Step(
            "labelled",
            Replace("ClusterNetwork", "data", {"metadata": {"labels": {"team": "a"}}}),
        ),
        Step(
            "MTU by hand, without a config",
            Patch(
                "ClusterNetwork",
                "data",
                {"metadata": {"annotations": {f"{NETWORK}/uplink-mtu": "9000"}}},
            ),
        ),
        Step("VM network made on it", vm_network()),
        Step("VM network deleted", Delete("NAD", "default/vm100")),
        Step("cluster network deleted", Delete("ClusterNetwork", "data")),
        Step("deleted again", Delete("ClusterNetwork", "data")),
        Step(
            "made and deleted at once",
            Several((cluster_network("brief"), Delete("ClusterNetwork", "brief"))),
        ),
    ),
)

NETWORK_CONFIG = Scenario(
    "network config",
    (
        NETWORK_MADE,
        CONFIG_MADE,
        Step("made again", config()),
        Step(
            "described",
            Patch("VlanConfig", "nc1", {"spec": {"description": "uplinks of all racks"}}),
        ),
        Step("two NICs", change_uplink(nics=["eno2", "eno3"])),
        Step("bond mode", change_uplink(bondOptions={"mode": "802.3ad", "miimon": 100})),
        Step("an annotation", Patch("VlanConfig", "nc1", _notes(owner="x"))),
        Step(
            "cluster network labelled",
            Patch("ClusterNetwork", "data", {"metadata": {"labels": {"team": "a"}}}),
        ),
        CONFIG_DELETED,
        Step("made once more, with an MTU", config(mtu=9000), ready()),
        Step("config deleted again", Delete("VlanConfig", "nc1"), no_config() | away()),
        _NETWORK_DELETED,
    ),
)

CONFIGS_PER_RACK = Scenario(
    "configs per rack",
    (
        NETWORK_MADE,
        Step("config of rack a", config("nca", on={ZONE: "rack-a"}), ready("node1")),
        Step(
            "config of rack b",
            config("ncb", on={ZONE: "rack-b"}, nics=("eno3",)),
            ready("node2", "node3"),
        ),
        Step("VM network made", vm_network()),
        Step(
            "config of rack a deleted",
            Delete("VlanConfig", "nca"),
            no_config("nca") | away("node1"),
        ),
        Step("it is made again", config("nca", on={ZONE: "rack-a"}), ready("node1")),
        Step(
            "config of rack b deleted",
            Delete("VlanConfig", "ncb"),
            no_config("ncb") | away("node2", "node3"),
        ),
        Step("one for all nodes instead", config("nc1"), {}),
        Step(
            "config of rack a spans all",
            select({ZONE: None}, "nca"),
            ready(),
        ),
        Step("it is deleted", Delete("VlanConfig", "nca"), no_config("nca") | away()),
    ),
)

SELECTORS = Scenario(
    "node selectors",
    (
        NETWORK_MADE,
        Step("config of node1", config(on={HOST: "node1"}), ready("node1")),
        Step("moves to node2", select({HOST: "node2"}), ready("node2") | away("node1")),
        Step("spans all", select({HOST: None}), ready()),
        Step("a label that no node has", select({"site": "x"}), {}),
        Step("node3 gets the label", label_node("node3", site="x")),
        Step("node2 too", label_node("node2", site="x")),
        Step("node3 loses it", label_node("node3", site=None), away("node3")),
        Step("config deleted", Delete("VlanConfig", "nc1"), no_config() | away()),
    ),
)

NO_NODE = Scenario(
    "config without nodes",
    (
        NETWORK_MADE,
        Step("config that matches no node", config(on={"site": "x"})),
        Step("it is described", Patch("VlanConfig", "nc1", {"spec": {"description": "x"}})),
        Step("its uplink changes", change_uplink(nics=["eno3"])),
        Step("node1 gets the label", label_node("node1", site="x")),
        Step("node1 loses it", label_node("node1", site=None), away("node1")),
        Step("another cluster network", cluster_network("edge")),
        Step(
            "it moves there",
            Patch("VlanConfig", "nc1", {"spec": {"clusterNetwork": "edge"}}),
        ),
        Step("config deleted", Delete("VlanConfig", "nc1"), no_config()),
    ),
)

TWO_NETWORKS = Scenario(
    "two cluster networks",
    (
        Step("both made", Several((cluster_network("data"), cluster_network("edge")))),
        CONFIG_MADE,
        Step(
            "config of the second",
            config("nc2", "edge", nics=("eno3",), mtu=9000),
            ready(network="edge"),
        ),
        Step("VM network of the second", vm_network("vm200", "edge", vlan=200)),
        Step("config of the first deleted", Delete("VlanConfig", "nc1"), no_config() | away()),
        Step(
            "config of the second moves to the first",
            Patch("VlanConfig", "nc2", {"spec": {"clusterNetwork": "data"}}),
            ready() | away(network="edge"),
        ),
        Step(
            "config deleted",
            Delete("VlanConfig", "nc2"),
            no_config("nc2") | away(),
        ),
    ),
)

MTU = Scenario(
    "MTU",
    (
        NETWORK_MADE,
        CONFIG_MADE,
        VM_NETWORK_MADE,
        Step("another VM network made", vm_network("vm200", vlan=200)),
        Step("MTU 9000", change_mtu(9000)),
        Step("VM network made at 9000", vm_network("vm300", vlan=300)),
        Step("MTU 1400", change_mtu(1400)),
        Step("MTU left out", change_mtu(None)),
        Step("MTU 0", change_mtu(0)),
        Step("MTU 1500", change_mtu(1500)),
        CONFIG_DELETED,
        Step("VM network made without a config", vm_network("vm400", vlan=400)),
        Step("config with MTU 9000", config(mtu=9000), ready()),
    ),
)

VM_NETWORKS = Scenario(
    "VM networks",
    (
        NETWORK_MADE,
        Step("VM network made before any config", vm_network()),
        CONFIG_MADE,
        Step("untagged network made", vm_network("flat", vlan=0)),
        Step("untagged network without a VLAN", vm_network("plain", promiscMode=True)),
        Step(
            "trunk made",
            vm_network(
                "trunk",
                vlan=0,
                vlanTrunk=[{"minID": 10, "maxID": 12}, {"minID": 20, "maxID": 20}],
            ),
        ),
        Step("without the label", vm_network("vm200", labels={}, vlan=200)),
        Step("another VLAN", change_vm_network(vlan=101)),
        Step("no VLAN any more", change_vm_network(vlan=0)),
        Step(
            "a trunk now",
            change_vm_network(vlan=0, vlanTrunk=[{"minID": 5, "maxID": 6}]),
        ),
        Step(
            "another trunk",
            change_vm_network("trunk", vlan=0, vlanTrunk=[{"minID": 10, "maxID": 11}]),
        ),
        Step(
            "described",
            Patch("NAD", "default/vm200", _notes(**{"field.cattle.io/description": "x"})),
        ),
        Step("trunk deleted", Delete("NAD", "default/trunk"), gone("NAD default/trunk")),
        Step("config deleted", Delete("VlanConfig", "nc1"), no_config() | away()),
        Step("VM network deleted", Delete("NAD", "default/vm100"), gone("NAD default/vm100")),
    ),
)


def _route(name: str, route: dict[str, str]) -> Patch:
    return Patch("NAD", f"default/{name}", _notes(**{f"{NETWORK}/route": json.dumps(route)}))


_MANUAL = {"mode": "manual", "cidr": "10.1.0.0/24", "gateway": "10.1.0.1"}
_PINGED: Wanted = {
    "NAD default/vm100": {f"annotations[{NETWORK}/route].connectivity": "false"}
}
"""The network controller has pinged the gateway, in vain: it takes ten seconds."""
ROUTES = Scenario(
    "routes",
    (
        NETWORK_MADE,
        CONFIG_MADE,
        Step("manual route", vm_network(route=_MANUAL), _PINGED),
        Step("another VLAN", change_vm_network(vlan=101), _PINGED),
        Step(
            "the gateway changes",
            _route("vm100", _MANUAL | {"gateway": "10.1.0.2"}),
            _PINGED,
        ),
        Step("auto route", vm_network("vm200", vlan=200, route={"mode": "auto"})),
        Step(
            "auto route with a DHCP server",
            vm_network("vm300", vlan=300, route={"mode": "auto", "serverIPAddr": "10.3.0.1"}),
        ),
        Step(
            "its VLAN changes",
            change_vm_network("vm200", vlan=201),
        ),
        Step("manual becomes auto", _route("vm100", {"mode": "auto"})),
        Step("no VLAN any more", change_vm_network("vm200", vlan=0)),
        Step("one deleted", Delete("NAD", "default/vm300"), gone("NAD default/vm300")),
    ),
)

NEW_CLUSTER = Scenario(
    "new cluster", (Step("nothing is done", Several(())),), tells_of_the_start=True
)

NETWORKS = (
    NEW_CLUSTER,
    CLUSTER_NETWORK,
    NETWORK_CONFIG,
    CONFIGS_PER_RACK,
    SELECTORS,
    NO_NODE,
    TWO_NETWORKS,
    MTU,
    VM_NETWORKS,
    ROUTES,
)
