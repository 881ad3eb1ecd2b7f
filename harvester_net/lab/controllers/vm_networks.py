"""What the manager does with VM networks: labels, readiness and MTU (H4.3, H4.4).

Their defaults at creation are the webhook's (H3.3).
"""

from __future__ import annotations

from collections.abc import Iterator

from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    Object,
    annotations_of,
    is_terminating,
    key_of,
    labels_of,
)
from harvester_net.harvester.cni import BRIDGES, KUBE_OVN, network_of_bridge, readable_conf
from harvester_net.harvester.names import CLUSTER_NETWORK_LABEL, UPLINK_MTU
from harvester_net.harvester.snapshot import NADS_OF
from harvester_net.harvester.versions import VM_NETWORKS_FOLLOW
from harvester_net.lab.controllers.cluster_networks import is_ready
from harvester_net.lab.controllers.cni_text import with_mtu
from harvester_net.lab.controllers.controller import Action, Controller, State, own_key
from harvester_net.lab.controllers.helper_jobs import clear_job
from harvester_net.lab.controllers.versions import LABELS_ARE_RECHECKED
from harvester_net.lab.controllers.vlan_ids import noted_vlans
from harvester_net.lab.controllers.writing import held, labelled, patch, released
from harvester_net.lab.webhooks.labels import READY, TYPE, labels_of_vm_network
from harvester_net.rules.mtus import from_annotation
from harvester_net.specs.limits import MGMT, mtu_or_default

USER = "harvester-network-controller"
NAME = "harvester-network-manager-nad-controller"
LEFTOVER = "harvester-network-nad-controller"
"""What the agents up to 1.6 held VM networks by (H2)."""


def _follow(state: State, key: str) -> Iterator[Action]:
    nad = state.get(NAD, key)
    if nad is None:
        return
    if is_terminating(nad):
        yield from clear_job(state, nad)
        yield from noted_vlans(state, labels_of(nad).get(CLUSTER_NETWORK_LABEL, ""))
        yield from _let_go(state, nad)
    elif missing := _labels(state, nad):
        # Labels are a change, which is looked at again.
        yield from labelled(NAD, nad, missing)
    else:
        yield from held(NAD, nad, NAME)


def _let_go(state: State, nad: Object) -> Iterator[Action]:
    """Both finalizers off, the old one first (H2)."""
    leftover = list(released(NAD, nad, LEFTOVER))
    if leftover and LABELS_ARE_RECHECKED.on(state.version):
        yield from leftover
    else:
        yield from released(NAD, nad, NAME)


def _labels(state: State, nad: Object) -> dict[str, str | None]:
    """The labels to be changed; up to 1.6 none, if the two that count are there (H2)."""
    present, conf = labels_of(nad), readable_conf(nad)
    is_labelled = bool(present.get(TYPE) and present.get(CLUSTER_NETWORK_LABEL))
    if not conf or (is_labelled and not LABELS_ARE_RECHECKED.on(state.version)):
        return {}
    # Without a cluster network the manager can say nothing of it, and tries again.
    if state.get(CLUSTER_NETWORK, _network_of(conf)) is None:
        return {}
    wanted = labels_of_vm_network(state, conf)
    return {label: text for label, text in wanted.items() if present.get(label) != text}


def _network_of(conf: Object) -> str:
    """The cluster network that its config is for; empty if it is none's."""
    if conf["type"] == KUBE_OVN:
        return MGMT
    return (network_of_bridge(conf["bridge"]) or "") if conf["type"] in BRIDGES else ""


def _make_ready(state: State, name: str) -> Iterator[Action]:
    """The label `ready` of all its VM networks says what the cluster network says."""
    network = state.get(CLUSTER_NETWORK, name)
    if network is None:
        return
    ready = str(is_ready(network) and not is_terminating(network)).lower()
    for nad in _living_nads(state, name):
        yield from labelled(NAD, nad, {READY: ready})


def _spread_mtu(state: State, name: str) -> Iterator[Action]:
    """The MTU of a cluster network in all its VM networks (H4.3).

    The first that is refused keeps the rest waiting; a system network is tried like any other.
    """
    network = state.get(CLUSTER_NETWORK, name)
    if network is None or is_terminating(network) or not VM_NETWORKS_FOLLOW.on(state.version):
        return
    mtu = from_annotation(annotations_of(network).get(UPLINK_MTU, ""))
    for nad in _nads(state, name) if mtu is not None else ():
        conf = readable_conf(nad)
        if not conf:
            return
        if mtu is not None and mtu_or_default(conf["mtu"]) != mtu_or_default(mtu):
            text = with_mtu(nad["spec"]["config"] or "{}", mtu)
            yield patch(NAD, nad, {"spec": {"config": text}})


def _nads(state: State, network: str) -> list[Object]:
    """The VM networks of a cluster network by their label, in the order of their keys."""
    return sorted(state.snapshot.group(NADS_OF, network), key=key_of)


def _living_nads(state: State, network: str) -> list[Object]:
    return [nad for nad in _nads(state, network) if not is_terminating(nad)]


CONTROLLERS = (
    Controller("vm-networks", USER, _follow, {NAD: own_key}),
    Controller("vm-networks-ready", USER, _make_ready, {CLUSTER_NETWORK: own_key}),
    Controller("vm-networks-mtu", USER, _spread_mtu, {CLUSTER_NETWORK: own_key}),
)
