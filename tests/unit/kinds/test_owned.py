"""The lives of owned objects against an embedded cluster: each decision, one test."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from harvester_net.cluster.deadline import Deadline, DeadlineExceeded
from harvester_net.cluster.errors import Denied, Unreachable
from harvester_net.cluster.resources import Object
from harvester_net.harvester.mtus import nad_mtu
from harvester_net.harvester.network_configs import manifest_of
from harvester_net.kinds.desired_state import CREATED_BY
from harvester_net.kinds.failures import MADE_FIRST, Refused, Unfinished
from harvester_net.kinds.owned import OwnedKind
from harvester_net.kinds.owners import CLAIM, CLAIM_OUTPUT, is_ours
from harvester_net.kinds.registry import KINDS
from harvester_net.specs.parse import parse

from ... import objects
from ...cluster import LabApi
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
async def run(api: LabApi) -> AsyncIterator[Run]:
    async with running(api) as started:
        yield started


def nodes_match(api: LabApi, *nodes: str) -> None:
    """Every config that is sent matches these nodes from now on."""
    for node in nodes:
        api.put(objects.node(node, {"rack": "a"}))


# Create.


async def test_create_marks_the_object_as_ours(run: Run, api: LabApi) -> None:
    live = await NETWORK.create(DATA, run.call(NETWORK, "mine"))
    made = api.get("clusternetworks", "data")["metadata"]
    claim = made["annotations"].pop(CLAIM)
    assert made["annotations"] == {CREATED_BY: urn_of(NETWORK, "mine")}
    outputs = DATA | {"uid": made["uid"], CLAIM_OUTPUT: claim}
    assert (live.key, live.outputs) == ("data", outputs)
    assert api.counts() == {"GET configmaps": 1, "POST clusternetworks": 1}


async def test_create_of_a_cluster_network_gives_it_its_mtu_afterwards(
    run: Run, api: LabApi
) -> None:
    await NETWORK.create(DATA | {"mtu": 9000}, run.call(NETWORK, "mine"))
    post, patch = api.writes()
    assert UPLINK_MTU not in post.body["metadata"]["annotations"]
    version = {"resourceVersion": patch.body["metadata"]["resourceVersion"]}
    assert patch.body == {"metadata": {"annotations": {UPLINK_MTU: "9000"}} | version}


async def test_create_after_a_lost_answer_takes_over_what_it_had_made(
    run: Run, api: LabApi
) -> None:
    api.fail("POST clusternetworks", 0, after=True)
    live = await NETWORK.create(DATA | {"mtu": 9000}, run.call(NETWORK, "mine"))
    made = api.get("clusternetworks", "data")["metadata"]
    assert live.outputs["uid"] == made["uid"]
    assert made["annotations"][UPLINK_MTU] == "9000"


async def test_create_after_a_killed_run_brings_its_object_to_what_is_desired(
    run: Run, api: LabApi
) -> None:
    mark = {CREATED_BY: urn_of(NETWORK, "mine")}
    api.put(objects.cluster_network("data", annotations=mark, labels={"theirs": "x"}))
    desired = DATA | {"mtu": 9000, "labels": {"team": "a"}}
    await NETWORK.create(desired, run.call(NETWORK, "mine"))
    made = api.get("clusternetworks", "data")["metadata"]
    assert made["labels"] == {"theirs": "x", "team": "a"}
    assert made["annotations"].pop(CLAIM)
    assert made["annotations"] == mark | {UPLINK_MTU: "9000"}


async def test_create_refuses_what_somebody_else_made_with_the_way_to_import_it(
    run: Run, api: LabApi
) -> None:
    stranger = {CREATED_BY: urn_of(NETWORK, "another")}
    api.put(objects.cluster_network("data"))
    api.put(objects.nad("vm100", annotations=stranger))
    before = api.get("network-attachment-definitions", "default/vm100")
    for preview in (False, True):
        with pytest.raises(Refused) as refusal:
            await VM_NET.create(VM100, run.call(VM_NET, "mine", preview=preview))
        assert str(refusal.value) == (
            "VmNetwork default/vm100 exists already; resource another of this stack made it. "
            "If that is this resource under its old name, give it an alias, or run "
            "`pulumi state rename`. If another is not in the state any more: "
            "pulumi import harvester-net:index:VmNetwork mine default/vm100"
        )
    assert api.get("network-attachment-definitions", "default/vm100") == before


async def test_create_of_mgmt_takes_over_the_built_in_one(run: Run, api: LabApi) -> None:
    uid = api.put(objects.cluster_network("mgmt"))["metadata"]["uid"]
    live = await NETWORK.create({"name": "mgmt", "mtu": 9000}, run.call(NETWORK, "mgmt"))
    assert live.outputs == {"name": "mgmt", "mtu": 9000, "uid": uid}
    notes = api.get("clusternetworks", "mgmt")["metadata"]["annotations"]
    assert notes == {UPLINK_MTU: "9000"}


async def test_create_beside_one_that_is_being_deleted_says_to_wait(
    run: Run, api: LabApi
) -> None:
    api.put(objects.cluster_network("data", **GOING))
    with pytest.raises(Refused) as refusal:
        await NETWORK.create(DATA, run.call(NETWORK, "mine"))
    assert str(refusal.value) == (
        "ClusterNetwork data is being deleted; run `pulumi up` when it is gone"
    )
    await NETWORK.create(DATA, run.call(NETWORK, "mine", preview=True))


async def test_preview_of_a_replacement_does_not_mind_the_old_object(
    run: Run, api: LabApi
) -> None:
    api.put(objects.nad("vm100"))
    call = run.call(VM_NET, "mine", preview=True, replaced="default/vm100")
    assert (await VM_NET.create(VM100, call)).key == "default/vm100"


async def test_create_that_is_denied_made_nothing(run: Run, api: LabApi) -> None:
    api.put(objects.cluster_network("data"))
    api.deny("POST network-attachment-definitions", "Internal error occurred: not today")
    with pytest.raises(Denied, match="Harvester refused it: not today"):
        await VM_NET.create(VM100, run.call(VM_NET, "mine"))
    assert len(api.writes()) == 1


async def test_denial_that_the_rules_know_is_said_in_our_words_as_well(
    run: Run, api: LabApi
) -> None:
    api.put(objects.cluster_network("tenant"))
    with pytest.raises(Refused) as refusal:
        await VM_NET.create(VM100, run.call(VM_NET, "mine"))
    assert str(refusal.value) == (
        "clusterNetwork: there is no cluster network 'data'; the cluster has tenant; "
        f"{MADE_FIRST} (Harvester refused it: cluster network data not found)"
    )


async def test_network_that_the_program_makes_too_late_is_said_with_the_way_out(
    run: Run, api: LabApi
) -> None:
    """With --parallel 1 it said "not done after 60 s", and not of what."""
    hasten(run.cluster, network_made=0.05)
    call = run.call(VM_NET, "mine")
    call.desired_state.mtu_of["data"] = 1500
    with pytest.raises(Refused) as refusal:
        await VM_NET.create(VM100, call)
    assert str(refusal.value) == (
        f"there was no cluster network data within 0 s; {MADE_FIRST}"
    )


@pytest.mark.parametrize(
    ("namespace", "said"),
    [
        (
            "later",
            "namespace: there is no namespace later; if this program makes it, let this "
            "depend on it, so that Pulumi makes it first",
        ),
        (
            "leaving",
            "namespace: leaving is being deleted; wait until it is gone, or use another",
        ),
    ],
)
async def test_namespace_that_is_not_there_is_said_before_and_then(
    namespace: str, said: str, run: Run, api: LabApi
) -> None:
    api.put(objects.cluster_network("data"))
    api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "leaving"} | GOING})
    wanted = VM100 | {"namespace": namespace}
    await VM_NET.create(wanted, run.call(VM_NET, "mine", preview=True))
    assert run.said.warned == [said]
    with pytest.raises(Refused) as refusal:
        await VM_NET.create(wanted, run.call(VM_NET, "mine"))
    assert str(refusal.value) == said


async def test_failure_after_the_first_write_is_unfinished_with_what_was_made(
    run: Run, api: LabApi
) -> None:
    """Otherwise the object would be forgotten (P5)."""
    api.deny("PATCH clusternetworks", "Internal error occurred: not now")
    desired = DATA | {"mtu": 9000}
    with pytest.raises(Unfinished) as failure:
        await NETWORK.create(desired, run.call(NETWORK, "mine"))
    made = api.get("clusternetworks", "data")["metadata"]
    claim = {CLAIM_OUTPUT: made["annotations"][CLAIM]}
    assert failure.value.key == "data"
    assert failure.value.outputs == desired | {"uid": made["uid"]} | claim
    assert failure.value.inputs == desired
    assert failure.value.reasons == ["Harvester refused it: not now"]


async def test_outage_after_the_first_write_is_unfinished(run: Run, api: LabApi) -> None:
    api.fail("PATCH clusternetworks", 503, "starting", times=100_000)
    call = run.call(NETWORK, "mine", seconds=0.3)
    with pytest.raises(Unfinished) as failure:
        await NETWORK.create(DATA | {"mtu": 9000}, call)
    assert failure.value.key == "data"
    assert "starting" in failure.value.reasons[0]


async def test_take_over_that_fails_midway_is_unfinished_too(run: Run, api: LabApi) -> None:
    """The object is ours and exists: it must be recorded."""
    mark = {CREATED_BY: urn_of(NETWORK, "mine")}
    api.put(objects.cluster_network("data", annotations=mark))
    api.deny("PATCH clusternetworks", "Internal error occurred: not now", after=1)
    with pytest.raises(Unfinished) as failure:
        await NETWORK.create(DATA | {"mtu": 9000}, run.call(NETWORK, "mine"))
    assert failure.value.key == "data"


async def test_vm_network_with_another_mtu_than_asked_for_is_unfinished(
    run: Run, api: LabApi
) -> None:
    api.put(objects.cluster_network("data", 1500))
    with pytest.raises(Unfinished) as failure:
        await VM_NET.create(VM100 | {"mtu": 9000}, run.call(VM_NET, "mine"))
    assert failure.value.reasons == [
        "the server gave it MTU 1500, not 9000: cluster network data has 1500; set mtu=9000 "
        "there"
    ]
    assert failure.value.key == "default/vm100"


async def test_vm_network_is_done_when_harvester_gave_it_the_mtu(
    run: Run, api: LabApi
) -> None:
    api.put(objects.cluster_network("data", 9000))
    made = api.put(objects.nad("vm100"))
    desired, _ = parse(VM_NET.spec, VM100 | {"mtu": 9000})
    finishing = asyncio.create_task(VM_NET.finish(desired, made, run.call(VM_NET, "vm100")))
    await until(lambda: "waiting for Harvester to give it MTU 9000" in run.said.told)
    assert not finishing.done()
    api.put(objects.nad("vm100", config=objects.cni("vm100", vlan=100, mtu=9000)))
    assert nad_mtu(await finishing) == 9000


async def test_config_follows_the_mtu_of_its_cluster_network(run: Run, api: LabApi) -> None:
    api.put(objects.cluster_network("data", 9000))
    await CONFIG.create(program(NETWORK_CONFIG), run.call(CONFIG, "rack-a"))
    (post,) = api.writes()
    assert post.body["spec"]["uplink"]["linkAttributes"] == {"mtu": 9000}
    live = api.get("vlanconfigs", "rack-a")["spec"]["uplink"]["linkAttributes"]
    assert live["mtu"] == 9000


async def test_config_without_its_cluster_network_is_refused(run: Run, api: LabApi) -> None:
    with pytest.raises(Refused, match="on the server; if this program makes"):
        await CONFIG.create(program(NETWORK_CONFIG), run.call(CONFIG, "rack-a"))
    assert api.writes() == []


async def test_config_is_ready_when_every_matched_node_is(run: Run, api: LabApi) -> None:
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
    run: Run, api: LabApi
) -> None:
    live = await CONFIG.create(RACK, run.call(CONFIG, "rack-a"))
    assert live.outputs["matchedNodes"] == []
    assert run.said.warned == [
        "nodeSelector: matches no node; the config does nothing until one fits"
    ]


async def test_status_of_an_earlier_config_does_not_count(run: Run, api: LabApi) -> None:
    nodes_match(api, "n1")
    api.put(objects.vlan_status("rack-old", "n1"))
    with pytest.raises(Unfinished) as failure:
        await CONFIG.create(RACK, run.call(CONFIG, "rack-a", seconds=0.5))
    assert failure.value.reasons[0] == "n1: its agent has not set up the uplink yet"


async def test_nodes_that_keep_failing_are_not_waited_for_to_the_end(
    run: Run, api: LabApi
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
    run: Run, api: LabApi
) -> None:
    nodes_match(api, "n1")
    creating = asyncio.create_task(CONFIG.create(RACK, run.call(CONFIG, "rack-a")))
    await until(lambda: api.count("WATCH vlanconfigs") and run.said.told)
    api.remove("vlanconfigs", "rack-a")
    with pytest.raises((Unfinished, Refused)) as failure:
        await asyncio.wait_for(creating, SECONDS)
    assert "NetworkConfig rack-a was deleted meanwhile" in str(failure.value)


async def test_cancelled_create_is_unfinished_at_once(run: Run, api: LabApi) -> None:
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


async def test_read_of_what_is_gone_is_nothing(run: Run, api: LabApi) -> None:
    assert await NETWORK.read("data", {}, {}, run.call(NETWORK, "mine")) is None


async def test_read_that_cannot_ask_is_not_taken_for_gone(run: Run, api: LabApi) -> None:
    api.fail("LIST clusternetworks", 503, "starting", times=100_000)
    with pytest.raises(Unreachable):
        await NETWORK.read("data", {}, {}, run.call(NETWORK, "mine", seconds=0.2))


async def test_read_after_create_equals_create(run: Run, api: LabApi) -> None:
    wishes: list[tuple[OwnedKind[Any], Object]] = [
        (NETWORK, DATA | {"mtu": 9000, "labels": {"a": "b"}}),
        (CONFIG, RACK | {"mtu": 9000, "description": "x", "nodeSelector": {"rack": "a"}}),
        (VM_NET, VM100 | {"route": {"mode": "auto"}}),
    ]
    for kind, desired in wishes:
        created = await kind.create(desired, run.call(kind, "mine"))
        async with running(api) as another:
            read = await kind.read(
                created.key, desired, created.outputs, another.call(kind, "mine")
            )
        assert read == created
        assert read is not None
        assert read.inputs == desired


async def test_object_that_is_being_deleted_is_still_read(run: Run, api: LabApi) -> None:
    api.put(objects.cluster_network("data", **GOING))
    assert await NETWORK.read("data", DATA, {}, run.call(NETWORK, "mine")) is not None


async def test_object_that_only_has_the_name_of_ours_is_not_ours(
    run: Run, api: LabApi
) -> None:
    """Somebody deleted ours and made another one: ours is gone, theirs stays untouched."""
    created = await NETWORK.create(DATA, run.call(NETWORK, "mine"))
    api.remove("clusternetworks", "data")
    api.put(objects.cluster_network("data"))
    theirs = api.get("clusternetworks", "data")
    async with running(api) as another:
        call = another.call(NETWORK, "mine")
        assert await NETWORK.read("data", DATA, created.outputs, call) is None
        assert another.said.warned == [
            "ClusterNetwork data is gone: the object that has its name now is another one "
            f"(uid {theirs['metadata']['uid']}), which stays untouched; to manage that one, "
            "import it"
        ]
        new = DATA | {"description": "x"}
        with pytest.raises(Refused, match="is another one"):
            await NETWORK.update("data", DATA, new, created.outputs, call)
        await NETWORK.delete("data", created.outputs, call)
    assert api.get("clusternetworks", "data") == theirs


async def test_object_of_a_restored_backup_is_ours_by_its_mark(run: Run, api: LabApi) -> None:
    created = await NETWORK.create(DATA, run.call(NETWORK, "mine"))
    notes = api.get("clusternetworks", "data")["metadata"]["annotations"]
    api.remove("clusternetworks", "data")
    api.put(objects.cluster_network("data", annotations=notes))
    async with running(api) as another:
        call = another.call(NETWORK, "mine")
        read = await NETWORK.read("data", DATA, created.outputs, call)
    assert read is not None
    assert read.outputs["uid"] != created.outputs["uid"]


async def test_config_that_an_ordered_change_made_again_is_ours(run: Run, api: LabApi) -> None:
    """An imported one has no mark of ours; the change says which uids it had."""
    nodes_match(api, "n1")
    api.put(objects.config("rack", "data", ["n1"]))
    live = api.get("vlanconfigs", "rack")
    outputs = {"uid": live["metadata"]["uid"]}
    for _ in range(2):
        made = manifest_of(live)
        api.remove("vlanconfigs", "rack")
        api.put(made)
        live = api.get("vlanconfigs", "rack")
    assert is_ours(live, outputs, "urn")
    assert not is_ours(live, {"uid": "another"}, "urn")


# Update.


async def test_update_without_a_difference_writes_nothing(run: Run, api: LabApi) -> None:
    api.put(objects.config("rack-a"))
    await CONFIG.update("rack-a", RACK, RACK, {}, run.call(CONFIG, "rack-a"))
    assert api.writes() == []


async def test_update_patches_with_the_version_that_it_looked_at(
    run: Run, api: LabApi
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


def others_write(api: LabApi) -> Callable[[], Object]:
    """Somebody who writes between our look and our patch, which must not win then."""
    writes = itertools.count(1)

    def write() -> Object:
        notes = {"theirs": str(next(writes))}
        return api.change("clusternetworks", "data", {"metadata": {"annotations": notes}})

    return write


async def test_update_that_meets_another_writer_looks_again(run: Run, api: LabApi) -> None:
    api.put(objects.cluster_network("data"))
    race = others_write(api)
    api.meanwhile("PATCH clusternetworks", race, times=2)
    news = DATA | {"labels": {"team": "a"}}
    await NETWORK.update("data", DATA, news, {}, run.call(NETWORK, "mine"))
    assert api.count("GET clusternetworks") == 3
    assert api.count("PATCH clusternetworks") == 3
    live = api.get("clusternetworks", "data")["metadata"]
    assert live["labels"] == {"team": "a"}
    assert live["annotations"]["theirs"] == "2"


async def test_update_after_a_conflict_keeps_what_the_other_wrote(
    run: Run, api: LabApi
) -> None:
    api.put(objects.cluster_network("data", 9000))
    api.put(objects.nad("vm100", config=objects.cni(vlan=100)))
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
    assert api.count("PATCH network-attachment-definitions") == 2


async def test_update_that_never_gets_through_ends_with_its_patience(
    run: Run, api: LabApi
) -> None:
    api.put(objects.cluster_network("data"))
    api.meanwhile("PATCH clusternetworks", others_write(api), times=100_000)
    call = run.call(NETWORK, "mine", seconds=0.3)
    with pytest.raises((DeadlineExceeded, Unfinished)):
        await NETWORK.update("data", DATA, DATA | {"mtu": 9000}, {}, call)


async def test_update_of_what_is_gone_says_what_to_do(run: Run, api: LabApi) -> None:
    with pytest.raises(Refused) as refusal:
        await NETWORK.update("data", DATA, DATA, {}, run.call(NETWORK, "mine"))
    assert str(refusal.value) == (
        "ClusterNetwork data is gone; run `pulumi up` again to make it anew"
    )


async def test_update_takes_away_only_the_labels_that_were_ours(run: Run, api: LabApi) -> None:
    api.put(objects.cluster_network("data", labels={"mine": "x", "theirs": "y"}))
    old = DATA | {"labels": {"mine": "x"}}
    await NETWORK.update("data", old, DATA, {}, run.call(NETWORK, "mine"))
    assert api.get("clusternetworks", "data")["metadata"]["labels"] == {"theirs": "y"}


# Delete.


async def test_delete_waits_until_the_object_is_gone(run: Run, api: LabApi) -> None:
    live = objects.nad("vm100", finalizers=["wrangler.cattle.io/slow"])
    uid = api.put(live)["metadata"]["uid"]
    deletion = asyncio.create_task(
        VM_NET.delete("default/vm100", {"uid": uid}, run.call(VM_NET, "mine"))
    )
    await until(lambda: api.count("WATCH network-attachment-definitions"))
    assert not deletion.done()
    api.remove("network-attachment-definitions", "default/vm100")
    await asyncio.wait_for(deletion, SECONDS)


async def test_delete_touches_only_the_object_that_we_made(run: Run, api: LabApi) -> None:
    api.put(objects.cluster_network("data"))
    await NETWORK.delete("data", {"uid": "uid-of-ours"}, run.call(NETWORK, "mine"))
    assert api.writes() == []
    assert api.has("clusternetworks", "data")


async def test_delete_of_what_is_gone_is_done(run: Run, api: LabApi) -> None:
    await NETWORK.delete("data", {"uid": "u"}, run.call(NETWORK, "mine"))
    await VM_NET.delete("default/vm100", {"uid": "u"}, run.call(VM_NET, "mine"))
    assert api.writes() == []


async def test_delete_of_mgmt_only_forgets_it(run: Run, api: LabApi) -> None:
    uid = api.put(objects.cluster_network("mgmt", 9000))["metadata"]["uid"]
    await NETWORK.delete("mgmt", {"uid": uid}, run.call(NETWORK, "mgmt"))
    assert api.writes() == []
    assert api.has("clusternetworks", "mgmt")


async def test_blocked_delete_says_by_whom(run: Run, api: LabApi) -> None:
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
    run: Run, api: LabApi
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
    run: Run, api: LabApi
) -> None:
    uid = api.put(objects.cluster_network("data"))["metadata"]["uid"]
    api.deny("DELETE clusternetworks", "Internal error occurred: it is not allowed")
    with pytest.raises(Refused) as refusal:
        await NETWORK.delete("data", {"uid": uid}, run.call(NETWORK, "mine"))
    assert str(refusal.value) == "ClusterNetwork data cannot be deleted: it is not allowed"


async def test_delete_goes_on_when_the_blockers_are_being_deleted(
    run: Run, api: LabApi
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


async def test_delete_waits_for_nodes_to_tear_down_the_uplink(run: Run, api: LabApi) -> None:
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
    run: Run, api: LabApi
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


async def test_deletion_after_a_lost_answer_is_done(run: Run, api: LabApi) -> None:
    uid = api.put(objects.cluster_network("data"))["metadata"]["uid"]
    api.fail("DELETE clusternetworks", 0, after=True)
    await NETWORK.delete("data", {"uid": uid}, run.call(NETWORK, "mine"))
    assert not api.has("clusternetworks", "data")


async def test_hundred_deletions_share_one_watch(run: Run, api: LabApi) -> None:
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


async def test_cancelled_delete_ends_at_once(run: Run, api: LabApi) -> None:
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


# --- claims: a replacement never loses the object --------------------------------------------


async def test_deletion_of_what_a_create_has_taken_over_since_leaves_it_alone(
    run: Run, api: LabApi
) -> None:
    """`up --replace` and `state taint`: the create meets its own object, then comes the
    deletion of the old one, in this run or in a later one.
    """
    old = await NETWORK.create(DATA, run.call(NETWORK, "mine"))
    new = await NETWORK.create(DATA, run.call(NETWORK, "mine"))
    assert new.outputs["uid"] == old.outputs["uid"]
    assert new.outputs[CLAIM_OUTPUT] != old.outputs[CLAIM_OUTPUT]
    call = run.call(NETWORK, "mine")
    await NETWORK.delete("data", old.outputs, call)
    assert api.has("clusternetworks", "data")
    await NETWORK.delete("data", new.outputs, run.call(NETWORK, "mine"))
    assert not api.has("clusternetworks", "data")


@pytest.mark.parametrize("outputs", [{}, {CLAIM_OUTPUT: "another"}])
async def test_an_object_with_a_claim_is_deleted_only_with_it(
    run: Run, api: LabApi, outputs: dict[str, Any]
) -> None:
    live = await NETWORK.create(DATA, run.call(NETWORK, "mine"))
    others = {"uid": live.outputs["uid"]} | outputs
    await NETWORK.delete("data", others, run.call(NETWORK, "mine"))
    assert api.has("clusternetworks", "data")


async def test_what_was_imported_has_no_claim_and_is_deleted(run: Run, api: LabApi) -> None:
    api.put(objects.cluster_network("data"))
    seen = await NETWORK.read("data", {}, {}, run.call(NETWORK, "mine"))
    assert seen is not None
    assert CLAIM_OUTPUT not in seen.outputs
    await NETWORK.delete("data", seen.outputs, run.call(NETWORK, "mine"))
    assert not api.has("clusternetworks", "data")


async def test_object_that_two_stacks_have_is_told_and_left_to_the_one_that_claimed_it(
    run: Run, api: LabApi
) -> None:
    """`pulumi state move` to another stack, and then the old stack's program again."""
    moved = await NETWORK.create(DATA, run.call(NETWORK, "mine"))
    again = await NETWORK.create(DATA, run.call(NETWORK, "mine"))
    urn = urn_of(NETWORK, "mine").replace(":dev:", ":prod:")
    call = replace(run.call(NETWORK, "mine"), urn=urn)
    said = (
        "ClusterNetwork data: stack dev of project site has taken it over, so two stacks have "
        "it now. Take it out of one: of that stack's program and state, or of this one's with "
        f"`pulumi state delete '{urn}'`"
    )
    seen = await NETWORK.read("data", DATA, moved.outputs, call)
    assert seen is not None
    assert run.said.warned == [said]
    wanted = DATA | {"labels": {"a": "b"}}
    for update in (call, replace(call, preview=True)):
        with pytest.raises(Refused) as refused:
            await NETWORK.update("data", DATA, wanted, seen.outputs, update)
        assert str(refused.value) == said
    await NETWORK.delete("data", seen.outputs, call)
    assert api.has("clusternetworks", "data")
    seen = await NETWORK.read("data", DATA, again.outputs, run.call(NETWORK, "mine"))
    assert seen is not None
    await NETWORK.delete("data", seen.outputs, run.call(NETWORK, "mine"))
    assert not api.has("clusternetworks", "data")


