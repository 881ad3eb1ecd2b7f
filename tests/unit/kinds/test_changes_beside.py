"""Plain writes beside an unfinished change: refused, or waited for where this run ends it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator

import pytest

from harvester_net.change import journal
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.change.record import ConfigRecord, Record
from harvester_net.cluster.resources import Object
from harvester_net.harvester.names import MIGRATION_SETTING, STORAGE_SETTING
from harvester_net.harvester.network_configs import manifest_of
from harvester_net.harvester.network_settings import MIGRATION
from harvester_net.kinds.codecs.network_setting import MIGRATION_CODEC
from harvester_net.kinds.desired_state import DesiredState
from harvester_net.kinds.failures import Refused, Unfinished
from harvester_net.kinds.registry import KINDS

from ... import objects
from ...cluster import LabApi
from ...waiting import until
from ..programs import (
    CLUSTER_NETWORK,
    MIGRATION_NETWORK,
    NETWORK_CONFIG,
    STORAGE_NETWORK,
    VM_NETWORK,
    program,
)
from .calls import Run, running

NETWORK, CONFIG, VM_NET, STORAGE = (
    KINDS[token] for token in (CLUSTER_NETWORK, NETWORK_CONFIG, VM_NETWORK, STORAGE_NETWORK)
)
MIGRATES = KINDS[MIGRATION_NETWORK]
TEXT = '{"vlan":300,"clusterNetwork":"data","range":"192.168.0.0/24"}'
RECORD = Record(
    goal=MtuGoal(cluster_network="data", mtu=9000),
    version=(1, 8),
    who="ada",
    began="2026-01-01T10:00:00Z",
    old_mtu=1500,
    kept="nc-1",
    configs={"nc-1": ConfigRecord(manifest=manifest_of(objects.config("nc-1")), nodes=[])},
    storage=TEXT,
)
SAID = (
    "MTU of cluster network data: 1500 -> 9000 is not finished, begun 2026-01-01T10:00:00Z by "
    "ada, and nothing else is written meanwhile; `harvester-net mtu status` shows where it "
    "stands"
)
VM100 = program(VM_NETWORK, clusterNetwork="data")


@pytest.fixture
async def run(api: LabApi) -> AsyncIterator[Run]:
    api.put(journal_of(RECORD))
    async with running(api) as started:
        yield started


def journal_of(record: Record) -> Object:
    namespace, _, name = journal.KEY.partition("/")
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "data": {journal.FIELD: record.model_dump_json()},
    }


async def refused(work: object) -> None:
    with pytest.raises(Refused) as refusal:
        await work  # type: ignore[misc]
    assert str(refusal.value) == SAID


async def test_nothing_is_made_changed_or_deleted_on_its_cluster_network(
    run: Run, api: LabApi
) -> None:
    api.put(objects.cluster_network("data"))
    api.put(objects.nad("vm100"))
    live = await VM_NET.read("default/vm100", {}, {}, run.call(VM_NET, "mine"))
    assert live is not None
    new = program(VM_NETWORK, clusterNetwork="data", name="new")
    await refused(VM_NET.create(new, run.call(VM_NET, "new")))
    labelled = live.inputs | {"labels": {"team": "a"}}
    call = run.call(VM_NET, "mine")
    await refused(VM_NET.update(live.key, live.inputs, labelled, live.outputs, call))
    await refused(VM_NET.delete(live.key, live.outputs, run.call(VM_NET, "mine")))
    assert api.writes() == []


async def test_other_cluster_networks_are_free(run: Run, api: LabApi) -> None:
    await NETWORK.create({"name": "other"}, run.call(NETWORK, "mine"))
    assert api.has("clusternetworks", "other")


async def test_run_that_is_going_to_finish_it_waits(run: Run, api: LabApi) -> None:
    api.put(objects.cluster_network("data"))
    program_of_the_run = DesiredState()
    NETWORK.check({"name": "data", "mtu": 9000}, program_of_the_run)
    call = run.call(VM_NET, "mine", desired_state=program_of_the_run)
    making = asyncio.ensure_future(VM_NET.create(VM100, call))
    await until(lambda: any("waiting for a change: MTU of" in told for told in run.said.told))
    assert not making.done()
    api.remove("configmaps", journal.KEY)
    await asyncio.wait_for(making, 5)


async def test_storage_network_that_is_cleared_for_it_is_not_gone(
    run: Run, api: LabApi
) -> None:
    api.put(objects.setting(STORAGE_SETTING, ""))
    inputs = {"clusterNetwork": "data", "vlan": 300, "range": "192.168.0.0/24"}
    with pytest.raises(Unfinished, match="is not finished: 0 of"):
        await STORAGE.read(STORAGE_SETTING, inputs, {}, run.call(STORAGE, "mine"))
    await refused(STORAGE.create(inputs, run.call(STORAGE, "mine")))
    assert api.writes() == []


async def test_value_that_harvester_gave_up_is_not_cleared_beside_it(
    run: Run, api: LabApi
) -> None:
    inputs = program(MIGRATION_NETWORK, clusterNetwork="data")
    text = MIGRATION_CODEC.text_of(inputs)
    digest = hashlib.sha1(text.encode()).hexdigest()
    setting = objects.setting(MIGRATION_SETTING, text)
    setting["metadata"]["annotations"] = {MIGRATION.digest_note: digest}
    failed = {"type": "configured", "status": "False", "reason": "CreateNadError"}
    api.put(setting | {"status": {"conditions": [failed]}})
    call = run.call(MIGRATES, "mine")
    await refused(MIGRATES.update(MIGRATION_SETTING, inputs, inputs, {}, call))
    assert api.writes() == []
