"""MTUs as live objects say them, in bytes."""

from __future__ import annotations

import re

from ..cluster.resources import CLUSTER_NETWORK, Object, annotations_of
from ..specs.limits import mtu_or_default
from .cni import readable_conf
from .names import UPLINK_MTU
from .network_configs import configs_of
from .snapshot import Snapshot
from .versions import VM_NETWORKS_FOLLOW

_NUMBER = re.compile(r"\+?0*[0-9]{1,9}")


def uplink_mtu(cluster_network: Object) -> int:
    """The MTU in bytes that the server has for a cluster network."""
    text = annotations_of(cluster_network).get(UPLINK_MTU, "")
    return mtu_or_default(int(text) if _NUMBER.fullmatch(text) else None)


def config_mtu(config: Object) -> int:
    """The MTU in bytes of a network config on the server."""
    attributes = config["spec"]["uplink"].get("linkAttributes") or {}
    return mtu_or_default(attributes.get("mtu"))


def mtu_of(cluster_network: str, snapshot: Snapshot) -> int | None:
    """The MTU in bytes of a cluster network; None if there is no such network.

    From 1.6 on the server keeps it in an annotation. Older ones know nothing of it: there it
    is that of the network configs, and without any the one that we wrote, else 1500 (H7).
    """
    network = snapshot.of(CLUSTER_NETWORK).get(cluster_network)
    if network is None:
        return None
    noted = UPLINK_MTU in annotations_of(network) and VM_NETWORKS_FOLLOW.on(snapshot.version)
    configs = () if noted else configs_of(snapshot, cluster_network)
    return config_mtu(configs[0]) if configs else uplink_mtu(network)


def nad_mtu(nad: Object) -> int:
    """The MTU in bytes of a VM network on the server."""
    return mtu_or_default(readable_conf(nad).get("mtu"))
