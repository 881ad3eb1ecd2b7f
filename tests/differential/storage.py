"""Longhorn's nodes with their disks, volumes, and the claims that Harvester knows."""

from __future__ import annotations

from hypothesis.strategies import DrawFn

from harvester_net.cluster.resources import Object
from tests import objects

from .pools import LONGHORN, MONITORING, SYSTEM, VCLUSTER, chance, mostly, pick

APP_LABEL = "app.kubernetes.io/name"
OWNERS = (
    (MONITORING, {APP_LABEL: "prometheus"}),
    (MONITORING, {APP_LABEL: "alertmanager"}),
    (MONITORING, {APP_LABEL: "grafana"}),
    (SYSTEM, {APP_LABEL: "harvester-vm-import-controller"}),
    (VCLUSTER, {"app": "vcluster"}),
    (MONITORING, {APP_LABEL: "other"}),
    ("default", {APP_LABEL: "prometheus"}),
)
STATES = ("detached", "attached", "attaching", "detaching", "creating", None)


def longhorn_nodes(draw: DrawFn, nodes: list[Object]) -> list[Object]:
    """One for each node, with none to two disks."""
    disk = {"path": "/data", "allowScheduling": True, "diskType": "filesystem"}
    return [
        {
            "apiVersion": "longhorn.io/v1beta2",
            "kind": "Node",
            "metadata": {"name": node["metadata"]["name"], "namespace": LONGHORN},
            "spec": {
                "name": node["metadata"]["name"],
                "disks": {f"disk{at}": disk for at in range(pick(draw, (1, 1, 2, 0)))},
            },
        }
        for node in nodes
    ]


def volumes(draw: DrawFn, detached: bool) -> list[Object]:
    """None to two volumes, some with their claim; maybe all are detached, but
    for those that Harvester stops itself.
    """
    made: list[Object] = []
    for at in range(pick(draw, (0, 1, 2))):
        name = f"pvc-{at}"
        volume = objects.volume(name, "detached" if detached else pick(draw, STATES) or "")
        volume["spec"] = _spec(draw)
        if chance(draw, 5):
            namespace, labels = pick(draw, OWNERS)
            owner = {"namespace": namespace, "pvcName": f"claim-{at}"}
            volume["status"]["kubernetesStatus"] = owner
            made.append(claim(f"claim-{at}", namespace, labels, mostly(draw, name, ("",), 1)))
            if detached and (namespace, labels) in OWNERS[:4]:
                volume["status"]["state"] = pick(draw, ("attached", "detached"))
        made.append(volume)
    return made


def _spec(draw: DrawFn) -> Object:
    spec: Object = {"numberOfReplicas": 1}
    if chance(draw, 4):
        spec |= {"accessMode": "rwx", "migratable": chance(draw, 4)}
    return spec


def claim(name: str, namespace: str, labels: dict[str, str], volume: str) -> Object:
    made = objects.claim(name, namespace, "")
    made["metadata"]["labels"] = labels
    made["spec"] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
    }
    if volume:
        made["spec"]["volumeName"] = volume
    return made
