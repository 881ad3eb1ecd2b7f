"""`Harvester`: what a test asks of its cluster."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harvester_net.lab import Lab, LabError
from harvester_net.lab.api import ApiError
from harvester_net.testing import Harvester
from tests import objects


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab.start() as running:
        yield running


@pytest.fixture
def harvester(lab: Lab) -> Iterator[Harvester]:
    yield Harvester(lab)
    lab.reset()


def test_objects_are_made_read_changed_and_deleted_by_kind_and_key(
    harvester: Harvester,
) -> None:
    harvester.create(objects.cluster_network("cn-data"))
    assert harvester.get("ClusterNetwork", "cn-data")["metadata"]["name"] == "cn-data"
    harvester.patch("ClusterNetwork", "cn-data", {"metadata": {"labels": {"team": "net"}}})
    found = harvester.list("ClusterNetwork", "team=net")
    assert [each["metadata"]["name"] for each in found] == ["cn-data"]
    assert len(harvester.list("ClusterNetwork")) > len(found)
    harvester.delete("ClusterNetwork", "cn-data")
    assert harvester.find("ClusterNetwork", "cn-data") is None


def test_key_without_a_namespace_is_in_default(harvester: Harvester) -> None:
    harvester.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mine"}})
    assert harvester.get("ConfigMap", "default/mine") == harvester.get("ConfigMap", "mine")
    other = {"name": "theirs", "namespace": "harvester-system"}
    harvester.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": other})
    assert harvester.find("ConfigMap", "theirs") is None
    assert harvester.find("ConfigMap", "harvester-system/theirs")


def test_setting_is_harvesters_and_node_is_kubernetes(harvester: Harvester) -> None:
    """Longhorn has kinds of the same names."""
    assert harvester.get("Setting", "server-version")["value"] == "v1.8.2"
    assert harvester.get("Node", "node1")["apiVersion"] == "v1"


def test_what_is_not_there_is_a_key_error(harvester: Harvester) -> None:
    with pytest.raises(KeyError, match="there is no VlanConfig nc-1"):
        harvester.get("VlanConfig", "nc-1")


def test_unknown_kind_is_told_with_those_that_are_known(harvester: Harvester) -> None:
    with pytest.raises(ValueError, match="Widget is none of the kinds that are known: "):
        harvester.list("Widget")


def test_refusals_are_harvesters(harvester: Harvester) -> None:
    with pytest.raises(ApiError, match="denied"):
        harvester.create(objects.cluster_network("much-too-long-a-name"))
    with pytest.raises(ApiError):
        harvester.delete("ClusterNetwork", "mgmt")


def test_waiting_gives_what_was_waited_for(harvester: Harvester) -> None:
    answers = iter(["", "", "ready"])
    assert harvester.wait_for(lambda: next(answers)) == "ready"
    with pytest.raises(TimeoutError, match="not within 0 s; at last it was None"):
        harvester.wait_for(lambda: None, seconds=0.1)


def test_faults_are_those_of_the_command_line(harvester: Harvester) -> None:
    harvester.set_faults("link-down node=node1 nic=eno2")
    asked = harvester.get("ConfigMap", "harvester-net-lab/faults")["data"]["faults"]
    assert asked == "link-down node=node1 nic=eno2\n"
    with pytest.raises(ValueError, match="unknown fault 'fire'"):
        harvester.set_faults("fire")
    with pytest.raises(LabError, match="needs a real node"):
        harvester.set_faults("switch-mtu mtu=1500")


async def test_faults_can_be_set_in_an_event_loop(harvester: Harvester) -> None:
    harvester.set_faults()


def test_kubeconfig_is_the_administrators(harvester: Harvester) -> None:
    assert harvester.kubeconfig.name == "admin.kubeconfig"


def test_vm_runs_on_its_networks_once_it_is_made(harvester: Harvester) -> None:
    harvester.create(objects.cluster_network("cn-data"))
    nad = objects.nad(
        "web", config=objects.cni("web", "cn-data-br"), cluster_network="cn-data"
    )
    harvester.create(nad)
    harvester.create(objects.new_config("nc-1", "cn-data", uplink={"nics": ["eno2"]}))
    harvester.run_vm("web-1", "default/web")
    assert harvester.running_vms().keys() == {"default/web-1"}
    spec = harvester.get("VirtualMachineInstance", "web-1")["spec"]
    assert [each["multus"]["networkName"] for each in spec["networks"]] == ["default/web"]


def test_time_without_a_vm_is_seen(harvester: Harvester) -> None:
    harvester.run_vm("web-1")
    before = harvester.get("VirtualMachineInstance", "web-1")["metadata"]["uid"]

    def is_new() -> bool:
        live = harvester.find("VirtualMachineInstance", "web-1")
        is_up = "default/web-1" in harvester.running_vms()
        return is_up and live is not None and live["metadata"]["uid"] != before

    harvester.delete("VirtualMachineInstance", "web-1")
    harvester.wait_for(is_new)
    (down,) = harvester.summary().vms
    assert (down.vm, down.is_back) == ("default/web-1", True)
    assert 0 < down.seconds < 60


def test_each_test_has_a_record_of_its_own(harvester: Harvester) -> None:
    assert harvester.summary().ran == 0
