"""The VLANs of a cluster network, which the manager collects from its VM networks (H4.4)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    Object,
    annotations_of,
    is_terminating,
    labels_of,
)
from harvester_net.harvester.cni import BRIDGES, readable_conf, vlans_of
from harvester_net.harvester.names import CLUSTER_NETWORK_LABEL
from harvester_net.harvester.snapshot import NADS_OF
from harvester_net.lab.controllers.controller import Action, Controller, State
from harvester_net.lab.controllers.versions import VLANS_ARE_NOTED
from harvester_net.lab.controllers.writing import annotated
from harvester_net.lab.webhooks.labels import TYPE

USER = "harvester-network-controller"
VLANS = "network.harvesterhci.io/vlan-id-set-str"
HASH = f"{VLANS}-hash"
"""The agents look at VLANs when this annotation changes."""


def noted_vlans(state: State, name: str) -> Iterator[Action]:
    """The annotations of a cluster network as its VM networks ask for now."""
    network = state.get(CLUSTER_NETWORK, name)
    if network is None or is_terminating(network) or not VLANS_ARE_NOTED.on(state.version):
        return
    text = _vlans(state.snapshot.group(NADS_OF, name))
    known = annotations_of(network)
    if text is not None and (known.get(VLANS, ""), known.get(HASH)) != (text, _hash(text)):
        yield from annotated(CLUSTER_NETWORK, network, {VLANS: text, HASH: _hash(text)})


def _vlans(nads: Iterable[Object]) -> str | None:
    """The VLANs of all these as `5,100,200`; None if one of them cannot be read."""
    found: set[int] = set()
    for nad in nads:
        if is_terminating(nad):
            continue
        conf = readable_conf(nad)
        if not conf:
            return None
        if conf["type"] in BRIDGES:
            found.update(vlan for vlans in vlans_of(conf) for vlan in vlans)
    return ",".join(map(str, sorted(found)))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _network_of(nad: Object, state: State) -> Iterable[str]:
    """Its cluster network, once it has its labels; an overlay has no VLAN."""
    labels = labels_of(nad)
    if labels.get(TYPE) in (None, "OverlayNetwork"):
        return ()
    return filter(None, (labels.get(CLUSTER_NETWORK_LABEL),))


CONTROLLERS = (
    # By cluster network and not at once: thousands of VM networks are a few looks at it.
    Controller("vlan-ids", USER, noted_vlans, {NAD: _network_of}, delay=0.05),
)
