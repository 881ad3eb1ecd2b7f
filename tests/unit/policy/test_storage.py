"""The storage network's VLAN, and room in its range."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester_net.cluster.resources import LONGHORN_NODE, NODE
from harvester_net.harvester.addresses import count, read_range, storage_budget, usable
from harvester_net.harvester.snapshot import Snapshot
from network_policies.resource import Resource
from network_policies.storage import addresses
from tests import objects

from .judging import judged, said

VLAN = "storage-vlan-is-its-own"
ROOM = "storage-range-has-room"


def storage(**properties: Any) -> Resource:
    given = {"clusterNetwork": "data", "vlan": 300, "range": "192.168.0.0/24"} | properties
    return Resource("StorageNetwork", "storage", given)


def vms(**properties: Any) -> Resource:
    return Resource("VmNetwork", "web", {"clusterNetwork": "data"} | properties)


@pytest.mark.parametrize(
    ("vlan", "network", "path"),
    [
        (300, {"vlan": 300}, "vlan"),
        (300, {"vlan": 301}, None),
        (300, {"vlan": 300, "clusterNetwork": "other"}, None),
        (300, {"vlanTrunk": [{"id": 7}, {"minID": 299, "maxID": 300}]}, "vlanTrunk[1]"),
        (300, {"vlanTrunk": [{"id": 300}]}, "vlanTrunk[0]"),
        (300, {"vlanTrunk": [{"minID": 301, "maxID": 310}, {"id": 299}]}, None),
        (300, {"type": "UntaggedNetwork"}, None),
        (1, {"type": "UntaggedNetwork"}, "type"),
        (0, {"type": "UntaggedNetwork"}, "type"),
        (0, {"vlan": 1}, "vlan"),
        # What only the update will tell is not there.
        (300, {}, None),
        (None, {"vlan": 1}, None),
    ],
)
def test_vm_network_in_the_vlan_of_the_storage_network(
    vlan: int | None, network: dict[str, Any], path: str | None
) -> None:
    told = said(VLAN, vms(**network), storage(vlan=vlan))
    assert [each.partition(":")[0] for each in told] == ([] if path is None else [path])


@pytest.mark.parametrize(
    ("vlans", "path"),
    [
        ([300.0], "vlans[0]"),
        ([100, "200-299", "250-300"], "vlans[2]"),
        (["100,300"], "vlans[0]"),
        ([301, "100-299"], None),
        ([], None),
    ],
)
def test_set_of_vm_networks_in_the_vlan_of_the_storage_network(
    vlans: list[float | str], path: str | None
) -> None:
    several = Resource("VmNetworks", "all", {"clusterNetwork": "data", "vlans": vlans})
    told = said(VLAN, several, storage())
    assert [each.partition(":")[0] for each in told] == ([] if path is None else [path])


@pytest.mark.parametrize(("vlan", "words"), [(300, "VLAN 300"), (1, "the untagged traffic")])
def test_what_is_said_of_the_vlan(vlan: int, words: str) -> None:
    assert said(VLAN, storage(vlan=vlan), vms(vlan=vlan)) == [
        f"vlan: carries {words} of cluster network data, and so does StorageNetwork storage: "
        "the VMs could see and disturb Longhorn's traffic; give one of them another VLAN"
    ]


def test_networks_of_two_clusters_do_not_meet() -> None:
    there = Resource("VmNetwork", "web", vms(vlan=300).properties, provider_urn="urn:other")
    assert said(VLAN, storage(), there) == []


def test_cluster_networks_that_nobody_knows_yet_are_not_the_same() -> None:
    assert said(VLAN, storage(clusterNetwork=None), vms(vlan=300, clusterNetwork=None)) == []


@pytest.mark.parametrize(
    ("properties", "settings", "is_refused"),
    [
        # 8 nodes with 4 disks need 80.
        ({"range": "10.0.0.0/25"}, {}, False),
        ({"range": "10.0.0.0/26"}, {}, True),
        ({"range": "10.0.0.0/25", "exclude": ["10.0.0.0/26"]}, {}, True),
        ({"range": "10.0.0.0/25", "exclude": ["10.0.0.0/27"]}, {}, False),
        ({"range": "10.0.0.0/24"}, {"nodes": 25}, False),
        ({"range": "10.0.0.0/24"}, {"nodes": 26}, True),
        ({"range": "10.0.0.0/24"}, {"nodes": 42, "disksPerNode": 2}, False),
        ({"range": "10.0.0.0/24"}, {"nodes": 20, "sharedWithRwx": True}, False),
        ({"range": "10.0.0.0/24"}, {"nodes": 21, "sharedWithRwx": True}, True),
    ],
)
def test_range_for_the_cluster_as_it_will_be(
    properties: dict[str, Any], settings: dict[str, Any], is_refused: bool
) -> None:
    assert bool(said(ROOM, storage(**properties), **settings)) is is_refused


@pytest.mark.parametrize(
    ("exclude", "available", "larger"), [([], 62, "/25"), (["10.0.0.0/26"], 0, "/24")]
)
def test_what_is_said_of_the_range(exclude: list[str], available: int, larger: str) -> None:
    told = said(ROOM, storage(range="10.0.0.0/26", exclude=exclude))
    assert told == [
        f"range: 10.0.0.0/26 gives {available} addresses, and 8 nodes with 4 disks each need "
        f"80; use a {larger} or larger now, for another range later stops every VM"
    ]


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("disks", range(1, 40))
def test_larger_range_is_the_smallest_that_is_large_enough(disks: int, shared: bool) -> None:
    settings = {"nodes": 1, "disksPerNode": disks, "sharedWithRwx": shared}
    (told,) = said(ROOM, storage(range="10.0.0.0/31"), **settings)
    prefix = int(told.partition("use a /")[2].partition(" ")[0])
    assert said(ROOM, storage(range=f"10.0.0.0/{prefix}"), **settings) == []
    assert said(ROOM, storage(range=f"10.0.0.0/{prefix + 1}"), **settings) != []


def _cidr(shortest: int) -> st.SearchStrategy[str]:
    address = st.integers(0, 2**12 - 1).map(lambda low: str(IPv4Network((10 << 24) + low)[0]))
    return st.tuples(address, st.integers(shortest, 32)).map(lambda it: f"{it[0]}/{it[1]}")


@given(_cidr(20), st.lists(_cidr(22), max_size=4))
def test_addresses_are_counted_as_the_provider_counts_them(
    whole: str, exclude: list[str]
) -> None:
    ranges = [read_range(text) for text in (whole, *exclude)]
    known = [each for each in ranges if each is not None]
    assert addresses(whole, exclude) == count(usable(known[0], known[1:]))


@pytest.mark.parametrize("shared", [False, True])
def test_need_is_counted_as_the_provider_counts_it(shared: bool) -> None:
    names = [f"node{number}" for number in range(10)]
    nodes = {
        NODE: {name: objects.node(name) for name in names},
        LONGHORN_NODE: {name: objects.longhorn_node(name, disks=3) for name in names},
    }
    whole = read_range("10.0.0.0/26")
    assert whole is not None
    needed = storage_budget(whole, [], Snapshot(nodes, (1, 8)), shared=shared).needed
    settings = {"nodes": 10, "disksPerNode": 3, "sharedWithRwx": shared}
    (told,) = said(ROOM, storage(range="10.0.0.0/26"), **settings)
    assert f"10 nodes with 3 disks each need {needed}; " in told


def test_storage_networks_of_recorded_previews() -> None:
    assert judged(VLAN, "create") == []
    assert judged(ROOM, "create") == []
    assert judged(ROOM, "create", nodes=100) == ["storage"]
