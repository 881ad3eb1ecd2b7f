"""The storage network's life against an embedded cluster: a Setting that is always there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest

from harvester_net.cluster.deadline import Deadline, DeadlineExceeded
from harvester_net.cluster.errors import Denied
from harvester_net.cluster.resources import SETTING, Object
from harvester_net.harvester.names import STORAGE_SETTING
from harvester_net.kinds.call import Call
from harvester_net.kinds.codecs.network_setting import STORAGE_CODEC
from harvester_net.kinds.failures import Refused, Unfinished
from harvester_net.kinds.registry import KINDS
from harvester_net.specs.unknown import UNKNOWN

from ... import objects
from ...cluster import LabApi
from ...waiting import SECONDS, until
from ..programs import STORAGE_NETWORK, program
from .calls import Run, checked, running

KIND = KINDS[STORAGE_NETWORK]
WISH = program(STORAGE_NETWORK)
TEXT = STORAGE_CODEC.text_of(WISH)
NAD = "harvester-system/storagenetwork-abcde"
NOT_STARTED = "Harvester has not started with the new value yet"


@pytest.fixture
async def run(api: LabApi) -> AsyncIterator[Run]:
    async with running(api) as started:
        yield started


def controller(api: LabApi) -> None:
    """Harvester carries out every value at once."""

    def carry_out(setting: Object) -> None:
        done = objects.storage_setting(setting.get("value") or "")
        setting["metadata"]["annotations"] = done["metadata"]["annotations"]
        setting["status"] = done["status"]

    api.controllers["settings"] = carry_out


@pytest.fixture(autouse=True)
def carried(api: LabApi) -> None:
    """A cluster of one node, on which the cluster network is set up."""
    api.put(objects.node("n1"))
    api.put(objects.longhorn_node("n1"))
    api.put(objects.cluster_network("storage"))
    api.put(objects.config("rack-a", "storage", nodes=["n1"]))
    api.put(objects.vlan_status("rack-a", "n1", cluster_network="storage"))


def uid(api: LabApi) -> str:
    return str(api.get("settings", STORAGE_SETTING)["metadata"]["uid"])


def value(api: LabApi) -> str:
    return str(api.get("settings", STORAGE_SETTING).get("value", ""))


async def test_create_sets_the_value_and_waits_until_it_is_carried_out(
    run: Run, api: LabApi
) -> None:
    api.put(objects.storage_setting())
    creating = asyncio.create_task(KIND.create(WISH, run.call(KIND, "storage")))
    await until(lambda: value(api) == TEXT and api.count("WATCH settings"))
    in_progress = objects.storage_setting(
        TEXT, status="False", reason="In Progress", message="waiting for all volumes detached"
    )
    api.put(in_progress)
    await until(lambda: "waiting for all volumes detached" in run.said.told)
    assert not creating.done()
    api.put(objects.storage_setting(TEXT))
    live = await asyncio.wait_for(creating, SECONDS)
    assert live.key == STORAGE_SETTING
    assert live.outputs == WISH | {"uid": uid(api), "vmNetwork": NAD}
    assert [request.method for request in api.writes()] == ["PATCH"]


async def test_stale_true_of_the_value_before_is_not_believed(run: Run, api: LabApi) -> None:
    """Right after the write the condition still speaks of the old value (O4.3)."""
    old = WISH | {"vlan": 200}
    api.put(objects.storage_setting(STORAGE_CODEC.text_of(old)))
    updating = asyncio.create_task(
        KIND.update(STORAGE_SETTING, old, WISH, {}, run.call(KIND, "storage"))
    )
    await until(lambda: NOT_STARTED in run.said.told)
    assert not updating.done()
    api.put(objects.storage_setting(TEXT))
    await asyncio.wait_for(updating, SECONDS)


async def test_same_network_in_another_spelling_is_left_as_it_stands(
    run: Run, api: LabApi
) -> None:
    spaced = json.dumps(dict(reversed(WISH.items())), indent=1)
    api.put(objects.storage_setting(spaced))
    live = await KIND.create(WISH, run.call(KIND, "storage"))
    assert live.inputs == WISH
    assert api.writes() == []
    assert value(api) == spaced


async def test_network_of_somebody_else_is_refused_with_the_way_to_import_it(
    run: Run, api: LabApi
) -> None:
    other = STORAGE_CODEC.text_of(WISH | {"vlan": 200})
    api.put(objects.storage_setting(other))
    for preview in (True, False):
        with pytest.raises(Refused) as refusal:
            await KIND.create(WISH, run.call(KIND, "storage", preview=preview))
        assert str(refusal.value) == (
            f"the cluster has a storage network already: {other}; to manage it: pulumi import "
            "harvester-net:index:StorageNetwork storage storage-network"
        )
    assert api.writes() == []


async def test_cluster_without_the_setting_is_no_harvester(run: Run, api: LabApi) -> None:
    with pytest.raises(Refused) as refusal:
        await KIND.create(WISH, run.call(KIND, "storage"))
    assert str(refusal.value) == (
        "the server has no Setting storage-network; is this Harvester 1.1 or newer?"
    )


async def test_running_vms_are_named_and_nothing_is_written(run: Run, api: LabApi) -> None:
    api.put(objects.storage_setting())
    api.put(objects.vm("off"))
    for name in ("b", "a"):
        api.put(objects.vm(name, status="Running", strategy="Always"))
        api.put(objects.vmi(name))
    for preview in (True, False):
        with pytest.raises(Refused) as refusal:
            await KIND.create(WISH, run.call(KIND, "storage", preview=preview))
        assert str(refusal.value) == (
            "Harvester does not set the storage network while VMs run; stop default/a, "
            "default/b, or allow it with disruption.stopVms: true"
        )
    assert api.writes() == []


async def test_attached_volumes_are_named_and_nothing_is_written(
    run: Run, api: LabApi
) -> None:
    api.put(objects.storage_setting(TEXT))
    api.put(objects.volume("pvc-1", "attached", "default/disk"))
    api.put(objects.volume("pvc-2", "attached", "cattle-monitoring-system/db"))
    api.put(objects.claim("db", "cattle-monitoring-system", "prometheus", "pvc-2"))
    with pytest.raises(Refused) as refusal:
        await KIND.delete(STORAGE_SETTING, WISH, run.call(KIND, "storage"))
    assert str(refusal.value) == (
        "Harvester does not clear the storage network while volumes are attached: pvc-1 "
        "(claim default/disk) is attached; stop the workloads that use them"
    )
    assert api.writes() == []


async def test_cluster_without_vms_and_longhorn_has_nothing_in_the_way(
    run: Run, api: LabApi
) -> None:
    api.unserve("virtualmachines", "virtualmachineinstances", "volumes")
    api.put(objects.storage_setting())
    controller(api)
    await KIND.create(WISH, run.call(KIND, "storage"))
    assert value(api) == TEXT


async def test_busy_setting_is_waited_for(run: Run, api: LabApi) -> None:
    api.put(objects.storage_setting())
    controller(api)
    busy = 'cannot update the setting "storage-network" because it is still being configured'
    api.deny("PATCH settings", busy, status=409, times=1)
    await asyncio.wait_for(KIND.create(WISH, run.call(KIND, "storage")), SECONDS)
    assert any(busy in told for told in run.said.told)
    assert api.count("PATCH settings") == 2


async def test_write_carries_the_version_that_was_looked_at(run: Run, api: LabApi) -> None:
    api.put(objects.storage_setting())
    controller(api)
    await KIND.create(WISH, run.call(KIND, "storage"))
    body = api.writes()[0].body
    assert set(body) == {"metadata", "value"}
    assert set(body["metadata"]) == {"resourceVersion"}
    assert body["value"] == TEXT


async def test_denial_is_told_and_nothing_is_recorded(run: Run, api: LabApi) -> None:
    api.put(objects.storage_setting())
    api.deny("PATCH settings", "allocatable IP address range is < 12", status=422)
    with pytest.raises(Denied, match="allocatable IP address range is < 12"):
        await KIND.create(WISH, run.call(KIND, "storage"))


async def until_late(
    api: LabApi, run: Run, begin: Callable[[Call], Coroutine[Any, Any, object]]
) -> None:
    """Wait for a call for which, while Harvester does nothing, the time runs out."""
    now = 0.0
    call = run.call(KIND, "storage", deadline=Deadline(60, now=lambda: now))
    task = asyncio.create_task(begin(call))
    await until(lambda: NOT_STARTED in run.said.told)
    now = 60.0
    # Whoever waits looks at the clock when something happens.
    api.change("settings", STORAGE_SETTING, {"metadata": {"labels": {"theirs": "x"}}})
    await asyncio.wait_for(task, SECONDS)


async def test_value_that_is_not_carried_out_in_time_is_unfinished(
    run: Run, api: LabApi
) -> None:
    api.put(objects.storage_setting())
    with pytest.raises(Unfinished) as failure:
        await until_late(api, run, lambda call: KIND.create(WISH, call))
    assert failure.value.key == STORAGE_SETTING
    assert failure.value.inputs == WISH
    assert failure.value.reasons == [f"storage network not done after 60 s: {NOT_STARTED}"]


async def test_read_of_an_unfinished_value_says_how_far_it_is(run: Run, api: LabApi) -> None:
    api.put(objects.storage_setting(TEXT, status="False", message="create NAD"))
    with pytest.raises(Unfinished) as failure:
        await KIND.read(STORAGE_SETTING, WISH, {}, run.call(KIND, "storage"))
    assert failure.value.reasons == ["not configured yet: create NAD"]


async def test_update_goes_on_waiting_without_another_write(run: Run, api: LabApi) -> None:
    api.put(objects.storage_setting(TEXT, status="False", message="create NAD"))
    updating = asyncio.create_task(
        KIND.update(STORAGE_SETTING, WISH, WISH, {}, run.call(KIND, "storage"))
    )
    await until(lambda: "create NAD" in run.said.told)
    api.put(objects.storage_setting(TEXT))
    await asyncio.wait_for(updating, SECONDS)
    assert api.writes() == []


async def test_read_gives_the_words_of_the_program(run: Run, api: LabApi) -> None:
    api.put(
        objects.storage_setting(
            STORAGE_CODEC.text_of(WISH | {"exclusiveVlan": False, "exclude": []})
        )
    )
    live = await KIND.read(STORAGE_SETTING, WISH, {}, run.call(KIND, "storage"))
    assert live is not None
    assert live.inputs == WISH


async def test_cleared_setting_is_gone(run: Run, api: LabApi) -> None:
    api.put(objects.storage_setting(""))
    assert await KIND.read(STORAGE_SETTING, WISH, {}, run.call(KIND, "storage")) is None
    assert await KIND.read("another", {}, {}, run.call(KIND, "storage")) is None


async def test_delete_clears_the_value_and_waits(run: Run, api: LabApi) -> None:
    api.put(objects.storage_setting(TEXT))
    deletion = asyncio.create_task(
        KIND.delete(STORAGE_SETTING, WISH, run.call(KIND, "storage"))
    )
    await until(lambda: value(api) == "" and api.count("WATCH settings"))
    assert not deletion.done()
    api.put(objects.storage_setting("", old_nad=NAD))
    await until(lambda: f"removing the network before, {NAD}" in run.said.told)
    api.put(objects.storage_setting("", old_nad=""))
    await asyncio.wait_for(deletion, SECONDS)
    assert [request.method for request in api.writes()] == ["PATCH"]
    assert run.said.warned == []


async def test_delete_of_what_is_cleared_writes_nothing(run: Run, api: LabApi) -> None:
    api.put(objects.storage_setting())
    await KIND.delete(STORAGE_SETTING, WISH, run.call(KIND, "storage"))
    assert api.writes() == []


async def test_delete_that_is_not_carried_out_in_time_says_how_far_it_is(
    run: Run, api: LabApi
) -> None:
    api.put(objects.storage_setting(TEXT))
    with pytest.raises(DeadlineExceeded) as failure:
        await until_late(api, run, lambda call: KIND.delete(STORAGE_SETTING, WISH, call))
    assert str(failure.value) == f"storage network not done after 60 s: {NOT_STARTED}"


async def test_network_that_harvester_lost_is_named_with_the_way_to_delete_it(
    run: Run, api: LabApi
) -> None:
    api.put(objects.storage_setting(TEXT))
    controller(api)
    api.put(objects.storage_nad("storagenetwork-lost"))
    await KIND.delete(STORAGE_SETTING, WISH, run.call(KIND, "storage"))
    assert run.said.warned == [
        "VM network harvester-system/storagenetwork-lost is left over from an earlier storage "
        "network and blocks every network config; delete it: kubectl -n harvester-system "
        "delete network-attachment-definitions storagenetwork-lost"
    ]


async def test_preview_with_unknowns_asks_nothing(run: Run, api: LabApi) -> None:
    desired = WISH | {"clusterNetwork": UNKNOWN}
    live = await KIND.create(desired, run.call(KIND, "storage", preview=True))
    assert live.outputs["uid"] is UNKNOWN
    assert api.seen == []


async def test_preview_of_a_change_writes_nothing(run: Run, api: LabApi) -> None:
    api.put(objects.storage_setting(TEXT))
    news = WISH | {"vlan": 301}
    live = await KIND.update(
        STORAGE_SETTING, WISH, news, {}, run.call(KIND, "storage", preview=True)
    )
    assert live.outputs == news | {"uid": uid(api), "vmNetwork": UNKNOWN}
    assert api.writes() == []


async def test_preview_without_a_change_knows_the_vm_network(run: Run, api: LabApi) -> None:
    api.put(objects.storage_setting(TEXT))
    live = await KIND.update(
        STORAGE_SETTING, WISH, WISH, {}, run.call(KIND, "storage", preview=True)
    )
    assert live.outputs == WISH | {"uid": uid(api), "vmNetwork": NAD}


async def test_vm_network_that_another_run_has_not_looked_at_is_not_judged(
    run: Run, api: LabApi
) -> None:
    api.put(objects.storage_setting(TEXT))
    assert KIND.outputs_to_renew({"vmNetwork": "older"}, run.call(KIND, "storage")) == []
    await run.cluster.list(SETTING, Deadline(SECONDS))
    call = run.call(KIND, "storage")
    assert KIND.outputs_to_renew({"vmNetwork": "older"}, call) == ["vmNetwork"]
    assert KIND.outputs_to_renew({"vmNetwork": NAD}, call) == []
    # A snapshot in a file may be older than the state.
    run.cluster.offline = True
    assert KIND.outputs_to_renew({"vmNetwork": "older"}, call) == []


@pytest.mark.parametrize("vlan", ["", '"vlan":0,', '"vlan":null,'], ids=repr)
async def test_untagged_storage_network_is_imported_however_it_says_so(
    run: Run, api: LabApi, vlan: str
) -> None:
    """Harvester's pages leave the key out, and the program must say it."""
    text = f'{{"clusterNetwork":"data",{vlan}"range":"{WISH["range"]}"}}'
    api.put(objects.storage_setting(text))
    live = await KIND.read(STORAGE_SETTING, {}, {}, run.call(KIND, "storage"))
    assert live is not None
    assert live.inputs == {"clusterNetwork": "data", "vlan": 0, "range": WISH["range"]}
    assert checked(KIND, live.inputs) == live.inputs
    await KIND.update(
        STORAGE_SETTING, live.inputs, live.inputs, live.outputs, run.call(KIND, "storage")
    )
    assert api.writes() == []


