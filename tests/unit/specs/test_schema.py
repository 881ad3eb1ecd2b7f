"""The package schema: made from the specs, and legal in the eyes of Pulumi's generators."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from harvester_net.kinds.functions import FUNCTIONS
from harvester_net.kinds.registry import KINDS
from harvester_net.specs import schema as made
from harvester_net.specs.about import token as token_of
from harvester_net.specs.enums import ENUMS
from harvester_net.specs.spec import property_names, replaces
from harvester_net.version import VERSION

SCHEMA = made.schema()
CLUSTER_NETWORK = "#/resources/harvester-net:index:ClusterNetwork"
VM_NETWORK = "#/resources/harvester-net:index:VmNetwork"
TOKEN = re.compile(r"harvester-net:index:[A-Za-z][A-Za-z0-9]*")
NAME = re.compile(r"[a-z][A-Za-z0-9]*")
RESERVED = {"id", "urn", "pulumi"}
RESERVED_FOR_PROVIDERS = {"version", "pulumi"}

COMPONENTS = {token_of(name) for name in ("TrafficPath", "Site", "TenantNetworks")}
REPLACED = {
    "ClusterNetwork": {"name"},
    "NetworkConfig": {"name"},
    "VmNetwork": {"name", "namespace", "clusterNetwork"},
    "StorageNetwork": set(),
}
REQUIRED = {
    "ClusterNetwork": [],
    "NetworkConfig": ["clusterNetwork", "uplink"],
    "VmNetwork": ["clusterNetwork"],
    "StorageNetwork": ["clusterNetwork", "range", "vlan"],
    "TrafficPath": ["uplinks"],
    "Site": [],
    "TenantNetworks": ["allowedVlans", "clusterNetwork", "namespace", "networks"],
}


def objects() -> Iterator[tuple[str, dict[str, Any], list[str]]]:
    """Every set of properties in the schema: where it is, the properties, the required."""
    for token, resource in SCHEMA["resources"].items():
        yield f"{token} in", resource["inputProperties"], resource["requiredInputs"]
        yield f"{token} out", resource["properties"], resource["required"]
    for token, function in SCHEMA["functions"].items():
        for side in ("inputs", "outputs"):
            yield f"{token} {side}", function[side]["properties"], function[side]["required"]
    for token, nested in SCHEMA["types"].items():
        yield token, nested.get("properties", {}), nested.get("required", [])
    yield "provider", SCHEMA["provider"]["inputProperties"], []
    yield "config", SCHEMA["config"]["variables"], []


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


each_object = pytest.mark.parametrize(
    ("properties", "required"),
    [
        pytest.param(properties, required, id=where)
        for where, properties, required in objects()
    ],
)


def test_written_file_is_what_the_specs_say() -> None:
    assert made.WRITTEN.read_text() == made.text(), "run: make schema"


def test_every_kind_and_function_of_the_plugin_is_described() -> None:
    assert SCHEMA["resources"].keys() == KINDS.keys() | COMPONENTS
    assert SCHEMA["functions"].keys() == FUNCTIONS.keys()


def test_every_input_of_a_kind_is_described() -> None:
    for token, kind in KINDS.items():
        described = SCHEMA["resources"][token]
        assert list(described["inputProperties"]) == property_names(kind.spec)
        assert list(described["properties"]) == property_names(kind.outputs)


@pytest.mark.parametrize("kind", REQUIRED)
def test_required_inputs(kind: str) -> None:
    assert SCHEMA["resources"][token_of(kind)]["requiredInputs"] == REQUIRED[kind]


@pytest.mark.parametrize("kind", REPLACED)
def test_inputs_that_replace_are_marked(kind: str) -> None:
    token = token_of(kind)
    inputs = SCHEMA["resources"][token]["inputProperties"]
    marked = {name for name, written in inputs.items() if written.get("willReplaceOnChanges")}
    assert marked == REPLACED[kind]
    assert marked == {name for name in inputs if replaces(KINDS[token].spec, name)}


def test_name_is_always_known_afterwards() -> None:
    for kind in ("ClusterNetwork", "NetworkConfig", "VmNetwork"):
        assert "name" in SCHEMA["resources"][token_of(kind)]["required"]


def test_only_the_kubeconfig_is_secret() -> None:
    for _, properties, _ in objects():
        secret = [name for name, written in properties.items() if written.get("secret")]
        assert secret == (["kubeconfig"] if "kubeconfig" in properties else [])


def test_configuration_and_provider_have_the_same_properties() -> None:
    assert SCHEMA["config"]["variables"] == SCHEMA["provider"]["inputProperties"]


def test_every_reference_leads_to_a_type_and_every_type_is_used() -> None:
    found = set(references(SCHEMA))
    used = {one.removeprefix("#/types/") for one in found if one.startswith("#/types/")}
    assert used == SCHEMA["types"].keys()
    assert found - {f"#/types/{name}" for name in used} == {CLUSTER_NETWORK, VM_NETWORK}


def test_cluster_network_is_given_by_its_name_or_itself() -> None:
    for kind in ("NetworkConfig", "VmNetwork", "StorageNetwork"):
        resource = SCHEMA["resources"][token_of(kind)]
        given = resource["inputProperties"]["clusterNetwork"]
        assert given["oneOf"] == [{"type": "string"}, {"$ref": CLUSTER_NETWORK}]
        assert resource["properties"]["clusterNetwork"].keys() == {"type", "description"}


def test_vm_network_is_given_by_its_key_or_itself() -> None:
    resource = SCHEMA["resources"][token_of("DhcpPool")]
    given = resource["inputProperties"]["vmNetwork"]
    assert given["oneOf"] == [{"type": "string"}, {"$ref": VM_NETWORK}]
    assert resource["properties"]["vmNetwork"].keys() == {"type", "description"}


def test_components_are_marked() -> None:
    marked = {t for t, resource in SCHEMA["resources"].items() if resource.get("isComponent")}
    assert marked == COMPONENTS


@pytest.mark.parametrize(
    ("where", "expected", "maps"),
    [
        (
            SCHEMA["resources"][token_of("TrafficPath")]["inputProperties"],
            {"uplinks", "networks", "hostNetworks", "storage", "rwx", "migration"},
            {"uplinks", "networks", "hostNetworks"},
        ),
        (
            SCHEMA["resources"][token_of("Site")]["inputProperties"],
            {"file", "trafficPaths", "mgmt"},
            {"trafficPaths"},
        ),
        (
            SCHEMA["types"][token_of("SiteTrafficPath")]["properties"],
            {"uplinks", "networks", "hostNetworks", "storage", "rwx", "migration"},
            {"uplinks", "networks", "hostNetworks"},
        ),
        (
            SCHEMA["resources"][token_of("TenantNetworks")]["inputProperties"],
            {"networks", "defaults"},
            {"networks"},
        ),
    ],
    ids=["TrafficPath", "Site", "SiteTrafficPath", "TenantNetworks"],
)
def test_what_becomes_a_resource_of_a_component_is_plain(
    where: dict[str, Any], expected: set[str], maps: set[str]
) -> None:
    assert {name for name, written in where.items() if written.get("plain")} == expected
    assert all(where[name]["additionalProperties"]["plain"] for name in maps)
    # Else the classes for Go do not compile.
    assert SCHEMA["language"]["go"]["generateExtraInputTypes"] is True


def test_tokens_are_legal() -> None:
    for part in ("resources", "functions", "types"):
        for token in SCHEMA[part]:
            assert TOKEN.fullmatch(token), token


@each_object
def test_property_names_are_legal(properties: dict[str, Any], required: list[str]) -> None:
    for name in properties:
        assert NAME.fullmatch(name), name


def test_no_resource_has_a_reserved_property() -> None:
    for resource in SCHEMA["resources"].values():
        assert not RESERVED & (resource["inputProperties"].keys() | resource["properties"])
    assert not RESERVED_FOR_PROVIDERS & SCHEMA["provider"]["inputProperties"].keys()


@each_object
def test_required_properties_exist(properties: dict[str, Any], required: list[str]) -> None:
    assert set(required) <= properties.keys()
    assert required == sorted(required)


@each_object
def test_every_property_has_one_type(properties: dict[str, Any], required: list[str]) -> None:
    for name, written in properties.items():
        assert ("type" in written) != ("$ref" in written), name
        assert ("items" in written) == (written.get("type") == "array"), name
        assert ("additionalProperties" in written) == (written.get("type") == "object"), name


@each_object
def test_every_property_is_described_in_sentences(
    properties: dict[str, Any], required: list[str]
) -> None:
    for name, written in properties.items():
        assert written["description"][0].isupper() or written["description"][0] == "`", name
        assert written["description"].endswith("."), name


def test_resources_functions_and_types_are_described_in_sentences() -> None:
    for part in ("resources", "functions", "types"):
        for token, described in SCHEMA[part].items():
            text = described["description"].partition("\n\n{{% examples %}}")[0]
            assert text.endswith("."), token


def test_enum_values_have_names_that_every_language_takes() -> None:
    enums = {token: nested for token, nested in SCHEMA["types"].items() if "enum" in nested}
    assert enums.keys() == {token_of(enum.name) for enum in ENUMS.values()}
    for nested in enums.values():
        names = [value["name"] for value in nested["enum"]]
        assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]*", name) for name in names), names
        assert len(set(names)) == len(names)


def test_bond_modes_keep_the_words_of_linux() -> None:
    modes = [value["value"] for value in SCHEMA["types"][token_of("BondMode")]["enum"]]
    assert "802.3ad" in modes
    assert "active-backup" in modes


def test_package_is_described() -> None:
    assert (SCHEMA["name"], SCHEMA["version"]) == ("harvester-net", VERSION)
    for language in ("nodejs", "python", "go", "csharp", "java"):
        assert SCHEMA["language"][language]["respectSchemaVersion"] is True


def test_plugin_description_names_this_version() -> None:
    assert made.PLUGIN.read_text() == made.plugin_text(), "run: make schema"
    described = json.loads(made.plugin_text())
    assert described == {"resource": False, "name": "harvester-net", "version": VERSION}
