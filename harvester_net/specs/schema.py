"""The Pulumi package schema, made from the specs.

``python -m harvester_net.specs.schema`` writes it. Other languages get their SDKs from it, and
the engine reads it from the plugin. A test holds the written file against the specs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from inspect import cleandoc
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from ..version import VERSION
from .cluster_network import ClusterNetwork, ClusterNetworkOutputs
from .disruption import Disruption
from .functions import (
    GetClusterNetwork,
    GetClusterNetworkResult,
    GetNodeNics,
    GetNodeNicsResult,
)
from .network_config import BondOptions, NetworkConfig, NetworkConfigOutputs
from .parse import spec_within
from .provider import Provider
from .spec import Spec, replaces, wire_name
from .storage_network import StorageNetwork, StorageNetworkOutputs
from .vm_network import Route, VmNetwork, VmNetworkOutputs

Schema = dict[str, Any]

PACKAGE = "harvester-net"
WRITTEN = Path(__file__).parent.parent / "schema.json"
PLUGIN = WRITTEN.with_name("pulumi-plugin.json")

RESOURCES: dict[type[Spec], type[Spec]] = {
    ClusterNetwork: ClusterNetworkOutputs,
    NetworkConfig: NetworkConfigOutputs,
    VmNetwork: VmNetworkOutputs,
    StorageNetwork: StorageNetworkOutputs,
}
FUNCTIONS: dict[type[Spec], type[Spec]] = {
    GetClusterNetwork: GetClusterNetworkResult,
    GetNodeNics: GetNodeNicsResult,
}
ENUMS: dict[tuple[type[Spec], str], str] = {
    (BondOptions, "mode"): "BondMode",
    (VmNetwork, "type"): "VmNetworkType",
    (Disruption, "on_failure"): "OnFailure",
    (Route, "mode"): "RouteMode",
}
"""The names of the types of those fields that take one of several texts."""

ENUM_VALUE_NAMES = {"802.3ad": "Ieee8023ad"}
"""Where a value does not begin with a letter; the others are named after themselves."""

GIVEN_AS_RESOURCE = {"clusterNetwork": "ClusterNetwork"}
"""Inputs that may be the resource itself, too, instead of its name."""

PRIMITIVES: dict[Any, str] = {str: "string", int: "integer", bool: "boolean"}


def schema() -> Schema:
    """The schema of the whole package."""
    configuration = _properties(Provider)
    return _about() | {
        "config": {"variables": configuration},
        "provider": {
            "description": _text(Provider),
            "inputProperties": configuration,
            "properties": configuration,
        },
        "resources": {
            token(inputs.__name__): _resource(inputs, outputs)
            for inputs, outputs in RESOURCES.items()
        },
        "functions": {
            token(arguments.title): _function(arguments, result)
            for arguments, result in FUNCTIONS.items()
        },
        "types": _types(),
    }


def token(name: str) -> str:
    """The token of a resource, function or type of the package."""
    return f"{PACKAGE}:index:{name}"


def _about() -> Schema:
    languages = ("nodejs", "python", "go", "csharp", "java")
    language: Schema = {name: {"respectSchemaVersion": True} for name in languages}
    language["python"]["pyproject"] = {"enabled": True}
    return {
        "name": PACKAGE,
        "displayName": "Harvester networking",
        "version": VERSION,
        "description": "Harvester networking: cluster networks, network configs, VM networks "
        "and the storage network.",
        "keywords": ["pulumi", "category/network", "kind/native", "harvester", "kubevirt"],
        "license": "Apache-2.0",
        "publisher": "harvester-net",
        "meta": {"supportPack": True},
        "language": language,
    }


def _resource(inputs: type[Spec], outputs: type[Spec]) -> Schema:
    # A name may be left out: it defaults to the resource's own.
    required = [name for name in _required(inputs) if name != "name"]
    return {
        "description": _text(inputs),
        "inputProperties": _properties(inputs),
        "requiredInputs": required,
        "properties": _properties(outputs, replacing=False),
        "required": _required(outputs),
    }


def _function(arguments: type[Spec], result: type[Spec]) -> Schema:
    return {
        "description": _text(arguments),
        "inputs": _object(arguments),
        "outputs": _object(result),
    }


def _object(model: type[Spec]) -> Schema:
    return {
        "type": "object",
        "description": _text(model),
        "properties": _properties(model),
        "required": _required(model),
    }


def _text(model: type[Spec]) -> str:
    paragraphs = cleandoc(model.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _required(model: type[Spec]) -> list[str]:
    return sorted(
        wire_name(model, name)
        for name, field in model.model_fields.items()
        if field.is_required()
    )


def _properties(model: type[Spec], replacing: bool = True) -> Schema:
    return {
        wire_name(model, name): _property(model, name, field, replacing)
        for name, field in model.model_fields.items()
    }


def _property(model: type[Spec], name: str, field: FieldInfo, replacing: bool) -> Schema:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    written = _type(field.annotation, _enum_of(model, name))
    written["description"] = field.description
    if extra.get("secret"):
        written["secret"] = True
    if replacing and (resource := GIVEN_AS_RESOURCE.get(wire_name(model, name))):
        itself = {"$ref": f"#/resources/{token(resource)}"}
        written["oneOf"] = [{"type": written["type"]}, itself]
    if replacing and replaces(model, wire_name(model, name)):
        written["willReplaceOnChanges"] = True
    return written


def _enum_of(model: type[Spec], name: str) -> str | None:
    """The enum's name of a field, which the model may have from the one it extends."""
    names = (ENUMS.get((ancestor, name)) for ancestor in model.__mro__)
    return next(filter(None, names), None)


