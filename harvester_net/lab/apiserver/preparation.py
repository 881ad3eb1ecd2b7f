"""What the server makes of an object before it judges it: names, defaults, whose status it is.

Of the many defaults that the real server has for built-in resources there are only those that
the lab's simulators and this package look at.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Callable

from harvester_net.lab.apiserver import definitions
from harvester_net.lab.apiserver.builtin import DEFINITIONS
from harvester_net.lab.apiserver.objects import Object, copied, finalizers
from harvester_net.lab.apiserver.resources import Resource

_SUFFIX = "bcdfghjklmnpqrstvwxz2456789"
"""What names that the server makes end with: no vowels, so no words."""


def prepare(resource: Resource, obj: Object) -> None:
    """What the server makes of an object before it validates its creation."""
    meta = obj["metadata"]
    if not meta.get("name") and meta.get("generateName"):
        meta["name"] = meta["generateName"] + "".join(random.choices(_SUFFIX, k=5))
    if resource.custom and resource.has_status:
        obj.pop("status", None)
    if resource.id in _PREPARES:
        _PREPARES[resource.id](obj)


def prepare_change(resource: Resource, subresource: str, current: Object, obj: Object) -> None:
    """Keeps what an update must not change: the status, or all but the status."""
    if subresource == "status":
        kept = {name: item for name, item in current.items() if name != "status"}
        if not resource.custom:
            del kept["metadata"]
        for name in obj.keys() - kept.keys() - {"metadata", "status"}:
            del obj[name]
        obj |= copied(kept)
    elif resource.has_status:
        obj.pop("status", None)
        obj |= {"status": copied(current["status"])} if "status" in current else {}
    if resource.id == "secrets":
        _secret(obj)


def _namespace(obj: Object) -> None:
    meta = obj["metadata"]
    labels = meta.get("labels") or {}
    meta["labels"] = labels | {"kubernetes.io/metadata.name": meta.get("name", "")}
    obj["spec"] = {"finalizers": ["kubernetes"]}
    obj["status"] = {"phase": "Active"}


def _secret(obj: Object) -> None:
    plain = obj.pop("stringData", None) or {}
    if plain:
        coded = {
            name: base64.b64encode(text.encode()).decode() for name, text in plain.items()
        }
        obj["data"] = (obj.get("data") or {}) | coded
    obj.setdefault("type", "Opaque")


def _pod(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    defaults = {"restartPolicy": "Always", "terminationGracePeriodSeconds": 30}
    obj["spec"] = defaults | spec
    obj["status"] = {"phase": "Pending"}


def _claim(obj: Object) -> None:
    meta, protection = obj["metadata"], "kubernetes.io/pvc-protection"
    if protection not in finalizers(obj):
        meta["finalizers"] = [*finalizers(obj), protection]
    obj["spec"] = {"volumeMode": "Filesystem"} | (obj.get("spec") or {})
    obj["status"] = {"phase": "Pending"}


def _replicated(obj: Object) -> None:
    obj["spec"] = {"replicas": 1} | (obj.get("spec") or {})
    obj["status"] = {}


_PREPARES: dict[str, Callable[[Object], None]] = {
    DEFINITIONS.id: definitions.prepare,
    "namespaces": _namespace,
    "secrets": _secret,
    "pods": _pod,
    "persistentvolumeclaims": _claim,
    "deployments.apps": _replicated,
    "statefulsets.apps": _replicated,
}
