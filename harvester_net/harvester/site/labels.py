"""Labels of nodes, and the selectors that name them.

Kept of a node are the labels that say where it is and what Harvester makes of it, and those
that a selector of the site asks for. Others are nobody's business here.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..names import CLUSTER_NETWORK_LABEL, CONFIG_LABEL
from .shapes import Meaning, Put, Shape, array, one_of, struct

GROUP = CLUSTER_NETWORK_LABEL.partition("/")[0]
HOSTNAME = "kubernetes.io/hostname"
_ROLES = ("node-role.kubernetes.io/", "node-role.harvesterhci.io/")
_TOPOLOGY = "topology.kubernetes.io/"
_TOPOLOGIES = (f"{_TOPOLOGY}zone", f"{_TOPOLOGY}region")
_ROLE_NAMES = ("control-plane", "etcd", "master", "worker", "management", "witness")
_PLATFORM = {
    "kubernetes.io/os": ("linux",),
    "kubernetes.io/arch": ("amd64", "arm64"),
    "harvesterhci.io/managed": ("true", "false"),
}
_TELLS_NOTHING = ("", "true", "false")
_MEANINGS = {HOSTNAME: Meaning.NODE, CONFIG_LABEL: Meaning.CONFIG}
_OPERATORS = one_of("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")


def node_labels(selected: Collection[str]) -> Shape:
    """The labels of a node, of which selectors of the site name some keys."""

    def shape(value: Any, put: Put) -> Any:
        if not isinstance(value, dict):
            return None
        kept = ((k, v) for k, v in value.items() if _is_known(k) or k in selected)
        return dict(_entries(kept, put))

    return shape


def selector(value: Any, put: Put) -> Any:
    """A selector that compares for equality."""
    return dict(_entries(value.items(), put)) if isinstance(value, dict) else None


def _entries(labels: Any, put: Put) -> Any:
    for key, value in labels:
        name, item = label_key(key, put), label_value(key, value, put)
        if name is not None and item is not None:
            yield name, item


def _is_known(key: str) -> bool:
    known = key == HOSTNAME or key in _PLATFORM or key in _TOPOLOGIES or _is_role(key)
    return known or key.startswith(f"{GROUP}/")


def _is_role(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    return prefix + slash in _ROLES and name in _ROLE_NAMES


def label_key(key: str, put: Put) -> str | None:
    """A label's key; that of a cluster network, which its nodes have, names it."""
    prefix, _, name = key.rpartition("/")
    if prefix == GROUP and key != CONFIG_LABEL:
        network = put(Meaning.CLUSTER_NETWORK, name)
        return None if network is None else f"{GROUP}/{network}"
    return key if _is_known(key) else put(Meaning.LABEL, key)


def label_value(key: str, value: Any, put: Put) -> str | None:
    """A label's value."""
    if not isinstance(value, str):
        return None
    if value in _TELLS_NOTHING or value in _PLATFORM.get(key, ()):
        return value
    return put(_MEANINGS.get(key, Meaning.VALUE), value)


def _requirement(value: Any, put: Put) -> Any:
    if not isinstance(value, dict) or not isinstance(value.get("key"), str):
        return None
    key, operator = value["key"], _OPERATORS(value.get("operator"), put)
    name = label_key(key, put)
    if name is None or operator is None:
        return None
    values = value.get("values")
    if not isinstance(values, list):
        return {"key": name, "operator": operator}
    kept = (label_value(key, entry, put) for entry in values)
    return {
        "key": name,
        "operator": operator,
        "values": [entry for entry in kept if entry is not None],
    }


REQUIREMENTS = array(_requirement)
LABEL_SELECTOR = struct({"matchLabels": selector, "matchExpressions": REQUIREMENTS})
_TERM = struct({"matchExpressions": REQUIREMENTS})
_REQUIRED = struct({"nodeSelectorTerms": array(_TERM)})
AFFINITY = struct(
    {"nodeAffinity": struct({"requiredDuringSchedulingIgnoredDuringExecution": _REQUIRED})}
)
"""Only where a VM must run; where it would like to is of no consequence."""