def _type(annotation: Any, enum: str | None = None) -> Schema:
    annotation = _bare(annotation)
    arguments = get_args(annotation)
    match get_origin(annotation):
        case origin if origin is list:
            return {"type": "array", "items": _type(arguments[0])}
        case origin if origin is dict:
            return {"type": "object", "additionalProperties": _type(arguments[1])}
        case origin if origin is Literal:
            return _reference(str(enum))
    if annotation in PRIMITIVES:
        return {"type": PRIMITIVES[annotation]}
    return _reference(annotation.__name__)


def _bare(annotation: Any) -> Any:
    """A type without ``None`` and without validators."""
    arguments = [one for one in get_args(annotation) if one is not NoneType]
    if get_origin(annotation) is Annotated:
        return _bare(arguments[0])
    optional = NoneType in get_args(annotation)
    return _bare(arguments[0]) if optional else annotation


def _reference(name: str) -> Schema:
    return {"$ref": f"#/types/{token(name)}"}


def _types() -> Schema:
    """All types that the resources and functions refer to."""
    nested: dict[str, Schema] = {}
    for model in sorted(_nested(_all_models()), key=lambda model: model.__name__):
        nested[token(model.__name__)] = _object(model)
    for (model, field), name in ENUMS.items():
        nested[token(name)] = _enum(model.model_fields[field])
    return nested


def _all_models() -> list[type[Spec]]:
    return [*RESOURCES.values(), *FUNCTIONS.values()]


def _nested(models: Iterable[type[Spec]]) -> set[type[Spec]]:
    fields = (field for model in models for field in model.model_fields.values())
    direct = {inner for field in fields if (inner := spec_within(field.annotation))}
    return direct | _nested(direct) if direct else direct


def _enum(field: FieldInfo) -> Schema:
    values = get_args(_bare(field.annotation))
    return {
        "type": "string",
        "description": field.description,
        "enum": [{"name": _value_name(value), "value": value} for value in values],
    }


def _value_name(value: str) -> str:
    words = (word[0].upper() + word[1:] for word in value.split("-"))
    return ENUM_VALUE_NAMES.get(value) or "".join(words)


def text() -> str:
    """The schema as it is written to the file."""
    return json.dumps(schema(), indent=2, sort_keys=True) + "\n"


def plugin_text() -> str:
    """`pulumi-plugin.json`, which tells Pulumi of the package that is installed."""
    described = {"resource": True, "name": "harvester-net", "version": VERSION}
    return json.dumps(described, indent=2) + "\n"


if __name__ == "__main__":
    WRITTEN.write_text(text())
    PLUGIN.write_text(plugin_text())
