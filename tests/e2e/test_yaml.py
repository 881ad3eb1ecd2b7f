"""Programs in YAML: the same plugin without the Python classes before it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic.alias_generators import to_camel

from harvester_net.harvester.mtus import nad_mtu
from harvester_net.vm_nics import stable_mac
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
from .stack import Resource, Stack, resource
from .test_secrets import files_with
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
        text = f"{self.project('yaml')}resources: {listed}\n"
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


SECRET = "SEKRET9"
FILE = """\
trafficPaths:
  cn-data:
    mtu: {mtu}
    uplinks: {{ all: {{ nics: [eno2] }} }}
    networks: {{ web: {{ vlan: {vlan} }} }}
    storage: {{ vlan: 300, range: 192.168.0.0/24 }}
"""


def components(stack: Stack, mtu: int, vlan: int = 100, **more: Any) -> Stack:
    """A site of a file, with all kinds in it, and the networks of a team on it."""
    (stack.directory / "berlin.yaml").write_text(FILE.format(mtu=mtu, vlan=vlan))
    team: dict[str, Any] = {
        "namespace": "default",
        "cluster_network": "@berlin.clusterNetworks.cn-data",
        "allowed_vlans": "200-299",
        "networks": {"shop": {"vlan": 200, "labels": {"note": {"fn::secret": SECRET}}}},
        "disruption": CONSENT,
    }
    after = {"depends_on": ["@berlin"]}
    return stack.program(
        resource("Site", "berlin", file="berlin.yaml", **more),
        resource("TenantNetworks", "team", after, **team),
    )


def test_components_with_their_mtu_changed_under_a_running_vm(
    yaml_stack: Stack, lab: Lab, tmp_path: Path
) -> None:
    wrong = components(yaml_stack, 1500, vlan=4095).preview().failed().output
    told = "trafficPaths.cn-data.networks.web.vlan: 4095 is not a VLAN ID; use 1 to 4094"
    assert f"berlin.yaml:5: {told}" in wrong

    log = ("--logtostderr", "--logflow", "-v=7")
    made = components(yaml_stack, 1500).up(*log).succeeded().output
    resources = [entry for entry in yaml_stack.resources() if entry["custom"]]
    assert len(resources) == 5
    assert len({entry["provider"] for entry in resources}) == 1
    with running_vm(lab, "app", "web"):
        refused = components(yaml_stack, 9000).preview().failed().output
        assert "default/app" in refused
        components(yaml_stack, 9000, disruption=CONSENT)
        changed = yaml_stack.diff()
        assert {name for name, change in changed.items() if "mtu" in change} == {
            "berlin-cn-data",
            "berlin-cn-data-all",
            "berlin-cn-data-web",
        }
        yaml_stack.up().succeeded()
        assert nad_mtu(lab.client.get(f"{NADS}/web")) == 9000
        assert nad_mtu(lab.client.get(f"{NADS}/shop")) == 9000
        eventually(lambda: phase(lab, "app") == "Running")
    assert yaml_stack.diff() == {}

    other = components(YamlStack(tmp_path / "other", lab), 9000, disruption=CONSENT)
    imported = other.import_tree(yaml_stack.resources()).succeeded().output
    # What a program has wanted of them, the cluster does not tell.
    unsaid = {"labels", "disruption"}
    for name, change in other.diff().items():
        assert {path.partition(".")[0] for path in change} - {"op"} <= unsaid, name
    assert SECRET not in wrong + made + refused + imported
    for stack in (yaml_stack, other):
        assert files_with(SECRET, stack.directory / "state") == []


def with_nic(stack: Stack, **nic: Any) -> Stack:
    """A VM network with jumbo frames, and the NIC of a VM on it, in one program."""
    network = cluster_network(mtu=9000)
    stack.program(network, network_config(node_selector={}), vm_network(vlan=100))
    asked = {"vm": "web1", "stack": "dev", "nics": [{"name": "front"} | nic]}
    call = {"fn::invoke": {"function": "harvester-net:renderVmNics", "arguments": asked}}
    more = {"variables": {"nics": call}, "outputs": {"rendered": "${nics.networkData}"}}
    with (stack.directory / "Pulumi.yaml").open("a") as program:
        program.write(yaml.safe_dump(more))
    return stack


def test_nics_of_vms_are_rendered_for_networks_that_the_same_run_makes(
    yaml_stack: Stack,
) -> None:
    nic = {"vmNetwork": "${vm100.id}", "mtu": 9001}
    refused = with_nic(yaml_stack, **nic).preview().failed().output
    assert "nics[0].mtu: 9001 is more than the 9000 bytes of default/vm100" in refused
    with_nic(yaml_stack, **nic | {"mtu": 8900}).up().succeeded()
    rendered = json.loads(yaml_stack.run("stack", "output", "rendered").succeeded().output)
    (found,) = rendered["ethernets"].values()
    assert found == {
        "dhcp-identifier": "mac",
        "dhcp4": True,
        "match": {"macaddress": stable_mac("dev", "web1", "front")},
        "mtu": 8900,
    }
    missing = with_nic(yaml_stack, vmNetwork="default/vm200").preview().failed().output
    assert "nics[0].vmNetwork: there is no VM network default/vm200" in missing
