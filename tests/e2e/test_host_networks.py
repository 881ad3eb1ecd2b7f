"""Host network configs with the real CLI: made, proven, replaced, made again, imported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lab import Lab

from .programs import HOST_NETWORKS, cluster_network, network_configs
from .stack import Resource, Stack, resource

NODES = ("node1", "node2", "node3")
IPS = {node: f"10.40.0.1{at}/24" for at, node in enumerate(NODES, start=1)}
MOVED = IPS | {"node1": "10.40.0.99/24"}
STATIC: dict[str, Any] = {"vlan": 400, "mode": "static", "ips": IPS}
LOOK: dict[str, Any] = {"verify_on_nodes": {}}
TOKEN = "harvester-net:index:HostNetworkConfig"


def host_network(**args: Any) -> Resource:
    given: dict[str, Any] = {
        "cluster_network": "@cn-data",
        "vlan": 400,
        "mode": "static",
        "ips": IPS,
        "disruption": LOOK,
        "options": {"depends_on": ["@nc-1", "@nc-2", "@nc-3"]},
    }
    return resource("HostNetworkConfig", "backup", **(given | args))


def devices(lab: Lab) -> dict[str, tuple[str, int]]:
    """Address and MTU of the device on each node that has it."""
    found = {}
    for node in NODES:
        path = f"/api/v1/namespaces/harvester-net-lab/configmaps/links-{node}"
        for link in json.loads(lab.client.get(path)["data"]["links"])["all"]:
            if link["name"] == "cn-data-br.400":
                found[node] = (link["address"], link["mtu"])
    return found


def is_served(lab: Lab) -> bool:
    groups = lab.client.get("/apis/network.harvesterhci.io/v1beta1")["resources"]
    return any(each["name"] == "hostnetworkconfigs" for each in groups)


def test_nodes_get_their_addresses_and_keep_them_through_changes(
    stack: Stack, lab: Lab, tmp_path: Path
) -> None:
    base = network_configs()
    stack.program(cluster_network(), *base, host_network())
    if not is_served(lab):
        refused = stack.preview().failed()
        assert "needs Harvester 1.8" in refused.output
        pytest.skip("this Harvester has no host network configs, and the preview says so")
    stack.up().succeeded()
    assert devices(lab) == {node: (address, 1500) for node, address in IPS.items()}
    seen = stack.state()["backup"]["outputs"]["devices"]
    assert [(each["node"], each["mtu"]) for each in seen] == [(n, 1500) for n in NODES]
    assert set(stack.up().succeeded().counts) == {"unchanged"}

    # Agents would not apply it, so it is made anew.
    stack.program(cluster_network(), *base, host_network(ips=MOVED))
    assert stack.diff()["backup"]["ips.node1"] == "update-replace"
    stack.up().succeeded()
    assert devices(lab)["node1"] == ("10.40.0.99/24", 1500)

    # Nor would they raise its MTU: the ordered change makes it again, and it stays ours.
    raised = cluster_network(mtu=9000)
    stack.program(raised, *base, host_network(ips=MOVED))
    assert "create host network config backup (cn-data-br.400) again" in stack.preview().output
    stack.up().succeeded()
    assert devices(lab) == {node: (address, 9000) for node, address in MOVED.items()}
    assert stack.diff() == {}

    other = Stack(tmp_path / "other", lab)
    made = {name: (each["type"], each["id"]) for name, each in stack.state().items()}
    assert made["backup"] == (TOKEN, "backup")
    other.program(raised, *base, host_network(ips=MOVED)).import_all(made).succeeded()
    assert other.diff() == {}
    stack.destroy().succeeded()
    assert lab.client.list(HOST_NETWORKS)["items"] == []
    assert devices(lab) == {}


def test_site_has_them_on_its_paths_and_on_mgmt(stack: Stack, lab: Lab) -> None:
    if not is_served(lab):
        pytest.skip("this Harvester has no host network configs")
    on_path = {"uplinks": {"all": {"nics": ["eno2"]}}, "host_networks": {"backup": STATIC}}
    site: dict[str, Any] = {
        "traffic_paths": {"cn-data": on_path},
        "mgmt": {"host_networks": {"watch": {"vlan": 401, "mode": "dhcp"}}},
    }
    stack.program(resource("Site", "berlin", **site)).up().succeeded()
    assert devices(lab) == {node: (address, 1500) for node, address in IPS.items()}
    state = stack.state()
    assert state["berlin"]["outputs"]["hostDevices"] == {
        "cn-data": {"backup": "cn-data-br.400"},
        "mgmt": {"watch": "mgmt-br.401"},
    }
    names = [each["metadata"]["name"] for each in lab.client.list(HOST_NETWORKS)["items"]]
    assert sorted(names) == ["cn-data-backup", "mgmt-watch"]
    assert set(stack.up().succeeded().counts) == {"unchanged"}
    stack.destroy().succeeded()
    assert lab.client.list(HOST_NETWORKS)["items"] == []
    assert devices(lab) == {}
