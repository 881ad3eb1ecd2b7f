"""Who may work, and what a killed process leaves behind."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest

from harvester_net.change import journal, lease
from harvester_net.change.errors import ChangeBusy, LeaseLost, UnreadableJournal
from harvester_net.change.journal import Journal, record_in
from harvester_net.change.record import ConfigRecord, Record, VmRecord
from harvester_net.cluster.errors import (
    AlreadyExists,
    ClusterError,
    Conflict,
    Forbidden,
    NotFound,
    Unreachable,
)
from harvester_net.cluster.resources import CONFIG_MAP, LEASE, SETTING, Object, Resource
from harvester_net.cluster.timings import DEFAULT_TIMINGS
from harvester_net.harvester.network_configs import manifest_of

from ... import objects
from ...timing import hasten
from .live import LiveCluster, as_cluster, opened
from .sites import UP
from .world import World

HOST = socket.gethostname()
MACHINE = lease._machine()
META = {"name": "harvester-net-change", "namespace": "harvester-system"}


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def held_by(holder: str, **spec: Any) -> Object:
    """A lease that somebody holds."""
    return {"metadata": META, "spec": {"holderIdentity": holder} | spec}


def cluster_with(*objects: tuple[Resource, Object], **times: Any) -> LiveCluster:
    """A cluster that has these objects, and never waits long."""
    world = World((1, 8)).put(*_setting("storage-network"))
    for resource, obj in objects:
        world = world.put(resource, obj)
    live = LiveCluster(world)
    hasten(live, lease_poll=0.001, **times)
    return live


def _setting(name: str) -> tuple[Any, Object]:
    return SETTING, {"metadata": {"name": name}}


def test_our_own_identity_is_alive_and_never_the_same_twice() -> None:
    first, second = lease.identity("ann"), lease.identity("ann")
    assert first != second
    assert first.startswith(f"ann (process {os.getpid()} on {HOST}, ")
    assert not lease.is_dead(first)
    assert lease.readable(first) == f"ann (process {os.getpid()} on {HOST})"


@pytest.mark.parametrize(
    ("holder", "dead"),
    [
        ("ann", False),
        ("", False),
        (f"ann (process 999999999 on elsewhere, {MACHINE}-5-abcdef01)", True),
        (f"ann (process 999999999 on {HOST}, 0123456789ab-5-abcdef01)", False),
        (f"ann (process 999999999 on {HOST}, -5-abcdef01)", False),
        (f"ann (process x on {HOST}, {MACHINE}-5-abcdef01)", False),
        (f"ann (process {os.getpid()} on {HOST}, {MACHINE}-1-abcdef01)", True),
        (f"ann (process {os.getpid()} on {HOST}, {MACHINE}--abcdef01)", False),
        (f"ann (process 1 on {HOST}, {MACHINE}--abcdef01)", False),
        (f"a (b) (process 999999999 on {HOST}, {MACHINE}-5-abcdef01)", True),
        (f"ann (process 999999999 on {HOST}, 5-abcdef01)", False),
    ],
    ids=[
        "no process",
        "nobody",
        "this machine had another name",
        "another machine of our name",
        "a machine that cannot tell",
        "no pid",
        "younger pid",
        "start unknown",
        "another user's process",
        "name",
        "an older version's",
    ],
)
def test_a_holder_is_dead_if_its_process_on_this_machine_is_no_more(
    holder: str, dead: bool
) -> None:
    assert lease.is_dead(holder) is dead


@pytest.mark.parametrize(
    ("seconds", "duration"),
    [(30, 30), (None, 300), (0, 300), (-1, 300), ("9", 300), (999, 300)],
)
def test_what_a_lease_says_of_its_duration_is_bounded(seconds: Any, duration: float) -> None:
    assert lease.duration_of(held_by("ann", leaseDurationSeconds=seconds)) == duration


@pytest.mark.parametrize(
    ("found", "held"),
    [
        ({"spec": {}}, False),
        (held_by("ann", leaseDurationSeconds=30), True),
        (held_by("ann", leaseDurationSeconds=30, renewTime="2026-01-01T12:00:00.0Z"), True),
        (held_by("ann", leaseDurationSeconds=30, renewTime="2026-01-01T11:59:00.0Z"), False),
        (held_by("ann", leaseDurationSeconds=30, renewTime="yesterday"), True),
    ],
)
def test_whether_a_lease_seems_held_is_for_people_to_read(found: Object, held: bool) -> None:
    assert lease.seems_held(found, datetime(2026, 1, 1, 12, 0, tzinfo=UTC)) is held


async def test_a_lease_is_held_and_then_released() -> None:
    live = cluster_with()
    async with lease.hold(as_cluster(live), "ann", live.deadline()):
        spec = live.world.of(LEASE)[lease.KEY]["spec"]
        assert spec["holderIdentity"].startswith("ann (process ")
        assert spec["leaseDurationSeconds"] == DEFAULT_TIMINGS.lease
    assert live.world.of(LEASE)[lease.KEY]["spec"]["holderIdentity"] == ""


def test_a_holder_gives_up_before_anybody_may_take_over() -> None:
    times = DEFAULT_TIMINGS
    assert times.lease_renewal < times.renew_deadline < times.lease


@pytest.mark.parametrize(
    "renewed",
    ["2020-01-01T00:00:00.000000Z", "2199-01-01T00:00:00.000000Z"],
    ids=["by a clock that is late", "by a clock that is ahead"],
)
async def test_a_lease_is_taken_over_after_its_duration_by_our_own_clock_alone(
    renewed: str,
) -> None:
    live = cluster_with((LEASE, held_by("bob", leaseDurationSeconds=15, renewTime=renewed)))
    clock, said = Clock(), list[str]()

    def waiting(words: str) -> None:
        said.append(words)
        clock.now += 5

    held = lease.hold(as_cluster(live), "ann", live.deadline(), waiting=waiting, clock=clock)
    async with held:
        assert live.world.of(LEASE)[lease.KEY]["spec"]["holderIdentity"].startswith("ann ")
    assert len(said) == 4
    assert said[0] == (
        "bob, who holds the lease, to show that it lives; after 15 s of silence we go on"
    )


async def test_a_holder_that_renews_is_busy_whatever_its_clock_says() -> None:
    old = "2020-01-01T00:00:00.000000Z"
    live = cluster_with((LEASE, held_by("bob", acquireTime="noon", renewTime=old)))

    def renew(words: str) -> None:
        live.world = live.world.changed(LEASE, lease.KEY, {"spec": {"renewTime": old + "!"}})

    with pytest.raises(ChangeBusy, match="is going on since noon, by bob; try again"):
        async with lease.hold(as_cluster(live), "ann", live.deadline(), waiting=renew):
            raise AssertionError("nobody else may work")
    assert live.world.of(LEASE)[lease.KEY]["spec"]["holderIdentity"] == "bob"


class Slow(LiveCluster):
    """A cluster whose first answers about the lease take so long, by a clock."""

    def __init__(self, clock: Clock, seconds: list[float], *lease: Object) -> None:
        world = World((1, 8)).put(*_setting("storage-network"))
        for obj in lease:
            world = world.put(LEASE, obj)
        super().__init__(world)
        hasten(self, lease_poll=0.001)
        self._clock, self._seconds = clock, seconds

    async def get(self, resource: Resource, key: str, deadline: Any) -> Object | None:
        self._clock.now += self._seconds.pop(0) if self._seconds else 0
        return await super().get(resource, key, deadline)


async def test_an_outage_is_no_silence_of_the_holder() -> None:
    clock, said = Clock(), list[str]()
    live = Slow(clock, [3600], held_by("bob", leaseDurationSeconds=15))

    def renew(words: str) -> None:
        said.append(words)
        if len(said) == 2:
            spec = {"spec": {"renewTime": "2026-01-01T00:00:00.000000Z"}}
            live.world = live.world.changed(LEASE, lease.KEY, spec)

    held = lease.hold(as_cluster(live), "ann", live.deadline(), waiting=renew, clock=clock)
    with pytest.raises(ChangeBusy):
        async with held:
            raise AssertionError("the holder lives")
    assert len(said) == 2


async def test_an_outage_before_the_lease_is_taken_costs_nothing_of_it() -> None:
    clock = Clock()
    live = Slow(clock, [3600])
    async with lease.hold(as_cluster(live), "ann", live.deadline(), clock=clock) as (ours, _):
        assert ours.check() == DEFAULT_TIMINGS.renew_deadline


@pytest.mark.parametrize(
    ("lost", "seconds"),
    [
        pytest.param(True, 100.0, id="its answer is lost"),
        pytest.param(False, 100.0, id="it takes long"),
        pytest.param(False, DEFAULT_TIMINGS.renew_deadline / 2, id="half of it is over"),
    ],
)
async def test_a_lease_that_was_taken_long_ago_is_taken_anew(
    lost: bool, seconds: float
) -> None:
    """Others count from the write, so whoever acts on it must know when that was."""
    clock = Clock()
    live = Slow(clock, [])
    create = live.create

    async def made(resource: Resource, obj: Object, deadline: Any) -> Object:
        answer = await create(resource, obj, deadline)
        clock.now += seconds
        if lost:
            raise AlreadyExists("a try before was carried out")
        return answer

    live.create = made  # type: ignore[method-assign]
    async with lease.hold(as_cluster(live), "ann", live.deadline(), clock=clock) as (ours, _):
        assert [verb for verb, *_ in live.writes] == ["create", "patch"]
        assert ours.check() == DEFAULT_TIMINGS.renew_deadline


async def test_who_cannot_renew_writes_no_more_before_the_lease_is_over() -> None:
    live, clock = cluster_with(), Clock()
    async with lease.hold(as_cluster(live), "ann", live.deadline(), clock=clock) as (ours, _):
        guarded = live.deadline().guarded(ours.check)
        assert guarded.within(5).writable == DEFAULT_TIMINGS.renew_deadline
        clock.now += DEFAULT_TIMINGS.renew_deadline - 1
        assert guarded.writable == 1
        clock.now += 1
        with pytest.raises(LeaseLost, match="could not be renewed for 20 s"):
            assert guarded.within(5).writable == 0


async def test_a_lease_that_somebody_took_over_is_lost_and_stays_theirs() -> None:
    live = cluster_with(lease_renewal=0.001)
    async with lease.hold(as_cluster(live), "ann", live.deadline()) as (_, lost):
        taken = {"spec": {"holderIdentity": "bob"}}
        live.world = live.world.changed(LEASE, lease.KEY, taken)
        async with asyncio.timeout(10):
            with pytest.raises(LeaseLost, match="was taken over"):
                await asyncio.shield(lost)
    assert live.world.of(LEASE)[lease.KEY]["spec"]["holderIdentity"] == "bob"


@pytest.mark.parametrize(
    "answer",
    [
        Conflict("somebody touched it"),
        Unreachable("no answer"),
        Forbidden("401, once"),
        NotFound("somebody deleted it"),
    ],
    ids=["conflict", "outage", "not authorized", "deleted"],
)
async def test_one_bad_answer_over_our_own_lease_is_no_loss(answer: ClusterError) -> None:
    live = cluster_with(lease_renewal=0.001)
    again = asyncio.Event()

    def trouble(write: Any) -> None:
        if len(live.writes) == 3:
            if isinstance(answer, NotFound):
                live.world = live.world.without(LEASE, lease.KEY)
            raise answer
        if len(live.writes) > 5:
            again.set()

    live.before_write = trouble
    async with lease.hold(as_cluster(live), "ann", live.deadline()) as (_, lost):
        async with asyncio.timeout(10):
            await again.wait()
        assert not lost.done()
        assert live.world.of(LEASE)[lease.KEY]["spec"]["holderIdentity"].startswith("ann ")


async def test_an_outage_longer_than_the_renew_deadline_loses_the_lease() -> None:
    live, clock = cluster_with(lease_renewal=0.001), Clock()

    def outage(write: Any) -> None:
        if len(live.writes) > 1:
            clock.now += 3
            raise Unreachable("no answer")

    live.before_write = outage
    async with lease.hold(as_cluster(live), "ann", live.deadline(), clock=clock) as (_, lost):
        async with asyncio.timeout(10):
            with pytest.raises(LeaseLost, match="nothing more is done here"):
                await asyncio.shield(lost)


# --- the journal -----------------------------------------------------------------------------


MANIFEST = manifest_of(objects.config("nc-0", "data", ["n1"]))
RECORD = Record(
    id="abcd",
    goal=UP,
    version=(1, 8),
    who="ann",
    old_mtu=1500,
    kept="nc-0",
    configs={"nc-0": ConfigRecord(manifest=MANIFEST, nodes=["n1"], bonds={"n1": 4})},
    vm_networks={"default/net": '{"type": "bridge"}'},
    vms={"default/vm": VmRecord(strategy=None, phase="", finished=True)},
    storage='{"a" : 1}',
    rwx="",
    storage_before='{"b":2}',
    done=["stop default/vm"],
    unverified=["hm"],
)


async def test_what_is_journalled_is_read_back_the_same() -> None:
    live = LiveCluster(World((1, 8)).put(*_setting("storage-network")))
    await opened(live, RECORD)
    assert await journal.read(as_cluster(live), live.deadline()) == RECORD


async def test_a_journal_that_is_kept_is_written_again() -> None:
    live = cluster_with(lease_renewal=0.001)
    book = await opened(live, RECORD)
    live.world = live.world.without(CONFIG_MAP, journal.KEY)
    again = asyncio.Event()
    live.before_write = lambda write: again.set()
    keeping = asyncio.create_task(book.keep())
    async with asyncio.timeout(10):
        await again.wait()
    keeping.cancel()
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


@pytest.mark.parametrize(("room", "field"), [(0, "data"), (-1, "binaryData")])
def test_a_journal_is_packed_when_it_is_longer_than_may_be_read(
    room: int, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "LARGEST_TEXT", len(RECORD.model_dump_json()) + room)
    assert field in journal.trial(RECORD)
    assert record_in(journal.trial(RECORD)) == RECORD


async def test_without_a_journal_nothing_is_unfinished() -> None:
    live = LiveCluster(World((1, 8)))
    assert await journal.read(as_cluster(live), live.deadline()) is None


def record_with(**fields: Any) -> str:
    """The text of a record with these fields; None leaves one out."""
    written = json.loads(RECORD.model_dump_json()) | fields
    return json.dumps({name: value for name, value in written.items() if value is not None})


def test_a_journal_from_before_vms_went_a_few_at_a_time_can_be_read() -> None:
    before = {"data": {"record": record_with(max_parallel=None)}}
    assert record_in(before).max_parallel == 20


@pytest.mark.parametrize(
    "config_map",
    [
        {},
        {"data": None},
        {"data": {}},
        {"data": {"record": "no JSON"}},
        {"data": {"record": "[]"}},
        {"data": {"record": '{"goal": {"kind": "of a later version"}}'}},
        {"data": {"record": record_with(ofALaterVersion=1)}},
        {"data": {"record": record_with(format=2)}},
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


async def test_a_journal_whose_create_lost_its_answer_is_ours() -> None:
    live = cluster_with()
    await opened(live, RECORD)
    again = Journal(as_cluster(live), live.deadline(), RECORD)
    await again.open()
    again.note(lambda record: record.with_done("a"))
    await again.write()
    read = await journal.read(as_cluster(live), live.deadline())
    assert read is not None
    assert read.done == [*RECORD.done, "a"]


async def test_the_journal_of_another_change_is_never_written_over() -> None:
    live = cluster_with()
    await opened(live, RECORD)
    other = RECORD.model_copy(update={"id": "efgh"})
    with pytest.raises(LeaseLost, match="another change's"):
        await Journal(as_cluster(live), live.deadline(), other).open()
    assert await journal.read(as_cluster(live), live.deadline()) == RECORD


async def test_whoever_was_overtaken_finds_out_at_its_next_write() -> None:
    live = cluster_with()
    stale = await opened(live, RECORD)
    found = await journal.find(as_cluster(live), live.deadline())
    assert found is not None
    other = Journal(as_cluster(live), live.deadline(), found.record, found)
    other.note(lambda record: record.with_done("by the other"))
    await other.write()
    stale.note(lambda record: record.with_done("by the stale one"))
    with pytest.raises(LeaseLost):
        await stale.write()
    read = await journal.read(as_cluster(live), live.deadline())
    assert read is not None
    assert read.done == [*RECORD.done, "by the other"]


async def test_a_label_on_the_journal_is_no_other_change() -> None:
    live = cluster_with()
    book = await opened(live, RECORD)
    live.world = live.world.changed(
        CONFIG_MAP, journal.KEY, {"metadata": {"labels": {"a": "b"}}}
    )
    book.note(lambda record: record.with_done("a"))
    await book.write()
    read = await journal.read(as_cluster(live), live.deadline())
    assert read is not None
    assert read.done[-1] == "a"


async def test_a_journal_that_vanished_is_written_again_from_memory() -> None:
    live = cluster_with()
    book = await opened(live, RECORD)
    live.world = live.world.without(CONFIG_MAP, journal.KEY)
    book.note(lambda record: record.with_done("a"))
    await book.write()
    assert await journal.read(as_cluster(live), live.deadline()) == book.record


async def test_a_journal_that_is_not_ours_any_more_is_not_closed() -> None:
    live = cluster_with()
    book = await opened(live, RECORD)
    live.world = live.world.without(CONFIG_MAP, journal.KEY)
    other = RECORD.model_copy(update={"id": "efgh"})
    await opened(live, other)
    with pytest.raises(Conflict):
        await book.close()
    assert await journal.read(as_cluster(live), live.deadline()) == other


def test_a_journal_that_unpacks_to_more_than_any_record_is_unreadable() -> None:
    bomb = base64.b64encode(zlib.compress(bytes(2**27))).decode()
    with pytest.raises(UnreadableJournal):
        record_in({"binaryData": {"record.zlib": bomb}})


async def test_a_closed_journal_is_gone() -> None:
    live = LiveCluster(World((1, 8)).put(*_setting("storage-network")))
    book = await opened(live, RECORD)
    await book.close()
    assert live.world.of(CONFIG_MAP) == {}
