"""VlanStatus objects as an agent writes them (H1.3, H4.1)."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime

from harvester_net.lab.api import Object

GROUP = "network.harvesterhci.io"
CONFIG_LABEL = f"{GROUP}/vlanconfig"
NODE_LABEL = f"{GROUP}/node"
_LONGEST_NAME = 54


def status_name(cluster_network: str, node: str) -> str:
    name = f"{cluster_network}-{node}"
    return f"{name[:_LONGEST_NAME]}-{zlib.crc32(name.encode()):08x}"


def new_status(config: Object, node: str) -> Object:
    """A status of which nothing is said yet but whose it is."""
    name = status_name(config["spec"]["clusterNetwork"], node)
    owner = {key: config[key] for key in ("apiVersion", "kind")}
    owner |= {key: config["metadata"][key] for key in ("name", "uid")}
    return {
        "apiVersion": config["apiVersion"],
        "kind": "VlanStatus",
        "metadata": {"name": name, "ownerReferences": [owner]},
    }


def with_result(status: Object, config: Object, node: str, error: str) -> Object:
    """The status after a set-up; its owner stays who it was (H4.1)."""
    name, cluster_network = config["metadata"]["name"], config["spec"]["clusterNetwork"]
    labels = {
        f"{GROUP}/clusternetwork": cluster_network,
        CONFIG_LABEL: name,
        NODE_LABEL: node,
    }
    said = {
        "clusterNetwork": cluster_network,
        "vlanConfig": name,
        "linkMonitor": cluster_network,
        "node": node,
        "conditions": [_ready(error, status)],
    }
    return status | {"metadata": status["metadata"] | {"labels": labels}, "status": said}


def is_of(status: Object, config: str, node: str) -> bool:
    """Whether it is the status that this node has for the config of that name."""
    return place_of(status) == place(config, node)


def place(config: str, node: str) -> str:
    """What tells the statuses of a mirror apart, for an index."""
    return f"{config} {node}"


def place_of(status: Object) -> str:
    """The place of a status; of one without labels that of no config."""
    labels = status["metadata"].get("labels") or {}
    return place(labels.get(CONFIG_LABEL, ""), labels.get(NODE_LABEL, ""))


def _ready(error: str, before: Object) -> Object:
    """The condition; its time only moves when status or message changes (H1)."""
    ready = {"type": "ready", "status": "False" if error else "True"}
    if error:
        ready["message"] = error
    for old in before.get("status", {}).get("conditions", []):
        if {key: old[key] for key in old if key != "lastUpdateTime"} == ready:
            return dict(old)
    return ready | {"lastUpdateTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}
