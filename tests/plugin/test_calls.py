"""Create, Read, Update, Delete and functions over the wire, against an embedded cluster."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from harvester_net.kinds.desired_state import CREATED_BY
from harvester_net.kinds.mtu import FOLLOWED_MTU
from harvester_net.kinds.owners import CLAIM, CLAIM_OUTPUT
from harvester_net.plugin.provider import CLUSTER_OUTPUT

from .. import objects
from ..cluster import LabApi
from ..unit.programs import FULL, LEAST
from ..waiting import until
from .kit import (
    UNKNOWN,
    Failure,
    Plugin,
    Properties,
    Secret,
    answer,
    properties_of,
    urn_of,
)

UPLINK_MTU = "network.harvesterhci.io/uplink-mtu"


def least(kind: str, **more: Any) -> Properties:
    return dict(LEAST[f"harvester-net:index:{kind}"]) | more


def ready_node(
    api: LabApi, *, message: str | None = None, nodes: tuple[str, ...] = ("n1",)
) -> None:
    """Configs that are sent match these nodes, whose agents say they are ready, or why not."""
    for node in nodes:
        api.put(objects.node(node))
        api.put(objects.vlan_status("rack-a", node, message))


def own_outputs(api: LabApi, plural: str, key: str) -> Properties:
    """What the state keeps of an object beside its inputs."""
    meta = api.get(plural, key)["metadata"]
    claim = {CLAIM_OUTPUT: meta["annotations"][CLAIM]}
    return {"uid": meta["uid"]} | claim | on_cluster(api)


def on_cluster(api: LabApi) -> Properties:
    """What the state keeps of the cluster."""
    return {CLUSTER_OUTPUT: api.get("namespaces", "kube-system")["metadata"]["uid"]}


async def test_life_of_a_cluster_network(plugin: Plugin, api: LabApi) -> None:
    inputs = {"name": "data", "mtu": 9000, "labels": {"team": "a"}}
    created = await plugin.create("ClusterNetwork", inputs)
    own = own_outputs(api, "clusternetworks", "data")
    assert created.id == "data"
    assert properties_of(created.properties) == inputs | own
    assert api.get("clusternetworks", "data")["metadata"]["annotations"] == {
        UPLINK_MTU: "9000",
        CREATED_BY: urn_of("ClusterNetwork", "resource"),
        CLAIM: own[CLAIM_OUTPUT],
    }
    read = await plugin.read("ClusterNetwork", "data", inputs, inputs | own)
    assert properties_of(read.inputs) == inputs
    assert properties_of(read.properties) == inputs | own
    news = {"name": "data", "mtu": 1500}
    updated = await plugin.update("ClusterNetwork", "data", inputs, news, outputs=inputs | own)
    assert properties_of(updated.properties) == news | own
    assert "labels" not in api.get("clusternetworks", "data")["metadata"]
    await plugin.delete("ClusterNetwork", "data", news | own)
    assert not api.has("clusternetworks", "data")
    await plugin.delete("ClusterNetwork", "data", news | own)


@pytest.mark.parametrize("kind", ["ClusterNetwork", "NetworkConfig", "VmNetwork"])
async def test_every_answer_asks_to_be_read_again(
    plugin: Plugin, api: LabApi, kind: str
) -> None:
    """So drift and unfinished work show in plain previews (P21.1)."""
    ready_node(api)
    api.put(objects.cluster_network("data"))
    inputs = least(kind, name="rack-a")
    created = await plugin.create(kind, inputs)
    outputs = properties_of(created.properties)
    read = await plugin.read(kind, created.id, inputs, outputs)
    updated = await plugin.update(kind, created.id, inputs, inputs, outputs=outputs)
    imported = await plugin.read(kind, created.id)
    asked = [created, read, updated, imported]
    assert [response.refresh_before_update for response in asked] == [True] * 4


async def test_life_of_the_storage_network(plugin: Plugin, api: LabApi) -> None:
    api.put(objects.storage_setting())
    api.put(objects.cluster_network("storage"))
    api.put(objects.node("n1"))
    api.put(objects.config("rack-a", "storage", nodes=["n1"]))
    api.put(objects.vlan_status("rack-a", "n1", cluster_network="storage"))

    def configured(setting: Any) -> None:
        value = setting.get("value")
        done = objects.storage_setting(value, nad="" if not value else "harvester-system/sn-1")
        setting["metadata"]["annotations"] = done["metadata"]["annotations"]
        setting["status"] = done["status"]

    api.controllers["settings"] = configured
    inputs = least("StorageNetwork")
    created = await plugin.create("StorageNetwork", inputs)
    assert created.id == "storage-network"
    outputs = properties_of(created.properties)
    uid = api.get("settings", "storage-network")["metadata"]["uid"]
    own = {"uid": uid, "vmNetwork": "harvester-system/sn-1"}
    assert outputs == inputs | own | on_cluster(api)
    assert created.refresh_before_update
    read = await plugin.read("StorageNetwork", "storage-network", inputs, outputs)
    assert properties_of(read.inputs) == inputs
    assert read.refresh_before_update
    await plugin.delete("StorageNetwork", "storage-network", outputs)
    assert api.get("settings", "storage-network")["value"] == ""


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("ClusterNetwork", "data"),
        ("NetworkConfig", "rack-a"),
        ("VmNetwork", "default/vm100"),
        ("VmNetwork", "vm100"),
        ("StorageNetwork", "storage-network"),
        ("StorageNetwork", "another"),
    ],
)
async def test_read_of_what_is_missing_has_no_properties_at_all(
    plugin: Plugin, api: LabApi, kind: str, key: str
) -> None:
    """With an empty struct an import of nothing succeeds (P8)."""
    for inputs in (None, least(kind)):
        response = await plugin.read(kind, key, inputs)
        assert response.id == ""
        assert not response.HasField("properties")
        assert not response.HasField("inputs")


async def test_import_gives_inputs_that_pass_check_unchanged(
    plugin: Plugin, api: LabApi
) -> None:
    api.put(objects.cluster_network("data", 9000))
    config = objects.cni(vlan=100, mtu=9000)
    api.put(objects.nad("vm100", "tenants", config))
    response = await plugin.read("VmNetwork", "tenants/vm100")
    inputs = properties_of(response.inputs)
    assert response.id == "tenants/vm100"
    assert inputs == {
        "name": "vm100",
        "namespace": "tenants",
        "clusterNetwork": "data",
        "vlan": 100,
    }
    checked = await plugin.check("VmNetwork", inputs)
    assert properties_of(checked.inputs) == inputs


async def test_import_without_a_namespace_gives_the_whole_id(
    plugin: Plugin, api: LabApi
) -> None:
    api.put(objects.nad("vm100"))
    response = await plugin.read("VmNetwork", "vm100")
    assert response.id == "default/vm100"


async def test_drift_shows_in_the_inputs_of_a_read(plugin: Plugin, api: LabApi) -> None:
    api.put(objects.nad("vm100", config=objects.cni(vlan=200)))
    response = await plugin.read("VmNetwork", "default/vm100", least("VmNetwork"))
    assert properties_of(response.inputs) == least("VmNetwork", vlan=200)


async def test_secret_in_is_secret_out_in_every_answer(plugin: Plugin, api: LabApi) -> None:
    ready_node(api)
    inputs = least(
        "NetworkConfig",
        description=Secret("hush"),
        labels={"team": Secret("a"), "b": "c"},
        uplink={"nics": ["eth1", Secret("eth2")], "bondOptions": Secret({"miimon": 50})},
        mtu=Secret(9000),
    )
    created = await plugin.create("NetworkConfig", inputs)
    outputs = properties_of(created.properties)
    assert {name: outputs[name] for name in inputs} == inputs
    read = await plugin.read("NetworkConfig", "rack-a", inputs, outputs)
    assert properties_of(read.inputs) == inputs
    assert properties_of(read.properties) == outputs
    updated = await plugin.update("NetworkConfig", "rack-a", inputs, inputs, outputs=outputs)
    assert properties_of(updated.properties) == outputs
    live = api.get("vlanconfigs", "rack-a")
    assert live["spec"]["description"] == "hush", "the server gets the value itself"


async def test_secret_stays_secret_in_a_partial_failure(plugin: Plugin, api: LabApi) -> None:
    ready_node(api, message="get link eth1 failed")
    api.put(objects.cluster_network("data"))
    inputs = least("NetworkConfig", description=Secret("hush"))
    with pytest.raises(Failure) as failure:
        await plugin.create("NetworkConfig", inputs, timeout=1)
    partial = failure.value.partial
    assert properties_of(partial.properties)["description"] == Secret("hush")
    assert properties_of(partial.inputs)["description"] == Secret("hush")


async def test_whole_numbers_reach_the_server_whole(plugin: Plugin, api: LabApi) -> None:
    ready_node(api)
    uplink = {"nics": ["eth1"], "bondOptions": {"miimon": 50.0}}
    await plugin.create("NetworkConfig", least("NetworkConfig", uplink=uplink, mtu=9000.0))
    sent = api.get("vlanconfigs", "rack-a")["spec"]["uplink"]
    assert repr(sent["bondOptions"]["miimon"]) == "50"
    assert repr(sent["linkAttributes"]["mtu"]) == "9000"


async def test_object_of_somebody_else_is_refused_with_the_way_to_import_it(
    plugin: Plugin, api: LabApi
) -> None:
    api.put(objects.cluster_network("data"))
    for preview in (True, False):
        with pytest.raises(Failure) as failure:
            await plugin.create("ClusterNetwork", {"name": "data"}, preview=preview)
        assert failure.value.partial is None
        assert str(failure.value) == (
            "FAILED_PRECONDITION: ClusterNetwork data exists already; to manage it: pulumi "
            "import harvester-net:index:ClusterNetwork resource data"
        )


async def test_denial_is_told_in_harvesters_own_words(plugin: Plugin, api: LabApi) -> None:
    api.deny("POST clusternetworks", "Internal error occurred: can't create it because of X")
    with pytest.raises(Failure) as failure:
        await plugin.create("ClusterNetwork", {"name": "data"})
    assert str(failure.value) == (
        "FAILED_PRECONDITION: Harvester refused it: can't create it because of X"
    )
    assert api.count("POST clusternetworks") == 1


async def test_config_that_is_not_ready_in_time_is_recorded_with_its_reasons(
    plugin: Plugin, api: LabApi
) -> None:
    ready_node(api, message="get link eth1 failed, error: Link not found", nodes=("n1", "n2"))
    api.put(objects.cluster_network("data"))
    inputs = least("NetworkConfig")
    with pytest.raises(Failure) as failure:
        await plugin.create("NetworkConfig", inputs, timeout=1)
    partial = failure.value.partial
    assert partial.id == "rack-a"
    assert list(partial.reasons) == [
        "n1: get link eth1 failed, error: Link not found",
        "n2: get link eth1 failed, error: Link not found",
        "not done after 1 s",
    ]
    outputs = properties_of(partial.properties)
    own = own_outputs(api, "vlanconfigs", "rack-a")
    assert outputs == inputs | own | {"matchedNodes": ["n1", "n2"], FOLLOWED_MTU: 1500}
    assert properties_of(partial.inputs) == inputs
    assert partial.refresh_before_update


async def test_read_of_an_unfinished_config_says_why(plugin: Plugin, api: LabApi) -> None:
    """A healthy Read would clear the errors, and the next `up` would not go on (P21.1)."""
    ready_node(api, message="get link eth1 failed")
    api.put(objects.cluster_network("data"))
    api.put(objects.config("rack-a", nodes=["n1"]))
    with pytest.raises(Failure) as failure:
        await plugin.read("NetworkConfig", "rack-a", least("NetworkConfig"))
    assert list(failure.value.partial.reasons) == ["n1: get link eth1 failed"]
    assert failure.value.partial.id == "rack-a"
    assert failure.value.partial.refresh_before_update
    assert properties_of(failure.value.partial.inputs) == least("NetworkConfig")


async def test_update_goes_on_waiting_for_an_unfinished_config(
    plugin: Plugin, api: LabApi
) -> None:
    ready_node(api, message="get link eth1 failed")
    api.put(objects.cluster_network("data"))
    api.put(objects.config("rack-a", nodes=["n1"]))
    inputs = least("NetworkConfig")
    going_on = asyncio.create_task(plugin.update("NetworkConfig", "rack-a", inputs, inputs))
    await plugin.engine.until("0 of 1 nodes ready; n1: get link eth1 failed")
    api.put(objects.vlan_status("rack-a", "n1"))
    updated = await going_on
    assert properties_of(updated.properties)["matchedNodes"] == ["n1"]


@pytest.mark.parametrize("kind", ["ClusterNetwork", "NetworkConfig", "VmNetwork"])
async def test_preview_of_a_create_knows_what_can_be_known(
    plugin: Plugin, api: LabApi, kind: str
) -> None:
    inputs = dict(FULL[f"harvester-net:index:{kind}"])
    response = await plugin.create(kind, inputs, preview=True)
    outputs = properties_of(response.properties)
    assert {name: outputs[name] for name in inputs} == inputs
    assert outputs["uid"] == UNKNOWN
    assert response.id == {"VmNetwork": f"tenants/{inputs['name']}"}.get(kind, inputs["name"])
    assert api.writes() == []


async def test_preview_of_an_unknown_name_has_no_id(plugin: Plugin, api: LabApi) -> None:
    response = await plugin.create("ClusterNetwork", {"name": UNKNOWN}, preview=True)
    assert response.id == ""
    assert api.counts() == {"GET namespaces": 1}


@pytest.mark.parametrize(
    ("kind", "key"),
    [("ClusterNetwork", "data"), ("VmNetwork", "default/vm100"), ("NetworkConfig", "rack-a")],
)
async def test_preview_of_an_update_writes_nothing(
    plugin: Plugin, api: LabApi, kind: str, key: str
) -> None:
    api.put(objects.cluster_network("data"))
    api.put(objects.nad("vm100"))
    api.put(objects.config("rack-a"))
    news = least(kind, labels={"a": UNKNOWN})
    response = await plugin.update(
        kind, key, least(kind), news, outputs=least(kind, uid="u1"), preview=True
    )
    outputs = properties_of(response.properties)
    assert (outputs["uid"], outputs["labels"]) == ("u1", {"a": UNKNOWN})
    assert api.writes() == []


async def test_preview_of_a_thousand_reads_lists_each_kind_once(
    plugin: Plugin, api: LabApi
) -> None:
    api.put(objects.cluster_network("data", 1500))
    for index in range(200):
        api.put(objects.nad(f"vm{index}"))
    reads = [
        plugin.read("VmNetwork", f"default/vm{index}", least("VmNetwork", name=f"vm{index}"))
        for index in range(200)
    ]
    assert len(await asyncio.gather(*reads)) == 200
    assert api.counts() == {
        "LIST network-attachment-definitions": 1,
        "LIST clusternetworks": 1,
        "GET namespaces": 1,
    }


async def test_create_in_place_of_a_replaced_object_does_not_complain_at_preview(
    plugin: Plugin, api: LabApi
) -> None:
    api.put(objects.nad("vm100"))
    old, new = least("VmNetwork"), least("VmNetwork", clusterNetwork="other")
    assert (await plugin.diff("VmNetwork", old, new)).deleteBeforeReplace
    response = await plugin.create("VmNetwork", new, preview=True)
    assert response.id == "default/vm100"


async def test_cut_off_call_is_finished_all_the_same(plugin: Plugin, api: LabApi) -> None:
    """A second ^C cuts calls off; what was begun must not stop between two writes (P6)."""
    api.held = asyncio.Event()
    call = plugin.creating("ClusterNetwork", {"name": "data", "mtu": 9000})
    waiting = asyncio.create_task(answer(call))
    await until(api.writes)
    call.cancel()
    with pytest.raises((asyncio.CancelledError, Failure)):
        await waiting
    api.held.set()
    await until(lambda: api.count("PATCH clusternetworks"))
    assert api.get("clusternetworks", "data")["metadata"]["annotations"][UPLINK_MTU] == "9000"


async def test_cancel_ends_a_waiting_create_at_once_with_what_was_reached(
    alone: Plugin, api: LabApi
) -> None:
    ready_node(api, nodes=("n1", "n2"))
    api.remove("vlanstatuses", objects.status_name("data", "n2"))
    api.put(objects.cluster_network("data"))
    waiting = asyncio.create_task(alone.create("NetworkConfig", least("NetworkConfig")))
    await alone.engine.until("1 of 2 nodes ready; n2: its agent has not set up the uplink yet")
    cancelled_at = time.monotonic()
    await alone.cancel()
    with pytest.raises(Failure) as failure:
        await waiting
    assert time.monotonic() - cancelled_at < 1
    assert failure.value.partial.id == "rack-a"
    assert list(failure.value.partial.reasons) == [
        "n2: its agent has not set up the uplink yet",
        "cancelled",
    ]


async def test_cancel_ends_a_waiting_delete_at_once(alone: Plugin, api: LabApi) -> None:
    live = objects.cluster_network("data", finalizers=["wrangler.cattle.io/x"])
    uid = api.put(live)["metadata"]["uid"]
    waiting = asyncio.create_task(alone.delete("ClusterNetwork", "data", {"uid": uid}))
    await until(lambda: api.count("WATCH clusternetworks"))
    cancelled_at = time.monotonic()
    await alone.cancel()
    with pytest.raises(Failure) as failure:
        await waiting
    assert time.monotonic() - cancelled_at < 1
    assert "cancelled" in failure.value.message
    assert failure.value.partial is None


async def test_cancel_without_anything_to_cancel_is_silent(alone: Plugin) -> None:
    await alone.cancel()
    await alone.cancel()
    await alone.close()
    assert alone.engine.said == []
    assert (alone.stdout, alone.stderr) == (b"", b"")


async def test_function_looks_up_a_cluster_network(plugin: Plugin, api: LabApi) -> None:
    api.put(objects.cluster_network("data", 9000))
    api.put(objects.config("rack-b"))
    api.put(objects.config("rack-a"))
    api.put(objects.config("other", "other"))
    api.put(objects.node("n1"))
    response = await plugin.invoke("getClusterNetwork", {"name": "data"})
    assert properties_of(getattr(response, "return")) == {
        "name": "data",
        "mtu": 9000,
        "ready": False,
        "networkConfigs": ["rack-a", "rack-b"],
        "nodes": ["n1"],
    }


async def test_function_that_finds_nothing_says_so(plugin: Plugin, api: LabApi) -> None:
    with pytest.raises(Failure) as failure:
        await plugin.invoke("getClusterNetwork", {"name": "nope"})
    assert str(failure.value) == (
        "FAILED_PRECONDITION: there is no cluster network nope on the server"
    )


async def test_function_with_wrong_arguments_fails_its_check(plugin: Plugin) -> None:
    response = await plugin.invoke("getClusterNetwork", {"nam": "data"})
    assert [(f.property, f.reason) for f in response.failures] == [
        ("", "name: is required"),
        ("", "nam: is not a property of getClusterNetwork; did you mean name?"),
    ]


async def test_function_that_does_not_exist_is_refused(plugin: Plugin) -> None:
    with pytest.raises(
        Failure, match="harvester-net has no function harvester-net:index:getX"
    ):
        await plugin.invoke("getX", {})


async def test_function_tells_which_nics_are_free(plugin: Plugin, api: LabApi) -> None:
    def link(name: str, index: int, **more: Any) -> Properties:
        return {"name": name, "index": index, "mac": "02:00", "state": "up"} | more

    nics = {
        "node2": [link("eth1", 3, state="down")],
        "node1": [
            link("eth1", 3, masterIndex=9),
            link("eth2", 4),
            link("eth3", 5, masterIndex=99),
        ],
    }
    api.put(objects.link_monitor("nic", nics))
    api.put(objects.link_monitor("data", {"node1": [link("data-bo", 9)]}))
    response = await plugin.invoke("getNodeNics", {})
    rows = properties_of(getattr(response, "return"))["nics"]
    assert [(r["node"], r["name"], r["up"], r["free"], r["master"]) for r in rows] == [
        ("node1", "eth1", True, False, "data-bo"),
        ("node1", "eth2", True, True, ""),
        ("node1", "eth3", True, False, "index 99"),
        ("node2", "eth1", False, True, ""),
    ]
    one = await plugin.invoke("getNodeNics", {"node": "node2"})
    assert len(properties_of(getattr(one, "return"))["nics"]) == 1
    with pytest.raises(
        Failure, match="no NICs are known of node node3; nodes with known NICs: "
    ):
        await plugin.invoke("getNodeNics", {"node": "node3"})
