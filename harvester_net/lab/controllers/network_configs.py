"""What the manager does with network configs: their cluster network and its MTU (H4.1, H4.5).

Setting up the nodes is the agents' part (`harvester_net.lab.simulators.agent`).
"""

from __future__ import annotations

from collections.abc import Iterator

from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    VLAN_CONFIG,
    Object,
    annotations_of,
    is_terminating,
    key_of,
)
from harvester_net.harvester.names import MTU_SOURCE, UPLINK_MTU
from harvester_net.harvester.snapshot import CONFIGS_OF
from harvester_net.lab.controllers.controller import (
    Action,
    Controller,
    Create,
    State,
    own_key,
)
from harvester_net.lab.controllers.kinds import new
from harvester_net.lab.controllers.versions import MTU_IS_NOTED, SOURCE_MOVES
from harvester_net.lab.controllers.writing import annotated, held, released
from harvester_net.rules.mtus import in_range, sent_mtu
from harvester_net.specs.limits import DEFAULT_MTU, MGMT

USER = "harvester-network-controller"
NAME = "harvester-network-manager-vlanconfig-controller"


def _follow(state: State, name: str) -> Iterator[Action]:
    config = state.get(VLAN_CONFIG, name)
    # Those of mgmt only mirror what the hosts have (H1.2).
    if config is None or _network_of(config) == MGMT:
        return
    if not is_terminating(config):
        yield from _note(state, config)
        if SOURCE_MOVES.on(state.version):
            yield from held(VLAN_CONFIG, config, NAME)
    else:
        if SOURCE_MOVES.on(state.version):
            yield from _move_source(state, config)
        yield from released(VLAN_CONFIG, config, NAME)


def _note(state: State, config: Object) -> Iterator[Action]:
    """The MTU on the cluster network, which is made if there is none."""
    network = state.get(CLUSTER_NETWORK, _network_of(config))
    notes = _notes(config) if MTU_IS_NOTED.on(state.version) else {}
    if network is None:
        made = new(CLUSTER_NETWORK, _network_of(config))
        made["metadata"] |= {"annotations": notes} if notes else {}
        yield Create(CLUSTER_NETWORK, made)
    # The source alone is no reason to write.
    elif notes and annotations_of(network).get(UPLINK_MTU) != notes[UPLINK_MTU]:
        yield from annotated(CLUSTER_NETWORK, network, notes)


def _notes(config: Object) -> dict[str, str | None]:
    mtu = sent_mtu(config)
    text = str(mtu if mtu and in_range(mtu) else DEFAULT_MTU)
    return {UPLINK_MTU: text, MTU_SOURCE: key_of(config)}


def _move_source(state: State, config: Object) -> Iterator[Action]:
    """Another config as the source of the MTU, one with a number before others (H4.5)."""
    network = state.get(CLUSTER_NETWORK, _network_of(config))
    if network is None or annotations_of(network).get(MTU_SOURCE) != key_of(config):
        return
    left = [
        other
        for other in state.snapshot.group(CONFIGS_OF, _network_of(config))
        if not is_terminating(other)
    ]
    best = min(left, key=lambda other: (not sent_mtu(other), key_of(other)), default=None)
    nothing: dict[str, str | None] = {UPLINK_MTU: None, MTU_SOURCE: None}
    notes = _notes(best) if best else nothing
    yield from annotated(CLUSTER_NETWORK, network, notes)


def _network_of(config: Object) -> str:
    return str(config["spec"].get("clusterNetwork") or "")


CONTROLLERS = (Controller("network-configs", USER, _follow, {VLAN_CONFIG: own_key}),)
