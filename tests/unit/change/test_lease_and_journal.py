"""Who may work, and what a killed process leaves behind."""

from __future__ import annotations

import asyncio
import os
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from harvester_net.change import journal, lease
from harvester_net.change.errors import LeaseLost, UnreadableJournal
from harvester_net.change.journal import Journal, record_in
from harvester_net.change.record import ConfigRecord, Record, VmRecord
from harvester_net.cluster.errors import Conflict
from harvester_net.cluster.resources import CONFIG_MAP, LEASE, SETTING, Object
from harvester_net.cluster.timings import DEFAULT_TIMINGS

from ...timing import hasten
from .live import LiveCluster, as_cluster, opened
from .sites import UP
from .world import World

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
HOST = socket.gethostname()


def held_by(holder: str, seconds_ago: float = 0, **spec: Any) -> Object:
    """A lease that somebody renewed so long ago."""
    renewed = (NOW - timedelta(seconds=seconds_ago)).strftime(lease.TIME)
    return {"spec": {"holderIdentity": holder, "renewTime": renewed} | spec}


@pytest.mark.parametrize(
    ("found", "free"),
    [
        ({"spec": {}}, True),
        ({}, True),
        (held_by(""), True),
        (held_by("ann"), False),
        (held_by("ann", 29), False),
        (held_by("ann", 31), True),
        (held_by("ann", 31, leaseDurationSeconds=60), False),
        (held_by("ann", 11, leaseDurationSeconds=10), True),
    ],
)
def test_a_lease_is_free_when_released_or_expired(found: Object, free: bool) -> None:
    assert lease.is_free(found, NOW) is free


def test_our_own_identity_is_alive_and_never_the_same_twice() -> None:
    first, second = lease.identity("ann"), lease.identity("ann")
    assert first != second
    assert first.startswith(f"ann (process {os.getpid()} on {HOST}, ")
    assert not lease.is_dead(first)
    assert not lease.is_free(held_by(first), NOW)


@pytest.mark.parametrize(
    ("holder", "dead"),
    [
        ("ann", False),
        ("", False),
        ("ann (process 1 on elsewhere, 5-abcd)", False),
        (f"ann (process x on {HOST}, 5-abcd)", False),
        (f"ann (process 999999999 on {HOST}, 5-abcd)", True),
        (f"ann (process {os.getpid()} on {HOST}, 1-abcd)", True),
        (f"a (b) (process 999999999 on {HOST}, 5-abcd)", True),
    ],
    ids=["no process", "nobody", "elsewhere", "no pid", "no such pid", "younger pid", "name"],
)
def test_a_holder_is_dead_if_its_process_on_this_machine_is_no_more(
    holder: str, dead: bool
) -> None:
    assert lease.is_dead(holder) is dead


def test_a_dead_holder_holds_nothing() -> None:
    assert lease.is_free(held_by(f"ann (process 999999999 on {HOST}, 5-abcd)"), NOW)


async def test_a_lease_is_held_and_then_released() -> None:
    live = LiveCluster(World((1, 8)).put(*_setting("storage-network")))
    async with lease.hold(as_cluster(live), "ann", live.deadline()):
        spec = live.world.of(LEASE)[lease.KEY]["spec"]
        assert spec["holderIdentity"].startswith("ann (process ")
        assert spec["leaseDurationSeconds"] == DEFAULT_TIMINGS.lease
    assert live.world.of(LEASE)[lease.KEY]["spec"]["holderIdentity"] == ""


def _setting(name: str) -> tuple[Any, Object]:
    return SETTING, {"metadata": {"name": name}}


async def test_an_expired_lease_is_taken_over() -> None:
    live = LiveCluster(World((1, 8)).put(*_setting("storage-network")))
    old = held_by("bob", 3600) | {
        "metadata": {"name": "harvester-net-change", "namespace": "harvester-system"}
    }
    old["spec"]["renewTime"] = "2020-01-01T00:00:00.000000Z"
    live.world = live.world.put(LEASE, old)
    async with lease.hold(as_cluster(live), "ann", live.deadline()):
        holder = live.world.of(LEASE)[lease.KEY]["spec"]["holderIdentity"]
        assert holder.startswith("ann ")


async def test_a_lease_that_somebody_took_over_is_lost() -> None:
    live = LiveCluster(World((1, 8)).put(*_setting("storage-network")))
    hasten(live, lease_renewal=0.001)
    async with lease.hold(as_cluster(live), "ann", live.deadline()) as lost:
        taken = {"spec": {"holderIdentity": "bob"}}
        live.world = live.world.changed(LEASE, lease.KEY, taken)
        async with asyncio.timeout(10):
            with pytest.raises(LeaseLost):
                await asyncio.shield(lost)