async def test_claim_of_a_run_that_was_killed_is_the_stacks_own(run: Run, api: LabApi) -> None:
    recorded = await NETWORK.create(DATA, run.call(NETWORK, "mine"))
    killed = await NETWORK.create(DATA, run.call(NETWORK, "mine"))
    seen = await NETWORK.read("data", DATA, recorded.outputs, run.call(NETWORK, "mine"))
    assert seen is not None
    assert seen.outputs[CLAIM_OUTPUT] == killed.outputs[CLAIM_OUTPUT]
    assert run.said.warned == []


TAKEN = "exists already: it is taken over, not made anew"


@pytest.mark.parametrize(
    ("kind", "wanted", "there", "said"),
    [
        (NETWORK, DATA, objects.cluster_network("data"), f"{TAKEN}, and stays as it is"),
        (
            NETWORK,
            DATA | {"mtu": 9000, "labels": {"team": "b"}},
            objects.cluster_network("data", labels={"team": "a"}),
            f"{TAKEN}, and changed: labels.team, mtu 1500 -> 9000",
        ),
        (
            VM_NET,
            VM100,
            objects.nad("vm100", config=objects.cni("vm100", vlan=200)),
            f"{TAKEN}, and changed: vlan 200 -> 100",
        ),
    ],
    ids=["the same", "label and MTU", "VLAN"],
)
async def test_preview_of_a_take_over_says_what_changes(
    kind: OwnedKind[Any],
    wanted: Object,
    there: Object,
    said: str,
    run: Run,
    api: LabApi,
) -> None:
    there["metadata"].setdefault("annotations", {})[CREATED_BY] = urn_of(kind, "mine")
    if kind is VM_NET:
        api.put(objects.cluster_network("data"))
    uid = api.put(there)["metadata"]["uid"]
    heard: list[str] = []
    call = run.call(kind, "mine", preview=True)
    shown = await kind.create(wanted, replace(call, inform=heard.append, warn=heard.append))
    assert heard[0] == f"{kind.spec.title} {shown.key} {said}"
    assert shown.outputs["uid"] == uid


