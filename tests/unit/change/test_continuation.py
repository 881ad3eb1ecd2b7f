"""What others do between two runs, and while one waits: no stop without a way out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from harvester_net.change import journal
from harvester_net.change.apply import apply_change, resume_change
from harvester_net.change.consent import Consent
from harvester_net.change.errors import ChangeRefused, ChangeRolledBack, ChangeStopped
from harvester_net.change.executor import Executor
from harvester_net.change.goals.network_config import ConfigGoal
from harvester_net.change.plan import plan
from harvester_net.change.steps.vms import STOPPED_FOR, halted
from harvester_net.cli.progress import Progress
from harvester_net.cluster.errors import Conflict, Denied
from harvester_net.cluster.resources import (
    CONFIG_MAP,
    LEASE,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
    VOLUME,
    annotations_of,
)
from harvester_net.cluster.rights import Right
from harvester_net.harvester.mtus import config_mtu

from .clusters import config_object, picture, vm_object, volume_object
from .controllers import settled
from .live import Heard, LiveCluster, context_on, opened
from .model import created, patched
from .sites import FULL, STORAGE_TEXT, UP, site
from .world import World

VMS: dict[str, str | bool] = {"default/vm1": "Always", "default/vm2": "RerunOnFailure"}
ROLL_BACK = replace(FULL, on_failure="rollBack")


def stops_at(live: LiveCluster, step: tuple[str, Any, str]) -> None:
    """The server has this write fail, until `goes_on`."""

    def refuse(write: Any) -> None:
        if write == step:
            raise Denied("a webhook", "not now")

    live.before_write = refuse


def goes_on(live: LiveCluster) -> None:
    live.before_write = lambda write: None


async def up(
    live: LiveCluster, consent: Consent = FULL, heard: Heard | None = None
) -> list[str]:
    return await apply_change(context_on(live, heard), UP, consent)


async def resume(live: LiveCluster, *, backwards: bool = False) -> list[str]:
    return await resume_change(context_on(live), backwards=backwards)


async def stopped_before(live: LiveCluster, step: tuple[str, Any, str]) -> None:
    """A change that stands before this write."""
    stops_at(live, step)
    with pytest.raises(ChangeStopped):
        await up(live)
    goes_on(live)


def runs(live: LiveCluster, key: str) -> bool:
    vmi = live.world.get(VMI, key)
    return vmi is not None and vmi["status"]["phase"] == "Running"


def mtus(live: LiveCluster) -> dict[str, int]:
    return {key: config_mtu(config) for key, config in live.world.of(VLAN_CONFIG).items()}


def is_over(live: LiveCluster) -> bool:
    return live.world.get(CONFIG_MAP, journal.KEY) is None


def set_storage(live: LiveCluster, text: str) -> None:
    live.world = settled(patched(live.world, SETTING, "storage-network", {"value": text}))


def new_vm(world: World, key: str) -> World:
    world = world.put(VM, vm_object(key, "Always", ["default/net"], "node0"))
    return settled(world.put(VOLUME, volume_object(key)))


SET_STORAGE = ("patch", SETTING, "storage-network")


async def stopped_before_the_storage_network_is_set(live: LiveCluster) -> None:
    """All configs are done, everything is down, the storage network is cleared."""

    def refuse(write: Any) -> None:
        if write == SET_STORAGE and set(mtus(live).values()) == {9000}:
            raise Denied("a webhook", "not now")

    live.before_write = refuse
    with pytest.raises(ChangeStopped):
        await up(live)
    goes_on(live)


# --- B2: every stop has a way out ------------------------------------------------------------


@pytest.mark.parametrize("backwards", [False, True])
async def test_new_vm_after_the_configs_are_done_is_stopped_too(backwards: bool) -> None:
    live = LiveCluster(site(vms=VMS, storage=True))
    await stopped_before_the_storage_network_is_set(live)
    live.world = new_vm(live.world, "default/new")
    await resume(live, backwards=backwards)
    assert live.world.snapshot.setting("storage-network") == STORAGE_TEXT
    assert set(mtus(live).values()) == {1500 if backwards else 9000}
    assert all(runs(live, key) for key in (*VMS, "default/new"))
    assert is_over(live)


async def test_new_vm_that_no_consent_covers_is_named_and_left_alone() -> None:
    live = LiveCluster(site(vms=VMS, storage=True))
    await stopped_before_the_storage_network_is_set(live)
    live.world = new_vm(live.world, "prod/new")
    with pytest.raises(ChangeStopped, match="no pattern names: prod/new"):
        await up(live, replace(FULL, only_vms=("default/*",)))
    assert runs(live, "prod/new")


async def test_vm_started_while_volumes_detach_is_stopped_again() -> None:
    live = LiveCluster(site(vms=VMS, storage=True))
    started: list[str] = []

    def start(before: World, after: World) -> World:
        vm = after.get(VM, "default/vm1")
        if not started and vm is not None and "default/vm1" not in after.of(VMI):
            started.append("default/vm1")
            return patched(after, VM, "default/vm1", {"spec": {"runStrategy": "Always"}})
        return after

    live.trouble = start
    await up(live)
    assert started
    assert set(mtus(live).values()) == {9000}
    assert all(runs(live, key) for key in VMS)


async def test_vm_made_while_volumes_detach_is_stopped_and_started_again() -> None:
    live = LiveCluster(site(vms=VMS, storage=True))
    made: list[str] = []

    def make(before: World, after: World) -> World:
        if not made and "default/vm1" not in after.of(VMI):
            made.append("default/new")
            return new_vm(after, "default/new")
        return after

    live.trouble = make
    progress = Progress()
    context = replace(context_on(live), observer=progress.observer)
    await apply_change(context, UP, FULL)
    assert made
    assert progress.lines["start default/new"].state == "done"
    assert [line.number for line in progress.lines.values()] == list(
        range(1, len(progress.lines) + 1)
    )
    assert set(mtus(live).values()) == {9000}
    assert runs(live, "default/new")


async def test_roll_back_stops_a_new_vm_on_the_network() -> None:
    live = LiveCluster(site(nodes=3, vms=VMS))
    await stopped_before(live, ("create", VLAN_CONFIG, "nc-2"))
    live.world = new_vm(live.world, "default/new")
    await resume(live, backwards=True)
    assert mtus(live) == {"nc-0": 1500, "nc-1": 1500, "nc-2": 1500}
    assert all(runs(live, key) for key in (*VMS, "default/new"))


@pytest.mark.parametrize("backwards", [False, True])
async def test_config_that_somebody_made_again_is_done_again(backwards: bool) -> None:
    live = LiveCluster(site(vms=VMS))
    await stopped_before(live, ("patch", VLAN_CONFIG, "nc-0"))
    again = config_object("nc-1", "data", {"mtu": 1500}, {"uplink": "nc-1"})
    live.world = settled(created(live.world, VLAN_CONFIG, again))
    await resume(live, backwards=backwards)
    wanted = 1500 if backwards else 9000
    assert mtus(live) == {"nc-0": wanted, "nc-1": wanted}
    assert all(runs(live, key) for key in VMS)


@pytest.mark.parametrize("backwards", [False, True])
async def test_storage_network_that_somebody_set_again_is_cleared_again(
    backwards: bool,
) -> None:
    live = LiveCluster(site(vms=VMS, storage=True))
    await stopped_before(live, ("delete", VLAN_CONFIG, "nc-1"))
    set_storage(live, STORAGE_TEXT)
    await resume(live, backwards=backwards)
    wanted = 1500 if backwards else 9000
    assert mtus(live) == {"nc-0": wanted, "nc-1": wanted}
    assert live.world.snapshot.setting("storage-network") == STORAGE_TEXT
    assert all(runs(live, key) for key in VMS)


async def test_config_that_somebody_made_meanwhile_takes_part() -> None:
    live = LiveCluster(site(nodes=3, vms=VMS))
    await stopped_before(live, ("patch", VLAN_CONFIG, "nc-0"))
    new = config_object("nc-9", "data", {"mtu": 1500}, {"uplink": "nc-9"})
    live.world = settled(created(live.world, VLAN_CONFIG, new))
    await resume(live)
    assert mtus(live) == {"nc-0": 9000, "nc-1": 9000, "nc-2": 9000, "nc-9": 9000}


@pytest.mark.parametrize("backwards", [False, True])
async def test_config_that_takes_the_mtu_is_made_again(backwards: bool) -> None:
    """All others wait for it, so it must not be missing for ever."""
    live = LiveCluster(site(nodes=3, vms=VMS))
    await stopped_before(live, ("patch", VLAN_CONFIG, "nc-0"))
    live.world = settled(live.world.without(VLAN_CONFIG, "nc-0"))
    await resume(live, backwards=backwards)
    wanted = 1500 if backwards else 9000
    assert mtus(live) == {"nc-0": wanted, "nc-1": wanted, "nc-2": wanted}
    assert all(runs(live, key) for key in VMS)


@pytest.mark.parametrize("backwards", [False, True])
async def test_storage_network_that_somebody_set_meanwhile_takes_part(
    backwards: bool,
) -> None:
    live = LiveCluster(site(vms=VMS))
    await stopped_before(live, ("delete", VLAN_CONFIG, "nc-1"))
    set_storage(live, STORAGE_TEXT)
    await resume(live, backwards=backwards)
    wanted = 1500 if backwards else 9000
    assert mtus(live) == {"nc-0": wanted, "nc-1": wanted}
    assert live.world.snapshot.setting("storage-network") == STORAGE_TEXT
    assert all(runs(live, key) for key in VMS)


async def test_storage_network_that_somebody_set_meanwhile_needs_its_consent() -> None:
    live = LiveCluster(site(vms=VMS))
    await stopped_before(live, ("delete", VLAN_CONFIG, "nc-1"))
    set_storage(live, STORAGE_TEXT)
    with pytest.raises(ChangeStopped) as stopped:
        await up(live, Consent(stop_vms=True))
    assert [refusal.allowed_by for refusal in stopped.value.refusals] == [
        "cycleStorageNetwork"
    ]
    assert live.world.snapshot.setting("storage-network") == STORAGE_TEXT


@pytest.mark.parametrize("backwards", [False, True])
async def test_other_storage_network_that_somebody_set_meanwhile_stays(
    backwards: bool,
) -> None:
    live = LiveCluster(site(vms=VMS, storage=True))
    await stopped_before_the_storage_network_is_set(live)
    theirs = STORAGE_TEXT.replace("300", "301")
    set_storage(live, theirs)
    await resume(live, backwards=backwards)
    assert set(mtus(live).values()) == {1500 if backwards else 9000}
    assert live.world.snapshot.setting("storage-network") == theirs
    assert all(runs(live, key) for key in VMS)


@pytest.mark.parametrize("storage", [True, False], ids=["storage network", "VM networks"])
async def test_vm_started_while_a_step_waits_is_stopped_again(storage: bool) -> None:
    """What Longhorn and the VM networks wait for is that no VM runs."""
    live = LiveCluster(site(vms=VMS, storage=storage))
    started, began = list[str](), live.now

    def start(before: World, after: World) -> World:
        cleared = before.snapshot.setting("storage-network") == ""
        waits = cleared if storage else config_mtu(before.of(VLAN_CONFIG)["nc-0"]) == 9000
        if not waits or started:
            return after
        started.append("default/vm1")
        return patched(before, VM, "default/vm1", {"spec": {"runStrategy": "Always"}})

    live.trouble = start
    await up(live)
    assert started
    assert live.now - began < 100
    assert mtus(live) == {"nc-0": 9000, "nc-1": 9000}
    assert all(runs(live, key) for key in VMS)


async def test_vm_that_was_stopping_and_that_its_owner_started_runs_in_the_end() -> None:
    live = LiveCluster(site(vms=VMS))

    def halt(*_: object) -> None:
        # The plan sees it on its way down, and still in the way.
        off = {"spec": {"runStrategy": "Halted"}}
        live.world = live.world.changed(VM, "default/vm1", off)

    live.invalidate = halt  # type: ignore[method-assign]
    await stopped_before(live, ("patch", VLAN_CONFIG, "nc-0"))
    live.invalidate = lambda *_: None  # type: ignore[method-assign]
    on = {"spec": {"runStrategy": "Always"}}
    live.world = settled(patched(live.world, VM, "default/vm1", on))
    await resume(live)
    assert mtus(live) == {"nc-0": 9000, "nc-1": 9000}
    assert all(runs(live, key) for key in VMS)


@pytest.mark.parametrize("was", ["Halted", "Manual"])
async def test_vm_that_its_owner_changed_before_the_stop_comes_back_as_it_is(was: str) -> None:
    """Between the plan, which sees it as it was, and the stop."""
    live = LiveCluster(site(vms={"default/vm1": "Always"}))
    seen = live.world.changed(VM, "default/vm1", {"spec": {"runStrategy": was}})
    book = await opened(live, plan(seen.snapshot, UP, FULL).record)
    await Executor(context_on(live), book).run()
    assert live.world.of(VM)["default/vm1"]["spec"]["runStrategy"] == "Always"
    assert runs(live, "default/vm1")


async def test_finished_vm_that_its_owner_started_is_stopped_as_others_are() -> None:
    live = LiveCluster(site(vms={"default/vm1": "RerunOnFailure"}))
    ended = {"status": {"phase": "Succeeded"}}
    seen = live.world.changed(VMI, "default/vm1", ended)
    book = await opened(live, plan(seen.snapshot, UP, FULL).record)
    assert book.record.vms["default/vm1"].finished
    await Executor(context_on(live), book).run()
    assert ("delete", VMI, "default/vm1") not in live.writes
    assert runs(live, "default/vm1")


async def test_change_that_stands_leaves_a_journal_whoever_deleted_it() -> None:
    live = LiveCluster(site(vms=VMS))
    deleted: list[str] = []

    def delete(before: World, after: World) -> World:
        # No VM stops any more, so there is nothing to be noted.
        if not deleted and before.get(CONFIG_MAP, journal.KEY):
            deleted.append(journal.KEY)
            return before.without(CONFIG_MAP, journal.KEY)
        return before

    live.trouble = delete
    with pytest.raises(ChangeStopped, match="default/vm1 to stop"):
        await up(live)
    assert deleted
    live.trouble = lambda before, after: after
    assert not is_over(live)
    await resume(live, backwards=True)
    assert all(runs(live, key) for key in VMS)


async def test_one_conflict_does_not_stop_a_change() -> None:
    live = LiveCluster(site(vms=VMS))
    seen: list[Any] = []

    def conflict(write: Any) -> None:
        if write[1] in (VM, VLAN_CONFIG) and write not in seen:
            seen.append(write)
            raise Conflict("somebody else wrote it")

    live.before_write = conflict
    await up(live)
    assert {write[0] for write in seen} == {"patch", "create", "delete"}
    assert set(mtus(live).values()) == {9000}


# --- B3: the end is compared with the start --------------------------------------------------


async def test_config_deleted_between_stop_and_resume_is_made_again() -> None:
    live = LiveCluster(site(nodes=3, vms=VMS))
    await stopped_before(live, ("create", VLAN_CONFIG, "nc-2"))
    live.world = settled(live.world.without(VLAN_CONFIG, "nc-1"))
    await up(live)
    assert mtus(live) == {"nc-0": 9000, "nc-1": 9000, "nc-2": 9000}


async def test_config_deleted_right_at_the_end_is_made_again_before_the_journal_goes() -> None:
    live = LiveCluster(site(vms=VMS))
    deleted: list[str] = []

    def delete(before: World, after: World) -> World:
        vmi = after.get(VMI, "default/vm2")
        if not deleted and set(mtus(live).values()) == {9000} and len(mtus(live)) == 2 and vmi:
            deleted.append("nc-1")
            return settled(after.without(VLAN_CONFIG, "nc-1"))
        return after

    live.trouble = delete
    await up(live)
    assert deleted
    assert mtus(live) == {"nc-0": 9000, "nc-1": 9000}
    assert all(runs(live, key) for key in VMS)


async def test_what_somebody_else_made_of_a_config_stays_and_is_said() -> None:
    live = LiveCluster(site(vms=VMS))
    await stopped_before(live, ("create", VLAN_CONFIG, "nc-1"))
    theirs = config_object("nc-1", "data", {"mtu": 9000}, {"uplink": "nc-1"})
    theirs["spec"]["uplink"]["nics"] = ["eno9"]
    live.world = settled(created(live.world, VLAN_CONFIG, theirs))
    notes = await resume(live)
    assert live.world.of(VLAN_CONFIG)["nc-1"]["spec"]["uplink"]["nics"] == ["eno9"]
    assert [
        note for note in notes if note.startswith("network config nc-1 has another uplink")
    ]


async def test_what_the_server_fills_into_a_config_is_no_difference() -> None:
    live = LiveCluster(site(vms=VMS, says_mtu=False))
    assert await up(live) == []
    assert mtus(live) == {"nc-0": 9000, "nc-1": 9000}


async def test_vm_that_its_owner_stopped_meanwhile_stays_so_and_is_said() -> None:
    live = LiveCluster(site(vms=VMS))

    def halt(*_: object) -> None:
        # All is listed afresh: at the start, and before the journal goes.
        vm = live.world.get(VM, "default/vm1")
        if set(mtus(live).values()) == {9000} and vm:
            live.world = settled(patched(live.world, VM, "default/vm1", {"spec": halted(vm)}))

    live.invalidate = halt  # type: ignore[method-assign]
    notes = await up(live)
    assert not runs(live, "default/vm1")
    assert notes == ["VM default/vm1 does not run as before; somebody has stopped it"]


# --- A5: one dead node -----------------------------------------------------------------------


def dead(live: LiveCluster, node: str) -> None:
    """The node's agent does nothing any more: what it set up stays, nothing new comes."""

    def keep(before: World, after: World) -> World:
        for key, status in before.of(VLAN_STATUS).items():
            if status["status"]["node"] == node and key not in after.of(VLAN_STATUS):
                after = after.put(VLAN_STATUS, status)
        for key, status in after.of(VLAN_STATUS).items():
            if status["status"]["node"] == node and key not in before.of(VLAN_STATUS):
                after = after.without(VLAN_STATUS, key)
        return after

    live.trouble = keep


