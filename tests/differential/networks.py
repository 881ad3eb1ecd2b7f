"""Nodes, cluster networks, their configs and what the agents say: tidy ones, and others."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis.strategies import DrawFn

from harvester_net.cluster.resources import Object
from harvester_net.harvester.names import WITNESS
from harvester_net.harvester.snapshot import status_name
from tests import objects

from .pools import CLUSTER_NETWORKS, CONFIGS, MGMT, MTUS, NODES, chance, mostly, pick

HOLD = ["tests/hold"]
"""Finalizers that keep what is deleted."""
GONE_SINCE = {"finalizers": HOLD, "deletionTimestamp": "now"}
ODD_MTU_TEXTS = (
    *(
        "abc",
        "",
        "+1500",
        "99999",
        "100",
        "-1",
        " 1500",
        "1500.0",
        "0x5dc",
        "0",
        "-0",
        "01500",
    ),
    *("1_500", "1500\n", "\uff11\uff15\uff10\uff10", "575", "576", "9001", "1" * 20),
)
MATCHED = "network.harvesterhci.io/matched-nodes"
NETWORK_LABEL = "network.harvesterhci.io/clusternetwork"
ODD_MATCHES = (
    *('["node1"]', "[]", "null", '["node9"]', "no json", "", '["node1",null]', '["node1"] '),
    *("[7]", '{"node1":true}', '"node1"', '["node1","node1"]', '["node3","node2","node1"]'),
)
IDLE = "idle"
"""A cluster network that carries nothing."""
TOO_LONG = "thirteenchars"
"""The name of a cluster network has 12 characters at most."""
ZONES = ("a", "b")


@dataclass
class Net:
    """A cluster network of a cluster, as other objects refer to it."""

    name: str
    mtu: int
    tidy: bool
    nodes: list[str] = field(default_factory=list)
    """The nodes that its configs match."""
    everywhere: bool = False
    """Whether they match all nodes, as settings need it."""


def nodes(draw: DrawFn) -> list[Object]:
    """Three to five nodes in two zones; the last may be a witness."""
    count = 3 + draw_extra(draw)
    made = [bare_node(name, {"zone": ZONES[at % 2]}) for at, name in enumerate(NODES[:count])]
    if chance(draw, 3):
        made[-1]["metadata"]["labels"][WITNESS] = pick(draw, ("true", "", "false"))
    return made


def draw_extra(draw: DrawFn) -> int:
    """None, or one or two more."""
    return pick(draw, (0, 0, 0, 1, 2))


def bare_node(name: str, labels: dict[str, str]) -> Object:
    """A node with these labels alone, of which no kubelet says anything."""
    meta = {"name": name, "labels": labels}
    return {"apiVersion": "v1", "kind": "Node", "metadata": meta}


def selected(node_objects: list[Object], selector: dict[str, str]) -> list[str]:
    """The nodes that the server finds for a selector."""
    return [
        node["metadata"]["name"]
        for node in node_objects
        if selector.items() <= node["metadata"]["labels"].items()
        and WITNESS not in node["metadata"]["labels"]
    ]


def mgmt(draw: DrawFn) -> Object:
    """The built-in cluster network."""
    mtu = pick(draw, (None, None, 1500, 9000))
    made = objects.cluster_network(MGMT, mtu)
    if chance(draw, 1):
        notes = made["metadata"]["annotations"]
        notes[objects.NETWORK + "/uplink-mtu"] = pick(draw, ODD_MTU_TEXTS)
    return made


def network(draw: DrawFn, name: str, node_objects: list[Object]) -> tuple[Net, list[Object]]:
    """A cluster network with all that belongs to it."""
    net = Net(name, pick(draw, MTUS), tidy=not chance(draw, 4))
    configs = _configs(draw, net, node_objects)
    made = [_cluster_network(draw, net, bool(configs)), *configs]
    for config in configs:
        made += _statuses(draw, net, config)
    return net, made


def _cluster_network(draw: DrawFn, net: Net, configured: bool) -> Object:
    made = objects.cluster_network(net.name, net.mtu if configured else None)
    notes = made["metadata"]["annotations"]
    if not net.tidy and chance(draw, 5):
        notes.pop(objects.NETWORK + "/uplink-mtu", None)
        if chance(draw, 7):
            wrong = pick(draw, (*map(str, MTUS), *ODD_MTU_TEXTS))
            notes[objects.NETWORK + "/uplink-mtu"] = wrong
    if chance(draw, 1):
        made["metadata"] |= GONE_SINCE
    if chance(draw, 7):
        made["status"] = {"conditions": [{"type": "ready", "status": "True"}]}
    return made


def _configs(draw: DrawFn, net: Net, node_objects: list[Object]) -> list[Object]:
    """None, one for all nodes, or one for each zone."""
    shape = pick(draw, ("all", "zones", "one zone", "none", "all and nowhere"))
    by_shape: dict[str, list[dict[str, str]]] = {
        "all": [{}],
        "zones": [{"zone": "a"}, {"zone": "b"}],
        "one zone": [{"zone": "a"}],
        "none": [],
        "all and nowhere": [{}, {"zone": "nowhere"}],
    }
    selectors = by_shape[shape]
    net.everywhere = net.tidy and shape in ("all", "zones")
    return [
        _config(draw, net, f"{net.name}-{CONFIGS[at]}", selector, node_objects)
        for at, selector in enumerate(selectors)
    ]


def _config(
    draw: DrawFn, net: Net, name: str, selector: dict[str, str], node_objects: list[Object]
) -> Object:
    matched = selected(node_objects, selector)
    net.nodes += matched
    mtu = net.mtu if net.tidy else mostly(draw, net.mtu, (1500, 9000, 0), 3)
    uplink: Object = {"nics": ["eno2"], "linkAttributes": {"mtu": mtu}}
    if mtu in (0, 1500) and chance(draw, 4):
        uplink["linkAttributes"] = {}
        if chance(draw, 3):
            del uplink["linkAttributes"]
    made = objects.config(name, net.name, matched, uplink=uplink)
    if selector:
        made["spec"]["nodeSelector"] = selector
    if not matched:
        del made["metadata"]["annotations"]
    if not net.tidy:
        _disorder(draw, made)
    return made


def _disorder(draw: DrawFn, config: Object) -> None:
    """What only happens behind the webhook's back, or in between."""
    meta = config["metadata"]
    if chance(draw, 3):
        meta["annotations"] = {MATCHED: pick(draw, ODD_MATCHES)}
    if chance(draw, 1):
        meta.pop("annotations", None)
    if chance(draw, 1):
        meta["labels"] = pick(draw, ({}, {NETWORK_LABEL: "data"}, {NETWORK_LABEL: "stor"}))
    if chance(draw, 2):
        meta |= GONE_SINCE
    if chance(draw, 1):
        config["spec"]["clusterNetwork"] = pick(draw, (MGMT, *CLUSTER_NETWORKS))


