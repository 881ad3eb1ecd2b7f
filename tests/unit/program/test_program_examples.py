"""The examples of the schema in `docs/examples`: those in Python are run, those in YAML read.

Both show the same, to the last property. What those in TypeScript and Go show is seen where Go
is (lab/tests/running/test_sdk.py).
"""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from harvester_net.specs import functions
from harvester_net.specs.documentation import EXAMPLES, LANGUAGES, example
from harvester_net.specs.parse import parse
from tests.language_examples import (
    CALLED,
    COMPONENTS,
    RESOURCES,
    Made,
    long_token,
    named,
    of_yaml,
    resources_of_yaml,
)
from tests.unit.program.test_program import Monitor, run
from tests.unit.programs import messages

ARGUMENTS = {
    "getClusterNetwork": functions.GetClusterNetwork,
    "getNodeNics": functions.GetNodeNics,
    "getVmInterfaces": functions.GetVmInterfaces,
    "renderVmNics": functions.RenderVmNics,
}


def of_python(name: str) -> Monitor:
    """What the program in Python registers and calls."""

    def program() -> None:
        runpy.run_path(str(example(name, "python")))

    return run(program)


def resources_of_python(name: str) -> Made:
    monitor = of_python(name)
    return [
        (request.type, named(request.type, monitor.inputs[name], name))
        for name, request in monitor.registered.items()
        if request.custom
    ]


@pytest.mark.parametrize("name", RESOURCES)
def test_examples_of_resources_are_right(name: str) -> None:
    shown = resources_of_yaml(name)
    assert f"harvester-net:index:{name}" in [token for token, _ in shown]
    assert [messages(token, inputs) for token, inputs in shown] == [[]] * len(shown)
    assert resources_of_python(name) == shown


@pytest.mark.parametrize("name", RESOURCES)
def test_yaml_waits_only_for_what_is_there(name: str) -> None:
    resources = of_yaml(name)["resources"]
    for resource in resources.values():
        for awaited in resource.get("options", {}).get("dependsOn", []):
            assert awaited.strip("${}") in resources


@pytest.mark.parametrize("name", CALLED)
def test_examples_of_functions_are_right(name: str) -> None:
    of_python(name)
    (variable,) = of_yaml(name)["variables"].values()
    call = variable["fn::invoke"]
    assert long_token(call["function"]) == f"harvester-net:index:{name}"
    assert parse(ARGUMENTS[name], call["arguments"])[1] == []


def test_every_example_is_shown() -> None:
    names = [*RESOURCES, *COMPONENTS, *CALLED]
    shown = {example(name, language) for name in names for language in LANGUAGES}
    assert {Path(file) for file in EXAMPLES.iterdir()} <= shown
