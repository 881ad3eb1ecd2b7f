"""DHCP pools with the real CLI, on a cluster that gets the add-on while the test runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from harvester_net.lab.manifests.definitions.network import managed_dhcp
from lab import Lab
from lab.handle import RealLab

from .programs import vm_network
from .stack import Resource, Stack, resource

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
POOLS = "/apis/network.harvesterhci.io/v1alpha1/namespaces/default/ippools"


def pool(**args: Any) -> Resource:
    given: dict[str, Any] = {
        "vm_network": "@vm100",
        "cidr": "192.168.100.0/24",
        "server_ip": "192.168.100.2",
        "start": "192.168.100.10",
        "end": "192.168.100.200",
    }
    return resource("DhcpPool", "web-pool", **(given | args))


@pytest.fixture
def without_add_on(lab: Lab) -> Iterator[Lab]:
    """An embedded lab, in which the add-on's controller is; its kinds go again at the end."""
    if isinstance(lab, RealLab):
        pytest.skip("nobody follows the pools there: the add-on is no part of the real lab")
    yield lab
    there = {each["metadata"]["name"] for each in lab.client.list(DEFINITIONS)["items"]}
    for definition in managed_dhcp():
        if (name := definition["metadata"]["name"]) in there:
            lab.client.delete(f"{DEFINITIONS}/{name}")


def test_pool_on_a_vm_network_of_the_same_program(stack: Stack, without_add_on: Lab) -> None:
    network = vm_network(cluster_network="mgmt", vlan=100)
    stack.program(network, pool())
    refused = stack.preview().failed()
    assert "needs the experimental add-on vm-dhcp-controller" in refused.output

    api = without_add_on.client
    for definition in managed_dhcp():
        api.create(DEFINITIONS, definition)
    previewed = stack.preview().succeeded()
    assert "there is no VM network" not in previewed.output
    stack.up().succeeded()
    assert api.get(f"{POOLS}/web-pool")["spec"]["networkName"] == "default/vm100"
    outputs = stack.state()["web-pool"]["outputs"]
    assert (outputs["used"], outputs["available"]) == (0, 191)
    assert set(stack.up().succeeded().counts) == {"unchanged"}

    stack.program(network, pool(server_ip="192.168.100.3"))
    assert stack.diff()["web-pool"]["serverIp"] == "update-replace"
    stack.up().succeeded()
    assert api.get(f"{POOLS}/web-pool")["spec"]["ipv4Config"]["serverIP"] == "192.168.100.3"
    stack.destroy().succeeded()
    assert api.list(POOLS)["items"] == []
