"""Schemas in few words: each function gives a part of an OpenAPI schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Object = dict[str, Any]

ANY_FIELDS: Mapping[str, Any] = {"x-kubernetes-preserve-unknown-fields": True}


def string(*choices: str, **limits: Any) -> Object:
    """A text, one of the choices if there are any."""
    return {"type": "string"} | ({"enum": list(choices)} if choices else {}) | limits


def integer(**limits: Any) -> Object:
    return {"type": "integer"} | limits


def boolean(**limits: Any) -> Object:
    return {"type": "boolean"} | limits


def array(items: Object) -> Object:
    return {"type": "array", "items": items}


def mapping(values: Object, **limits: Any) -> Object:
    """A map from any text to such values."""
    return {"type": "object", "additionalProperties": values} | limits


def fields(required: str = "", /, **properties: Object) -> Object:
    """An object of these fields and no other; `required` names some of them."""
    found: Object = {"type": "object", "properties": properties}
    return found | ({"required": required.split()} if required else {})


def open_fields(required: str = "", /, **properties: Object) -> Object:
    """An object whose other fields may be anything."""
    return {**fields(required, **properties), **ANY_FIELDS}


def root(required: str = "", /, **properties: Object) -> Object:
    """The schema of a whole object."""
    metadata: Object = {"type": "object"}
    return fields(
        required, apiVersion=string(), kind=string(), metadata=metadata, **properties
    )


def rule(text: str, message: str) -> Object:
    """A CEL rule for a value; `harvester_net.lab.apiserver.cel` must know it."""
    return {"x-kubernetes-validations": [{"rule": text, "message": message}]}


LABELS = mapping(string())
CONDITIONS = array(
    fields(
        "status type",
        type=string(),
        status=string(),
        reason=string(),
        message=string(),
        lastUpdateTime=string(),
        lastTransitionTime=string(),
    )
)
"""Of all kinds of Harvester (H1)."""