BROKEN = (
    "the value of the Setting storage-network cannot be read (is no JSON: Expecting value: "
    "line 1 column 1 (char 0)); mend it, or clear it"
)


async def test_value_that_cannot_be_read_is_no_storage_network_and_named(
    run: Run, api: LabApi
) -> None:
    api.put(objects.storage_setting("no JSON"))
    with pytest.raises(Refused) as refusal:
        await KIND.read(STORAGE_SETTING, {}, {}, run.call(KIND, "storage"))
    assert str(refusal.value) == BROKEN
    assert await KIND.read(STORAGE_SETTING, WISH, {}, run.call(KIND, "storage")) is None
    assert run.said.warned == [f"the storage network is gone: {BROKEN}"]


async def test_value_that_cannot_be_read_is_not_written_over(run: Run, api: LabApi) -> None:
    api.put(objects.storage_setting("no JSON"))
    for act in (
        lambda: KIND.create(WISH, run.call(KIND, "storage")),
        lambda: KIND.create(WISH, run.call(KIND, "storage", preview=True)),
        lambda: KIND.update(STORAGE_SETTING, WISH, WISH, {}, run.call(KIND, "storage")),
        lambda: KIND.delete(STORAGE_SETTING, WISH, run.call(KIND, "storage")),
    ):
        with pytest.raises(Refused) as refusal:
            await act()
        assert str(refusal.value) == BROKEN
    assert api.writes() == []
