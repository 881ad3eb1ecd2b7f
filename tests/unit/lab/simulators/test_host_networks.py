"""Simulated agents follow host network configs as real ones do, with what is wrong there."""

from __future__ import annotations

from harvester_net.cluster.resources import Object
from harvester_net.lab.faults import DhcpSilent
from harvester_net.lab.simulators.host_networks import followed
from harvester_net.lab.simulators.links import BRIDGE, VLAN, Links, booted, new_link

from .... import objects

IPS = {"node1": "10.0.0.11/24"}
STATIC = objects.new_host_network("backup", "mgmt", 400, IPS)
BY_DHCP = objects.new_host_network("backup", "mgmt", 400)
START = booted("node1", ("eno1", "eno2"))


def after(links: Links, config: Object, *faults: DhcpSilent, **labels: str) -> Links:
    return followed(links, "node1", labels, config, frozenset(faults)).links


def address_in(links: Links) -> str | None:
    device = links.find("mgmt-br.400")
    return device.address if device else None


def test_device_has_its_address_and_the_mtu_of_the_bridge() -> None:
    outcome = followed(START.changed("mgmt-br", mtu=9000), "node1", {}, STATIC, frozenset())
    device = outcome.links.find("mgmt-br.400")
    assert device is not None
    assert (device.type, device.address, device.mtu) == (VLAN, "10.0.0.11/24", 9000)
    assert outcome.said == {
        "clusterNetwork": "mgmt",
        "vlanID": 400,
        "mode": "static",
        "conditions": [{"type": "ready", "status": "True"}],
    }


def test_address_of_a_device_that_is_there_does_not_change() -> None:
    moved = objects.new_host_network("backup", "mgmt", 400, {"node1": "10.0.0.99/24"})
    outcome = followed(after(START, STATIC), "node1", {}, moved, frozenset())
    assert address_in(outcome.links) == "10.0.0.11/24"
    assert outcome.said
    assert outcome.said["conditions"] == [{"type": "ready", "status": "True"}]


def test_failure_is_said_once_and_then_forgotten() -> None:
    silent = frozenset({DhcpSilent("node1")})
    first = followed(START, "node1", {}, BY_DHCP, silent)
    assert first.failed
    assert first.said
    assert first.said["conditions"][0]["status"] == "False"
    again = followed(first.links, "node1", {}, BY_DHCP, silent)
    assert again.said
    assert again.said["conditions"] == [{"type": "ready", "status": "True"}]
    assert address_in(again.links) == ""


def test_deselected_node_loses_device_and_word() -> None:
    elsewhere = objects.new_host_network(
        "backup", "mgmt", 400, IPS, spec={"nodeSelector": {"matchLabels": {"rack": "b"}}}
    )
    outcome = followed(after(START, STATIC), "node1", {"rack": "a"}, elsewhere, frozenset())
    assert (address_in(outcome.links), outcome.said) == (None, None)


def test_node_without_the_bridge_says_nothing_new() -> None:
    config = objects.host_network("backup", "data", 400, IPS, said={"node1": ""})
    outcome = followed(START, "node1", {}, config, frozenset())
    assert outcome.links == START
    assert outcome.said == config["status"]["nodeStatus"]["node1"]


def test_kernel_lowers_the_mtu_with_the_bridge_and_never_raises_it() -> None:
    links = after(START.changed("mgmt-br", mtu=9000), STATIC)
    lowered = links.changed("mgmt-br", mtu=1500).changed("mgmt-br", mtu=9000)
    device = lowered.find("mgmt-br.400")
    assert device is not None
    assert device.mtu == 1500


def test_device_goes_with_its_bridge() -> None:
    links = Links().added(new_link("node1", "data-br", BRIDGE))
    there = after(links, objects.new_host_network("backup", "data", 400, IPS))
    assert there.find("data-br.400")
    assert there.removed("data-br").all == ()


def test_node_that_is_managed_in_a_vlan_has_a_device_of_its_own() -> None:
    managed = booted("node1", ("eno1",), "10").find("mgmt-br.10")
    assert managed is not None
    assert managed.type == VLAN
