"""The Python front against the schema: the same properties, the same types, the same words."""

from __future__ import annotations

import ast
import inspect
import json
import re
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Union

import pulumi
import pytest

import harvester_net as hn
from tests.unit.program.test_program import run

SCHEMA = json.loads((Path(hn.__file__).parent / "schema.json").read_text())
RESOURCES = [
    "ClusterNetwork",
    "NetworkConfig",
    "VmNetwork",
    "VmNetworks",
    "StorageNetwork",
    "RwxNetwork",
    "VmMigrationNetwork",
    "HostNetworkConfig",
    "DhcpPool",
]
FUNCTIONS = ["getClusterNetwork", "getNodeNics", "getVmInterfaces", "renderVmNics"]
NESTED = [
    "BondOptions",
    "Disruption",
    "LinkAttributes",
    "NodeRequirement",
    "NodeSelector",
    "Route",
    "Uplink",
    "VerifyOnNodes",
    "VlanRange",
]
ONLY_OUTPUTS = [
    "HostDevice",
    "Nic",
    "NodeDevices",
    "VmInterface",
    "VmNicInterface",
    "VmNicMultus",
    "VmNicNetwork",
]
COMPONENTS = ["Site", "TenantNetworks", "TrafficPath"]
ONLY_INPUTS = [
    "SiteMgmt",
    "SiteTrafficPath",
    "TenantDefaults",
    "TenantNetwork",
    "TrafficPathHostNetwork",
    "TrafficPathNetwork",
    "TrafficPathMigration",
    "TrafficPathRwx",
    "TrafficPathStorage",
    "TrafficPathUplink",
    "VmNicSpec",
]
"""Parts of what components and functions are given; no output has any of them."""
OF_FUNCTIONS = {"VmNicSpec"}
"""What only functions are given: Pulumi names their classes without Args in Python."""
SIMPLE = {"string": str, "integer": int, "boolean": bool}
Written = dict[str, Any]


def token(name: str) -> str:
    return f"harvester-net:index:{name}"


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def referred(written: Written) -> tuple[str, Written]:
    """The name of the type that a property refers to, and the type."""
    reference = written["$ref"].removeprefix("#/types/")
    return reference.rpartition(":")[2], SCHEMA["types"][reference]


def input_class(name: str) -> Any:
    """The class of the front for an input of this type."""
    return getattr(hn, name if name in OF_FUNCTIONS else f"{name}Args")


def made(generic: Any, *of: Any) -> Any:
    """A type of parts that only the schema knows."""
    return generic[of[0] if len(of) == 1 else of]


def argument(written: Written) -> Any:
    """The Python type of an argument for a property of the schema."""
    if written.get("plain"):
        return _plain_argument(written)
    return made(pulumi.Input, _plain_argument(written))


def _plain_argument(written: Written) -> Any:
    if "oneOf" in written and "type" not in written:
        return made(Union, *map(_plain_argument, written["oneOf"]))
    if "$ref" in written:
        name, nested = referred(written)
        if "enum" in nested:
            texts = tuple(value["value"] for value in nested["enum"])
            return made(Union, getattr(hn, name), made(Literal, *texts))
        return made(pulumi.InputType, input_class(name))
    if written["type"] == "array":
        return made(Sequence, argument(written["items"]))
    if written["type"] == "object":
        return made(Mapping, str, argument(written["additionalProperties"]))
    return SIMPLE[written["type"]]


def known(written: Written) -> Any:
    """The Python type of an argument that may be no output, though its parts may."""
    if written.get("type") == "array" and "$ref" in written["items"]:
        name, _ = referred(written["items"])
        return made(Sequence, made(pulumi.InputType, input_class(name)))
    return result(written)


def result(written: Written) -> Any:
    """The Python type of an output for a property of the schema."""
    if "oneOf" in written and "type" not in written:
        return made(Union, *map(result, written["oneOf"]))
    if "$ref" in written:
        name, nested = referred(written)
        return str if "enum" in nested else getattr(hn, name)
    if written["type"] == "array":
        return made(list, result(written["items"]))
    if written["type"] == "object":
        return made(dict, str, result(written["additionalProperties"]))
    return SIMPLE[written["type"]]


def resolved(annotations: dict[str, Any]) -> dict[str, Any]:
    """The same annotations with what Pulumi writes as text resolved, so that they compare."""

    def annotated() -> None: ...

    annotated.__annotations__ = annotations
    names = {"Output": pulumi.Output, "T": type(None)}
    return typing.get_type_hints(annotated, localns=names)


def arguments_of(call: Any) -> dict[str, Any]:
    """The types of the arguments of a function or constructor."""
    names = {"Output": pulumi.Output, "T": type(None)}
    hints = typing.get_type_hints(call, localns=names)
    skipped = ("self", "resource_name", "opts")
    return {
        name: hints[name] for name in inspect.signature(call).parameters if name not in skipped
    }


