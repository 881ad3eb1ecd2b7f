"""One run over the steps of a record: side by side, retried, interrupted, and told."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from harvester_net.change import apply as change
from harvester_net.change import journal, lease
from harvester_net.change.consent import Consent
from harvester_net.change.context import ChangeContext, Observer
from harvester_net.change.continuation import way_back
from harvester_net.change.errors import (
    ChangeBusy,
    ChangeRefused,
    ChangeRolledBack,
    ChangeStopped,
)
from harvester_net.change.executor import Executor
from harvester_net.change.journal import Journal
from harvester_net.change.plan import plan
from harvester_net.change.record import Record
from harvester_net.change.report import error_text, plan_text
from harvester_net.change.steps.vms import is_halted
from harvester_net.cluster.errors import Denied, Rejected
from harvester_net.cluster.resources import (
    CONFIG_MAP,
    LEASE,
    LINK_MONITOR,
    VLAN_CONFIG,
    VM,
    VMI,
    VOLUME,
    Object,
)
from harvester_net.kinds.changes import INPUTS

from .clusters import picture
from .controllers import settled
from .live import Heard, LiveCluster, as_cluster, context_on, opened
from .sites import FULL, UP, site
from .world import HINDRANCE, HOME, World

VMS: dict[str, str | bool] = {"default/vm1": "Always", "default/vm2": "RerunOnFailure"}


def record_of(world: World, consent: Consent = FULL) -> Record:
    made = plan(world.snapshot, UP, consent)
    assert made.refusals == []
    return made.record.model_copy(update={"id": "abcd", "began": "2026-01-01T00:00:00Z"})


async def ran(live: LiveCluster, heard: Heard | None = None) -> Journal:
    """The journal after a whole run."""
    book = await opened(live, record_of(live.world))
    await Executor(context_on(live, heard), book).run()
    return book


async def test_run_does_all_steps_and_the_journal_says_so() -> None:
    live, heard = LiveCluster(site(vms=VMS)), Heard()
    book = await ran(live, heard)
    assert UP.is_reached(live.world.snapshot)
    assert sorted(book.record.done) == [
        "create nc-1",
        "delete nc-1",
        "set mtu nc-0",
        "start default/vm1",
        "start default/vm2",
        "stop default/vm1",
        "stop default/vm2",
    ]
    assert heard.steps[-1].startswith("step ")
    assert await journal.read(as_cluster(live), live.deadline()) == book.record


async def test_steps_that_do_not_need_each_other_run_side_by_side() -> None:
    live, heard = LiveCluster(site(nodes=4, vms=VMS)), Heard()
    await ran(live, heard)
    for group in (
        {"stop default/vm1", "stop default/vm2"},
        {"delete nc-1", "delete nc-2", "delete nc-3"},
        {"create nc-1", "create nc-2", "create nc-3"},
    ):
        states = [(step, state) for step, state in heard.events if step in group]
        begun = {step for step, state in states[: _first_done(states)]}
        assert begun == group


def _first_done(states: list[tuple[str, str]]) -> int:
    return next(number for number, (_, state) in enumerate(states) if state == "done")


async def test_everything_is_in_the_journal_before_the_first_other_write() -> None:
    live = LiveCluster(site(vms=VMS))
    seen: list[Record] = []

    def look(write: tuple[str, object, str]) -> None:
        if write[1] is not CONFIG_MAP:
            seen.append(journal.record_in(live.world.of(CONFIG_MAP)[journal.KEY]))

    live.before_write = look
    await ran(live)
    assert set(seen[0].vms) == set(VMS)
    assert set(seen[0].configs) == {"nc-0", "nc-1"}
    assert [len(record.done) for record in seen] == sorted(len(r.done) for r in seen)


async def test_a_step_that_is_done_already_writes_nothing() -> None:
    live = LiveCluster(site())
    await ran(live)
    live.writes.clear()
    book = Journal(as_cluster(live), live.deadline(), record_of(site()))
    book.record = book.record.model_copy(update={"done": ["delete nc-1"]})
    await Executor(context_on(live), book).run()
    assert [write for write in live.writes if write[1] is not CONFIG_MAP] == []


def stubborn(key: str) -> object:
    """A trouble: this VM never stops."""

    def keep(before: World, after: World) -> World:
        kept = before.get(VMI, key)
        return after if kept is None or after.get(VMI, key) else after.put(VMI, kept)

    return keep


async def test_a_vm_that_will_not_stop_ends_the_run_at_a_safe_point() -> None:
    live = LiveCluster(site(vms=VMS))
    live.trouble = stubborn("default/vm2")  # type: ignore[assignment]
    with pytest.raises(ChangeStopped) as stopped:
        await ran(live)
    assert str(stopped.value) == (
        "step 2, stop VM default/vm2 (RerunOnFailure): not done after 180 s, still waiting "
        "for VM default/vm2 to stop. 1 of 7 steps are done; left: stop VM default/vm2 "
        "(RerunOnFailure); delete network config nc-1 (node1); set MTU 9000 on network config "
        "nc-0 (node0); create network config nc-1 (node1) again with MTU 9000; start VM "
        "default/vm1 (Always); start VM default/vm2 (RerunOnFailure)"
    )
    assert set(live.world.of(VLAN_CONFIG)) == {"nc-0", "nc-1"}
    kept = await journal.read(as_cluster(live), live.deadline())
    assert kept is not None
    assert kept.done == ["stop default/vm1"]


async def test_a_denial_by_a_cache_that_lags_behind_is_tried_again() -> None:
    live = LiveCluster(site())
    left = [2]

    def deny(write: tuple[str, object, str]) -> None:
        if write == ("patch", VLAN_CONFIG, "nc-0") and left[0]:
            left[0] -= 1
            raise Denied("webhook", "vlanconfigs are still existing")

    live.before_write = deny
    await ran(live)
    assert live.writes.count(("patch", VLAN_CONFIG, "nc-0")) == 3


async def test_a_denial_that_stays_is_told_in_the_servers_words() -> None:
    live = LiveCluster(site())

    def deny(write: tuple[str, object, str]) -> None:
        if write[:2] == ("create", VLAN_CONFIG):
            raise Denied("webhook", "it overlaps with other vlanconfigs")

    live.before_write = deny
    with pytest.raises(ChangeStopped) as stopped:
        await ran(live)
    assert str(stopped.value) == (
        "step 3, create network config nc-1 (node1) again with MTU 9000: Harvester refused "
        "it: it overlaps with other vlanconfigs. 2 of 3 steps are done; left: create network "
        "config nc-1 (node1) again with MTU 9000"
    )


async def test_any_other_refusal_is_not_tried_again() -> None:
    live = LiveCluster(site())

    def reject(write: tuple[str, object, str]) -> None:
        if write[:2] == ("create", VLAN_CONFIG):
            raise Rejected("invalid")

    live.before_write = reject
    with pytest.raises(ChangeStopped, match="invalid"):
        await ran(live)
    assert live.writes.count(("create", VLAN_CONFIG, "nc-1")) == 1


async def test_a_vm_that_somebody_starts_meanwhile_is_stopped_again() -> None:
    # On the node of the config that is deleted, where it is in the way.
    home = {"metadata": {"annotations": {HOME: "node1"}}}
    live = LiveCluster(site(vms=VMS).changed(VM, "default/vm1", home))

    def start(write: tuple[str, object, str]) -> None:
        if write == ("delete", VLAN_CONFIG, "nc-1"):
            live.before_write = lambda write: None
            again = {"spec": {"runStrategy": "Always"}}
            live.world = settled(live.world.changed(VM, "default/vm1", again))

    live.before_write = start
    await ran(live)
    assert UP.is_reached(live.world.snapshot)
    assert live.world.of(VMI)["default/vm1"]["status"]["phase"] == "Running"
    assert live.writes.count(("patch", VM, "default/vm1")) == 3


async def test_cancelling_ends_every_wait_at_once_and_keeps_the_journal() -> None:
    live, cancelled = LiveCluster(site(vms=VMS)), asyncio.Event()
    live.trouble = stubborn("default/vm1")  # type: ignore[assignment]

    def cancel(write: tuple[str, object, str]) -> None:
        if write == ("patch", VM, "default/vm2"):
            cancelled.set()

    book = await opened(live, record_of(live.world))
    live.before_write = cancel
    deadline = live.deadline(cancelled=cancelled)
    with pytest.raises(ChangeStopped, match="cancelled"):
        await Executor(replace(context_on(live), deadline=deadline), book).run()
    assert set(live.world.of(VLAN_CONFIG)) == {"nc-0", "nc-1"}
    assert await journal.read(as_cluster(live), live.deadline()) is not None


async def test_what_the_devices_do_not_show_is_noted_and_no_failure() -> None:
    live = LiveCluster(site(nodes=1))
    monitor = live.world.of(LINK_MONITOR)["data"]
    index = monitor["status"]["linkStatus"]["node0"][1]["index"]
    live.trouble = lambda before, after: after.put(LINK_MONITOR, monitor)
    since = live.now
    book = await ran(live)
    assert book.record.unverified == [f"node0: bond data-bo was not made anew (index {index})"]
    assert live.now - since >= live.timings.bonds


async def test_a_bond_outside_its_bridge_is_noted() -> None:
    live = LiveCluster(site(nodes=1))

    def alone(before: World, after: World) -> World:
        bond = {"name": "data-bo", "index": 99, "masterIndex": 0}
        links = {"status": {"linkStatus": {"node0": [bond]}}}
        return after.changed(LINK_MONITOR, "data", links)

    live.trouble = alone
    book = await ran(live)
    assert book.record.unverified == ["node0: bond data-bo is not in its bridge"]


async def test_kinds_that_the_server_does_not_have_are_not_watched() -> None:
    live = LiveCluster(site())
    live.unknown = {VOLUME}
    await ran(live)
    assert UP.is_reached(live.world.snapshot)


# --- from the plan to the end ----------------------------------------------------------------


async def test_a_whole_change_leaves_neither_journal_nor_a_held_lease() -> None:
    live = LiveCluster(site(vms=VMS, storage=True, shared=True))
    expected = picture(live.world, "data", 9000)
    assert await change.apply_change(context_on(live), UP, FULL) == []
    live.settle()
    assert picture(live.world, "data") == expected
    assert live.world.of(CONFIG_MAP) == {}
    assert live.world.of(LEASE)[lease.KEY]["spec"]["holderIdentity"] == ""


async def test_a_goal_that_is_reached_writes_nothing_but_the_lease() -> None:
    live = LiveCluster(site(vms=VMS))
    await change.apply_change(context_on(live), UP, FULL)
    live.writes.clear()
    assert await change.apply_change(context_on(live), UP, FULL) == []
    assert {resource for _, resource, _ in live.writes} == {LEASE}


async def test_without_consent_nothing_is_written_but_the_lease() -> None:
    live = LiveCluster(site(vms=VMS))
    with pytest.raises(ChangeRefused) as refused:
        await change.apply_change(context_on(live), UP, Consent())
    assert error_text(refused.value, INPUTS) == (
        "MTU of cluster network data: 1500 -> 9000: refused, and nothing was changed:\n"
        "  - 2 VMs must be stopped: default/vm1, default/vm2; allow it with "
        "disruption.stopVms: true\n"
        f"Once allowed: {plan_text(plan(site(vms=VMS).snapshot, UP, FULL))}"
    )
    assert {resource for _, resource, _ in live.writes} == {LEASE}


async def test_who_holds_the_lease_is_told_to_a_second_one() -> None:
    live = LiveCluster(site())
    async with lease.hold(as_cluster(live), "the first", live.deadline()):
        with pytest.raises(ChangeBusy, match=r"going on since .*, by the first \(process"):
            await change.apply_change(context_on(live), UP, FULL)


async def test_the_next_run_finishes_what_stopped() -> None:
    live = LiveCluster(site(vms=VMS))
    expected = picture(live.world, "data", 9000)
    live.trouble = stubborn("default/vm2")  # type: ignore[assignment]
    with pytest.raises(ChangeStopped):
        await change.apply_change(context_on(live), UP, FULL)
    live.trouble = lambda before, after: after
    assert await change.apply_change(context_on(live), UP, FULL) == []
    live.settle()
    assert picture(live.world, "data") == expected


async def test_on_failure_roll_back_brings_everything_back_by_itself() -> None:
    live = LiveCluster(site(vms=VMS, storage=True, shared=True))
    expected = picture(live.world, "data")

    def deny(write: tuple[str, object, str]) -> None:
        if write == ("patch", VLAN_CONFIG, "nc-0"):
            live.before_write = lambda write: None
            raise Rejected("the driver refuses MTU 9000")

    live.before_write = deny
    consent = Consent(stop_vms=True, cycle_storage_network=True, on_failure="rollBack")
    with pytest.raises(ChangeRolledBack, match="the driver refuses MTU 9000"):
        await change.apply_change(context_on(live), UP, consent)
    live.settle()
    assert picture(live.world, "data") == expected
    assert live.world.of(CONFIG_MAP) == {}


async def test_a_vm_that_will_not_stop_does_not_keep_the_roll_back_from_its_end() -> None:
    live = LiveCluster(site(vms=VMS))
    live.trouble = stubborn("default/vm2")  # type: ignore[assignment]
    consent = Consent(stop_vms=True, on_failure="rollBack")
    with pytest.raises(ChangeRolledBack):
        await change.apply_change(context_on(live), UP, consent)
    assert live.world.of(VM)["default/vm2"]["spec"]["runStrategy"] == "RerunOnFailure"
    assert set(live.world.of(VLAN_CONFIG)) == {"nc-0", "nc-1"}


def test_the_way_back_of_an_untouched_network_only_restores() -> None:
    world = site(vms=VMS)
    back = way_back(record_of(world), world.snapshot)
    assert back.backwards
    assert sorted(back.done) == sorted(
        ["stop default/vm1", "stop default/vm2", "delete nc-1", "set mtu nc-0", "create nc-1"]
    )


def test_the_way_back_of_a_config_that_is_going_makes_it_again() -> None:
    world = site()
    going = {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}
    world = world.changed(VLAN_CONFIG, "nc-1", going)
    done = way_back(record_of(site()), world.snapshot).done
    assert done == ["set mtu nc-0", "delete nc-1"]


# --- what others do to a config before we delete it ------------------------------------------


def others_change(live: LiveCluster, spec: Object) -> None:
    """Somebody changes nc-1 right before its deletion is asked for, once."""

    def change(write: Any) -> None:
        if write == ("delete", VLAN_CONFIG, "nc-1") and not changed:
            changed.append(write)
            live.world = live.world.changed(VLAN_CONFIG, "nc-1", {"spec": spec})

    changed: list[Any] = []
    live.before_write = change


async def test_nics_that_somebody_changed_meanwhile_come_back() -> None:
    live = LiveCluster(site())
    others_change(live, {"uplink": {"nics": ["eno7", "eno8"]}})
    await ran(live)
    config = live.world.of(VLAN_CONFIG)["nc-1"]
    assert config["spec"]["uplink"]["nics"] == ["eno7", "eno8"]
    assert config["spec"]["uplink"]["linkAttributes"]["mtu"] == 9000


async def test_what_others_wrote_that_means_the_same_keeps_the_record() -> None:
    live = LiveCluster(site())
    seen: list[Record] = []

    def look(write: Any) -> None:
        if write[0] == "delete" and not seen:
            count = {"metadata": {"generation": 7}}
            live.world = live.world.changed(VLAN_CONFIG, "nc-1", count)
            seen.append(journal.record_in(live.world.of(CONFIG_MAP)[journal.KEY]))

    live.before_write = look
    await ran(live)
    deletions = [write for write in live.writes if write[:2] == ("delete", VLAN_CONFIG)]
    assert len(deletions) == 2
    noted = [write for write in live.writes if write[1] is CONFIG_MAP]
    assert noted, "the journal is kept"
    (before,) = seen
    assert (
        live.world.of(VLAN_CONFIG)["nc-1"]["spec"]["uplink"]["nics"]
        == (before.configs["nc-1"].manifest["spec"]["uplink"]["nics"])
    )


# --- a few VMs at a time ---------------------------------------------------------------------

SLOW = 5
"""Seconds that VMs of `Slowly` take, by the clock of the model."""
FIVE: dict[str, str | bool] = {
    "default/a": "Always",
    "default/b": "Always",
    "default/c": True,
    "default/d": "RerunOnFailure",
    "default/e": "Always",
}


class Slowly:
    """VMs take their time to stop and to start; how many did so at once is counted."""

    def __init__(self, live: LiveCluster) -> None:
        self._live = live
        self._since: dict[str, tuple[str, float]] = {}
        self.stopping, self.starting = 0, 0
        """The most that were on their way at once."""
        live.trouble = self.hold

    def hold(self, before: World, after: World) -> World:
        stopping, starting = 0, 0
        for key, vm in after.of(VM).items():
            was, now = before.get(VMI, key), after.get(VMI, key)
            halted = is_halted(vm)
            if halted and was is not None and (now is not None or self._waits("stop", key)):
                after = after.put(VMI, was)
                after = after.changed(VM, key, {"status": {"printableStatus": "Stopping"}})
                stopping += 1
            elif not halted and (now is None or self._waits("start", key)):
                if now is not None:
                    after = after.changed(VMI, key, {"status": {"phase": "Pending"}})
                starting += 1
        self.stopping = max(self.stopping, stopping)
        self.starting = max(self.starting, starting)
        return after

    def _waits(self, what: str, key: str) -> bool:
        before, since = self._since.get(key, ("start", -SLOW))
        if before != what:
            since = self._live.now
            self._since[key] = what, since
        return self._live.now - since < SLOW


async def few(live: LiveCluster, number: int = 2) -> Journal:
    """The journal of a change that stops and starts so many VMs at once."""
    return await opened(live, record_of(live.world, replace(FULL, max_parallel=number)))


@pytest.mark.parametrize(("number", "most"), [(1, 1), (2, 2), (4, 4), (9, 5)])
async def test_so_many_vms_stop_and_start_at_once_as_are_allowed(
    number: int, most: int
) -> None:
    live = LiveCluster(site(vms=FIVE))
    expected = picture(live.world, "data", 9000)
    slowly = Slowly(live)
    await Executor(context_on(live), await few(live, number)).run()
    assert (slowly.stopping, slowly.starting) == (most, most)
    live.trouble = lambda before, after: after
    live.settle()
    assert picture(live.world, "data") == expected


async def killed_at(live: LiveCluster, book: Journal, writes: int) -> bool:
    """Run until so many VMs were written, and die there; whether it came so far."""
    left = [writes]

    def kill(write: tuple[str, object, str]) -> None:
        if write[1] is VM and not left[0]:
            task.cancel()
            raise asyncio.CancelledError
        left[0] -= write[1] is VM

    live.before_write = kill
    task = asyncio.create_task(Executor(context_on(live), book).run())
    with suppress(asyncio.CancelledError):
        await task
    live.before_write = lambda write: None
    return task.cancelled()


@pytest.mark.parametrize("writes", range(10))
async def test_a_run_after_a_killed_one_stops_and_starts_no_more_at_once(writes: int) -> None:
    live = LiveCluster(site(vms=FIVE))
    expected = picture(live.world, "data", 9000)
    slowly, book = Slowly(live), await few(live)
    assert await killed_at(live, book, writes)
    found = await journal.find(as_cluster(live), live.deadline())
    assert found is not None
    again = Journal(as_cluster(live), live.deadline(), found.record, found)
    await Executor(context_on(live), again).run()
    assert (slowly.stopping, slowly.starting) == (2, 2)
    live.trouble = lambda before, after: after
    live.settle()
    assert picture(live.world, "data") == expected


async def test_a_vm_that_is_on_its_way_takes_the_first_place() -> None:
    """The last one was asked to stop by a run before, or by its owner."""
    live = LiveCluster(site(vms=FIVE))
    slowly, book = Slowly(live), await few(live, 1)
    live.world = live.world.changed(VM, "default/e", {"spec": {"runStrategy": "Halted"}})
    await Executor(context_on(live), book).run()
    assert (slowly.stopping, slowly.starting) == (1, 1)


async def test_when_a_vm_will_not_stop_those_after_it_are_not_touched() -> None:
    live = LiveCluster(site(vms=FIVE))
    live.trouble = stubborn("default/b")  # type: ignore[assignment]
    with pytest.raises(ChangeStopped, match="waiting for VM default/b to stop"):
        await Executor(context_on(live), await few(live, 1)).run()
    stopped = {key for key, vm in live.world.of(VM).items() if is_halted(vm)}
    assert stopped == {"default/a", "default/b"}


async def test_a_vm_that_does_not_come_up_keeps_no_other_one_down() -> None:
    live = LiveCluster(site(vms=FIVE))
    book = await few(live, 1)
    hindered = {"metadata": {"annotations": {HINDRANCE: "unschedulable"}}}
    live.world = live.world.changed(VM, "default/b", hindered)
    with pytest.raises(ChangeStopped) as stopped:
        await Executor(context_on(live), book).run()
    assert str(stopped.value).startswith(
        "step 10, start VM default/b (Always): not done after 600 s, still waiting for VM "
        "default/b to run (Starting). 12 of 13 steps are done; left: start VM default/b"
    )
    up = {
        key for key, vmi in live.world.of(VMI).items() if vmi["status"]["phase"] == "Running"
    }
    assert up == FIVE.keys() - {"default/b"}


async def test_no_vm_is_started_any_more_when_the_time_is_up() -> None:
    live, cancelled = LiveCluster(site(vms=FIVE)), asyncio.Event()
    book = await few(live, 1)

    def cancel(write: tuple[str, object, str]) -> None:
        if write[1] is VM and "set mtu nc-0" in book.record.done:
            cancelled.set()

    live.before_write = cancel
    context = replace(context_on(live), deadline=live.deadline(cancelled=cancelled))
    Slowly(live)
    with pytest.raises(ChangeStopped, match="cancelled"):
        await Executor(context, book).run()
    down = {key for key, vm in live.world.of(VM).items() if is_halted(vm)}
    assert down == {"default/b", "default/c", "default/d", "default/e"}


def ticking(live: LiveCluster, heard: Heard) -> ChangeContext:
    """A context in which a second passes whenever something is told."""

    def tell(status: str) -> None:
        heard.statuses.append(status)
        live.now += 1
        live.settle()

    live.timings = replace(live.timings, stale_webhooks=0, step_poll=0)
    return replace(context_on(live), observer=Observer(status=tell))


@pytest.mark.parametrize("storage", [True, False])
async def test_vms_that_are_started_meanwhile_are_stopped_a_few_at_a_time(
    storage: bool,
) -> None:
    """And have the time that they need, longer than a webhook's cache may lag."""
    world = site(vms=FIVE, storage=storage)
    for key in FIVE:  # On the node of the config that is deleted.
        world = world.changed(VM, key, {"metadata": {"annotations": {HOME: "node1"}}})
    live, heard = LiveCluster(settled(world)), Heard()
    slowly, book = Slowly(live), await few(live)
    stopped = [f"stop {key}" for key in FIVE]
    book.record = book.record.model_copy(update={"done": stopped})
    await Executor(ticking(live, heard), book).run()
    assert (slowly.stopping, slowly.starting) == (2, 2)
    assert "waiting for VM default/a to stop" in heard.statuses
    assert UP.is_reached(live.world.snapshot)
