"""What the manager does when nodes change, come and go (H4.6)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from harvester_net.cluster.resources import (
    LINK_MONITOR,
    NODE,
    VLAN_CONFIG,
    VLAN_STATUS,
    Object,
    is_terminating,
    key_of,
    labels_of,
)
from harvester_net.harvester.gojson import Undecodable
from harvester_net.harvester.names import CONFIG_LABEL, MATCHED_NODES, WITNESS
from harvester_net.lab.controllers.controller import Action, Controller, State, own_key
from harvester_net.lab.controllers.writing import (
    annotated,
    deleted,
    held,
    labelled,
    patch,
    released,
)
from harvester_net.rules.config_writes import annotated_nodes
from harvester_net.specs.limits import MGMT

USER = "harvester-network-controller"
NAME = "harvester-network-manager-node-controller"
NODE_LABEL = "network.harvesterhci.io/node"
MGMT_LABEL = f"network.harvesterhci.io/{MGMT}"


def _follow(state: State, name: str) -> Iterator[Action]:
    node = state.get(NODE, name)
    if node is None:
        return
    if is_terminating(node):
        yield from _left(state, name)
        yield from released(NODE, node, NAME)
    elif labels_of(node).get(MGMT_LABEL) != "true":
        # The label is a change of the node, which is looked at again.
        yield from labelled(NODE, node, {MGMT_LABEL: "true"})
    else:
        if labels_of(node).get(WITNESS) != "true":
            yield from _matched(state, node)
        yield from held(NODE, node, NAME)


def _matched(state: State, node: Object) -> Iterator[Action]:
    """The node in or out of the annotation of each config, as its labels are now."""
    for config in _configs(state):
        selector = config["spec"].get("nodeSelector") or {}
        nodes = _nodes(config)
        matches = selector.items() <= labels_of(node).items()
        if nodes is not None and matches != (key_of(node) in nodes):
            yield from _with_nodes(config, nodes ^ {key_of(node)})


def _left(state: State, name: str) -> Iterator[Action]:
    """What a node leaves behind goes, all but its devices."""
    for config in _configs(state):
        nodes = _nodes(config)
        if nodes and name in nodes:
            yield from _with_nodes(config, nodes - {name})
            for status in _statuses(state, key_of(config), name):
                yield from deleted(VLAN_STATUS, status)
    for monitor in list(state.of(LINK_MONITOR).values()):
        links = (monitor.get("status") or {}).get("linkStatus") or {}
        if name in links:
            yield patch(LINK_MONITOR, monitor, {"status": {"linkStatus": {name: None}}})


def _configs(state: State) -> list[Object]:
    configs = sorted(state.of(VLAN_CONFIG).items())
    return [one for _, one in configs if one["spec"].get("clusterNetwork") != MGMT]


def _nodes(config: Object) -> set[str] | None:
    """The nodes that a config has; None if somebody made its annotation unreadable."""
    try:
        return annotated_nodes(config) or set()
    except Undecodable:
        return None


def _with_nodes(config: Object, nodes: set[str]) -> Iterator[Action]:
    text = json.dumps(sorted(nodes), separators=(",", ":"))
    yield from annotated(VLAN_CONFIG, config, {MATCHED_NODES: text})


def _statuses(state: State, config: str, node: str) -> list[Object]:
    whose = {CONFIG_LABEL: config, NODE_LABEL: node}
    statuses = list(state.of(VLAN_STATUS).values())
    return [one for one in statuses if whose.items() <= labels_of(one).items()]


CONTROLLERS = (Controller("nodes", USER, _follow, {NODE: own_key}),)
