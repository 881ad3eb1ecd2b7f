"""VmNetwork of type OverlayNetwork: kube-ovn's, on no bridge, never mixed up with others."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from harvester_net.cluster.resources import Object, labels_of
from harvester_net.kinds.desired_state import CREATED_BY
from harvester_net.kinds.failures import Refused
from harvester_net.kinds.vm_network import VmNetwork

from ... import objects
from ...cluster import LabApi
from ..programs import CLUSTER_NETWORK, VM_NETWORK, program
from .calls import Run, checked, running, urn_of, wish_of
from .runs import VM100, VM_NET, furnish, previewed

KIND = VmNetwork()
KEY, NADS = "default/vm100", "network-attachment-definitions"
OVERLAY = program(VM_NETWORK, without=("vlan",), type="OverlayNetwork", clusterNetwork="mgmt")
CONFIG = {
    "cniVersion": "0.3.1",
    "name": "vm100",
    "type": "kube-ovn",
    "server_socket": "/run/openvswitch/kube-ovn-daemon.sock",
    "provider": "vm100.default.ovn",
}


@pytest.fixture
async def run(api: LabApi) -> AsyncIterator[Run]:
    furnish(api)
    api.put(objects.cluster_network("mgmt"))
    async with running(api) as started:
        yield started


def put(api: LabApi, config: Any = CONFIG) -> str:
    mark = {CREATED_BY: urn_of(VM_NET, "mine")}
    api.put(objects.nad(config=config, annotations=mark))
    return str(api.get(NADS, KEY)["metadata"]["uid"])


def test_manifest_is_what_harvester_writes() -> None:
    manifest = KIND.codec.manifest(wish_of(KIND, OVERLAY), 0)
    assert json.loads(manifest["spec"]["config"]) == CONFIG
    assert labels_of(manifest) == {"network.harvesterhci.io/clusternetwork": "mgmt"}


def test_provider_has_the_namespace_of_the_network() -> None:
    wish = wish_of(KIND, OVERLAY | {"namespace": "shop"})
    config = json.loads(KIND.codec.manifest(wish, 0)["spec"]["config"])
    assert config["provider"] == "vm100.shop.ovn"


async def test_life_from_preview_to_deletion(run: Run, api: LabApi) -> None:
    inputs = checked(VM_NET, OVERLAY)
    await previewed(run, VM_NET, OVERLAY)
    made = await VM_NET.create(inputs, run.call(VM_NET, "mine"))
    assert (made.key, made.inputs, "__mtu" in made.outputs) == (KEY, inputs, False)
    read = await VM_NET.read(KEY, {}, {}, run.call(VM_NET, "mine"))
    assert read is not None
    assert read.inputs == OVERLAY
    assert VM_NET.diff(inputs, read.inputs) == []
    await VM_NET.delete(KEY, made.outputs, run.call(VM_NET, "mine"))
    assert not api.has(NADS, KEY)
    assert run.said.warned == []


async def test_kube_ovn_that_is_missing_is_said_at_preview_and_nothing_is_written(
    run: Run, api: LabApi
) -> None:
    api.unserve("subnets")
    with pytest.raises(Refused) as refused:
        await previewed(run, VM_NET, OVERLAY)
    assert str(refused.value) == (
        "type: kube-ovn is not enabled on this cluster; enable the add-on kubeovn-operator "
        "first"
    )
    assert api.writes() == []


async def test_harvester_1_7_would_take_it_without_kube_ovn_and_we_do_not(
    run: Run, api: LabApi
) -> None:
    api.put(objects.setting("server-version", "v1.7.1"))
    api.unserve("subnets")
    with pytest.raises(Refused, match="kube-ovn is not enabled on this cluster"):
        await VM_NET.create(checked(VM_NET, OVERLAY), run.call(VM_NET, "mine"))
    assert api.writes() == []


async def test_cluster_network_that_harvester_labels_it_with_is_no_change(
    run: Run, api: LabApi
) -> None:
    """From 1.8 on the label is that of the tunnels' cluster network (H3.3)."""
    uid = put(api)
    label = {"network.harvesterhci.io/clusternetwork": "data"}
    api.change(NADS, KEY, {"metadata": {"labels": label}})
    read = await VM_NET.read(KEY, OVERLAY, OVERLAY | {"uid": uid}, run.call(VM_NET, "mine"))
    assert read is not None
    assert read.inputs == OVERLAY


@pytest.mark.parametrize(
    ("old", "new", "replacing"),
    [
        (OVERLAY, VM100, ["clusterNetwork", "type"]),
        (VM100, OVERLAY, ["clusterNetwork", "type"]),
        (OVERLAY, OVERLAY | {"labels": {"a": "b"}}, []),
        (VM100, VM100 | {"vlan": 7, "type": "L2VlanNetwork"}, []),
    ],
    ids=["to a VLAN", "to an overlay", "a label", "another VLAN"],
)
def test_overlay_and_bridge_replace_each_other(
    old: Object, new: Object, replacing: list[str]
) -> None:
    found = VM_NET.diff(old, new)
    assert sorted(each.path for each in found if each.replaces) == replacing


@pytest.mark.parametrize(
    ("mine", "config", "what"),
    [
        (VM100, CONFIG, "an overlay network of kube-ovn"),
        (OVERLAY, objects.cni(vlan=100), "a network on a bridge"),
    ],
    ids=["overlay in place of a VLAN", "VLAN in place of an overlay"],
)
async def test_object_of_the_other_sort_is_gone_and_stays_untouched(
    run: Run, api: LabApi, mine: Object, config: Any, what: str
) -> None:
    uid, call = put(api, config), run.call(VM_NET, "mine")
    outputs = mine | {"uid": uid}
    gone = (
        f"VmNetwork {KEY} is gone: the object of its name is {what} now, which stays untouched"
    )
    assert await VM_NET.read(KEY, mine, outputs, call) is None
    with pytest.raises(Refused) as refused:
        await VM_NET.update(KEY, mine, mine | {"labels": {"a": "b"}}, outputs, call)
    assert str(refused.value) == f"{gone}; delete it by hand to have the VmNetwork made again"
    await VM_NET.delete(KEY, outputs, call)
    assert run.said.warned == [gone, gone]
    assert api.writes() == []


def test_cluster_network_given_as_an_object_gives_it_no_mtu() -> None:
    network = program(CLUSTER_NETWORK, mtu=9000)
    assert VM_NET.given_by_resource(OVERLAY, network) == {"clusterNetwork": "data"}
    assert VM_NET.given_by_resource(VM100, network) == {"clusterNetwork": "data", "mtu": 9000}