async def test_a_conflict_over_our_own_lease_is_no_loss() -> None:
    live = LiveCluster(World((1, 8)).put(*_setting("storage-network")))
    hasten(live, lease_renewal=0.001)
    again = asyncio.Event()

    def conflict(write: Any) -> None:
        if len(live.writes) == 3:
            raise Conflict("somebody touched it")
        if len(live.writes) > 4:
            again.set()

    live.before_write = conflict
    async with lease.hold(as_cluster(live), "ann", live.deadline()) as lost:
        async with asyncio.timeout(10):
            await again.wait()
        assert not lost.done()


# --- the journal -----------------------------------------------------------------------------


RECORD = Record(
    id="abcd",
    goal=UP,
    version=(1, 8),
    who="ann",
    old_mtu=1500,
    kept="nc-0",
    configs={
        "nc-0": ConfigRecord(manifest={"spec": {"a": [1]}}, nodes=["n1"], bonds={"n1": 4})
    },
    vm_networks={"default/net": '{"a": 1}'},
    vms={"default/vm": VmRecord(strategy=None, phase="", finished=True)},
    storage='{"a" : 1}',
    rwx="",
    storage_before="x",
    done=["stop default/vm"],
    unverified=["hm"],
)


async def test_what_is_journalled_is_read_back_the_same() -> None:
    live = LiveCluster(World((1, 8)).put(*_setting("storage-network")))
    await opened(live, RECORD)
    assert await journal.read(as_cluster(live), live.deadline()) == RECORD


async def test_a_large_journal_is_packed_and_read_back_the_same() -> None:
    vms = {f"default/vm-{number}": VmRecord(strategy="Always") for number in range(20_000)}
    large = RECORD.model_copy(update={"vms": vms})
    live = LiveCluster(World((1, 8)).put(*_setting("storage-network")))
    book = await opened(live, RECORD)
    book.note(lambda _: large)
    await book.write()
    stored = await as_cluster(live).get(CONFIG_MAP, journal.KEY, live.deadline())
    assert stored is not None
    assert len(str(stored)) < 1024 * 1024
    assert await journal.read(as_cluster(live), live.deadline()) == large


async def test_without_a_journal_nothing_is_unfinished() -> None:
    live = LiveCluster(World((1, 8)))
    assert await journal.read(as_cluster(live), live.deadline()) is None


@pytest.mark.parametrize(
    "config_map",
    [
        {},
        {"data": None},
        {"data": {}},
        {"data": {"record": "no JSON"}},
        {"data": {"record": "[]"}},
        {"data": {"record": '{"goal": {"kind": "of a later version"}}'}},
    ],
)
def test_a_journal_of_another_version_is_said_to_be_unreadable(config_map: Object) -> None:
    with pytest.raises(UnreadableJournal) as unreadable:
        record_in(config_map)
    assert str(unreadable.value) == (
        "the journal of an unfinished change, ConfigMap "
        "harvester-system/harvester-net-journal, cannot be read by this version of "
        "harvester-net; finish the change with the version that began it"
    )


async def test_notes_of_several_steps_go_in_one_write() -> None:
    live = LiveCluster(World((1, 8)).put(*_setting("storage-network")))
    book = await opened(live, RECORD)
    book.note(lambda record: record.with_done("a"))
    book.note(lambda record: record.with_done("b"))
    await asyncio.gather(book.write(), book.write(), book.write())
    assert len(live.writes) == 1
    read = await journal.read(as_cluster(live), live.deadline())
    assert read is not None
    assert read.done == ["stop default/vm", "a", "b"]


async def test_a_journal_whose_create_lost_its_answer_is_written_again() -> None:
    live = LiveCluster(World((1, 8)).put(*_setting("storage-network")))
    await opened(live, RECORD)
    other = RECORD.model_copy(update={"id": "efgh"})
    await Journal(as_cluster(live), live.deadline(), other).open()
    assert await journal.read(as_cluster(live), live.deadline()) == other


async def test_a_closed_journal_is_gone() -> None:
    live = LiveCluster(World((1, 8)).put(*_setting("storage-network")))
    book = await opened(live, RECORD)
    await book.close()
    assert live.world.of(CONFIG_MAP) == {}
