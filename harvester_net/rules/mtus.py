"""MTUs as the server's webhooks read and compare them (H3.1; bytes everywhere)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..cluster.resources import Object, annotations_of, is_terminating
from ..harvester.mtus import config_mtu
from ..harvester.names import UPLINK_MTU
from ..harvester.snapshot import CONFIGS_OF, Snapshot
from ..harvester.versions import SKIPS_DELETED_CONFIGS, ZERO_IS_DEFAULT_MTU
from ..specs.limits import LARGEST_MTU, SMALLEST_MTU, mtu_or_default

_WHOLE = re.compile(r"([+-]?)0*([0-9]{1,5})")
"""Numbers of more digits are out of range, and Python does not read very long ones."""


def in_range(mtu: int) -> bool:
    """Whether the server takes the number at all."""
    return mtu == 0 or SMALLEST_MTU <= mtu <= LARGEST_MTU


def from_annotation(text: str) -> int | None:
    """The MTU of an annotation, 0 for the default; None if the server cannot read it."""
    found = _WHOLE.fullmatch(text)
    mtu = int(found[1] + found[2]) if found else -1
    return mtu if in_range(mtu) else None


def sent_mtu(config: Object) -> int:
    """The number in a network config as it is sent: 0 if there is none."""
    attributes = config["spec"].get("uplink", {}).get("linkAttributes") or {}
    return int(attributes.get("mtu") or 0)


def compared_mtu(config: Object, snapshot: Snapshot) -> int:
    """The MTU of a network config as the server compares it; up to 1.5 an absent one is 0."""
    zero_is_default = ZERO_IS_DEFAULT_MTU.on(snapshot.version)
    return config_mtu(config) if zero_is_default else sent_mtu(config)


def differing(config: Object, snapshot: Snapshot) -> Iterable[Object]:
    """The other network configs of its cluster network that have another MTU."""
    mine = compared_mtu(config, snapshot)
    for other in counted_configs(config["spec"].get("clusterNetwork", ""), snapshot):
        theirs = compared_mtu(other, snapshot)
        if mine != theirs and other["metadata"]["name"] != config["metadata"]["name"]:
            yield other


def counted_configs(cluster_network: str, snapshot: Snapshot) -> Iterable[Object]:
    """The network configs that the server counts for an MTU; those on the way out not from
    1.8 on.
    """
    skips = SKIPS_DELETED_CONFIGS.on(snapshot.version)
    for config in snapshot.group(CONFIGS_OF, cluster_network):
        if not (skips and is_terminating(config)):
            yield config


def of_vm_networks(cluster_network: Object, label: str, snapshot: Snapshot) -> int | None:
    """The MTU that the server wants of a VM network; None if it cannot tell.

    It is the cluster network's annotation, else that of the first network config under the
    VM network's own label, else 1500 (H3.4).
    """
    text = annotations_of(cluster_network).get(UPLINK_MTU)
    if text is not None:
        mtu = from_annotation(text)
        return None if mtu is None else mtu_or_default(mtu)
    configs = snapshot.group(CONFIGS_OF, label)
    first = sent_mtu(next(iter(configs))) if configs else 0
    return mtu_or_default(first if in_range(first) else 0)