async def test_node_that_dies_before_its_config_comes_back_keeps_no_vm_down() -> None:
    live = LiveCluster(site(nodes=3, vms=VMS))

    def die(write: Any) -> None:
        if write == ("create", VLAN_CONFIG, "nc-2"):
            dead(live, "node2")

    live.before_write = die
    with pytest.raises(ChangeStopped) as stopped:
        await up(live, ROLL_BACK)
    assert stopped.value.vms_started
    assert "nc-2" in str(stopped.value)
    assert mtus(live) == {"nc-0": 9000, "nc-1": 9000, "nc-2": 9000}
    assert all(runs(live, key) for key in VMS)
    assert not is_over(live)
    goes_on(live)
    live.trouble = lambda before, after: after
    await resume(live)
    assert is_over(live)


async def test_way_back_does_not_wait_for_a_dead_node() -> None:
    live = LiveCluster(site(nodes=3, vms=VMS))
    dead(live, "node2")
    with pytest.raises(ChangeStopped, match="node2 to tear it down"):
        await up(live)
    assert not any(runs(live, key) for key in VMS)
    await resume(live, backwards=True)
    assert mtus(live) == {"nc-0": 1500, "nc-1": 1500, "nc-2": 1500}
    assert all(runs(live, key) for key in VMS)