@pytest.mark.parametrize("preview", [True, False])
async def test_object_on_another_cluster_network_is_not_taken_over(
    preview: bool, run: Run, api: LabApi
) -> None:
    """It stayed where it was, and the state said otherwise."""
    for name in ("data", "tenant"):
        api.put(objects.cluster_network(name))
    mark = {CREATED_BY: urn_of(VM_NET, "mine")}
    there = api.put(objects.nad("vm100", cluster_network="tenant", annotations=mark))
    config = objects.cni("vm100", "tenant-br", vlan=100)
    api.change(
        "network-attachment-definitions",
        "default/vm100",
        {"spec": {"config": json.dumps(config)}},
    )
    with pytest.raises(Refused) as refusal:
        await VM_NET.create(VM100, run.call(VM_NET, "mine", preview=preview))
    assert str(refusal.value) == (
        "VmNetwork default/vm100 exists already with another clusterNetwork, which cannot "
        "change; delete it, or give this resource another name"
    )
    live = api.get("network-attachment-definitions", "default/vm100")
    assert live["metadata"]["annotations"] == there["metadata"]["annotations"]


@pytest.mark.parametrize("preview", [True, False])
async def test_mgmt_without_an_mtu_keeps_the_one_that_it_has(
    preview: bool, run: Run, api: LabApi
) -> None:
    """On a cluster whose hosts have 9000: it wrote 1500, and every VM network followed."""
    there = api.put(objects.cluster_network("mgmt", 9000))
    heard: list[str] = []
    call = run.call(NETWORK, "mgmt", preview=preview)
    live = await NETWORK.create({"name": "mgmt"}, replace(call, inform=heard.append))
    assert live.outputs == {"name": "mgmt", "uid": there["metadata"]["uid"]}
    assert api.get("clusternetworks", "mgmt") == there
    seen = await NETWORK.read("mgmt", {"name": "mgmt"}, live.outputs, call)
    assert seen is not None
    assert seen.inputs == {"name": "mgmt"}
    if preview:
        assert heard == [f"ClusterNetwork mgmt {TAKEN}, and stays as it is"]


