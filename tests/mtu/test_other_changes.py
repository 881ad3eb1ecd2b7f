"""The same engine for other changes that need VMs down, on a site in use."""

from __future__ import annotations

import json

import pytest

from lab import Lab
from tests.e2e.stack import Resource, Stack, resource
from tests.e2e.waiting import eventually

from .picture import NETWORK, picture
from .site import FULL_CONSENT, Vm, make_vms, phase, program

VMS = (Vm("always", "Always"), Vm("rerun", "RerunOnFailure"))
"""One on vm100, one on vm200."""
NADS = "/apis/k8s.cni.cncf.io/v1/namespaces/default/network-attachment-definitions"
SETTING = "/apis/harvesterhci.io/v1beta1/settings/storage-network"
CONSENT = {"stop_vms": True}


def site(storage: bool = False) -> list[Resource]:
    """A site with one config for all nodes."""
    return program(configs=1, mtu=1500, storage=storage, consent=FULL_CONSENT)


@pytest.fixture
def start(stack: Stack, wide_lab: Lab) -> dict[str, object]:
    """The site is up with two VMs; what it looks like."""
    stack.program(*site()).up().succeeded()
    make_vms(wide_lab, VMS)
    return picture(wide_lab)


def replaced(resources: list[Resource], name: str, **args: object) -> list[Resource]:
    """The program with other arguments of one resource."""
    return [
        item | {"args": item["args"] | args} if item["name"] == name else item
        for item in resources
    ]


def vms_as_before(lab: Lab, start: dict[str, object]) -> bool:
    """Whether every VM is what it was, and has the instance that it had."""
    kinds, now = ("VM default/", "VM instance "), picture(lab)
    return all(now[key] == seen for key, seen in start.items() if key.startswith(kinds))


def test_an_uplink_changes_under_running_vms(
    stack: Stack, wide_lab: Lab, start: dict[str, object]
) -> None:
    uplink = {"nics": ["eno2", "eno3"], "bond_options": {"mode": "balance-tlb"}}
    refused = stack.program(*replaced(site(), "nc-1", uplink=uplink)).preview().failed()
    either = "allow it with disruption.migrateVms: true, or disruption.stopVms: true"
    assert either in refused.output
    allowed = replaced(site(), "nc-1", uplink=uplink, disruption=CONSENT)
    shown = stack.program(*allowed).preview().succeeded().output
    assert "1. stop VM default/always (Always)" in shown
    stack.up().succeeded()
    changed = wide_lab.client.get(f"{NETWORK}/vlanconfigs/nc-1")
    assert changed["spec"]["uplink"]["bondOptions"]["mode"] == "balance-tlb"
    assert phase(wide_lab, "always") == phase(wide_lab, "rerun") == "Running"
    assert stack.diff() == {}


def test_a_vlan_changes_under_a_running_vm_and_only_that_vm_stops(
    stack: Stack, wide_lab: Lab, start: dict[str, object]
) -> None:
    before = {v["metadata"]["name"]: v["metadata"]["uid"] for v in instances(wide_lab)}
    stack.program(*replaced(site(), "vm100", vlan=101, disruption=CONSENT)).up().succeeded()
    nad = wide_lab.client.get(f"{NADS}/vm100")
    assert json.loads(nad["spec"]["config"])["vlan"] == 101
    after = {v["metadata"]["name"]: v["metadata"]["uid"] for v in instances(wide_lab)}
    assert after["rerun"] == before["rerun"]
    assert after["always"] != before["always"]
    eventually(lambda: vms_as_before(wide_lab, start))


def test_the_storage_network_is_set_changed_and_cleared_around_running_vms(
    stack: Stack, wide_lab: Lab, start: dict[str, object]
) -> None:
    stack.program(*site(storage=True)).up().succeeded()
    assert json.loads(wide_lab.client.get(SETTING)["value"])["vlan"] == 300
    eventually(lambda: vms_as_before(wide_lab, start))
    stack.program(*replaced(site(storage=True), "storage", vlan=301)).up().succeeded()
    assert json.loads(wide_lab.client.get(SETTING)["value"])["vlan"] == 301
    eventually(lambda: vms_as_before(wide_lab, start))
    stack.program(*site()).up().succeeded()
    assert not wide_lab.client.get(SETTING).get("value")
    eventually(lambda: vms_as_before(wide_lab, start))


def test_a_config_moves_off_a_node_and_only_its_vms_stop(stack: Stack, wide_lab: Lab) -> None:
    whole = site()
    stack.program(*whole).up().succeeded()
    make_vms(wide_lab, VMS)
    where = {v["metadata"]["name"]: v["status"]["nodeName"] for v in instances(wide_lab)}
    kept = where["rerun"]
    narrow = replaced(
        whole,
        "nc-1",
        node_selector={"kubernetes.io/hostname": kept},
        disruption=CONSENT,
    )
    stack.program(*narrow).up().succeeded()
    statuses = wide_lab.client.list(f"{NETWORK}/vlanstatuses")["items"]
    assert [s["status"]["node"] for s in statuses] == [kept]
    assert phase(wide_lab, "always") == phase(wide_lab, "rerun") == "Running"


def test_the_mtu_of_mgmt_is_told_to_harvester_with_the_steps_for_the_hosts(
    stack: Stack, wide_lab: Lab
) -> None:
    def on_mgmt(mtu: int) -> Stack:
        return stack.program(
            resource("ClusterNetwork", "mgmt", mtu=mtu, disruption=CONSENT),
            resource("VmNetwork", "vm100", cluster_network="@mgmt", vlan=10),
        )

    on_mgmt(1500).up().succeeded()
    make_vms(wide_lab, VMS[:1])
    shown = on_mgmt(9000).preview().succeeded().output
    assert "nmcli con modify bond-mgmt 802-3-ethernet.mtu 9000" in " ".join(shown.split())
    on_mgmt(9000).up().succeeded()
    nad = wide_lab.client.get(f"{NADS}/vm100")
    assert json.loads(nad["spec"]["config"])["mtu"] == 9000
    assert phase(wide_lab, "always") == "Running"
    on_mgmt(1500).up().succeeded()
    assert json.loads(wide_lab.client.get(f"{NADS}/vm100")["spec"]["config"])["mtu"] == 1500


def instances(lab: Lab) -> list[Resource]:
    """The running VMs."""
    return list(lab.client.list("/apis/kubevirt.io/v1/virtualmachineinstances")["items"])