async def test_roll_back_by_itself_does_not_wait_for_a_dead_node() -> None:
    live = LiveCluster(site(nodes=3, vms=VMS))
    dead(live, "node2")
    with pytest.raises(ChangeRolledBack):
        await up(live, ROLL_BACK)
    assert mtus(live) == {"nc-0": 1500, "nc-1": 1500, "nc-2": 1500}
    assert all(runs(live, key) for key in VMS)


# --- A3, B7: nothing without a consent that covers it ----------------------------------------


def may_not(live: LiveCluster, *missing: Right) -> None:
    """The user lacks these rights."""

    async def lacks(wanted: Iterable[Right], deadline: Any) -> list[Right]:
        return [right for right in missing if right in wanted]

    live.permissions.missing = lacks  # type: ignore[method-assign]


GOING_ON = {"up": up, "resume": resume, "roll back": partial(resume, backwards=True)}


@pytest.mark.parametrize("going_on", GOING_ON.values(), ids=list(GOING_ON))
async def test_who_may_not_bring_it_back_takes_nothing_away(going_on: Any) -> None:
    """Whoever goes on may be another than who began."""
    live = LiveCluster(site(nodes=3, vms=VMS))
    await stopped_before(live, ("delete", VLAN_CONFIG, "nc-2"))
    if going_on not in (up, resume):
        await resumed_up_to(live, ("create", VLAN_CONFIG, "nc-2"))
    may_not(live, Right("create", VLAN_CONFIG))
    before = picture(live.world, "data")
    live.writes.clear()
    with pytest.raises(ChangeStopped) as stopped:
        await going_on(live)
    assert str(stopped.value).endswith(
        "cannot go on: the user of the kubeconfig may not create "
        "vlanconfigs.network.harvesterhci.io; `harvester-net rbac --for changes` prints the "
        "role"
    )
    assert picture(live.world, "data") == before
    assert {write[1] for write in live.writes} == {LEASE}