def test_mtu_of_mgmt_that_is_spelled_out_no_more_stays() -> None:
    old, new = {"name": "mgmt", "mtu": 9000}, {"name": "mgmt"}
    assert NETWORK.diff(old, new) == []
    assert [d.path for d in NETWORK.diff(new, old)] == ["mtu"]
    assert [d.path for d in NETWORK.diff(DATA | {"mtu": 9000}, DATA)] == ["mtu"]


async def test_preview_of_mgmt_with_the_storage_network_on_it_shows_the_plan(
    run: Run, api: LabApi
) -> None:
    """It was refused for what the ordered change itself clears first."""
    text = '{"vlan":50,"clusterNetwork":"mgmt","range":"192.168.50.0/24"}'
    api.put(objects.cluster_network("mgmt"))
    api.put(objects.storage_nad(cluster_network="mgmt"))
    api.put(objects.storage_setting(text))
    consent = {"stopVms": True, "cycleStorageNetwork": True}
    wanted = {"name": "mgmt", "mtu": 9000, "disruption": consent}
    call = run.call(NETWORK, "mgmt", preview=True)
    live = await NETWORK.update("mgmt", {"name": "mgmt", "mtu": 1500}, wanted, {}, call)
    assert live.outputs["plan"][:2] == [
        "wait until every volume is detached",
        "clear the storage network",
    ]


@pytest.mark.parametrize("preview", [True, False])
async def test_another_mtu_for_mgmt_asks_for_consent_when_it_is_taken_over(
    preview: bool, run: Run, api: LabApi
) -> None:
    api.put(objects.cluster_network("mgmt"))
    api.put(objects.nad("net", cluster_network="mgmt"))
    api.put(objects.vm("vm1", "default/net"))
    api.put(objects.vmi("vm1", "default/net"))
    with pytest.raises(Refused) as refusal:
        await NETWORK.create(
            {"name": "mgmt", "mtu": 9000}, run.call(NETWORK, "mgmt", preview=preview)
        )
    assert str(refusal.value).splitlines()[:4] == [
        "MTU of cluster network mgmt: 1500 -> 9000: refused, and nothing was changed:",
        "  - 1 VM must be stopped: default/vm1; allow it with disruption.stopVms: true",
        "Once allowed: MTU of cluster network mgmt: 1500 -> 9000, in 2 steps:",
        "   1. stop VM default/vm1 (Halted)",
    ]
    assert "annotations" not in api.get("clusternetworks", "mgmt")["metadata"]
