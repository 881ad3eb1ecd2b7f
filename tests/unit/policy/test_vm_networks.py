"""Cluster networks that carry no VM networks."""

from __future__ import annotations

import pytest

from network_policies.resource import Resource

from .judging import accused, judged, said

POLICY = "no-vm-networks-on-mgmt"


def on(cluster_network: str) -> Resource:
    return Resource("VmNetwork", "web", {"clusterNetwork": cluster_network, "vlan": 100})


def test_vm_network_on_mgmt() -> None:
    assert said(POLICY, on("mgmt")) == [
        "clusterNetwork: mgmt is kept for the cluster itself: its VMs would share the links "
        "of Harvester's own traffic; give them a cluster network of their own"
    ]


@pytest.mark.parametrize(
    ("cluster_network", "kept", "is_refused"),
    [
        ("cn-data", ["mgmt"], False),
        ("cn-storage", ["mgmt", "cn-storage"], True),
        ("mgmt", [], False),
    ],
)
def test_which_cluster_networks_are_kept(
    cluster_network: str, kept: list[str], is_refused: bool
) -> None:
    assert bool(said(POLICY, on(cluster_network), clusterNetworks=kept)) is is_refused


def test_set_of_vm_networks_on_mgmt() -> None:
    several = Resource("VmNetworks", "all", {"clusterNetwork": "mgmt", "vlans": ["100-199"]})
    assert accused(POLICY, several) == ["all"]


def test_storage_network_may_be_on_mgmt() -> None:
    assert accused(POLICY, Resource("StorageNetwork", "s", {"clusterNetwork": "mgmt"})) == []


def test_vm_networks_of_a_recorded_preview() -> None:
    assert judged(POLICY, "create") == []
    assert judged(POLICY, "create", clusterNetworks=["cn-data"]) == ["vm100", "vm200"]
