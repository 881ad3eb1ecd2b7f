"""What a preview cannot know yet never fails it."""

from __future__ import annotations

from typing import Any

from harvester_net.lab.proxy import Proxy
from lab import Lab

from .programs import NADS, cluster_network, network_config, vm_network
from .stack import Stack, resource


def test_values_from_resources_that_do_not_exist_yet(stack: Stack, lab: Lab) -> None:
    uid = "@cn-data.uid"
    program = (
        cluster_network(),
        network_config(description=uid, labels={"of": uid}),
        vm_network(name=uid, vlan=100),
        vm_network("of-a-node", vlan=101, annotations={"nodes": "@nc-1.id", "uid": uid}),
        resource("VmNetwork", "vm102", cluster_network="@vm100.cluster_network", vlan=102),
    )
    assert stack.program(*program).preview().succeeded().counts["create"] == 6
    stack.up().succeeded()
    names = {item["metadata"]["name"] for item in lab.client.list(NADS)["items"]}
    assert names == {stack.state()["cn-data"]["outputs"]["uid"], "of-a-node", "vm102"}
    assert stack.diff() == {}

    # The new cluster network's uid is unknown again, and with it the name of a network.
    changed = (cluster_network(name="cn-other"), *program[1:])
    assert stack.program(*changed).diff()["vm100"]["name"] == "update-replace"


def test_a_cluster_that_is_made_in_the_same_program(
    stack: Stack, lab: Lab, proxied: Proxy
) -> None:
    other = {"provider": "@other"}
    stack.program(
        resource("ClusterNetwork", "cn-data"),
        resource("Provider", "other", kubeconfig="@cn-data.uid"),
        resource("ClusterNetwork", "cn-there", other, mtu=9000),
        vm_network(vlan=100, cluster_network="@cn-there", options=other),
        resource("StorageNetwork", "storage", other, **STORAGE),
    )
    assert stack.preview().succeeded().counts["create"] == 6
    # Only the cluster that is known was looked at, once for each kind.
    assert set(proxied.counts.values()) == {1}
    assert [what for what in proxied.counts if not what.startswith(("LIST", "GET"))] == []


STORAGE: dict[str, Any] = {
    "cluster_network": "@cn-there",
    "vlan": 300,
    "range": "192.168.0.0/24",
}
