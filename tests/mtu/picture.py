"""A picture of all that a change may touch, without what is different in every run."""

from __future__ import annotations

import json
from typing import Any

from harvester_net.harvester.network_configs import PREDECESSORS
from lab import Lab

NETWORK = "/apis/network.harvesterhci.io/v1beta1"
KINDS = {
    "cluster network": f"{NETWORK}/clusternetworks",
    "network config": f"{NETWORK}/vlanconfigs",
    "node status": f"{NETWORK}/vlanstatuses",
    "VM network": "/apis/k8s.cni.cncf.io/v1/network-attachment-definitions",
    "VM": "/apis/kubevirt.io/v1/virtualmachines",
    "VM instance": "/apis/kubevirt.io/v1/virtualmachineinstances",
    "config map": "/api/v1/namespaces/harvester-system/configmaps",
}
SETTINGS = ("storage-network", "rwx-network", "vm-migration-network")
GENERATED = ("storagenetwork-", "rwx-network-", "vm-migration-network-")
"""How the names begin that Harvester makes up anew each time."""
STRATEGY = "harvesterhci.io/vmRunStrategy"
MATCHED = "network.harvesterhci.io/matched-nodes"
LATE = tuple(
    f"network.harvesterhci.io/{name}" for name in ("vlan-id-set-str", "vlan-id-set-str-hash")
)
"""What the manager writes in its own time after VM networks come and go."""

Picture = dict[str, Any]


def picture(lab: Lab) -> Picture:
    """Everything by kind and name, in the terms that a user would compare."""
    seen: Picture = {}
    for kind, path in KINDS.items():
        for obj in lab.client.list(path)["items"]:
            meta = obj["metadata"]
            name = meta["name"]
            for prefix in filter(name.startswith, GENERATED):
                name = f"{prefix}..."
            seen[f"{kind} {meta.get('namespace', '')}/{name}"] = READERS[kind](obj)
    for name in SETTINGS:
        setting = lab.client.get(f"/apis/harvesterhci.io/v1beta1/settings/{name}")
        seen[f"setting {name}"] = setting.get("value", "")
    return seen


def _labels_and_notes(obj: dict[str, Any]) -> dict[str, Any]:
    meta = obj["metadata"]
    notes = dict(meta.get("annotations") or {})
    if MATCHED in notes:
        notes[MATCHED] = sorted(json.loads(notes[MATCHED]))  # Its order has no meaning (H2).
    for name in LATE:
        notes.pop(name, None)
    return {"labels": meta.get("labels") or {}, "annotations": notes}


def _cluster_network(obj: dict[str, Any]) -> Any:
    return _labels_and_notes(obj)


def _config(obj: dict[str, Any]) -> Any:
    seen = _labels_and_notes(obj)
    # What is made again says which uids it had.
    seen["annotations"].pop(PREDECESSORS, None)
    return {**seen, "spec": obj["spec"]}


def _status(obj: dict[str, Any]) -> Any:
    status = obj["status"]
    ready = [c["status"] for c in status.get("conditions") or [] if c["type"] == "ready"]
    return {"node": status["node"], "config": status["vlanConfig"], "ready": ready}


def _nad(obj: dict[str, Any]) -> Any:
    # The labels of the controller come when they come (peers.md). An MTU of 1500 is left out
    # of new networks and written into old ones.
    return {"mtu": 1500} | json.loads(obj["spec"]["config"])


def _vm(obj: dict[str, Any]) -> Any:
    spec = {key: obj["spec"].get(key) for key in ("runStrategy", "running")}
    notes = obj["metadata"].get("annotations") or {}
    status = (obj.get("status") or {}).get("printableStatus")
    return {**spec, "remembered": notes.get(STRATEGY), "status": status}


def _vmi(obj: dict[str, Any]) -> Any:
    return (obj.get("status") or {}).get("phase")


def _config_map(obj: dict[str, Any]) -> Any:
    return sorted((obj.get("data") or {}).keys())


READERS = {
    "cluster network": _cluster_network,
    "network config": _config,
    "node status": _status,
    "VM network": _nad,
    "VM": _vm,
    "VM instance": _vmi,
    "config map": _config_map,
}
