"""One run over the steps of a record: side by side, retried, interrupted, and told."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from harvester_net.change import apply as change
from harvester_net.change import journal, lease
from harvester_net.change.apply import way_back
from harvester_net.change.consent import Consent
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
from harvester_net.change.report import error_text
from harvester_net.cluster.errors import Denied, Rejected
from harvester_net.cluster.resources import (
    CONFIG_MAP,
    LEASE,
    LINK_MONITOR,
    VLAN_CONFIG,
    VM,
    VMI,
    VOLUME,
)
from harvester_net.kinds.changes import INPUTS

from .clusters import picture
from .controllers import settled
from .live import Heard, LiveCluster, as_cluster, context_on, opened
from .sites import UP, site
from .world import HOME, World

FULL = Consent(stop_vms=True, cycle_storage_network=True)
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
    book.resume()
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
        "disruption.stopVms: true"
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
    assert way_back(record_of(site()), world.snapshot).done == []
