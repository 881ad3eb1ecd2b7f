"""The lives of owned objects against a fake API server: each decision, one test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from harvester_net.cluster.deadline import Deadline, DeadlineExceeded
from harvester_net.cluster.errors import Denied, Unreachable
from harvester_net.cluster.resources import Object
from harvester_net.kinds.desired_state import CREATED_BY
from harvester_net.kinds.failures import Refused, Unfinished
from harvester_net.kinds.owned import OwnedKind
from harvester_net.kinds.registry import KINDS

from ... import objects
from ...fake_api import FakeApi
from ...timing import hasten
from ...waiting import SECONDS, until
from ..programs import CLUSTER_NETWORK, NETWORK_CONFIG, VM_NETWORK, program
from .calls import Run, running, urn_of

UPLINK_MTU = "network.harvesterhci.io/uplink-mtu"
GOING: Object = {
    "deletionTimestamp": "2026-01-01T00:00:00Z",
    "finalizers": ["wrangler.cattle.io/slow"],
}
STATUS = objects.status_name("data", "n1")


def owned(token: str) -> OwnedKind[Any]:
    kind = KINDS[token]
    assert isinstance(kind, OwnedKind)
    return kind


NETWORK, CONFIG, VM_NET = owned(CLUSTER_NETWORK), owned(NETWORK_CONFIG), owned(VM_NETWORK)
DATA = program(CLUSTER_NETWORK)
RACK = program(NETWORK_CONFIG, mtu=1500)
VM100 = program(VM_NETWORK)


@pytest.fixture
async def run(api: FakeApi) -> AsyncIterator[Run]:
    async with running(api) as started:
        yield started


def nodes_match(api: FakeApi, *nodes: str) -> None:
    """Every config matches these nodes from now on."""

    def mutate(config: Object) -> None:
        matched = objects.config("x", nodes=list(nodes))["metadata"]["annotations"]
        config["metadata"].setdefault("annotations", {}).update(matched)

    api.on_write["vlanconfigs"] = mutate
    for node in nodes:
        api.put(objects.node(node, {"rack": "a"}))


# Create.


async def test_create_marks_the_object_as_ours(run: Run, api: FakeApi) -> None:
    live = await NETWORK.create(DATA, run.call(NETWORK, "mine"))
    made = api.get("clusternetworks", "data")["metadata"]
    assert made["annotations"] == {CREATED_BY: urn_of(NETWORK, "mine")}
    assert (live.key, live.outputs) == ("data", DATA | {"uid": made["uid"]})
    assert api.counts() == {"POST clusternetworks": 1}


async def test_create_of_a_cluster_network_gives_it_its_mtu_afterwards(
    run: Run, api: FakeApi
) -> None:
    await NETWORK.create(DATA | {"mtu": 9000}, run.call(NETWORK, "mine"))
    post, patch = api.writes()
    assert UPLINK_MTU not in post.body["metadata"]["annotations"]
    version = {"resourceVersion": patch.body["metadata"]["resourceVersion"]}
    assert patch.body == {"metadata": {"annotations": {UPLINK_MTU: "9000"}} | version}


async def test_create_after_a_lost_answer_takes_over_what_it_had_made(
    run: Run, api: FakeApi
) -> None:
    api.fail("POST clusternetworks", 0, after=True)
    live = await NETWORK.create(DATA | {"mtu": 9000}, run.call(NETWORK, "mine"))
    made = api.get("clusternetworks", "data")["metadata"]
    assert live.outputs["uid"] == made["uid"]
    assert made["annotations"][UPLINK_MTU] == "9000"


async def test_create_after_a_killed_run_brings_its_object_to_what_is_desired(
    run: Run, api: FakeApi
) -> None:
    mark = {CREATED_BY: urn_of(NETWORK, "mine")}
    api.put(objects.cluster_network("data", annotations=mark, labels={"theirs": "x"}))
    desired = DATA | {"mtu": 9000, "labels": {"team": "a"}}
    await NETWORK.create(desired, run.call(NETWORK, "mine"))
    made = api.get("clusternetworks", "data")["metadata"]
    assert made["labels"] == {"theirs": "x", "team": "a"}
    assert made["annotations"] == mark | {UPLINK_MTU: "9000"}


async def test_create_refuses_what_somebody_else_made_with_the_way_to_import_it(
    run: Run, api: FakeApi
) -> None:
    stranger = {CREATED_BY: urn_of(NETWORK, "another")}
    api.put(objects.nad("vm100", annotations=stranger))
    before = api.get("network-attachment-definitions", "default/vm100")
    for preview in (False, True):
        with pytest.raises(Refused) as refusal:
            await VM_NET.create(VM100, run.call(VM_NET, "mine", preview=preview))
        assert str(refusal.value) == (
            "VmNetwork default/vm100 exists already; to manage it: pulumi import "
            "harvester-net:index:VmNetwork mine default/vm100"
        )
    assert api.get("network-attachment-definitions", "default/vm100") == before


async def test_create_of_mgmt_takes_over_the_built_in_one(run: Run, api: FakeApi) -> None:
    uid = api.put(objects.cluster_network("mgmt"))["metadata"]["uid"]
    live = await NETWORK.create({"name": "mgmt", "mtu": 9000}, run.call(NETWORK, "mgmt"))
    assert live.outputs == {"name": "mgmt", "mtu": 9000, "uid": uid}
    notes = api.get("clusternetworks", "mgmt")["metadata"]["annotations"]
    assert notes == {UPLINK_MTU: "9000"}


async def test_create_beside_one_that_is_being_deleted_says_to_wait(
    run: Run, api: FakeApi
) -> None:
    api.put(objects.cluster_network("data", **GOING))
    with pytest.raises(Refused) as refusal:
        await NETWORK.create(DATA, run.call(NETWORK, "mine"))
    assert str(refusal.value) == (
        "ClusterNetwork data is being deleted; run `pulumi up` when it is gone"
    )
    await NETWORK.create(DATA, run.call(NETWORK, "mine", preview=True))


async def test_preview_of_a_replacement_does_not_mind_the_old_object(
    run: Run, api: FakeApi
) -> None:
    api.put(objects.nad("vm100"))
    call = run.call(VM_NET, "mine", preview=True, replaced="default/vm100")
    assert (await VM_NET.create(VM100, call)).key == "default/vm100"


async def test_create_that_is_denied_made_nothing(run: Run, api: FakeApi) -> None:
    api.put(objects.cluster_network("data"))
    api.deny("POST network-attachment-definitions", "Internal error occurred: not today")
    with pytest.raises(Denied, match="Harvester refused it: not today"):
        await VM_NET.create(VM100, run.call(VM_NET, "mine"))
    assert len(api.writes()) == 1


async def test_denial_that_the_rules_know_is_said_in_our_words_as_well(
    run: Run, api: FakeApi
) -> None:
    api.put(objects.cluster_network("tenant"))
    api.deny("POST network-attachment-definitions", "Internal error occurred: no such network")
    with pytest.raises(Refused) as refusal:
        await VM_NET.create(VM100, run.call(VM_NET, "mine"))
    assert str(refusal.value) == (
        "clusterNetwork: there is no cluster network 'data'; the cluster has tenant "
        "(Harvester refused it: no such network)"
    )


async def test_failure_after_the_first_write_is_unfinished_with_what_was_made(
    run: Run, api: FakeApi
) -> None:
    """Otherwise the object would be forgotten (P5)."""
    api.deny("PATCH clusternetworks", "Internal error occurred: not now")
    desired = DATA | {"mtu": 9000}
    with pytest.raises(Unfinished) as failure:
        await NETWORK.create(desired, run.call(NETWORK, "mine"))
    uid = api.get("clusternetworks", "data")["metadata"]["uid"]
    assert failure.value.key == "data"
    assert failure.value.outputs == desired | {"uid": uid}
    assert failure.value.inputs == desired
    assert failure.value.reasons == ["Harvester refused it: not now"]


async def test_outage_after_the_first_write_is_unfinished(run: Run, api: FakeApi) -> None:
    api.fail("PATCH clusternetworks", 503, "starting", times=100_000)
    call = run.call(NETWORK, "mine", seconds=0.3)
    with pytest.raises(Unfinished) as failure:
        await NETWORK.create(DATA | {"mtu": 9000}, call)
    assert failure.value.key == "data"
    assert "starting" in failure.value.reasons[0]


async def test_take_over_that_fails_midway_is_unfinished_too(run: Run, api: FakeApi) -> None:
    """The object is ours and exists: it must be recorded."""
    mark = {CREATED_BY: urn_of(NETWORK, "mine")}
    api.put(objects.cluster_network("data", annotations=mark))
    api.deny("PATCH clusternetworks", "Internal error occurred: not now")
    with pytest.raises(Unfinished) as failure:
        await NETWORK.create(DATA | {"mtu": 9000}, run.call(NETWORK, "mine"))
    assert failure.value.key == "data"


async def test_vm_network_with_another_mtu_than_asked_for_is_unfinished(
    run: Run, api: FakeApi
) -> None:
    with pytest.raises(Unfinished) as failure:
        await VM_NET.create(VM100 | {"mtu": 9000}, run.call(VM_NET, "mine"))
    assert failure.value.reasons == [
        "the server gave it MTU 1500, not 9000: cluster network data has 1500; set mtu=9000 "
        "there"
    ]
    assert failure.value.key == "default/vm100"


async def test_config_follows_the_mtu_of_its_cluster_network(run: Run, api: FakeApi) -> None:
    api.put(objects.cluster_network("data", 9000))
    await CONFIG.create(program(NETWORK_CONFIG), run.call(CONFIG, "rack-a"))
    sent = api.get("vlanconfigs", "rack-a")["spec"]["uplink"]["linkAttributes"]
    assert sent == {"mtu": 9000}


async def test_config_without_its_cluster_network_is_refused(run: Run, api: FakeApi) -> None:
    with pytest.raises(Refused, match=r"^there is no cluster network data on the server$"):
        await CONFIG.create(program(NETWORK_CONFIG), run.call(CONFIG, "rack-a"))
    assert api.writes() == []


async def test_config_is_ready_when_every_matched_node_is(run: Run, api: FakeApi) -> None:
    nodes_match(api, "n1", "n2")
    creating = asyncio.create_task(CONFIG.create(RACK, run.call(CONFIG, "rack-a")))
    await until(lambda: api.count("WATCH vlanstatuses"))
    api.put(objects.vlan_status("rack-a", "n2"))
    await until(lambda: any("1 of 2 nodes ready" in told for told in run.said.told))
    assert not creating.done()
    api.put(objects.vlan_status("rack-a", "n1"))
    live = await asyncio.wait_for(creating, SECONDS)
    assert live.outputs["matchedNodes"] == ["n1", "n2"]
    assert run.said.told[-1] == "ready"
    assert run.said.warned == []


async def test_config_that_matches_no_node_is_made_with_a_warning(
    run: Run, api: FakeApi
) -> None:
    live = await CONFIG.create(RACK, run.call(CONFIG, "rack-a"))
    assert live.outputs["matchedNodes"] == []
    assert run.said.warned == [
        "nodeSelector: matches no node; the config does nothing until one fits"
    ]


async def test_status_of_an_earlier_config_does_not_count(run: Run, api: FakeApi) -> None:
    nodes_match(api, "n1")
    api.put(objects.vlan_status("rack-old", "n1"))
    with pytest.raises(Unfinished) as failure:
        await CONFIG.create(RACK, run.call(CONFIG, "rack-a", seconds=0.5))
    assert failure.value.reasons[0] == "n1: its agent has not set up the uplink yet"


async def test_nodes_that_keep_failing_are_not_waited_for_to_the_end(
    run: Run, api: FakeApi
) -> None:
    hasten(run.cluster, failed_nodes=0.3)
    nodes_match(api, "n1")
    api.put(objects.vlan_status("rack-a", "n1", "get link eth1 failed"))
    with pytest.raises(Unfinished) as failure:
        await CONFIG.create(RACK, run.call(CONFIG, "rack-a"))
    assert failure.value.reasons == [
        "n1: get link eth1 failed",
        "0 of 1 nodes ready; n1: get link eth1 failed",
    ]


async def test_config_that_disappears_while_it_is_waited_for_is_told(
    run: Run, api: FakeApi
) -> None:
    nodes_match(api, "n1")
    creating = asyncio.create_task(CONFIG.create(RACK, run.call(CONFIG, "rack-a")))
    await until(lambda: api.count("WATCH vlanconfigs") and run.said.told)
    api.remove("vlanconfigs", "rack-a")
    with pytest.raises((Unfinished, Refused)) as failure:
        await asyncio.wait_for(creating, SECONDS)
    assert "NetworkConfig rack-a was deleted meanwhile" in str(failure.value)


async def test_cancelled_create_is_unfinished_at_once(run: Run, api: FakeApi) -> None:
    nodes_match(api, "n1")
    cancelled = asyncio.Event()
    call = run.call(CONFIG, "rack-a", deadline=Deadline(SECONDS, cancelled))
    creating = asyncio.create_task(CONFIG.create(RACK, call))
    await until(lambda: run.said.told)
    cancelled.set()
    with pytest.raises(Unfinished) as failure:
        await asyncio.wait_for(creating, 2)
    assert failure.value.reasons == [
        "n1: its agent has not set up the uplink yet",
        "cancelled",
    ]
    assert failure.value.outputs["matchedNodes"] == ["n1"]


# Read.


async def test_read_of_what_is_gone_is_nothing(run: Run, api: FakeApi) -> None:
    assert await NETWORK.read("data", {}, run.call(NETWORK, "mine")) is None


async def test_read_that_cannot_ask_is_not_taken_for_gone(run: Run, api: FakeApi) -> None:
    api.fail("LIST clusternetworks", 503, "starting", times=100_000)
    with pytest.raises(Unreachable):
        await NETWORK.read("data", {}, run.call(NETWORK, "mine", seconds=0.2))


async def test_read_after_create_equals_create(run: Run, api: FakeApi) -> None:
    wishes: list[tuple[OwnedKind[Any], Object]] = [
        (NETWORK, DATA | {"mtu": 9000, "labels": {"a": "b"}}),
        (CONFIG, RACK | {"mtu": 9000, "description": "x", "nodeSelector": {"rack": "a"}}),
        (VM_NET, VM100 | {"route": {"mode": "auto"}}),
    ]
    for kind, desired in wishes:
        created = await kind.create(desired, run.call(kind, "mine"))
        async with running(api) as another:
            read = await kind.read(created.key, desired, another.call(kind, "mine"))
        assert read == created
        assert read is not None
        assert read.inputs == desired


async def test_object_that_is_being_deleted_is_still_read(run: Run, api: FakeApi) -> None:
    api.put(objects.cluster_network("data", **GOING))
    assert await NETWORK.read("data", DATA, run.call(NETWORK, "mine")) is not None


# Update.


async def test_update_without_a_difference_writes_nothing(run: Run, api: FakeApi) -> None:
    api.put(objects.config("rack-a"))
    await CONFIG.update("rack-a", RACK, RACK, {}, run.call(CONFIG, "rack-a"))
    assert api.writes() == []


async def test_update_patches_with_the_version_that_it_looked_at(
    run: Run, api: FakeApi
) -> None:
    live = api.put(objects.config("rack-a"))
    news = RACK | {"description": "new"}
    await CONFIG.update("rack-a", RACK, news, {}, run.call(CONFIG, "rack-a"))
    version = api.writes()[0].body["metadata"]["resourceVersion"]
    assert api.writes()[0].body == {
        "spec": {"description": "new"},
        "metadata": {"resourceVersion": version},
    }
    assert live["metadata"]["labels"] == api.get("vlanconfigs", "rack-a")["metadata"]["labels"]


async def test_update_that_meets_another_writer_looks_again(run: Run, api: FakeApi) -> None:
    api.put(objects.cluster_network("data"))
    raced: list[str] = []

    def race(network: Object) -> None:
        # Somebody writes between our look and our patch: our first patch must not win.
        raced.append("written")

    api.on_write["clusternetworks"] = race
    stale = {"kind": "Status", "reason": "Conflict", "message": "the object has been modified"}
    api.fail("PATCH clusternetworks", 409, stale, times=2)
    news = DATA | {"labels": {"team": "a"}}
    await NETWORK.update("data", DATA, news, {}, run.call(NETWORK, "mine"))
    assert api.count("GET clusternetworks") == 3
    assert api.count("PATCH clusternetworks") == 3
    assert api.get("clusternetworks", "data")["metadata"]["labels"] == {"team": "a"}
    assert raced == ["written"]


async def test_update_after_a_conflict_keeps_what_the_other_wrote(
    run: Run, api: FakeApi
) -> None:
    config = objects.cni(vlan=100)
    api.put(objects.nad("vm100", config=config))
    stale = {"kind": "Status", "reason": "Conflict", "message": "the object has been modified"}
    api.fail("PATCH network-attachment-definitions", 409, stale)
    api.held = asyncio.Event()
    updating = asyncio.create_task(
        VM_NET.update(
            "default/vm100", VM100, VM100 | {"vlan": 200}, {}, run.call(VM_NET, "mine")
        )
    )
    await until(lambda: api.writes())
    api.put(objects.nad("vm100", config=objects.cni(vlan=100, mtu=9000)))
    api.held.set()
    await asyncio.wait_for(updating, SECONDS)
    sent = api.get("network-attachment-definitions", "default/vm100")["spec"]["config"]
    assert '"mtu":9000' in sent
    assert '"vlan":200' in sent


async def test_update_that_never_gets_through_ends_with_its_patience(
    run: Run, api: FakeApi
) -> None:
    api.put(objects.cluster_network("data"))
    stale = {"kind": "Status", "reason": "Conflict", "message": "the object has been modified"}
    api.fail("PATCH clusternetworks", 409, stale, times=100_000)
    call = run.call(NETWORK, "mine", seconds=0.3)
    with pytest.raises((DeadlineExceeded, Unfinished)):
        await NETWORK.update("data", DATA, DATA | {"mtu": 9000}, {}, call)


async def test_update_of_what_is_gone_says_what_to_do(run: Run, api: FakeApi) -> None:
    with pytest.raises(Refused) as refusal:
        await NETWORK.update("data", DATA, DATA, {}, run.call(NETWORK, "mine"))
    assert str(refusal.value) == (
        "ClusterNetwork data is gone; run `pulumi up` again to make it anew"
    )


async def test_update_takes_away_only_the_labels_that_were_ours(
    run: Run, api: FakeApi
) -> None:
    api.put(objects.cluster_network("data", labels={"mine": "x", "theirs": "y"}))
    old = DATA | {"labels": {"mine": "x"}}
    await NETWORK.update("data", old, DATA, {}, run.call(NETWORK, "mine"))
    assert api.get("clusternetworks", "data")["metadata"]["labels"] == {"theirs": "y"}


# Delete.


async def test_delete_waits_until_the_object_is_gone(run: Run, api: FakeApi) -> None:
    live = objects.nad("vm100", finalizers=["wrangler.cattle.io/slow"])
    uid = api.put(live)["metadata"]["uid"]
    deletion = asyncio.create_task(
        VM_NET.delete("default/vm100", {"uid": uid}, run.call(VM_NET, "mine"))
    )
    await until(lambda: api.count("WATCH network-attachment-definitions"))
    assert not deletion.done()
    api.remove("network-attachment-definitions", "default/vm100")
    await asyncio.wait_for(deletion, SECONDS)


async def test_delete_touches_only_the_object_that_we_made(run: Run, api: FakeApi) -> None:
    api.put(objects.cluster_network("data", uid="uid-of-another"))
    await NETWORK.delete("data", {"uid": "uid-of-ours"}, run.call(NETWORK, "mine"))
    assert api.writes() == []
    assert api.has("clusternetworks", "data")


async def test_delete_of_what_is_gone_is_done(run: Run, api: FakeApi) -> None:
    await NETWORK.delete("data", {"uid": "u"}, run.call(NETWORK, "mine"))
    await VM_NET.delete("default/vm100", {"uid": "u"}, run.call(VM_NET, "mine"))
    assert api.writes() == []


async def test_delete_of_mgmt_only_forgets_it(run: Run, api: FakeApi) -> None:
    uid = api.put(objects.cluster_network("mgmt", 9000))["metadata"]["uid"]
    await NETWORK.delete("mgmt", {"uid": uid}, run.call(NETWORK, "mgmt"))
    assert api.writes() == []
    assert api.has("clusternetworks", "mgmt")


async def test_blocked_delete_says_by_whom(run: Run, api: FakeApi) -> None:
    uid = api.put(objects.nad("vm100"))["metadata"]["uid"]
    api.put(objects.vm("off", "vm100"))
    api.put(objects.vm("on", "vm100", status="Running"))
    api.put(objects.vmi("on", "vm100"))
    api.deny("DELETE network-attachment-definitions", "it's still used by VM(s) default/on")
    with pytest.raises(Refused) as refusal:
        await VM_NET.delete("default/vm100", {"uid": uid}, run.call(VM_NET, "mine"))
    assert str(refusal.value) == (
        "VmNetwork default/vm100 cannot be deleted while it is used by VM default/on (Running "
        "on node1), VM default/off (its spec names the network)"
    )


async def test_blocked_delete_of_a_cluster_network_names_configs_and_networks(
    run: Run, api: FakeApi
) -> None:
    uid = api.put(objects.cluster_network("data"))["metadata"]["uid"]
    api.put(objects.config("rack-a"))
    api.put(objects.nad("vm100"))
    api.deny("DELETE clusternetworks", "vlanconfig(s) [rack-a] are still existing")
    with pytest.raises(Refused) as refusal:
        await NETWORK.delete("data", {"uid": uid}, run.call(NETWORK, "mine"))
    assert str(refusal.value) == (
        "ClusterNetwork data cannot be deleted while it is used by VM network default/vm100, "
        "network config rack-a"
    )


async def test_delete_that_is_denied_for_other_reasons_gives_the_servers_words(
    run: Run, api: FakeApi
) -> None:
    uid = api.put(objects.cluster_network("data"))["metadata"]["uid"]
    api.deny("DELETE clusternetworks", "Internal error occurred: it is not allowed")
    with pytest.raises(Refused) as refusal:
        await NETWORK.delete("data", {"uid": uid}, run.call(NETWORK, "mine"))
    assert str(refusal.value) == "ClusterNetwork data cannot be deleted: it is not allowed"


async def test_delete_goes_on_when_the_blockers_are_being_deleted(
    run: Run, api: FakeApi
) -> None:
    uid = api.put(objects.cluster_network("data"))["metadata"]["uid"]
    api.put(objects.config("rack-a", **GOING))
    api.deny("DELETE clusternetworks", "vlanconfig(s) [rack-a] are still existing")
    deletion = asyncio.create_task(
        NETWORK.delete("data", {"uid": uid}, run.call(NETWORK, "mine"))
    )
    await until(lambda: "waiting for network config rack-a to go" in run.said.told)
    stuck = run.cluster.timings.stuck_deletion * 2
    await asyncio.wait({deletion}, timeout=stuck)
    assert not deletion.done(), "a blocker that is going is waited for"
    api.allow("DELETE clusternetworks")
    api.remove("vlanconfigs", "rack-a")
    await asyncio.wait_for(deletion, SECONDS)
    assert not api.has("clusternetworks", "data")


async def test_delete_waits_for_nodes_to_tear_down_the_uplink(run: Run, api: FakeApi) -> None:
    uid = api.put(objects.config("rack-a", nodes=["n1"]))["metadata"]["uid"]
    api.put(objects.vlan_status("rack-a", "n1"))
    deletion = asyncio.create_task(
        CONFIG.delete("rack-a", {"uid": uid}, run.call(CONFIG, "rack-a"))
    )
    await until(lambda: "waiting for n1 to tear down the uplink" in run.said.told)
    assert not api.has("vlanconfigs", "rack-a")
    assert not deletion.done()
    api.remove("vlanstatuses", STATUS)
    await asyncio.wait_for(deletion, SECONDS)
    assert run.said.warned == []


async def test_delete_of_a_config_that_never_worked_warns_of_what_stays_on_the_node(
    run: Run, api: FakeApi
) -> None:
    uid = api.put(objects.config("rack-a", nodes=["n1", "n2"]))["metadata"]["uid"]
    api.put(objects.vlan_status("rack-a", "n1", "get link eth1 failed"))
    deletion = asyncio.create_task(
        CONFIG.delete("rack-a", {"uid": uid}, run.call(CONFIG, "rack-a"))
    )
    await until(lambda: run.said.warned)
    api.remove("vlanstatuses", STATUS)
    await asyncio.wait_for(deletion, SECONDS)
    assert run.said.warned == [
        "n1 never set up this config (get link eth1 failed), so it does not tear it down "
        "either: its bond data-bo may stay and hold the NICs (`ip link` tells); afterwards, "
        "on n1: ip link delete data-bo"
    ]


async def test_deletion_after_a_lost_answer_is_done(run: Run, api: FakeApi) -> None:
    uid = api.put(objects.cluster_network("data"))["metadata"]["uid"]
    api.fail("DELETE clusternetworks", 0, after=True)
    await NETWORK.delete("data", {"uid": uid}, run.call(NETWORK, "mine"))
    assert not api.has("clusternetworks", "data")


async def test_hundred_deletions_share_one_watch(run: Run, api: FakeApi) -> None:
    uids = {
        f"default/{index}": api.put(
            objects.nad(str(index), finalizers=["wrangler.cattle.io/slow"])
        )["metadata"]["uid"]
        for index in range(100)
    }
    deletions = [
        asyncio.create_task(VM_NET.delete(key, {"uid": uid}, run.call(VM_NET, key)))
        for key, uid in uids.items()
    ]
    await until(lambda: api.count("DELETE network-attachment-definitions") == 100)
    for key in uids:
        api.remove("network-attachment-definitions", key)
    await asyncio.wait_for(asyncio.gather(*deletions), SECONDS)
    assert api.count("WATCH network-attachment-definitions") <= 2
    assert api.count("LIST network-attachment-definitions") <= 2


async def test_cancelled_delete_ends_at_once(run: Run, api: FakeApi) -> None:
    uid = api.put(objects.cluster_network("data"))["metadata"]["uid"]
    api.put(objects.config("rack-a", **GOING))
    api.deny("DELETE clusternetworks", "vlanconfig(s) [rack-a] are still existing")
    cancelled = asyncio.Event()
    call = run.call(NETWORK, "mine", deadline=Deadline(SECONDS, cancelled))
    deletion = asyncio.create_task(NETWORK.delete("data", {"uid": uid}, call))
    await until(lambda: run.said.told)
    cancelled.set()
    with pytest.raises(DeadlineExceeded, match="cancelled"):
        await asyncio.wait_for(deletion, 2)
