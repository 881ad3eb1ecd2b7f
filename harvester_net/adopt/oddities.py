"""What is odd about an object on a cluster, for a comment beside it in the program. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ..cluster.resources import CLUSTER_NETWORK, VLAN_CONFIG
from ..harvester.mtus import mtu_of
from ..harvester.network_configs import configs_of, present_nodes
from ..harvester.snapshot import Snapshot
from ..specs.limits import MGMT
from . import site
from .site import Properties


def oddities(kind: str, key: str, inputs: Properties, snapshot: Snapshot) -> list[str]:
    """One sentence for each thing that its owner may want to look at."""
    network = str(inputs.get("clusterNetwork") or key)
    found: list[str] = []
    if kind == site.CLUSTER_NETWORK:
        found += _uncarried(network, snapshot)
    elif "clusterNetwork" not in inputs:
        return found
    elif network not in snapshot.of(CLUSTER_NETWORK):
        found.append(f"there is no cluster network {network}")
    elif kind not in site.SETTINGS:
        found += _own_mtu(network, inputs, snapshot)
    if kind == site.NETWORK_CONFIG:
        found += _no_nodes(key, snapshot)
    if inputs.get("vlan") in (0, 1):
        found.append(f"VLAN {inputs['vlan']} leaves the uplink without a tag")
    return found


def _uncarried(network: str, snapshot: Snapshot) -> Iterator[str]:
    if network != MGMT and not configs_of(snapshot, network):
        yield "no network config carries it"


def _own_mtu(network: str, inputs: Properties, snapshot: Snapshot) -> Iterator[str]:
    if (mtu := inputs.get("mtu")) is not None:
        yield f"its MTU is {mtu}, that of {network} {mtu_of(network, snapshot)}"


def _no_nodes(key: str, snapshot: Snapshot) -> Iterator[str]:
    config = snapshot.of(VLAN_CONFIG).get(key)
    if config is not None and not present_nodes(config, snapshot):
        yield "it matches no node"
