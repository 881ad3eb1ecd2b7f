"""The networks on a lab's cluster as tables, read from its API alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from harvester_net.lab.client import Client

Object = dict[str, Any]

_NETWORK = "/apis/network.harvesterhci.io/v1beta1"
_CLUSTER_NETWORKS = f"{_NETWORK}/clusternetworks"
_CONFIGS = f"{_NETWORK}/vlanconfigs"
_STATUSES = f"{_NETWORK}/vlanstatuses"
_VM_NETWORKS = "/apis/k8s.cni.cncf.io/v1/network-attachment-definitions"
_STORAGE_NETWORK = "/apis/harvesterhci.io/v1beta1/settings/storage-network"
_PREFIX = "network.harvesterhci.io"
# Those that Harvester makes for itself.
_SYSTEM_NAMESPACE = "harvester-system"
_DEFAULT_MTU = 1500


@dataclass(frozen=True)
class Networks:
    """The objects on the server."""

    cluster_networks: list[Object]
    configs: list[Object]
    statuses: list[Object]
    vm_networks: list[Object]
    storage_network: Object


def look(client: Client) -> Networks:
    return Networks(
        client.list(_CLUSTER_NETWORKS)["items"],
        client.list(_CONFIGS)["items"],
        client.list(_STATUSES)["items"],
        client.list(_VM_NETWORKS)["items"],
        client.get(_STORAGE_NETWORK),
    )


def tables(networks: Networks) -> Iterator[Table]:
    yield _table(("cluster network", "MTU", "ready"), cluster_network_rows(networks))
    yield _table(("network config", "carries", "NICs", "nodes"), config_rows(networks))
    yield _table(("VM network", "on", "type", "VLAN", "MTU"), vm_network_rows(networks))
    yield _table(("storage network", ""), storage_network_rows(networks))


def cluster_network_rows(networks: Networks) -> list[list[str]]:
    return [
        [_name(each), _uplink_mtu(each), _condition(each, "ready")]
        for each in networks.cluster_networks
    ]


def config_rows(networks: Networks) -> list[list[str]]:
    return [
        [
            _name(each),
            each["spec"]["clusterNetwork"],
            ", ".join(each["spec"]["uplink"]["nics"]),
            ", ".join(_nodes(_name(each), networks.statuses)),
        ]
        for each in networks.configs
    ]


def vm_network_rows(networks: Networks) -> list[list[str]]:
    return [
        _vm_network_row(each)
        for each in networks.vm_networks
        if each["metadata"]["namespace"] != _SYSTEM_NAMESPACE
    ]


def storage_network_rows(networks: Networks) -> list[list[str]]:
    setting = networks.storage_network
    if not (text := setting.get("value")):
        return [["none", ""]]
    value = json.loads(text)
    configured = _condition(setting, "configured")
    names = {
        "clusterNetwork": "on",
        "vlan": "VLAN",
        "range": "addresses",
        "exclude": "without",
    }
    return [
        *([label, _plain(value[key])] for key, label in names.items() if value.get(key)),
        ["state", "configured" if configured == "yes" else f"in progress: {configured}"],
    ]


def vlans(config: Object) -> str:
    """The VLANs of a CNI config: "100", or "200-299, 400" of a trunk; "" if untagged."""
    items = config.get("vlanTrunk") or []
    spans = (
        str(item["id"]) if "id" in item else f"{item['minID']}-{item['maxID']}"
        for item in items
    )
    return ", ".join(spans) or str(config.get("vlan") or "")


def vm_network_type(config: Object) -> str:
    """Of a CNI config. The label of the same meaning comes up to a minute later."""
    if config.get("vlanTrunk"):
        return "L2VlanTrunkNetwork"
    return "L2VlanNetwork" if config.get("vlan") else "UntaggedNetwork"


def _vm_network_row(nad: Object) -> list[str]:
    config = json.loads(nad["spec"]["config"])
    labels = nad["metadata"].get("labels") or {}
    return [
        f"{nad['metadata']['namespace']}/{_name(nad)}",
        labels.get(f"{_PREFIX}/clusternetwork", ""),
        vm_network_type(config),
        vlans(config),
        str(config.get("mtu") or _DEFAULT_MTU),
    ]


def _nodes(config: str, statuses: list[Object]) -> Iterator[str]:
    """Each node of a config, with what keeps it from being ready."""
    for status in statuses:
        if (status["metadata"].get("labels") or {}).get(f"{_PREFIX}/vlanconfig") == config:
            ready = _condition(status, "ready")
            yield status["status"]["node"] + ("" if ready == "yes" else f" ({ready})")


def _condition(obj: Object, name: str) -> str:
    """`yes`, or what the server says instead."""
    found = ((obj.get("status") or {}).get("conditions")) or []
    for condition in found:
        if condition["type"] == name:
            return "yes" if condition["status"] == "True" else condition.get("message") or "no"
    return "no"


def _name(obj: Object) -> str:
    return str(obj["metadata"]["name"])


def _uplink_mtu(cluster_network: Object) -> str:
    notes = cluster_network["metadata"].get("annotations") or {}
    return str(notes.get(f"{_PREFIX}/uplink-mtu") or _DEFAULT_MTU)


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _table(columns: tuple[str, ...], rows: list[list[str]]) -> Table:
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        # Names are no markup.
        table.add_row(*map(Text, row))
    return table
