"""Programs in YAML: the same plugin without the Python classes before it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic.alias_generators import to_camel

from harvester_net.harvester.mtus import nad_mtu
from lab import Lab
from lab.pulumi_tools import yaml_language_host

from .programs import (
    NADS,
    cluster_network,
    leftovers,
    network_config,
    storage_network,
    vm_network,
)
from .stack import PROJECT, Resource, Stack
from .vms import phase, running_vm
from .waiting import eventually

ANOTHER_PLAN = "0123456789ab-2-9"
CONSENT = {"stop_vms": True, "cycle_storage_network": True}


class YamlStack(Stack):
    """A stack whose program is its project file."""

    def prepare(self) -> None:
        # After the others, so that Pulumi finds it beside none of them and warns of nothing.
        found = str(yaml_language_host().parent)
        self.environ["PATH"] = os.pathsep.join([self.environ["PATH"], found])

    def program(self, *resources: Resource) -> Stack:
        # YAML has all of JSON.
        listed = json.dumps({each["name"]: _as_yaml(each) for each in resources})
        text = f"{PROJECT.format('yaml')}resources: {listed}\n"
        (self.directory / "Pulumi.yaml").write_text(text)
        return self


def _as_yaml(resource: Resource) -> dict[str, Any]:
    return {
        "type": f"harvester-net:{resource['kind']}",
        "properties": _argument(resource["args"]),
        "options": _argument(resource["options"]),
    }


def _argument(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("@"):
        return f"${{{value[1:]}}}"
    if isinstance(value, dict):
        return {_name(key): _argument(inner) for key, inner in value.items()}
    return [_argument(item) for item in value] if isinstance(value, list) else value


def _name(key: str) -> str:
    return to_camel(key) if re.fullmatch("[a-z_]+", key) else key


@pytest.fixture
def yaml_stack(tmp_path: Path, lab: Lab) -> Iterator[Stack]:
    """A stack of a YAML program, of which nothing is left at the end."""
    made = YamlStack(tmp_path / "project", lab)
    yield made
    if made.state():
        made.destroy().succeeded()
    assert leftovers(lab) == []


def site(mtu: int, **consent: Any) -> list[Resource]:
    """All kinds, with the cluster network given as what it is."""
    storage = storage_network(**consent)
    storage["options"] = {"depends_on": ["@nc-1"]}
    network = cluster_network(mtu=mtu, **consent)
    return [network, network_config(node_selector={}), vm_network(vlan=100), storage]


MTU_ON_ALL = {name: {"op": "update", "mtu": "update"} for name in ("cn-data", "nc-1", "vm100")}


def test_yaml_program_with_its_mtu_changed_under_a_running_vm(
    yaml_stack: Stack, lab: Lab, tmp_path: Path
) -> None:
    yaml_stack.program(*site(1500, disruption=CONSENT)).up().succeeded()
    assert yaml_stack.diff() == {}
    with running_vm(lab, "app", "vm100"):
        yaml_stack.program(*site(9000, disruption=CONSENT))
        assert yaml_stack.diff() == MTU_ON_ALL
        shown = yaml_stack.preview().succeeded().output
        assert "stop VM default/app" in shown
        reviewed = shown.partition("plan id: ")[2].split()[0]
        yaml_stack.environ["HARVESTER_NET_REVIEWED_PLAN"] = ANOTHER_PLAN
        refused = yaml_stack.up().failed().output
        assert f"was not reviewed, but {ANOTHER_PLAN} (2 VMs, 9 steps)" in refused
        assert "stop VM default/app" in refused
        yaml_stack.environ["HARVESTER_NET_REVIEWED_PLAN"] = reviewed
        yaml_stack.up().succeeded()
        assert nad_mtu(lab.client.get(f"{NADS}/vm100")) == 9000
        eventually(lambda: phase(lab, "app") == "Running")
    assert yaml_stack.diff() == {}


def test_first_change_of_mtu_after_an_import_shows_on_all_that_have_it(
    yaml_stack: Stack, lab: Lab, tmp_path: Path
) -> None:
    yaml_stack.program(*site(1500)).up().succeeded()
    made = {name: (entry["type"], entry["id"]) for name, entry in yaml_stack.state().items()}
    other = YamlStack(tmp_path / "other", lab).program(*site(1500))
    other.import_all(made).succeeded()
    assert other.diff() == {}
    changed = other.program(*site(9000, disruption=CONSENT)).diff()
    assert {name for name, change in changed.items() if "mtu" in change} == MTU_ON_ALL.keys()
