"""The examples of the schema in YAML, read: what those in all other languages have to show."""

from __future__ import annotations

import re
from typing import Any

import yaml

from harvester_net.kinds.functions import FUNCTIONS
from harvester_net.kinds.registry import KINDS
from harvester_net.specs.documentation import example

RESOURCES = [token.rpartition(":")[2] for token in KINDS]
CALLED = [token.rpartition(":")[2] for token in FUNCTIONS]
Made = list[tuple[str, dict[str, Any]]]
"""Tokens and inputs, in the order of the program."""


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
    """What it makes, with names in place of references, and those that Pulumi gives."""
    resources = of_yaml(name)["resources"]
    names = {key: each["properties"].get("name", key) for key, each in resources.items()}

    def resolved(value: Any) -> Any:
        found = re.fullmatch(r"\$\{(\w+)\.name\}", str(value))
        return names[found[1]] if found else value

    made: Made = []
    for key, resource in resources.items():
        token = long_token(resource["type"])
        inputs = {name: resolved(value) for name, value in resource["properties"].items()}
        made.append((token, named(token, inputs, names[key])))
    return made


def named(token: str, inputs: dict[str, Any], name: str) -> dict[str, Any]:
    """The inputs with the name that they get where they have none."""
    return {"name": name} | inputs if "name" in KINDS[token].spec.model_fields else inputs
