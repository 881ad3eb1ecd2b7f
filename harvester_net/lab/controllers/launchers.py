"""virt-launcher pods: one for each instance of a VM, and one more while it migrates.

Their names are those of KubeVirt, but for the ending, which comes from the uid of what a pod
is for: so nobody makes a second one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator

from harvester_net.cluster.resources import (
    POD,
    Object,
    annotations_of,
    condition,
    is_terminating,
    labels_of,
)
from harvester_net.harvester.snapshot import Grouping
from harvester_net.harvester.workloads import networks_of
from harvester_net.lab.controllers.controller import State

CREATED_BY = "kubevirt.io/created-by"
NODE_NAME = "kubevirt.io/nodeName"
JOB = "kubevirt.io/migrationJobUID"
JOB_NAME = "kubevirt.io/migrationJobName"
GENERATION = "kubevirt.io/vm-generation"
NETWORKS = "k8s.v1.cni.cncf.io/networks"
COMPUTE = "compute"

_IMAGE = "none"
_ENDINGS = "bcdfghjklmnpqrstvwxz2456789"
_ENDED = ("Succeeded", "Failed")
_STOP_SECONDS = 30
"""How much longer than its guest a launcher may take to end."""


def _owner(pod: Object) -> Iterator[str]:
    for reference in pod["metadata"].get("ownerReferences") or ():
        if reference.get("controller"):
            yield str(reference["uid"])


PODS_OF = Grouping(POD, _owner)
"""Pods by the uid of the object that controls them."""


def pods_of(state: State, vmi: Object) -> list[Object]:
    """All launchers of an instance, by name."""
    found = state.snapshot.keyed(PODS_OF, vmi["metadata"]["uid"])
    return [found[key] for key in sorted(found)]


def current_pod(vmi: Object, pods: Iterable[Object]) -> Object | None:
    """The launcher that the guest is in: the newest on its node, or of all."""
    node = (vmi.get("status") or {}).get("nodeName")
    here = [pod for pod in pods if not node or pod["spec"].get("nodeName") == node]
    return max(here, key=_created, default=None)


def _created(pod: Object) -> str:
    return str(pod["metadata"].get("creationTimestamp", ""))


def is_down(pod: Object) -> bool:
    return (pod.get("status") or {}).get("phase") in _ENDED


def is_going(pod: Object) -> bool:
    return is_down(pod) or is_terminating(pod)


def is_ready(pod: Object) -> bool:
    """Whether its containers run; a guest may need longer."""
    status = pod.get("status") or {}
    running = all(_runs(each) for each in status.get("containerStatuses") or [])
    return status.get("phase") == "Running" and running and not is_going(pod)


def _runs(container: Object) -> bool:
    return "running" in (container.get("state") or {})


def is_unschedulable(pod: Object) -> bool:
    scheduled = condition(pod, "PodScheduled")
    return (scheduled.get("status"), scheduled.get("reason")) == ("False", "Unschedulable")


def claims_of(spec: Object) -> Iterator[str]:
    """The claims that a VM's volumes are on, by name."""
    for volume in spec.get("volumes") or ():
        if claim := volume.get("persistentVolumeClaim"):
            yield str(claim["claimName"])
        elif data := volume.get("dataVolume"):
            yield str(data["name"])


def launcher(vmi: Object) -> Object:
    """The pod that an instance starts in."""
    meta, spec = vmi["metadata"], vmi["spec"]
    name = meta["name"]
    grace = int(spec.get("terminationGracePeriodSeconds") or 0) + _STOP_SECONDS
    labels = {
        "kubevirt.io": "virt-launcher",
        CREATED_BY: meta["uid"],
        "vm.kubevirt.io/name": name,
        "vmi.kubevirt.io/id": name,
    }
    pod: Object = {
        "apiVersion": POD.api,
        "kind": POD.kind,
        "metadata": {
            "name": _name(name, meta["uid"]),
            "namespace": meta["namespace"],
            "labels": labels_of(vmi) | labels,
            "annotations": _annotations(vmi),
            "ownerReferences": [owner_reference(vmi)],
        },
        "spec": {
            "containers": [_compute(spec)],
            "hostname": name,
            "nodeSelector": _node_selector(spec),
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": grace,
            "volumes": [*_volumes(spec)],
        },
    }
    for field in ("affinity", "tolerations"):
        if spec.get(field):
            pod["spec"][field] = spec[field]
    return pod