async def resumed_up_to(live: LiveCluster, step: tuple[str, Any, str]) -> None:
    """The change goes on, and stands before this write."""
    stops_at(live, step)
    with pytest.raises(ChangeStopped):
        await resume(live)
    goes_on(live)


async def test_bringing_back_needs_no_rights_but_its_own() -> None:
    live = LiveCluster(site(vms=VMS))
    await stopped_before(live, ("create", VLAN_CONFIG, "nc-1"))
    may_not(live, Right("delete", VLAN_CONFIG))
    await resume(live)
    assert mtus(live) == {"nc-0": 9000, "nc-1": 9000}
    assert all(runs(live, key) for key in VMS)


async def test_an_up_without_consent_stops_no_vm_of_a_journal() -> None:
    live = LiveCluster(site(vms=VMS))
    await stopped_before(live, ("patch", VM, "default/vm1"))
    assert runs(live, "default/vm1")
    with pytest.raises(ChangeStopped) as stopped:
        await up(live, Consent())
    assert stopped.value.refusals[0].allowed_by == "stopVms"
    assert runs(live, "default/vm1")


async def test_an_up_without_consent_brings_back_what_is_down() -> None:
    live = LiveCluster(site(vms=VMS))
    await stopped_before(live, ("create", VLAN_CONFIG, "nc-1"))
    await up(live, Consent())
    assert mtus(live) == {"nc-0": 9000, "nc-1": 9000}
    assert all(runs(live, key) for key in VMS)


