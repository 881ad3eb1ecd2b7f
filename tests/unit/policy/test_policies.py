"""The pack as a whole: what somebody who copies it gets."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from network_policies.policies import POLICIES, Policy
from network_policies.resource import Resource

PACK = Path(__file__).parents[3] / "policy"
MODULES = [PACK / "__main__.py", *sorted((PACK / "network_policies").glob("*.py"))]
ADAPTER = "pack.py"
LEVELS = ("mandatory", "advisory")
README = (PACK / "README.md").read_text()
EXAMPLE = json.loads((PACK / "config.json").read_text())


def imported(module: Path) -> Iterator[str]:
    """What a module imports from outside the pack."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module).partition(".")[0]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_pack_needs_nothing_but_python_and_one_module_of_it_pulumis_sdk(module: Path) -> None:
    others = set(imported(module)) - sys.stdlib_module_names - {"network_policies"}
    assert others == ({"pulumi_policy"} if module.name == ADAPTER else set())


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_defaults_are_settings_that_the_schema_allows(policy: Policy) -> None:
    schema = {"type": "object", "properties": policy.schema}
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(dict(policy.settings({})), schema)
    assert policy.level in LEVELS


def test_names_are_unique_and_in_the_readme_with_their_levels() -> None:
    names = [policy.name for policy in POLICIES]
    assert len(set(names)) == len(names)
    rows = {line.split("`")[1]: line for line in README.splitlines() if line[:3] == "| `"}
    assert list(rows) == names
    for policy in POLICIES:
        row = rows[policy.name]
        assert f"| {policy.level} |" in row
        assert [name for name in policy.schema if f"`{name}`" not in row] == []


def test_example_of_a_configuration_is_one() -> None:
    by_name = {policy.name: policy for policy in POLICIES}
    for name, given in EXAMPLE.items():
        policy = by_name[name]
        settings = {"enforcementLevel": given} if isinstance(given, str) else dict(given)
        assert settings.pop("enforcementLevel", policy.level) in LEVELS
        assert settings.keys() <= policy.schema.keys()
        jsonschema.validate(settings, {"type": "object", "properties": policy.schema})


def test_settings_are_the_defaults_with_what_is_given_in_place_of_them() -> None:
    policy = next(it for it in POLICIES if it.name == "storage-range-has-room")
    assert policy.settings({"nodes": 3}) == {
        "nodes": 3,
        "disksPerNode": 4,
        "sharedWithRwx": False,
    }


def test_violation_names_the_resource_and_the_property() -> None:
    resource = Resource("VmNetwork", "web", {})
    assert str(resource.says("vlan", "is taken; use 101")) == (
        "VmNetwork web: vlan: is taken; use 101"
    )