def target_launcher(vmi: Object, migration: Object) -> Object:
    """The pod that an instance migrates to: on another node than all others of it."""
    pod, uid = launcher(vmi), migration["metadata"]["uid"]
    pod["metadata"]["name"] = _name(vmi["metadata"]["name"], uid)
    pod["metadata"]["labels"][JOB] = uid
    pod["metadata"]["annotations"][JOB_NAME] = migration["metadata"]["name"]
    term = {
        "labelSelector": {"matchLabels": {CREATED_BY: vmi["metadata"]["uid"]}},
        "topologyKey": "kubernetes.io/hostname",
    }
    affinity = dict(pod["spec"].get("affinity") or {})
    apart = dict(affinity.get("podAntiAffinity") or {})
    required = apart.get("requiredDuringSchedulingIgnoredDuringExecution") or []
    apart["requiredDuringSchedulingIgnoredDuringExecution"] = [*required, term]
    pod["spec"]["affinity"] = affinity | {"podAntiAffinity": apart}
    added = migration["spec"].get("addedNodeSelector") or {}
    pod["spec"]["nodeSelector"] = added | pod["spec"]["nodeSelector"]
    return pod


def owner_reference(owner: Object) -> Object:
    """How what an object controls names it."""
    meta = owner["metadata"]
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": meta["name"],
        "uid": meta["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def _name(vmi: str, uid: str) -> str:
    digest = hashlib.sha256(uid.encode()).digest()
    ending = "".join(_ENDINGS[byte % len(_ENDINGS)] for byte in digest[:5])
    return f"virt-launcher-{vmi}-{ending}"


def _annotations(vmi: Object) -> dict[str, str]:
    notes = {
        "kubectl.kubernetes.io/default-container": COMPUTE,
        "kubevirt.io/domain": vmi["metadata"]["name"],
        "kubevirt.io/migrationTransportUnix": "true",
    }
    if generation := annotations_of(vmi).get(GENERATION):
        notes[GENERATION] = generation
    if networks := _networks(vmi):
        notes[NETWORKS] = json.dumps(networks, separators=(",", ":"))
    return notes


def _networks(vmi: Object) -> list[Object]:
    """What Multus attaches the pod to, in the order of the VM's networks."""
    spec, namespace = vmi["spec"], vmi["metadata"]["namespace"]
    interfaces = (spec["domain"].get("devices") or {}).get("interfaces") or []
    macs = {each["name"]: each.get("macAddress") for each in interfaces}
    attached = [
        each
        for each in spec.get("networks") or []
        if (each.get("multus") or {}).get("networkName")
    ]
    found: list[Object] = []
    for network, full in zip(attached, networks_of(spec, namespace), strict=True):
        place, _, name = full.partition("/")
        entry = {"name": name, "namespace": place}
        if mac := macs.get(network["name"]):
            entry["mac"] = mac
        digest = hashlib.sha256(network["name"].encode()).hexdigest()
        found.append(entry | {"interface": f"pod{digest[:11]}"})
    return found


def _node_selector(spec: Object) -> dict[str, str]:
    machine = str((spec["domain"].get("machine") or {}).get("type") or "q35")
    selector = {
        "kubevirt.io/schedulable": "true",
        f"machine-type.node.kubevirt.io/{machine}": "true",
    }
    if architecture := spec.get("architecture"):
        selector["kubernetes.io/arch"] = architecture
    return dict(spec.get("nodeSelector") or {}) | selector


def _volumes(spec: Object) -> Iterator[Object]:
    yield {"name": "private", "emptyDir": {}}
    for volume in spec.get("volumes") or ():
        for claim in claims_of({"volumes": [volume]}):
            yield {"name": volume["name"], "persistentVolumeClaim": {"claimName": claim}}


def _compute(spec: Object) -> Object:
    resources = spec["domain"].get("resources") or {}
    return {"name": COMPUTE, "image": _IMAGE, "resources": resources}
