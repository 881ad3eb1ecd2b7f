"""The demo's tables, made of objects as the server has them; without a lab."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from harvester_net.lab import networks
from harvester_net.lab.networks import Networks

GROUP = "network.harvesterhci.io"
EMPTY = Networks([], [], [], [], {})


def _object(name: str, **more: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "default"}} | more


def _ready(status: str, message: str = "") -> dict[str, Any]:
    return {"type": "ready", "status": status, "message": message}


@pytest.mark.parametrize(
    ("config", "kind", "vlans"),
    [
        ({"vlan": 100}, "L2VlanNetwork", "100"),
        ({}, "UntaggedNetwork", ""),
        (
            {"vlanTrunk": [{"minID": 200, "maxID": 299}, {"id": 400}]},
            "L2VlanTrunkNetwork",
            "200-299, 400",
        ),
    ],
)
def test_vm_network_is_told_by_its_cni_config(
    config: dict[str, Any], kind: str, vlans: str
) -> None:
    nad = _object("web", spec={"config": json.dumps(config | {"mtu": 9000})})
    nad["metadata"]["labels"] = {f"{GROUP}/clusternetwork": "cn-data"}
    rows = networks.vm_network_rows(replace(EMPTY, vm_networks=[nad]))
    assert rows == [["default/web", "cn-data", kind, vlans, "9000"]]


def test_network_that_harvester_made_for_itself_is_left_out() -> None:
    nad = _object("storagenetwork-abcde", spec={"config": "{}"})
    nad["metadata"]["namespace"] = "harvester-system"
    assert networks.vm_network_rows(replace(EMPTY, vm_networks=[nad])) == []


def test_node_that_is_not_ready_says_why() -> None:
    spec = {"clusterNetwork": "cn-data", "uplink": {"nics": ["eno2"]}}
    statuses = [
        _object("s1", status={"node": "node1", "conditions": [_ready("True")]}),
        _object("s2", status={"node": "node2", "conditions": [_ready("False", "no link")]}),
        _object("s3", status={"node": "node3", "conditions": [_ready("True")]}),
    ]
    for status, config in zip(statuses, ("nc", "nc", "another"), strict=True):
        status["metadata"]["labels"] = {f"{GROUP}/vlanconfig": config}
    found = replace(EMPTY, configs=[_object("nc", spec=spec)], statuses=statuses)
    assert networks.config_rows(found) == [["nc", "cn-data", "eno2", "node1, node2 (no link)"]]


def test_cluster_network_without_a_number_has_the_usual_mtu() -> None:
    network = _object("cn-data", status={"conditions": [_ready("True")]})
    rows = networks.cluster_network_rows(replace(EMPTY, cluster_networks=[network]))
    assert rows == [["cn-data", "1500", "yes"]]
    network["metadata"]["annotations"] = {f"{GROUP}/uplink-mtu": "9000"}
    rows = networks.cluster_network_rows(replace(EMPTY, cluster_networks=[network]))
    assert rows == [["cn-data", "9000", "yes"]]


def test_storage_network_says_how_far_it_is() -> None:
    value = {"clusterNetwork": "cn-data", "vlan": 50, "range": "10.0.0.0/24"}
    progress = {"type": "configured", "status": "False", "message": "create NAD"}
    setting = {"value": json.dumps(value), "status": {"conditions": [progress]}}
    rows = networks.storage_network_rows(replace(EMPTY, storage_network=setting))
    assert rows == [
        ["on", "cn-data"],
        ["VLAN", "50"],
        ["addresses", "10.0.0.0/24"],
        ["state", "in progress: create NAD"],
    ]
    assert networks.storage_network_rows(EMPTY) == [["none", ""]]