async def test_another_change_is_finished_only_by_who_may_interrupt_vms() -> None:
    live = LiveCluster(site(vms=VMS))
    await stopped_before(live, ("patch", VLAN_CONFIG, "nc-0"))
    before = picture(live.world, "data")
    other = ConfigGoal(key="nc-0", patch={"description": "x"})
    with pytest.raises(ChangeRefused, match="another change is not finished"):
        await apply_change(context_on(live), other, Consent())
    assert picture(live.world, "data") == before
    await apply_change(context_on(live), other, FULL)
    assert live.world.of(VLAN_CONFIG)["nc-0"]["spec"]["description"] == "x"
    assert mtus(live) == {"nc-0": 9000, "nc-1": 9000}


# --- B6: outages -----------------------------------------------------------------------------


async def test_step_limit_stands_still_while_the_api_is_away() -> None:
    """Nobody has seen the node become ready: that is no reason to stop."""
    live = LiveCluster(site(vms=VMS))
    began = live.now

    def away(before: World, after: World) -> World:
        if live.now - began < 1000:
            live.connection.away = live.now - began
            return before
        return after

    live.trouble = away
    await up(live)
    assert mtus(live) == {"nc-0": 9000, "nc-1": 9000}
    assert live.now - began > 1000


async def test_step_limit_is_kept_where_the_api_answers() -> None:
    live = LiveCluster(site(vms=VMS))
    began = live.now
    live.trouble = lambda before, after: before
    with pytest.raises(ChangeStopped, match="not done after 180 s"):
        await up(live)
    assert live.now - began < 1000


