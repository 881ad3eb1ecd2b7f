"""The examples of the schema in YAML, read: what those in all other languages have to show."""

from __future__ import annotations

import re
from typing import Any

import yaml

from harvester_net.kinds.functions import FUNCTIONS
from harvester_net.kinds.registry import KINDS
from harvester_net.specs.documentation import example

RESOURCES = [token.rpartition(":")[2] for token in KINDS]
COMPONENTS = ["TrafficPath", "Site", "TenantNetworks"]
CALLED = [token.rpartition(":")[2] for token in FUNCTIONS]
Made = list[tuple[str, dict[str, Any]]]
"""Tokens and inputs, in the order of the program."""

REFERENCE = re.compile(r"\$\{([\w-]+)\}")
"""What stands for another resource of the program."""


def of_yaml(name: str) -> dict[str, Any]:
    """The program in YAML for a resource or function."""
    read = yaml.safe_load(example(name, "yaml").read_text())
    assert isinstance(read, dict)
    return read


def long_token(short: str) -> str:
    """YAML programs may leave the module `index` out."""
    package, _, name = short.partition(":")
    return f"{package}:index:{name}"


def resources_of_yaml(name: str) -> Made:
    """What it makes, as the plugin gets to see it."""
    resources = of_yaml(name)["resources"]
    return filled_in(
        {
            key: (long_token(resource["type"]), resource["properties"])
            for key, resource in resources.items()
        }
    )


def filled_in(resources: dict[str, tuple[str, dict[str, Any]]]) -> Made:
    """Resources by name in the program, with what Pulumi and the plugin fill in.

    That is the name, and what a resource has of the cluster network or VM network that it is
    given as one.
    """
    checked = {key: named(token, inputs, key) for key, (token, inputs) in resources.items()}
    made: Made = []
    for key, (token, _) in resources.items():
        inputs = checked[key]
        for given in ("clusterNetwork", "vmNetwork"):
            if reference := REFERENCE.fullmatch(inputs.get(given, "")):
                inputs |= KINDS[token].given_by_resource(inputs, checked[reference[1]])
        made.append((token, inputs))
    return made


def named(token: str, inputs: dict[str, Any], name: str) -> dict[str, Any]:
    """The inputs with the name that they get where they have none."""
    return {"name": name} | inputs if "name" in KINDS[token].spec.model_fields else inputs
