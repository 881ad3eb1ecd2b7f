"""What the steps are made of: requests, and the objects that they are about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from harvester_net.lab.apiserver.objects import Object

Said = dict[str, Any]
"""What a server has answered so far, by the names of steps."""

GROUP = "conformance.lab"

API = f"{GROUP}/v1"

SPACE = "conformance"

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

GADGETS = f"/apis/{API}/namespaces/{SPACE}/gadgets"

EVERYWHERE = f"/apis/{API}/gadgets"

RACKS = f"/apis/{API}/racks"

MAPS = f"/api/v1/namespaces/{SPACE}/configmaps"

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

MERGE = "application/merge-patch+json"

JSON_PATCH = "application/json-patch+json"

STRATEGIC = "application/strategic-merge-patch+json"

NOBODY = {"Impersonate-User": "nobody"}

_TEXT = {"type": "string"}

_SPEC = {
    "type": "object",
    "required": ["uplink"],
    "properties": {
        "uplink": {
            "type": "object",
            "required": ["nics"],
            "properties": {
                "nics": {"type": "array", "minItems": 1, "maxItems": 3, "items": _TEXT},
                "mode": {
                    "type": "string",
                    "enum": ["active-backup", "802.3ad"],
                    "default": "active-backup",
                },
                "mtu": {"type": "integer", "minimum": 0, "maximum": 9000},
            },
        },
        "alias": {"type": "string", "minLength": 2, "maxLength": 5, "pattern": "^[a-z]+$"},
        "vlan": {"type": "integer", "minimum": 1},
        "port": {"x-kubernetes-int-or-string": True},
        "tags": {"type": "object", "additionalProperties": _TEXT},
        "note": {"type": "string", "nullable": True},
        "paused": {"type": "boolean", "default": False},
        "ratio": {"type": "number"},
        "when": {"type": "string", "format": "date-time"},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "routes": {
            "type": "array",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["to"],
            "items": {
                "type": "object",
                "required": ["to"],
                "properties": {"to": _TEXT, "via": _TEXT},
            },
        },
    },
}

_STATUS = {
    "type": "object",
    "properties": {"ready": {"type": "boolean"}, "phase": _TEXT},
}

_SCHEMA = {"type": "object", "properties": {"spec": _SPEC, "status": _STATUS}}


@dataclass(frozen=True)
class Step:
    """One request. A path or body that depends on answers is a function of them."""

    name: str
    method: str
    path: str | Callable[[Said], str]
    body: object = None
    """Bytes are sent as they are, everything else as JSON."""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    differs: str = ""
    """Why the embedded server answers something else."""
    settled: int | None = None
    """The status once the server goes by the steps before; it is asked until then. The real
    one hears of new roles by a watch, some time after it took them."""


def definition(kind: str, namespaced: bool, **version: object) -> Object:
    plural = f"{kind.lower()}s"
    served = {"name": "v1", "served": True, "storage": True} | version
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced" if namespaced else "Cluster",
            "names": {"kind": kind, "plural": plural, "shortNames": [plural[:2]]},
            "versions": [served | {"schema": {"openAPIV3Schema": _SCHEMA}}],
        },
    }


def gadget(name: str = "bad", *, spec: object = None, **meta: object) -> Object:
    spec = {"uplink": {"nics": ["a"]}} if spec is None else spec
    found = {"apiVersion": API, "kind": "Gadget", "metadata": {"name": name} | meta}
    return found | {"spec": spec}


def rack(name: str, **fields: object) -> Object:
    return {"apiVersion": API, "kind": "Rack", "metadata": {"name": name}} | fields


def config_map(name: str, **fields: object) -> Object:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}} | fields


def merge(name: str, path: str, body: object, **more: Any) -> Step:
    return Step(name, "PATCH", path, body, MERGE, **more)
