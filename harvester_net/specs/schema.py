"""The Pulumi package schema, made from the specs.

``python -m harvester_net.specs.schema`` writes it. Other languages get their SDKs from it, and
the engine reads it from the plugin. A test holds the written file against the specs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, get_args, get_origin

from ..version import VERSION
from .about import PACKAGE, about, token
from .cluster_network import ClusterNetwork, ClusterNetworkOutputs
from .dhcp_pool import DhcpPool, DhcpPoolOutputs
from .documentation import for_every_language, text_of, with_example, with_import
from .enums import ENUMS, Enum
from .functions import (
    GetClusterNetwork,
    GetClusterNetworkResult,
    GetNodeNics,
    GetNodeNicsResult,
    GetVmInterfaces,
    GetVmInterfacesResult,
    RenderVmNics,
    RenderVmNicsResult,
)
from .host_network_config import HostNetworkConfig, HostNetworkConfigOutputs
from .network_config import NetworkConfig, NetworkConfigOutputs
from .parse import spec_within
from .provider import Provider
from .rwx_network import RwxNetwork, RwxNetworkOutputs
from .site import Site, SiteOutputs
from .spec import Spec, replaces, wire_name
from .storage_network import StorageNetwork, StorageNetworkOutputs
from .tenant_networks import TenantNetworks, TenantNetworksOutputs
from .traffic_path import TrafficPath, TrafficPathOutputs
from .vm_migration_network import VmMigrationNetwork, VmMigrationNetworkOutputs
from .vm_network import VmNetwork, VmNetworkOutputs
from .vm_networks import VmNetworks, VmNetworksOutputs

Schema = dict[str, Any]

WRITTEN = Path(__file__).parent.parent / "schema.json"
PLUGIN = WRITTEN.with_name("pulumi-plugin.json")

RESOURCES: dict[type[Spec], type[Spec]] = {
    ClusterNetwork: ClusterNetworkOutputs,
    NetworkConfig: NetworkConfigOutputs,
    VmNetwork: VmNetworkOutputs,
    VmNetworks: VmNetworksOutputs,
    StorageNetwork: StorageNetworkOutputs,
    RwxNetwork: RwxNetworkOutputs,
    VmMigrationNetwork: VmMigrationNetworkOutputs,
    HostNetworkConfig: HostNetworkConfigOutputs,
    DhcpPool: DhcpPoolOutputs,
}
COMPONENTS: dict[type[Spec], type[Spec]] = {
    TrafficPath: TrafficPathOutputs,
    Site: SiteOutputs,
    TenantNetworks: TenantNetworksOutputs,
}
FUNCTIONS: dict[type[Spec], type[Spec]] = {
    GetClusterNetwork: GetClusterNetworkResult,
    GetNodeNics: GetNodeNicsResult,
    GetVmInterfaces: GetVmInterfacesResult,
    RenderVmNics: RenderVmNicsResult,
}

GIVEN_AS_RESOURCE = {"clusterNetwork": "ClusterNetwork", "vmNetwork": "VmNetwork"}
"""Inputs of resources that may be the resource itself, too, instead of its id."""

PRIMITIVES: dict[Any, str] = {str: "string", int: "integer", bool: "boolean"}


def schema() -> Schema:
    """The schema of the whole package."""
    return about() | {
        "config": {"variables": _properties(Provider, "#/provider/inputProperties")},
        "provider": {
            "description": text_of(Provider),
            "inputProperties": _properties(Provider, "#/provider/inputProperties"),
            "properties": _properties(Provider, "#/provider/properties"),
        },
        "resources": {
            token(inputs.__name__): _resource(inputs, outputs)
            for inputs, outputs in RESOURCES.items()
        }
        | {
            token(inputs.__name__): _component(inputs, outputs)
            for inputs, outputs in COMPONENTS.items()
        },
        "functions": {
            token(arguments.title): _function(arguments, result)
            for arguments, result in FUNCTIONS.items()
        },
        "types": _types(),
    }


def _resource(inputs: type[Spec], outputs: type[Spec]) -> Schema:
    name = inputs.__name__
    place = f"#/resources/{token(name)}"
    # A name may be left out: it defaults to the resource's own.
    required = [each for each in _required(inputs) if each != "name"]
    text = for_every_language(text_of(inputs), inputs, f"{place}/inputProperties")
    return {
        "description": with_import(with_example(text, name), name),
        "inputProperties": _properties(inputs, f"{place}/inputProperties"),
        "requiredInputs": required,
        "properties": _properties(outputs, f"{place}/properties", replacing=False),
        "required": _required(outputs),
        "listInputs": _list_inputs(inputs, f"{place}/inputProperties"),
    }


def _component(inputs: type[Spec], outputs: type[Spec]) -> Schema:
    name = inputs.__name__
    place = f"#/resources/{token(name)}"
    text = for_every_language(text_of(inputs), inputs, f"{place}/inputProperties")
    return {
        "isComponent": True,
        "description": with_example(text, name),
        "inputProperties": _properties(inputs, f"{place}/inputProperties", replacing=False),
        "requiredInputs": _required(inputs),
        "properties": _properties(outputs, f"{place}/properties", replacing=False),
        "required": _required(outputs),
    }


def _list_inputs(inputs: type[Spec], place: str) -> Schema:
    """What `pulumi do` may list the objects of a kind by."""
    properties = _properties(inputs, place, replacing=False)
    listed = {
        # Of an enum it makes no option of the command.
        name: {
            "type": properties[name].get("type", "string"),
            "description": f"Only those with this {{{{% ref {place}/{name} %}}}}.",
        }
        for name in inputs.listed_by
    }
    return {"type": "object", "properties": listed}


def _function(arguments: type[Spec], result: type[Spec]) -> Schema:
    place = f"#/functions/{token(arguments.title)}"
    return {
        "description": with_example(text_of(arguments), arguments.title),
        "inputs": _object(arguments, f"{place}/inputs/properties"),
        "outputs": _object(result, f"{place}/outputs/properties"),
    }


def _object(model: type[Spec], place: str) -> Schema:
    return {
        "type": "object",
        "description": for_every_language(text_of(model), model, place),
        "properties": _properties(model, place),
        "required": _required(model),
    }


def _required(model: type[Spec]) -> list[str]:
    return sorted(
        wire_name(model, name)
        for name, field in model.model_fields.items()
        if field.is_required()
    )


def _properties(model: type[Spec], place: str, replacing: bool = True) -> Schema:
    """The properties of a model, which are at a place of the schema."""
    return {
        wire_name(model, name): _property(model, name, place, replacing)
        for name in model.model_fields
    }


def _property(model: type[Spec], name: str, place: str, replacing: bool) -> Schema:
    field = model.model_fields[name]
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    written = _type(field.annotation, _enum_of(model, name))
    written["description"] = for_every_language(field.description or "", model, place)
    if extra.get("secret"):
        written["secret"] = True
    if extra.get("plain"):
        written["plain"] = True
        if items := written.get("additionalProperties"):
            items["plain"] = True
    of_resource = place.endswith("/inputProperties") and replacing
    if of_resource and (resource := GIVEN_AS_RESOURCE.get(wire_name(model, name))):
        itself = {"$ref": f"#/resources/{token(resource)}"}
        written["oneOf"] = [{"type": written["type"]}, itself]
        written["description"] += f" Or the {resource} object."
    if replacing and replaces(model, wire_name(model, name)):
        written["willReplaceOnChanges"] = True
    return written


def _enum_of(model: type[Spec], name: str) -> Enum | None:
    """The enum of a field, which the model may have from the one it extends."""
    enums = (ENUMS.get((ancestor, name)) for ancestor in model.__mro__)
    return next(filter(None, enums), None)


def _type(annotation: Any, enum: Enum | None = None) -> Schema:
    annotation = _bare(annotation)
    arguments = get_args(annotation)
    match get_origin(annotation):
        case origin if origin is list:
            return {"type": "array", "items": _type(arguments[0])}
        case origin if origin is dict:
            return {"type": "object", "additionalProperties": _type(arguments[1])}
        case origin if origin is Literal and enum is not None:
            return _reference(enum.name)
    if isinstance(annotation, UnionType):
        return {"oneOf": [_type(each) for each in arguments]}
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
        name = token(model.__name__)
        nested[name] = _object(model, f"#/types/{name}/properties")
    return nested | {token(enum.name): _enum(enum) for enum in ENUMS.values()}


def _all_models() -> list[type[Spec]]:
    components = [*COMPONENTS, *COMPONENTS.values()]
    return [*RESOURCES.values(), *components, *FUNCTIONS, *FUNCTIONS.values()]


def _nested(models: Iterable[type[Spec]]) -> set[type[Spec]]:
    fields = (field for model in models for field in model.model_fields.values())
    direct = {inner for field in fields if (inner := spec_within(field.annotation))}
    return direct | _nested(direct) if direct else direct


def _enum(enum: Enum) -> Schema:
    return {
        "type": "string",
        "description": enum.sentence,
        "enum": [
            {"name": choice.name, "value": value, "description": choice.sentence}
            for value, choice in enum.choices.items()
        ],
    }


def text() -> str:
    """The schema as it is written to the file."""
    return json.dumps(schema(), indent=2, sort_keys=True) + "\n"


def plugin_text() -> str:
    """`pulumi-plugin.json`, which tells Pulumi's host for Python of the installed package.

    Not a package that needs a plugin: it is the plugin. Otherwise it would be a dependency of
    itself where Pulumi installs it, and be looked for in Pulumi's own downloads.
    """
    described = {"resource": False, "name": PACKAGE, "version": VERSION}
    return json.dumps(described, indent=2) + "\n"


if __name__ == "__main__":
    WRITTEN.write_text(text())
    PLUGIN.write_text(plugin_text())