def expected_arguments(properties: Written, required: list[str]) -> dict[str, Any]:
    return resolved(
        {
            snake(name): argument(written) if name in required else argument(written) | None
            for name, written in properties.items()
        }
    )


def required_arguments(call: Any) -> set[str]:
    return {
        name
        for name, parameter in inspect.signature(call).parameters.items()
        if parameter.default is inspect.Parameter.empty
        and name not in ("self", "resource_name")
    }


def sample(written: Written, snaked: bool) -> Any:
    """A value of a property, with the names of a program or of the wire."""
    if "oneOf" in written and "type" not in written:
        return sample(written["oneOf"][0], snaked)
    if "$ref" in written:
        _, nested = referred(written)
        if "enum" in nested:
            return nested["enum"][0]["value"]
        return samples(nested["properties"], snaked)
    if written["type"] == "array":
        return [sample(written["items"], snaked)]
    if written["type"] == "object":
        return {"some_key": sample(written["additionalProperties"], snaked)}
    return {"string": "text", "integer": 7, "boolean": True}[written["type"]]


def samples(properties: Written, snaked: bool) -> dict[str, Any]:
    return {
        snake(name) if snaked else name: sample(written, snaked)
        for name, written in properties.items()
    }


REFERENCE = re.compile(r"{{% ref #/\S+/(\w+) %}}")


def words(text: str) -> str:
    """A text of the schema without line breaks and examples, with Python's names."""
    alone = re.split(r"\n\n(?={{% examples %}}|## Import)", text)[0]
    named = REFERENCE.sub(lambda found: f"`{snake(found[1])}`", alone)
    return " ".join(named.split())


def assert_documented(call: Any, properties: Written) -> None:
    documented = words(inspect.getdoc(call) or "")
    for name, written in properties.items():
        assert f"{snake(name)}: {words(written['description'])}" in documented, name


@pytest.mark.parametrize("kind", RESOURCES)
def test_resource_takes_every_input_with_its_type(kind: str) -> None:
    described = SCHEMA["resources"][token(kind)]
    taken = arguments_of(getattr(hn, kind).__init__)
    expected = expected_arguments(described["inputProperties"], described["requiredInputs"])
    for name, resource in (
        ("cluster_network", hn.ClusterNetwork),
        ("vm_network", hn.VmNetwork),
    ):
        if name in expected:
            expected[name] = resource | expected[name]
    assert taken == expected


@pytest.mark.parametrize("kind", COMPONENTS)
def test_component_takes_every_input_with_its_type(kind: str) -> None:
    described = SCHEMA["resources"][token(kind)]
    required = described["requiredInputs"]
    taken = arguments_of(getattr(hn, kind).__init__)
    assert taken == expected_arguments(described["inputProperties"], required)


@pytest.mark.parametrize("kind", [*RESOURCES, *COMPONENTS])
def test_resource_requires_what_the_schema_requires(kind: str) -> None:
    required = SCHEMA["resources"][token(kind)]["requiredInputs"]
    assert required_arguments(getattr(hn, kind).__init__) == set(map(snake, required))


@pytest.mark.parametrize("kind", RESOURCES)
def test_resource_sends_every_input_under_its_name(kind: str) -> None:
    inputs = SCHEMA["resources"][token(kind)]["inputProperties"]
    monitor = run(lambda: getattr(hn, kind)("sample", **samples(inputs, snaked=True)))
    assert monitor.registered["sample"].type == token(kind)
    assert monitor.inputs["sample"] == samples(inputs, snaked=False)


@pytest.mark.parametrize("kind", [*RESOURCES, *COMPONENTS])
def test_resource_has_every_output_with_its_type(kind: str) -> None:
    described = SCHEMA["resources"][token(kind)]
    has = inspect.get_annotations(getattr(hn, kind), eval_str=True)
    expected = {
        snake(name): made(
            pulumi.Output,
            result(written) if name in described["required"] else result(written) | None,
        )
        for name, written in described["properties"].items()
    }
    assert has == expected


@pytest.mark.parametrize("kind", RESOURCES)
def test_resource_reads_every_output_under_its_name(kind: str) -> None:
    properties = SCHEMA["resources"][token(kind)]["properties"]
    wire = samples(properties, snaked=False)
    seen: dict[str, Any] = {}

    def program() -> pulumi.Output[Any]:
        found = getattr(hn, kind).get("sample", "some-id")
        outputs = {snake(name): getattr(found, snake(name)) for name in properties}
        return pulumi.Output.all(**outputs).apply(seen.update)

    run(program, outputs=wire)
    assert without_nothing(seen) == samples(properties, snaked=True)