def _statuses(draw: DrawFn, net: Net, config: Object) -> list[Object]:
    """A status from each node that the config matches; in disorder, some lie or lack."""
    text = (config["metadata"].get("annotations") or {}).get(MATCHED, "[]")
    matched = [node for node in NODES if node in text]
    name = config["metadata"]["name"]
    return [_status(draw, net, name, node) for node in matched if net.tidy or chance(draw, 7)]


def _status(draw: DrawFn, net: Net, config: str, node: str) -> Object:
    by = config if net.tidy else mostly(draw, config, ("other", ""), 2)
    made = objects.vlan_status(by, node, cluster_network=net.name)
    made["metadata"]["name"] = status_name(net.name, node)
    if not net.tidy:
        _mistake(draw, made)
    if not net.tidy or chance(draw, 1):
        ready = mostly(draw, "True", ("False", "Unknown", None), 2)
        conditions = [] if ready is None else [{"type": "ready", "status": ready}]
        made["status"]["conditions"] = conditions
    return made


def _mistake(draw: DrawFn, status: Object) -> None:
    """Statuses are found by name for nodes, and by label for settings."""
    if chance(draw, 1):
        status["metadata"]["name"] += "x"
    if chance(draw, 1):
        labels = ({}, *({NETWORK_LABEL: name} for name in CLUSTER_NETWORKS))
        status["metadata"]["labels"] = pick(draw, labels)


def networks(draw: DrawFn, node_objects: list[Object]) -> tuple[list[Net], list[Object]]:
    """The built-in cluster network and one to three of its own."""
    nets, made = [Net(MGMT, 1500, True)], []
    if not (chance(draw, 1) and chance(draw, 5)):
        made.append(mgmt(draw))
    for name in CLUSTER_NETWORKS[: pick(draw, (1, 2, 2, 3))]:
        net, parts = network(draw, name, node_objects)
        nets.append(net)
        made += parts
    if chance(draw, 5):
        made.append(objects.cluster_network(pick(draw, (IDLE, IDLE, TOO_LONG))))
    return nets, _without_twins(made)


def _without_twins(made: list[Object]) -> list[Object]:
    """Two configs of a disorder may claim the same node, but a status is there once."""
    return list({(obj["kind"], obj["metadata"]["name"]): obj for obj in made}.values())
