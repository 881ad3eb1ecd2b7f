"""VmNetwork: a live CNI config is patched and never rebuilt, and labels are not believed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harvester_net.cluster.merge_patch import applied
from harvester_net.cluster.resources import Object, annotations_of, labels_of
from harvester_net.harvester.names import ROUTE
from harvester_net.kinds.codecs.vm_network import new_cni_config, observed_vlans
from harvester_net.kinds.vm_network import VmNetwork

from ... import objects
from ..programs import FULL, TRUNK, VM_NETWORK, program
from .calls import checked, offline_call, wish_of

KIND = VmNetwork()
LABEL = "network.harvesterhci.io/clusternetwork"
UNTAGGED = program(VM_NETWORK, without=("vlan",), type="UntaggedNetwork")
VLAN = program(VM_NETWORK)
BASE = (
    '{"cniVersion":"0.3.1","name":"%s","type":"bridge","bridge":"data-br","promiscMode":true,'
)


async def manifest_of(inputs: Object) -> Object:
    return KIND.codec.manifest(wish_of(KIND, inputs), 0)


async def changes(inputs: Object, live: Object) -> Object:
    return await KIND.patch_for(wish_of(KIND, inputs), live, offline_call())


@pytest.mark.parametrize(
    ("inputs", "config"),
    [
        (VLAN, BASE % "vm100" + '"ipam":{},"vlan":100}'),
        (UNTAGGED, BASE % "vm100" + '"ipam":{}}'),
        (
            TRUNK,
            BASE % "trunk"
            + '"ipam":{},"vlan":0,"vlanTrunk":[{"minID":100,"maxID":110},{"id":200}]}',
        ),
    ],
    ids=["VLAN", "untagged", "trunk"],
)
async def test_new_network_has_the_servers_own_config(inputs: Object, config: str) -> None:
    manifest = await manifest_of(inputs)
    assert json.loads(manifest["spec"]["config"]) == json.loads(config)
    assert manifest["spec"]["config"] == config


async def test_manifest_of_the_least_program() -> None:
    manifest = await manifest_of(VLAN)
    assert {key: manifest[key] for key in ("apiVersion", "kind", "metadata")} == {
        "apiVersion": "k8s.cni.cncf.io/v1",
        "kind": "NetworkAttachmentDefinition",
        "metadata": {"name": "vm100", "namespace": "default", "labels": {LABEL: "data"}},
    }


@pytest.mark.parametrize("inputs", [VLAN, UNTAGGED, TRUNK, FULL[VM_NETWORK]])
async def test_cluster_network_is_the_only_label_of_harvester_that_is_sent(
    inputs: Object,
) -> None:
    """`type` alone stops the manager of 1.6 from labelling the VLAN (H2)."""
    labels = labels_of(await manifest_of(inputs))
    assert labels[LABEL] == "data"
    assert [key for key in labels if "harvesterhci.io" in key] == [LABEL]
    assert {key: labels[key] for key in inputs.get("labels") or {}} == (
        inputs.get("labels") or {}
    )


async def test_mtu_is_left_to_the_server() -> None:
    assert "mtu" not in new_cni_config(wish_of(KIND, FULL[VM_NETWORK]))


async def test_route_is_sent_with_every_key() -> None:
    manifest = await manifest_of(program(VM_NETWORK, route={"mode": "auto"}))
    assert json.loads(annotations_of(manifest)[ROUTE]) == {
        "mode": "auto",
        "cidr": "",
        "gateway": "",
        "serverIPAddr": "",
    }


async def test_network_without_a_route_has_no_route_annotation() -> None:
    assert ROUTE not in annotations_of(await manifest_of(VLAN))


LIVE_TEXT = (
    '{ "bridge":"data-br", "type":"bridge", "vlan":100, "mtu":9000, "name":"vm100", '
    '"cniVersion":"0.3.1", "promiscMode":true, "ipam":{}, "macspoofchk":true }'
)


async def test_nothing_is_sent_when_the_config_means_the_same() -> None:
    assert await changes(VLAN, objects.nad(config=LIVE_TEXT)) == {}


@pytest.mark.parametrize(
    ("inputs", "vlans"),
    [
        (VLAN | {"vlan": 200}, {"vlan": 200}),
        (UNTAGGED, {}),
        (
            TRUNK | {"name": "vm100"},
            {"vlan": 0, "vlanTrunk": [{"minID": 100, "maxID": 110}, {"id": 200}]},
        ),
    ],
    ids=["another VLAN", "untagged", "trunk"],
)
async def test_only_the_vlans_of_a_live_config_change(inputs: Object, vlans: Object) -> None:
    """Without its `mtu` the server refuses the config; other keys are not ours."""
    patch = await changes(inputs, objects.nad(config=LIVE_TEXT))
    assert set(patch) == {"spec"}
    kept = {key: value for key, value in json.loads(LIVE_TEXT).items() if key != "vlan"}
    assert json.loads(patch["spec"]["config"]) == kept | vlans


@pytest.mark.parametrize(
    ("live", "inputs"),
    [
        ({"vlan": 0}, UNTAGGED),
        ({"vlanTrunk": [{"id": 200}, {"minID": 100, "maxID": 110}]}, TRUNK),
        ({"vlan": 0, "vlanTrunk": TRUNK["vlanTrunk"]}, TRUNK),
        ({"vlanTrunk": None, "vlan": 100}, VLAN),
        ({"vlanTrunk": [], "vlan": 100}, VLAN),
        ({"VLAN": 100}, VLAN),
        ({"VlanTrunk": [None, {"MINID": 100, "maxid": 110, "Id": 200}]}, TRUNK),
    ],
)
async def test_vlans_that_mean_the_same_leave_the_config_alone(
    live: Object, inputs: Object
) -> None:
    assert await changes(inputs, objects.nad(config=objects.cni(**live))) == {}


async def test_change_from_trunk_to_vlan_leaves_no_trunk_behind() -> None:
    live = objects.nad(config=objects.cni(vlan=0, vlanTrunk=[{"id": 5}], mtu=9000))
    patch = await changes(VLAN, live)
    assert json.loads(patch["spec"]["config"]) == objects.cni(vlan=100, mtu=9000)


async def test_config_that_another_client_wrote_without_a_name_is_kept_so() -> None:
    config = objects.cni(vlan=5)
    del config["name"]
    patch = await changes(VLAN, objects.nad(config=config))
    assert "name" not in json.loads(patch["spec"]["config"])


@pytest.mark.parametrize(
    ("config", "seen"),
    [
        ({"vlan": 100}, {"type": "L2VlanNetwork", "vlan": 100}),
        ({}, {"type": "UntaggedNetwork"}),
        ({"vlan": 0}, {"type": "UntaggedNetwork"}),
        (
            {"vlan": 0, "vlanTrunk": [{"id": 5}]},
            {"type": "L2VlanTrunkNetwork", "vlanTrunk": [{"id": 5}]},
        ),
    ],
)
def test_type_and_vlans_are_read_from_the_config(config: Object, seen: Object) -> None:
    assert observed_vlans(config) == seen


def test_labels_that_lag_behind_are_not_believed() -> None:
    late = {
        "network.harvesterhci.io/type": "L2VlanNetwork",
        "network.harvesterhci.io/vlan-id": "99",
    }
    nad = objects.nad(config=objects.cni(vlan=100), labels=late)
    seen = KIND.observed_inputs(nad, offline_call())
    assert (seen["type"], seen["vlan"]) == ("L2VlanNetwork", 100)


@pytest.mark.parametrize(
    ("config", "mine", "type_shown"),
    [
        (objects.cni(vlan=100), {}, None),
        (objects.cni(vlan=100), {"type": "L2VlanNetwork"}, "L2VlanNetwork"),
        (objects.cni(), {}, "UntaggedNetwork"),
        (objects.cni(vlanTrunk=[{"id": 5}]), {}, None),
        (objects.cni(), {"vlan": 100}, "UntaggedNetwork"),
    ],
)
def test_type_is_shown_only_where_it_says_something_new(
    config: Object, mine: Object, type_shown: str | None
) -> None:
    inputs = KIND.inputs_of(objects.nad(config=config), mine, offline_call())
    assert inputs.get("type") == type_shown


def test_import_gives_the_least_inputs() -> None:
    inputs = KIND.inputs_of(objects.nad(config=LIVE_TEXT), {}, offline_call())
    assert inputs == VLAN | {"mtu": 9000}


ON_SERVER = {
    "mode": "auto",
    "cidr": "192.168.100.0/24",
    "gateway": "192.168.100.1",
    "serverIPAddr": "",
    "connectivity": "true",
    "outdated": False,
}


def routed(**changed: Any) -> Object:
    return objects.nad(annotations={ROUTE: json.dumps(ON_SERVER | changed), "other": "x"})


async def test_route_that_is_so_already_is_left_alone() -> None:
    assert await changes(program(VM_NETWORK, route={"mode": "auto"}), routed()) == {}


async def test_route_by_hand_keeps_what_the_controller_found() -> None:
    manual = {"mode": "manual", "cidr": "10.0.0.0/24", "gateway": "10.0.0.1"}
    patch = await changes(program(VM_NETWORK, route=manual), routed())
    assert set(patch["metadata"]["annotations"]) == {ROUTE}
    written = json.loads(patch["metadata"]["annotations"][ROUTE])
    assert written == ON_SERVER | manual | {"serverIPAddr": ""}


async def test_dhcp_server_that_is_no_longer_named_is_taken_away() -> None:
    live = routed(serverIPAddr="192.168.100.2")
    patch = await changes(program(VM_NETWORK, route={"mode": "auto"}), live)
    assert json.loads(patch["metadata"]["annotations"][ROUTE])["serverIPAddr"] == ""


async def test_route_that_is_taken_away_goes() -> None:
    assert await changes(VLAN, routed()) == {"metadata": {"annotations": {ROUTE: None}}}


async def test_network_without_a_route_stays_without() -> None:
    assert await changes(VLAN, objects.nad()) == {}
    assert await changes(VLAN, objects.nad(annotations={ROUTE: '{"mode":""}'})) == {}


@pytest.mark.parametrize(
    ("annotation", "seen"),
    [
        (json.dumps(ON_SERVER), {"mode": "auto"}),
        (
            json.dumps(ON_SERVER | {"serverIPAddr": "10.0.0.2"}),
            {"mode": "auto", "serverIPAddr": "10.0.0.2"},
        ),
        (
            json.dumps(ON_SERVER | {"mode": "manual"}),
            {"mode": "manual", "cidr": "192.168.100.0/24", "gateway": "192.168.100.1"},
        ),
        ("no JSON", None),
        ("[]", None),
        ("", None),
        ('{"mode":""}', None),
    ],
)
def test_route_is_read_without_what_auto_found_out(
    annotation: str, seen: Object | None
) -> None:
    nad = objects.nad(annotations={ROUTE: annotation})
    assert KIND.observed_inputs(nad, offline_call())["route"] == seen


@pytest.mark.parametrize(
    ("inputs", "key"),
    [
        ({"name": "a"}, "default/a"),
        ({"name": "a", "namespace": None}, "default/a"),
        ({"name": "a", "namespace": "b"}, "b/a"),
    ],
)
def test_id_says_the_namespace(inputs: Object, key: str) -> None:
    assert KIND.key(inputs) == key


async def test_patch_of_a_live_network_is_enough() -> None:
    live = objects.nad(config=LIVE_TEXT)
    patch = await changes(TRUNK, live)
    assert await changes(TRUNK, applied(live, patch)) == {}
    assert live == objects.nad(config=LIVE_TEXT), "the live network itself is not changed"


@pytest.mark.parametrize(
    "live",
    [
        objects.cni(),
        objects.cni(vlan=0),
        objects.cni(vlan=0, vlanTrunk=[{"id": 5}]),
        objects.cni(vlan=10, vlanTrunk=[{"id": 5}]),
    ],
    ids=["untagged", "untagged with VLAN 0", "trunk", "trunk that has a VLAN left"],
)
async def test_route_of_what_is_no_vlan_is_nobodys_wish(live: Object) -> None:
    """Harvester's pages write one on every network that they make."""
    nad = objects.nad(config=live, annotations={ROUTE: json.dumps(ON_SERVER)})
    inputs = KIND.inputs_of(nad, {}, offline_call())
    assert "route" not in inputs
    assert checked(KIND, inputs) == inputs
    assert await changes(inputs, nad) == {}


