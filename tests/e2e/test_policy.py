"""The policy pack, copied as its README says and run by the real command."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .programs import cluster_network, network_config, storage_network, vm_network
from .recording import EVENTS
from .stack import Ran, Resource, Stack
from .test_review import review

POLICY = Path(__file__).parents[2] / "policy"
SECONDS = 300
BOND = {"nics": ["eno2", "eno3"], "bond_options": {"miimon": 100}}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("site") / "policy"
    shutil.copytree(POLICY, copy, ignore=shutil.ignore_patterns("venv", "__pycache__"))
    venv = copy / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True, timeout=SECONDS)
    needed = ["--requirement", str(copy / "requirements.txt")]
    pip = [str(venv / "bin" / "pip"), "install", "--quiet", *needed]
    subprocess.run(pip, check=True, timeout=SECONDS)
    return copy


def violations(ran: Ran) -> set[tuple[str, str, str]]:
    """Level, policy and resource of what is violated."""
    found = re.findall(r"- \[(\w+)\] +([a-z-]+) +\(\S+: (\S+)\)", ran.output)
    return {(level, policy, name) for level, policy, name in found}


def program(**network: object) -> list[Resource]:
    """A site that violates nothing."""
    return [
        cluster_network(**network),
        *(network_config(node, uplink=BOND) for node in ("node1", "node2", "node3")),
        vm_network("vm100", vlan=100),
        storage_network(),
    ]


@pytest.mark.wheel
def test_policies_judge_previews_and_updates(stack: Stack, pack: Path) -> None:
    held = ("--policy-pack", str(pack))
    wrong = program()
    wrong[1] = network_config("node1")
    wrong[4] = vm_network("vm100", vlan=300)
    wrong[5] = storage_network(range="192.168.0.0/27")
    refused = stack.program(*wrong, vm_network("lab", cluster_network="mgmt", vlan=7))
    ran = refused.preview(*held).failed()
    assert violations(ran) == {
        ("mandatory", "two-nics-for-each-uplink", "nc-1"),
        ("advisory", "miimon-is-set", "nc-1"),
        ("mandatory", "no-vm-networks-on-mgmt", "lab"),
        ("mandatory", "storage-vlan-is-its-own", "vm100"),
        ("advisory", "storage-range-has-room", "storage"),
    }
    assert "NetworkConfig nc-1: uplink.nics: lists 1 (eno2); list at least 2, so" in ran.output

    stack.environ |= EVENTS
    events = stack.preview("--json", *held).failed().output
    code, comment = review(events, "--fail-on", "refused")
    assert code == 3
    assert "policy two-nics-for-each-uplink: " in comment
    assert "policy storage-range-has-room: " in comment
    for name in EVENTS:
        del stack.environ[name]

    config = pack / "site.json"
    config.write_text(json.dumps({"names-by-pattern": {"vmNetwork": "vm-.+"}}))
    configured = (*held, "--policy-pack-config", str(config))
    ran = stack.program(*program(mtu=1500)).up(*configured).succeeded()
    assert violations(ran) == {("advisory", "names-by-pattern", "vm100")}

    # Allowed, but by no plan: nothing is touched, without a preview neither.
    stack.program(*program(mtu=9000, disruption={"cycle_storage_network": True}))
    ran = stack.preview(*held).failed()
    reviewed = ("mandatory", "plan-is-reviewed", "cn-data")
    named = ("mandatory", "consent-names-a-plan", "cn-data")
    assert violations(ran) == {reviewed, named}
    assert violations(stack.up(*held).failed()) == {named}
    assert stack.state()["cn-data"]["outputs"]["mtu"] == 1500
    (plan,) = set(re.findall(r"plan id: (\S+)", ran.output))
    stack.run("config", "set", "harvester-net:reviewedPlan", plan).succeeded()
    assert violations(stack.up(*held).succeeded()) == set()
    assert stack.state()["cn-data"]["outputs"]["mtu"] == 9000


@pytest.mark.wheel
def test_what_only_the_update_will_tell_is_not_judged(stack: Stack, pack: Path) -> None:
    config = network_config("node1", uplink={"nics": "@nc-2.matched_nodes"})
    stack.program(cluster_network(), network_config("node2", uplink=BOND), config)
    ran = stack.preview("--policy-pack", str(pack)).succeeded()
    assert violations(ran) == {
        ("advisory", "two-nics-for-each-uplink", "nc-1"),
        ("advisory", "miimon-is-set", "nc-1"),
    }
    assert "value at .uplink.nics can't be known during preview" in ran.output
