"""What a write of a VM network means to the server: its decoded CNI config, and whether it
changes (H3.4).
"""

from __future__ import annotations

from typing import Any

from ..cluster.resources import (
    Object,
)
from ..harvester import cni
from ..harvester.cni import KUBE_OVN, network_of_bridge, readable_conf
from .rule import Write


def conf_of(write: Write) -> dict[str, Any]:
    """The decoded config after the write; empty if the server does not look at it."""
    return {} if write.updates_terminating else readable_conf(write.object)


def is_bridged(conf: dict[str, Any]) -> bool:
    """Whether the server takes it for a bridge's: all but kube-ovn's."""
    return bool(conf) and conf["type"] != KUBE_OVN


def vlan_of(nad: Object) -> int:
    """The VLAN of a VM network; 0 for untagged and trunk."""
    return int(readable_conf(nad).get("vlan", 0))


def network_of(write: Write) -> str | None:
    """The cluster network of its bridge; None for an overlay or a foreign bridge."""
    conf = conf_of(write)
    return network_of_bridge(conf["bridge"]) if is_bridged(conf) else None


def config_changes(write: Write) -> bool:
    """Whether the decoded config differs; the server looks no further otherwise."""
    if write.updates_terminating or write.new is None:
        return False
    return write.old is None or readable_conf(write.old) != readable_conf(write.new)


def is_overlay(write: Write) -> bool:
    """Whether it was an overlay network, about which kube-ovn has the say."""
    return cni.is_overlay(write.old)
