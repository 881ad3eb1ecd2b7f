"""What the manager does with cluster networks: `mgmt`, readiness and LinkMonitors (H4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    HOST_NETWORK_CONFIG,
    LINK_MONITOR,
    NODE,
    VLAN_STATUS,
    Object,
    condition,
    is_terminating,
    key_of,
)
from harvester_net.harvester.host_networks import of_network, ready_nodes
from harvester_net.harvester.names import BOND, BRIDGE, NICS
from harvester_net.harvester.snapshot import STATUSES_OF
from harvester_net.lab.controllers.controller import (
    Action,
    Controller,
    Create,
    Patch,
    State,
    own_key,
)
from harvester_net.lab.controllers.kinds import new
from harvester_net.lab.controllers.writing import (
    conditions_with,
    deleted,
    held,
    is_held,
    patch,
    released,
)
from harvester_net.specs.limits import MGMT

USER = "harvester-network-controller"
NAME = "harvester-network-manager-cn-controller"
DOWN = "cluster network is down, setup l3 connectivity failed"
STATUS_NAME = "harvester-network-manager-vlanconfig-controller"


def is_ready(cluster_network: Object | None) -> bool:
    """Whether a cluster network says that it is ready."""
    return (
        cluster_network is not None
        and condition(cluster_network, "ready").get("status") == "True"
    )


def _beginning(obj: Object, state: State) -> tuple[str]:
    return (MGMT,)


def _begin(state: State, key: str) -> Iterator[Action]:
    """What the manager makes when it starts, and nobody else does (H1.1, H1.4)."""
    if state.get(CLUSTER_NETWORK, MGMT) is None:
        ready = {"status": {"conditions": conditions_with({}, "ready", "True")}}
        yield Create(CLUSTER_NETWORK, new(CLUSTER_NETWORK, MGMT) | ready)
    if state.get(LINK_MONITOR, NICS) is None:
        yield Create(LINK_MONITOR, _monitor(NICS, {"typeRule": "device"}))


def _monitor(name: str, rule: dict[str, str]) -> Object:
    return new(LINK_MONITOR, name) | {"spec": {"targetLinkRule": rule}, "status": {}}


def _follow(state: State, name: str) -> Iterator[Action]:
    """A LinkMonitor for each ready one, for as long as it lives, ready or not (H1.4)."""
    network = state.get(CLUSTER_NETWORK, name)
    if network is None:
        return
    monitor = state.get(LINK_MONITOR, name)
    if is_terminating(network):
        yield from deleted(LINK_MONITOR, monitor)
        yield from released(CLUSTER_NETWORK, network, NAME)
        return
    if is_ready(network) and monitor is None:
        yield Create(LINK_MONITOR, _monitor(name, {"nameRule": f"{name}({BRIDGE}|{BOND})"}))
    yield from held(CLUSTER_NETWORK, network, NAME)


def _heed(state: State, name: str) -> Iterator[Action]:
    """Any status makes its cluster network ready; the last one that goes unmakes it (H4.2)."""
    status = state.get(VLAN_STATUS, name)
    if status is None:
        return
    network = state.get(CLUSTER_NETWORK, _network_of(status))
    if not is_terminating(status):
        if network is not None:
            yield from _said(network, "True")
        yield from held(VLAN_STATUS, status, STATUS_NAME)
    elif network is not None:
        if len(state.snapshot.group(STATUSES_OF, _network_of(status))) <= 1:
            yield from _said(network, "False")
            yield from _say_down(state, _network_of(status))
        yield from released(VLAN_STATUS, status, STATUS_NAME)
    # Without its cluster network a status that goes keeps its finalizer for ever (O5.5).


def _network_of(status: Object) -> str:
    return str((status.get("status") or {}).get("clusterNetwork") or "")


def _said(network: Object, status: str) -> Iterator[Action]:
    conditions = conditions_with(network, "ready", status)
    if conditions is not None:
        yield patch(CLUSTER_NETWORK, network, {"status": {"conditions": conditions}})


def _say_down(state: State, network: str) -> Iterator[Action]:
    """The hosts' own devices go with the bridge, and no agent says so (B1.1)."""
    for config in of_network(network, state.snapshot):
        failed = {"conditions": [{"type": "ready", "status": "False", "message": DOWN}]}
        if nodes := dict.fromkeys(ready_nodes(config), failed):
            fields = {"status": {"nodeStatus": nodes}}
            yield Patch(HOST_NETWORK_CONFIG, key_of(config), fields, status=True)


def _statuses_that_wait(network: Object, state: State) -> Iterable[str]:
    """Those that could not tell it before: all when it is new, and those on their way out.

    It must not be more: a condition that somebody took away comes back only with the next
    change of a status (H1).
    """
    is_new = not is_held(network, NAME)
    statuses = state.snapshot.group(STATUSES_OF, key_of(network))
    return [key_of(one) for one in statuses if is_new or is_terminating(one)]


CONTROLLERS = (
    Controller("cluster-networks-begin", USER, _begin, {NODE: _beginning}),
    Controller("cluster-networks", USER, _follow, {CLUSTER_NETWORK: own_key}),
    Controller(
        "cluster-networks-ready",
        USER,
        _heed,
        {VLAN_STATUS: own_key, CLUSTER_NETWORK: _statuses_that_wait},
    ),
)
"""In the order in which they first write."""