def without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nothing(v) for key, v in value.items() if v is not None}
    return [without_nothing(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("kind", [*RESOURCES, *COMPONENTS])
def test_resource_speaks_the_words_of_the_schema(kind: str) -> None:
    described = SCHEMA["resources"][token(kind)]
    assert words(inspect.getdoc(getattr(hn, kind)) or "") == words(described["description"])
    assert_documented(getattr(hn, kind).__init__, described["inputProperties"])


@pytest.mark.parametrize("name", [*NESTED, *ONLY_INPUTS])
def test_nested_arguments_are_those_of_the_schema(name: str) -> None:
    described, taken = SCHEMA["types"][token(name)], input_class(name)
    required = described["required"]
    expected = expected_arguments(described["properties"], required)
    assert arguments_of(taken.__init__) == expected
    assert required_arguments(taken.__init__) == set(map(snake, required))
    assert words(inspect.getdoc(taken) or "") == words(described["description"])
    assert_documented(taken.__init__, described["properties"])


@pytest.mark.parametrize("name", [*NESTED, *ONLY_INPUTS])
def test_nested_arguments_may_be_changed_after_they_are_made(name: str) -> None:
    described, taken = SCHEMA["types"][token(name)], input_class(name)
    values = samples(described["properties"], snaked=True)
    made = taken(**{snake(required): None for required in described["required"]})
    for attribute, value in values.items():
        setattr(made, attribute, value)
        assert getattr(made, attribute) == value


@pytest.mark.parametrize("name", [*NESTED, *ONLY_OUTPUTS])
def test_nested_outputs_are_those_of_the_schema(name: str) -> None:
    assert_result(getattr(hn, name), SCHEMA["types"][token(name)])


def assert_result(given: Any, described: Written) -> None:
    made = given(**{snake(name): name for name in described["properties"]})
    assert inspect.get_annotations(given, eval_str=True) == {
        snake(name): result(written)
        if name in described["required"]
        else result(written) | None
        for name, written in described["properties"].items()
    }
    assert all(getattr(made, snake(name)) == name for name in described["properties"])


ENUMS = [t.rpartition(":")[2] for t, nested in SCHEMA["types"].items() if "enum" in nested]


def generated_constants(name: str) -> dict[str, str]:
    """The constants that Pulumi's own generator makes of an enum, in `sdk/python`."""
    source = (Path(__file__).parents[3] / "sdk/python/harvester_net/_enums.py").read_text()
    classes = [each for each in ast.parse(source).body if isinstance(each, ast.ClassDef)]
    (found,) = [each for each in classes if each.name == name]
    return {
        ast.unparse(line.targets[0]): ast.literal_eval(line.value)
        for line in found.body
        if isinstance(line, ast.Assign)
    }


@pytest.mark.parametrize("name", ENUMS)
def test_constants_are_those_of_the_schema(name: str) -> None:
    described, constants = SCHEMA["types"][token(name)], getattr(hn, name)
    made = {constant.name: constant.value for constant in constants}
    assert made == generated_constants(name)
    assert list(made.values()) == [choice["value"] for choice in described["enum"]]
    assert inspect.getdoc(constants) == described["description"]
    source = " ".join(inspect.getsource(constants).split())
    for choice in described["enum"]:
        assert f'"{choice["value"]}" """{choice["description"]}' in source


def test_a_constant_is_sent_as_its_text() -> None:
    options = hn.BondOptionsArgs(mode=hn.BondMode.IEEE8023AD)
    uplink = hn.UplinkArgs(nics=["eno2"], bond_options=options)
    monitor = run(lambda: hn.NetworkConfig("sample", cluster_network="data", uplink=uplink))
    sent = monitor.inputs["sample"]["uplink"]["bondOptions"]["mode"]
    assert (sent, type(sent)) == ("802.3ad", str)


def test_every_nested_type_of_the_schema_is_in_the_front() -> None:
    described = {
        t.rpartition(":")[2] for t, nested in SCHEMA["types"].items() if "enum" not in nested
    }
    assert described == {*NESTED, *ONLY_OUTPUTS, *ONLY_INPUTS}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_are_those_of_the_schema(function: str) -> None:
    described = SCHEMA["functions"][token(function)]
    plain, output = getattr(hn, snake(function)), getattr(hn, f"{snake(function)}_output")
    inputs, required = described["inputs"]["properties"], described["inputs"]["required"]
    assert arguments_of(output) == expected_arguments(inputs, required)
    assert arguments_of(plain) == {
        snake(name): known(written) if name in required else known(written) | None
        for name, written in inputs.items()
    }
    for call in (plain, output):
        assert required_arguments(call) == set(map(snake, required))
        assert_documented(call, inputs)
    assert_result(typing.get_type_hints(plain)["return"], described["outputs"])


def test_every_resource_and_function_of_the_schema_is_in_the_front() -> None:
    assert SCHEMA["resources"].keys() == {token(kind) for kind in [*RESOURCES, *COMPONENTS]}
    assert SCHEMA["functions"].keys() == {token(function) for function in FUNCTIONS}


def test_provider_takes_every_input_with_its_type() -> None:
    described = SCHEMA["provider"]["inputProperties"]
    assert arguments_of(hn.Provider.__init__) == expected_arguments(described, [])
    assert words(inspect.getdoc(hn.Provider) or "") == words(SCHEMA["provider"]["description"])
    assert_documented(hn.Provider.__init__, described)
