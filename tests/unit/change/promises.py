"""What is promised of a change whatever happens around it, watched in a shared world.

1  no network config is lost that its owner has not deleted
2  nobody writes after another has taken the lease over
3  after every stop there is a way to the end, and what ran runs
4  what is said to be done is done
5  what others have changed stays
6  nothing is taken away without the rights to bring it back
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from harvester_net.change import journal, lease
from harvester_net.change.errors import ChangeStopped
from harvester_net.change.journal import record_in
from harvester_net.change.record import Record
from harvester_net.change.rights import rights_of
from harvester_net.change.steps.vms import STOPPED_FOR, is_halted
from harvester_net.cluster.resources import (
    CONFIG_MAP,
    LEASE,
    NAD,
    SETTING,
    VLAN_CONFIG,
    VM,
    VMI,
    Object,
    annotations_of,
    is_terminating,
    labels_of,
)
from harvester_net.harvester.mtus import config_mtu, nad_mtu

from .controllers import settled
from .shared import SharedServer, Write
from .world import World

RUNS, DOWN, EITHER, GONE = "runs", "down", "either", "gone"
EXCUSED = 40.0
"""Seconds in which a holder may not have noticed that somebody deleted its lease."""


class Broken(AssertionError):
    """A promise is broken; the message begins with its number."""


@dataclass
class Promises:
    """What must be, as the bystander has left it."""

    server: SharedServer
    is_changing: Callable[[], bool]
    configs: dict[str, Any] = field(default_factory=dict)
    """What each network config says besides its MTU."""
    loose: set[str] = field(default_factory=set)
    """Configs that may be there or not: deleted in the middle of a change."""
    removed: set[str] = field(default_factory=set)
    vms: dict[str, str] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    """VMs that the bystander has touched, whose strategies nobody promises."""
    forgotten: set[str] = field(default_factory=set)
    """VMs that say what they are stopped for when somebody deletes the journal that knows."""
    storage: set[str] = field(default_factory=set)
    """Texts of the setting storage-network that are right."""
    journal_stolen: bool = False
    excused: dict[str, float] = field(default_factory=dict)
    """Until when a client may not know that its lease is gone, by name."""

    def __post_init__(self) -> None:
        self.start = self.server.world
        self.server.wrote = self.after_write
        self.configs = {key: _said(c) for key, c in self.start.of(VLAN_CONFIG).items()}
        self.vms = {
            key: DOWN if is_halted(vm) else RUNS for key, vm in self.start.of(VM).items()
        }
        self.storage = {_storage(self.start)}
        self._record: tuple[str, Record | None] = ("", None)
        self._unknown: set[str] = set()
        """What nobody promises only because the journal is gone."""

    @property
    def journal(self) -> Record | None:
        """The journal that is on the cluster."""
        return self._journal_in(self.server.world)

    def _journal_in(self, world: World) -> Record | None:
        found = world.get(CONFIG_MAP, journal.KEY)
        if found is None:
            return None
        version = found["metadata"]["resourceVersion"]
        if self._record[0] != version:
            self._record = (version, record_in(found))
        return self._record[1]

    @property
    def has_storage(self) -> bool:
        """Whether the site has, or had, a storage network."""
        return self.storage != {""}

    @property
    def _unfinished(self) -> bool:
        return self.journal is not None or self.is_changing()

    # --- what the bystander did --------------------------------------------------------------

    def vm_started(self, key: str) -> None:
        self.vms[key] = RUNS
        self.touched.add(key)

    def vm_stopped(self, key: str) -> None:
        self.vms[key] = EITHER if self._unfinished else DOWN
        self.touched.add(key)

    def vm_deleted(self, key: str) -> None:
        self.vms[key] = GONE

    def config_written(self, key: str) -> None:
        self.configs[key] = _said(self.server.world.of(VLAN_CONFIG)[key])
        self.loose.discard(key)
        self.removed.discard(key)

    def config_deleted(self, key: str) -> None:
        if self._unfinished:
            self.loose.add(key)
        else:
            del self.configs[key]
            self.loose.discard(key)
            self.removed.add(key)

    def storage_written(self, text: str) -> None:
        self.storage = {text, *(self.storage if self._unfinished else ())}

    def journal_deleted(self) -> None:
        self.journal_stolen = True
        self._forgive()

    def lease_deleted(self) -> None:
        holder = _holder(self.server.world)
        if holder:
            self.excused[holder] = asyncio.get_running_loop().time() + EXCUSED

    def _forgive(self) -> None:
        """Nobody knows any more what was there before the journal was deleted."""
        world = self.server.world
        there = world.of(VLAN_CONFIG)
        for key in self.configs:
            if key not in self.loose and (key not in there or is_terminating(there[key])):
                self.loose.add(key)
                self._unknown.add(key)
        for key, vm in world.of(VM).items():
            if is_halted(vm) or STOPPED_FOR in annotations_of(vm):
                self.forgotten.add(key)
            if is_halted(vm) and self.vms.get(key) == RUNS:
                self.vms[key] = EITHER
                self._unknown.add(key)
            self.touched.add(key)
        if not _storage(world):
            self.storage.add("")

    def _remember(self, record: Record) -> None:
        """A client has written the journal again: what it knows is promised again."""
        for key in self._unknown & record.configs.keys():
            self.loose.discard(key)
        for key, vm in record.vms.items():
            if key in self._unknown and vm.comes_back and self.vms.get(key) == EITHER:
                self.vms[key] = RUNS
        self._unknown.clear()

    # --- what the clients did ----------------------------------------------------------------

    def after_write(self, write: Write) -> None:
        """Hold all that can be said at every moment to what a client wrote."""
        if write.resource is LEASE:
            return
        if write.resource is CONFIG_MAP:
            if self.journal_stolen and (record := self.journal) is not None:
                self._remember(record)
                self.journal_stolen = False
            if write.verb == "delete":
                self._check_the_close(write)
        elif self.journal_stolen:
            self._forgive()
        self._check_the_holder(write)
        self._check_the_rights(write)
        self._check_the_configs(write)

    def _broken(self, number: int, what: str) -> None:
        raise Broken(f"{number}: {what}")

    def _check_the_configs(self, write: Write) -> None:
        record, there = self._journal_in(write.after), write.after.of(VLAN_CONFIG)
        for key, said in self.configs.items():
            if key in self.loose or (key in there and not is_terminating(there[key])):
                continue
            known = record.configs.get(key) if record else None
            if known is None:
                self._broken(1, f"{_words(write)}: {key} is lost, and in no journal")
            elif (kept := _said(known.manifest)) != said:
                self._broken(1, f"{_words(write)}: {key} is kept as {kept}, it was {said}")

    def _check_the_holder(self, write: Write) -> None:
        holder, name = _holder(write.after), write.by.name
        now = asyncio.get_running_loop().time()
        if holder != name and self.excused.get(name, 0) < now:
            self._broken(2, f"{_words(write)}, but {holder or 'nobody'} holds the lease")

    def _check_the_rights(self, write: Write) -> None:
        record, forbidden = self._journal_in(write.after), write.by.forbidden
        if not forbidden or record is None or not _takes_away(write):
            return
        needed = {(right.verb, right.resource.plural) for right in rights_of(record)}
        if missing := sorted(forbidden & needed & write.by.machine.forbidden):
            self._broken(6, f"{_words(write)}, but it may not {missing}")

    def _check_the_close(self, write: Write) -> None:
        record = self._journal_in(write.before)
        assert record is not None
        if wrong := list(self._wrong(settled(write.after), record.target_mtu)):
            self._broken(4, f"{_words(write)}: {'; '.join(wrong)}")

    def check_a_stop(self, who: str, outcome: object) -> None:
        """Who says that a change stands leaves what is needed to go on."""
        says_so = isinstance(outcome, ChangeStopped) and not self.is_changing()
        if says_so and self.journal is None and not self.excused:
            self._broken(3, f"{who} says that the change stands, and there is no journal")

    def check_the_end(self, mtu: int | None) -> None:
        """All faults have ended, and somebody has finished. None: with either MTU."""
        world = settled(self.server.world)
        if self.journal is not None:
            self._broken(3, "there is still a journal")
        mtus = {config_mtu(config) for config in world.of(VLAN_CONFIG).values()}
        if len(mtus) > 1 or (mtu is not None and mtus - {mtu}):
            self._broken(4, f"the MTUs are {mtus}, not {mtu}")
        if wrong := list(self._wrong(world, max(mtus, default=None))):
            self._broken(3, "; ".join(wrong))

    def _wrong(self, world: World, mtu: int | None) -> Iterator[str]:
        there = world.of(VLAN_CONFIG)
        for key, said in self.configs.items():
            if key not in there:
                if key not in self.loose:
                    yield f"{key} is not there"
            elif config_mtu(there[key]) != mtu:
                yield f"{key} has MTU {config_mtu(there[key])}, not {mtu}"
            elif key not in self.loose and _said(there[key]) != said:
                yield f"{key} is {_said(there[key])}, not {said}"
        for key in self.removed & there.keys():
            yield f"{key} was deleted by its owner, and is there"
        for key, state in self.vms.items():
            yield from self._wrong_vm(world, key, state)
        if _storage(world) not in self.storage:
            yield f"the storage network is {_storage(world)!r}, not {self.storage}"
        if there and mtu != (seen := nad_mtu(world.of(NAD)["default/net"])):
            yield f"VM network default/net has MTU {seen}, not {mtu}"

    def _wrong_vm(self, world: World, key: str, state: str) -> Iterator[str]:
        vm, vmi = world.get(VM, key), world.get(VMI, key)
        if state == GONE:
            if vm is not None:
                yield f"{key} was deleted by its owner, and is there"
            return
        if vm is None:
            yield f"{key} is not there"
            return
        runs = vmi is not None and vmi["status"]["phase"] == "Running"
        if (state == RUNS and not runs) or (state == DOWN and runs):
            yield f"{key} {'runs' if runs else 'is down'}, and not: {state}"
        if runs and key not in self.forgotten and STOPPED_FOR in annotations_of(vm):
            yield f"{key} runs, and says that it is stopped"
        before = self.start.get(VM, key)
        if before and key not in self.touched and _strategy(vm) != _strategy(before):
            yield f"{key} has run strategy {_strategy(vm)}, not {_strategy(before)}"


def _said(config: Object) -> tuple[Any, ...]:
    spec = config["spec"]
    labels = {k: v for k, v in labels_of(config).items() if k == "team"}
    return spec.get("description"), labels, spec.get("nodeSelector"), spec["uplink"]["nics"]


def _storage(world: World) -> str:
    return str(world.of(SETTING)["storage-network"].get("value") or "")


def _strategy(vm: Object) -> Any:
    return vm["spec"].get("runStrategy")


def _holder(world: World) -> str:
    found = world.get(LEASE, lease.KEY)
    return lease.holder_of(found).partition(" ")[0] if found else ""


def _takes_away(write: Write) -> bool:
    after = write.after.get(write.resource, write.key)
    if write.resource is VM:
        before = write.before.of(VM)[write.key]
        return after is not None and is_halted(after) and not is_halted(before)
    if write.resource is SETTING:
        return not _storage(write.after)
    return write.resource in (VLAN_CONFIG, VMI) and write.verb != "create"


def _words(write: Write) -> str:
    return f"{write.by.name} does {write.verb} {write.resource.plural} {write.key}"
