"""MTUs as live objects say them, in bytes."""

from __future__ import annotations

import re

from ..cluster.resources import Object, annotations_of
from ..specs.limits import mtu_or_default
from .cni import cni_config
from .names import UPLINK_MTU

_NUMBER = re.compile("[0-9]{1,9}")


def uplink_mtu(cluster_network: Object) -> int:
    """The MTU in bytes that the server has for a cluster network."""
    text = annotations_of(cluster_network).get(UPLINK_MTU, "")
    return mtu_or_default(int(text) if _NUMBER.fullmatch(text) else None)


def config_mtu(config: Object) -> int:
    """The MTU in bytes of a network config on the server."""
    attributes = config["spec"]["uplink"].get("linkAttributes") or {}
    return mtu_or_default(attributes.get("mtu"))


def nad_mtu(nad: Object) -> int:
    """The MTU in bytes of a VM network on the server."""
    return mtu_or_default(cni_config(nad).get("mtu"))