async def test_route_goes_when_a_network_becomes_a_vlan_without_one() -> None:
    """Else it would begin to mean something that no program asks for."""
    nad = objects.nad(config=objects.cni(), annotations={ROUTE: json.dumps(ON_SERVER)})
    patch = await changes(VLAN, nad)
    assert patch["metadata"] == {"annotations": {ROUTE: None}}


@pytest.mark.parametrize("key", ["MODE", "Mode"])
async def test_route_is_read_and_written_in_any_case(key: str) -> None:
    nad = objects.nad(annotations={ROUTE: json.dumps({key: "auto", "Outdated": True})})
    assert KIND.observed_inputs(nad, offline_call())["route"] == {"mode": "auto"}
    manual = {"mode": "manual", "cidr": "10.0.0.0/24", "gateway": "10.0.0.1"}
    patch = await changes(program(VM_NETWORK, route=manual), nad)
    written = json.loads(patch["metadata"]["annotations"][ROUTE])
    assert written == manual | {"serverIPAddr": "", "Outdated": True}


@pytest.mark.parametrize(
    ("config", "read"),
    [
        ({"VLAN": 20, "Bridge": "data-br"}, {"vlan": 20}),
        (
            {"bridge": "data-br", "type": "", "vlan": 20, "MTU": 9000},
            {"vlan": 20, "mtu": 9000},
        ),
        (
            {"bridge": "data-br", "VlanTrunk": [None, {"MINID": 5, "maxid": 6, "ID": 9}]},
            {"vlanTrunk": [{"id": 9}, {"minID": 5, "maxID": 6}]},
        ),
        ({"bridge": "data-br", "vlanTrunk": []}, {"type": "UntaggedNetwork"}),
    ],
    ids=["VLAN in capitals", "no type", "an odd trunk", "a trunk of nothing"],
)
async def test_odd_spelling_is_read_as_the_server_reads_it(
    config: Object, read: Object
) -> None:
    nad = objects.nad(config=config)
    inputs = KIND.inputs_of(nad, {}, offline_call())
    assert inputs == {"name": "vm100", "clusterNetwork": "data"} | read
    assert checked(KIND, inputs) == inputs
    assert await changes(inputs, nad) == {}


async def test_keys_in_another_case_are_not_written_twice() -> None:
    live = objects.nad(config={"bridge": "data-br", "VLAN": 20, "vlanTrun\u212a": []})
    patch = await changes(VLAN, live)
    assert json.loads(patch["spec"]["config"]) == {"bridge": "data-br", "vlan": 100}
