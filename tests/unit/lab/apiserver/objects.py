"""Objects that tests are made of."""

from __future__ import annotations

from typing import Any

from harvester_net.lab.apiserver.objects import Object
from harvester_net.lab.apiserver.resources import Resource

GROUP = "example.lab"
API = f"{GROUP}/v1"
GADGETS = f"/apis/{API}/namespaces/default/gadgets"
RACKS = f"/apis/{API}/racks"
MAPS = "/api/v1/namespaces/default/configmaps"

GADGET = Resource(GROUP, "v1", "Gadget", "gadgets", custom=True, counts_generations=True)
RACK = Resource(
    GROUP, "v1", "Rack", "racks", namespaced=False, custom=True, counts_generations=True
)
POD = Resource("", "v1", "Pod", "pods", graceful=True)

_SPEC = {
    "type": "object",
    "properties": {
        "size": {"type": "integer", "minimum": 0},
        "mode": {"type": "string", "default": "plain"},
    },
}
_SCHEMA = {
    "type": "object",
    "properties": {
        "spec": _SPEC,
        "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    },
}


def definition(kind: str, *, namespaced: bool = False, **names: Any) -> Object:
    """Two versions, of which v1 is stored; the status is a subresource."""
    plural = f"{kind.lower()}s"
    common = {"schema": {"openAPIV3Schema": _SCHEMA}, "subresources": {"status": {}}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced" if namespaced else "Cluster",
            "names": {"kind": kind, "plural": plural} | names,
            "versions": [
                {"name": "v1", "served": True, "storage": True} | common,
                {"name": "v1beta1", "served": True, "storage": False} | common,
            ],
        },
    }


def gadget(name: str, **more: Any) -> Object:
    """`spec` and `status` as they are given, everything else is metadata."""
    content = {part: more.pop(part) for part in ("spec", "status") if part in more}
    meta = {"name": name, "namespace": "default"} | more
    return {"apiVersion": API, "kind": "Gadget", "metadata": meta} | content


def rack(name: str, **more: Any) -> Object:
    content = {part: more.pop(part) for part in ("spec", "status") if part in more}
    return {"apiVersion": API, "kind": "Rack", "metadata": {"name": name} | more} | content


def config_map(name: str, **data: str) -> Object:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def owned_by(owner: Object, *, blocks: bool = False) -> Object:
    """What `ownerReferences` of a dependent hold."""
    names = {"apiVersion": owner["apiVersion"], "kind": owner["kind"]}
    meta = owner["metadata"]
    reference = names | {"name": meta["name"], "uid": meta["uid"]}
    return reference | ({"blockOwnerDeletion": True} if blocks else {})
