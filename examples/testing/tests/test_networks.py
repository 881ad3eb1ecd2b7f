"""The program of this repository, from `up` to `destroy`, on a cluster of the tests' own."""

import json
from pathlib import Path

import pytest

from harvester_net.testing import Harvester, PulumiFailed, Stack

PROGRAM = Path(__file__).parent.parent


@pytest.fixture
def stack(harvester: Harvester) -> Stack:
    return harvester.stack(PROGRAM)


def test_networks_come_and_go(harvester: Harvester, stack: Stack) -> None:
    stack.up()
    assert stack.outputs["nodes"] == ["node1", "node2", "node3"]
    assert vlan_and_mtu(harvester, "web") == (100, 1500)
    assert vlan_and_mtu(harvester, "database") == (110, 1500)
    # Four resources, and the stack itself.
    assert stack.preview().changes == {"same": 5}

    stack.destroy()
    assert harvester.find("ClusterNetwork", "servers") is None
    assert harvester.list("VlanStatus") == []


def test_node_without_the_nic_is_found_at_preview(harvester: Harvester, stack: Stack) -> None:
    harvester.set_faults("nic-missing node=node2 nic=eno3")
    harvester.wait_for(lambda: "eno3" not in nics(harvester, "node2"))
    with pytest.raises(
        PulumiFailed, match=r"uplink.nics: node2 has no eno3; free there: eno4"
    ):
        stack.preview()
    assert harvester.find("ClusterNetwork", "servers") is None


def test_mtu_changes_while_vms_run(harvester: Harvester, stack: Stack) -> None:
    stack.up()
    harvester.run_vm("web-1", "default/web")
    harvester.run_vm("db-1", "default/database")

    stack.set({"mtu": "9000"})
    with pytest.raises(
        PulumiFailed, match="2 VMs must be stopped: default/db-1, default/web-1"
    ):
        stack.preview()

    stack.set({"stopVms": "true"})
    preview = stack.preview()
    assert "stop VM default/web-1 (Always)" in preview.output
    assert preview.changes == {"update": 4, "same": 1}

    stack.up()
    assert vlan_and_mtu(harvester, "web") == (100, 9000)
    assert harvester.running_vms().keys() == {"default/web-1", "default/db-1"}
    summary = harvester.summary()
    assert {each.vm for each in summary.vms} == {"default/web-1", "default/db-1"}
    assert summary.never_back == []


def vlan_and_mtu(harvester: Harvester, vm_network: str) -> tuple[int, int]:
    found = harvester.get("NetworkAttachmentDefinition", vm_network)
    config = json.loads(found["spec"]["config"])
    return config["vlan"], config.get("mtu", 1500)


def nics(harvester: Harvester, node: str) -> list[str]:
    """The NICs of a node, as Harvester knows them."""
    monitor = harvester.get("LinkMonitor", "nic")
    return [link["name"] for link in monitor["status"]["linkStatus"].get(node, [])]
