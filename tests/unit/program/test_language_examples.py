"""The examples of the schema in `docs/examples`: those in Python are run, those in YAML read.

Both show the same, to the last property. Those in TypeScript and Go are compiled where Go is
(lab/tests/running/test_sdk.py).
"""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
import yaml

from harvester_net.kinds.functions import FUNCTIONS
from harvester_net.kinds.registry import KINDS
from harvester_net.specs import functions
from harvester_net.specs.documentation import EXAMPLES, LANGUAGES, example
from harvester_net.specs.parse import parse
from tests.unit.program.test_program import Monitor, run
from tests.unit.programs import messages

RESOURCES = [token.rpartition(":")[2] for token in KINDS]
CALLED = [token.rpartition(":")[2] for token in FUNCTIONS]
ARGUMENTS = {
    "getClusterNetwork": functions.GetClusterNetwork,
    "getNodeNics": functions.GetNodeNics,
}
Made = list[tuple[str, dict[str, Any]]]


def of_python(name: str) -> Monitor:
    """What the program in Python registers and calls."""

    def program() -> None:
        runpy.run_path(str(example(name, "python")))

    return run(program)


def of_yaml(name: str) -> dict[str, Any]:
    read = yaml.safe_load(example(name, "yaml").read_text())
    assert isinstance(read, dict)
    return read


def long_token(short: str) -> str:
    """YAML programs may leave the module `index` out."""
    package, _, name = short.partition(":")
    return f"{package}:index:{name}"


def resources_of_yaml(program: dict[str, Any]) -> Made:
    """Tokens and inputs, with names in place of references, and those that Pulumi gives."""
    names = {
        key: resource["properties"].get("name", key)
        for key, resource in program["resources"].items()
    }
    made: Made = []
    for key, resource in program["resources"].items():
        token = long_token(resource["type"])
        inputs = {
            name: names[found[1]]
            if (found := re.fullmatch(r"\$\{(\w+)\.name\}", str(value)))
            else value
            for name, value in resource["properties"].items()
        }
        made.append((token, named(token, inputs, names[key])))
    return made


def named(token: str, inputs: dict[str, Any], name: str) -> dict[str, Any]:
    return {"name": name} | inputs if "name" in KINDS[token].spec.model_fields else inputs


def resources_of_python(monitor: Monitor) -> Made:
    return [
        (request.type, named(request.type, monitor.inputs[name], name))
        for name, request in monitor.registered.items()
        if request.custom
    ]


@pytest.mark.parametrize("name", RESOURCES)
def test_examples_of_resources_are_right(name: str) -> None:
    shown = resources_of_yaml(of_yaml(name))
    assert f"harvester-net:index:{name}" in [token for token, _ in shown]
    assert [messages(token, inputs) for token, inputs in shown] == [[]] * len(shown)
    assert resources_of_python(of_python(name)) == shown


@pytest.mark.parametrize("name", RESOURCES)
def test_yaml_waits_only_for_what_is_there(name: str) -> None:
    resources = of_yaml(name)["resources"]
    for resource in resources.values():
        for awaited in resource.get("options", {}).get("dependsOn", []):
            assert awaited.strip("${}") in resources


@pytest.mark.parametrize("name", CALLED)
def test_examples_of_functions_run_and_are_right(name: str) -> None:
    of_python(name)
    (variable,) = of_yaml(name)["variables"].values()
    call = variable["fn::invoke"]
    assert long_token(call["function"]) == f"harvester-net:index:{name}"
    assert parse(ARGUMENTS[name], call["arguments"])[1] == []


def test_every_example_is_shown() -> None:
    shown = {
        example(name, language) for name in [*RESOURCES, *CALLED] for language in LANGUAGES
    }
    assert {Path(file) for file in EXAMPLES.iterdir()} <= shown