# --- B8: who looks at a VM sees why it is down -----------------------------------------------


async def test_stopped_vm_says_what_for_until_it_is_started_again() -> None:
    live = LiveCluster(site(vms=VMS))
    await stopped_before(live, ("patch", VLAN_CONFIG, "nc-0"))
    for key in VMS:
        note = annotations_of(live.world.of(VM)[key])[STOPPED_FOR]
        assert note == "MTU of cluster network data: 1500 -> 9000; harvester-net mtu status"
    # Its owner starts one by hand; it is stopped again, and started in the end.
    on = {"spec": {"runStrategy": "Always"}}
    live.world = settled(patched(live.world, VM, "default/vm1", on))
    await resume(live)
    assert not any(STOPPED_FOR in annotations_of(vm) for vm in live.world.of(VM).values())
    assert all(runs(live, key) for key in VMS)


async def test_roll_back_starts_the_vms_that_were_to_stay_stopped() -> None:
    """C5: "everything is as it was before" means the VMs too."""
    live = LiveCluster(site(vms=VMS))
    stops_at(live, ("patch", VLAN_CONFIG, "nc-0"))
    with pytest.raises(ChangeRolledBack):
        await up(live, replace(ROLL_BACK, restart_vms=False))
    assert all(runs(live, key) for key in VMS)
