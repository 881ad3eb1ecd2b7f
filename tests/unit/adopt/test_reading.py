"""What of a cluster is adopted, what is left out, and what is said of it."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from harvester_net.adopt.reading import read_site
from harvester_net.adopt.site import Site, Wanted
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline
from harvester_net.cluster.errors import Unauthenticated
from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    NODE,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    Object,
    Resource,
    key_of,
)
from tests import objects
from tests.imports import Still

from .sites import read

URN = "urn:pulumi:prod::nets::harvester-net:index:VmNetwork::web"
BY_PULUMI = {"harvester-net/created-by": URN}
KINDS = (CLUSTER_NETWORK, VLAN_CONFIG, VLAN_STATUS, NAD, SETTING, NODE)
STORAGE = {"clusterNetwork": "data", "vlan": 300, "range": "10.7.0.0/22"}


def networks(*more: Object, mtu: int | None = None) -> Site:
    return read(cluster(*more, mtu=mtu))


def cluster(*more: Object, mtu: int | None = None) -> dict[Any, dict[str, Object]]:
    """Cluster network data on two nodes, and more."""
    made: list[Object] = [
        objects.cluster_network("data", mtu),
        objects.config("all", nodes=["node1", "node2"], uplink=uplink(mtu)),
        objects.vlan_status("all", "node1"),
        objects.vlan_status("all", "node2"),
        objects.node("node1"),
        objects.node("node2"),
        objects.setting("server-version", "v1.8.2"),
        *more,
    ]
    kinds = {(kind.api, kind.kind): kind for kind in KINDS}
    found: dict[Any, dict[str, Object]] = {kind: {} for kind in KINDS}
    for obj in made:
        obj["metadata"].setdefault("uid", "uid")
        found[kinds[obj["apiVersion"], obj["kind"]]][key_of(obj)] = obj
    return found


def uplink(mtu: int | None) -> Object:
    return {"nics": ["eth1"]} | ({"linkAttributes": {"mtu": mtu}} if mtu else {})


def cni(**more: Any) -> dict[str, Any]:
    return objects.cni("x", **more)


def test_inputs_are_those_of_an_import() -> None:
    site = networks(
        objects.nad("web", "shop", cni(vlan=7, mtu=9000)),
        objects.setting("storage-network", json.dumps(STORAGE)),
        mtu=9000,
    )
    assert [(each.kind, each.key, each.inputs) for each in site.found] == [
        ("ClusterNetwork", "data", {"name": "data", "mtu": 9000}),
        (
            "NetworkConfig",
            "all",
            {"name": "all", "clusterNetwork": "data", "uplink": {"nics": ["eth1"]}},
        ),
        (
            "VmNetwork",
            "shop/web",
            {"name": "web", "namespace": "shop", "clusterNetwork": "data", "vlan": 7},
        ),
        ("StorageNetwork", "storage-network", STORAGE),
    ]
    assert site.left_out == []


@pytest.mark.parametrize(
    ("nad", "why"),
    [
        pytest.param(
            objects.nad("x", config=cni(type="macvlan")), "CNI type 'macvlan'", id="foreign"
        ),
        pytest.param(
            objects.nad("x", config=cni(type="kube-ovn", provider="y.default.ovn")),
            "an overlay network of kube-ovn with provider 'y.default.ovn' in place of "
            "x.default.ovn",
            id="overlay",
        ),
        pytest.param(
            objects.nad("x", config={"name": "x", "plugins": [cni()]}),
            "a conflist, a chain of CNI plugins",
            id="conflist",
        ),
        pytest.param(objects.storage_nad(), "the network of a Setting", id="Harvester's own"),
        pytest.param(
            objects.nad("x", annotations=BY_PULUMI),
            "stack prod of project nets made it",
            id="of another stack",
        ),
        pytest.param(objects.going(objects.nad("x")), "is being deleted", id="going"),
    ],
)
def test_what_cannot_be_managed_is_left_out_with_the_reason(nad: Object, why: str) -> None:
    site = networks(nad)
    assert [each.kind for each in site.found] == ["ClusterNetwork", "NetworkConfig"]
    [left] = site.left_out
    assert (left.kind, left.key) == ("VmNetwork", key_of(nad))
    assert why in left.why


def test_a_setting_that_cannot_be_read_is_left_out() -> None:
    site = networks(objects.setting("storage-network", "{"))
    [left] = site.left_out
    assert left.kind == "StorageNetwork"
    assert "cannot be read" in left.why


@pytest.mark.parametrize(
    ("wanted", "keys"),
    [
        (Wanted(), ["data", "all", "default/a", "shop/b", "storage-network"]),
        (Wanted(namespaces=["shop"]), ["data", "all", "shop/b", "storage-network"]),
        (Wanted(patterns=["VmNetwork"]), ["default/a", "shop/b"]),
        (Wanted(patterns=["VmNetwork/shop/*", "ClusterNetwork"]), ["data", "shop/b"]),
        (Wanted(["default"], ["VmNetwork"]), ["default/a"]),
        (Wanted(patterns=["VmNetwork/shop/c"]), ["shop/c"]),
        (Wanted(patterns=["RwxNetwork"]), []),
    ],
)
def test_only_what_is_wanted(wanted: Wanted, keys: list[str]) -> None:
    found = cluster(
        objects.nad("a"),
        objects.nad("b", "shop"),
        objects.nad("c", "shop", annotations=BY_PULUMI),
        objects.setting("storage-network", json.dumps(STORAGE)),
    )
    assert [each.key for each in read(found, wanted).found] == keys


ODD = [
    pytest.param(
        objects.nad("web", annotations={"objectset.rio.cattle.io/id": "nets"}),
        "Fleet (bundle nets) keeps it as a repository has it",
        id="of Fleet",
    ),
    pytest.param(
        objects.nad("web", config=cni(vlan=1)),
        "VLAN 1 leaves the uplink without a tag",
        id="1",
    ),
    pytest.param(
        objects.nad("web", config=cni(vlan=2, mtu=1400)),
        "its MTU is 1400, that of data 1500",
        id="MTU",
    ),
    pytest.param(
        objects.nad("web", config=cni(bridge="gone-br")),
        "there is no cluster network gone",
        id="on nothing",
    ),
    pytest.param(objects.cluster_network("bare"), "no network config carries it", id="bare"),
    pytest.param(objects.config("none", nodes=[]), "it matches no node", id="no node"),
    pytest.param(
        objects.config("more", nodes=["node1"]),
        "not as it should be: node1: its agent has not set up the uplink yet",
        id="not ready",
    ),
]


@pytest.mark.parametrize(("obj", "note"), ODD)
def test_what_is_odd_is_said(obj: Object, note: str) -> None:
    [found] = [each for each in networks(obj).found if each.key == key_of(obj)]
    assert any(note in each for each in found.notes), found.notes


def test_nothing_is_odd_about_a_sound_cluster() -> None:
    site = networks(objects.nad("web"), objects.cluster_network("mgmt"))
    assert [each.notes for each in site.found] == [()] * 4
    assert site.left_out == []


class Stranger(Still):
    """Whose credentials are not accepted."""

    async def list(self, resource: Resource, deadline: Deadline) -> Any:
        raise Unauthenticated("Unauthorized")


async def test_a_stranger_is_not_told_that_there_is_nothing() -> None:
    with pytest.raises(Unauthenticated):
        await read_site(cast(Cluster, Stranger({})), Wanted(), Deadline(60))
