"""What happened to VMs and uplinks in a lab, as a rehearsal ends with it.

A recorder listens to the store, so it misses nothing, however short. What a record means is
decided by `summary`, a pure function. Times are those of the simulated machines: who was down
is as it would be at home, how long is not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from harvester_net.cluster.resources import LINK_MONITOR, VM, VMI, Object
from harvester_net.cluster.resources import Resource as Kind
from harvester_net.harvester.link_monitors import links_by_node
from harvester_net.harvester.names import BOND, BRIDGE, NICS
from harvester_net.lab.apiserver.resources import Resource
from harvester_net.lab.apiserver.store import Event, Store

RUNNING = "Running"
_ABSENT = ""
"""In the place of a phase: there is no instance."""


class VmChange(BaseModel):
    """From this moment on, a VM's instance has another phase; none if there is no instance."""

    model_config = ConfigDict(frozen=True)

    at: float
    """Seconds since the record began."""
    vm: str
    phase: str


class UplinkChange(BaseModel):
    """From this moment on, a node has the uplink of a cluster network, or has it not."""

    model_config = ConfigDict(frozen=True)

    at: float
    cluster_network: str
    node: str
    up: bool


class Record(BaseModel):
    """All that was seen of VMs and uplinks, in the order in which it happened.

    What was so from the beginning has happened at 0.
    """

    model_config = ConfigDict(frozen=True)

    began: str
    """The time of day."""
    seconds: float
    """How long it is."""
    vms: tuple[VmChange, ...] = ()
    deleted: tuple[str, ...] = ()
    """The VMs that were deleted."""
    uplinks: tuple[UplinkChange, ...] = ()


# --- recording -------------------------------------------------------------------------------


class Recorder:
    """Records what happens in a store from now on, until it is closed."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._clock = store, clock
        self._end: Callable[[], None] = lambda: None
        self.restart()

    def restart(self) -> None:
        """Forget what was, and begin with what is there now."""
        self.close()
        self._started = self._clock()
        self._began = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        self._vms: list[VmChange] = []
        self._phases: dict[str, str] = {}
        self._deleted: dict[str, None] = {}
        self._changes: list[UplinkChange] = []
        self._bonds: dict[tuple[str, str], int] = {}
        for key, vmi in self._store.objects(_served(VMI)).items():
            self._note_phase(key, _phase(vmi), 0.0)
        for key, monitor in self._store.objects(_served(LINK_MONITOR)).items():
            self._note_links(key, monitor, 0.0)
        self._end = self._store.subscribe(self._hear)

    def close(self) -> None:
        """Hear nothing more."""
        self._end()
        self._end = lambda: None

    @property
    def record(self) -> Record:
        """What has been seen until now."""
        return Record(
            began=self._began,
            seconds=self._clock() - self._started,
            vms=tuple(self._vms),
            deleted=tuple(self._deleted),
            uplinks=tuple(self._changes),
        )

    def _hear(self, resource: Resource, event: Event) -> None:
        at, gone = self._clock() - self._started, event.type == "DELETED"
        if resource.id == _ID_OF_VMI:
            self._note_phase(event.key, _ABSENT if gone else _phase(event.object), at)
        elif resource.id == _ID_OF_VM:
            if gone:
                self._deleted[event.key] = None
            else:
                self._deleted.pop(event.key, None)
        elif resource.id == _ID_OF_MONITOR:
            self._note_links(event.key, {} if gone else event.object, at)

    def _note_phase(self, vm: str, phase: str, at: float) -> None:
        if self._phases.get(vm, _ABSENT) != phase:
            self._phases[vm] = phase
            self._vms.append(VmChange(at=at, vm=vm, phase=phase))

    def _note_links(self, network: str, monitor: Object, at: float) -> None:
        if network == NICS:
            return
        now = dict(_working_bonds(network, monitor))
        before = [node for name, node in self._bonds if name == network]
        for node in dict.fromkeys((*before, *now)):
            self._note_bond(network, node, now.get(node, 0), at)

    def _note_bond(self, network: str, node: str, index: int, at: float) -> None:
        """A bond of another index is another bond: between them there was none (H5.5)."""
        before = self._bonds.get((network, node), 0)
        if before == index:
            return
        self._bonds[network, node] = index
        for up in (False,) * bool(before) + (True,) * bool(index):
            self._changes.append(
                UplinkChange(at=at, cluster_network=network, node=node, up=up)
            )


def _phase(vmi: Object) -> str:
    return str((vmi.get("status") or {}).get("phase") or _ABSENT)


def _working_bonds(network: str, monitor: Object) -> Iterator[tuple[str, int]]:
    """The nodes whose bond is up and in its bridge, with its index."""
    for node, links in links_by_node(monitor).items():
        named = {link["name"]: link for link in links}
        bond = named.get(f"{network}{BOND}", {})
        bridge = named.get(f"{network}{BRIDGE}", {})
        joined = bridge and bond.get("masterIndex") == bridge.get("index")
        if joined and bond.get("state") != "down":
            yield node, bond["index"]


def _served(kind: Kind) -> Resource:
    """A kind as the store keeps it; only its id counts."""
    group, _, version = kind.api.rpartition("/")
    return Resource(group, version, kind.kind, kind.plural, namespaced=kind.namespaced)


_ID_OF_VM, _ID_OF_VMI = _served(VM).id, _served(VMI).id
_ID_OF_MONITOR = _served(LINK_MONITOR).id


# --- what it means ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Outage:
    """A time without something that had been there."""

    began: float
    """Seconds since the record began."""
    ended: float | None
    """None: it was not over when the record ended."""


@dataclass(frozen=True)
class VmOutages:
    """A VM that ran and then was down."""

    vm: str
    outages: tuple[Outage, ...]
    seconds: float
    """In all, until the end of the record if it is still down."""
    phase: str
    """Of its instance at the end; empty if there is none."""
    deleted: bool

    @property
    def is_back(self) -> bool:
        """Whether it runs at the end."""
        return self.outages[-1].ended is not None


@dataclass(frozen=True)
class UplinkOutages:
    """A node that had an uplink and then had none."""

    cluster_network: str
    node: str
    outages: tuple[Outage, ...]
    seconds: float

    @property
    def is_back(self) -> bool:
        """Whether it has one at the end."""
        return self.outages[-1].ended is not None


@dataclass(frozen=True)
class Summary:
    """What a rehearsal ends with."""

    seconds: float
    ran: int
    """How many VMs ran at any time."""
    vms: tuple[VmOutages, ...]
    """Those that were down, the longest first."""
    uplinks: tuple[UplinkOutages, ...]
    """By cluster network and node."""

    @property
    def never_back(self) -> list[str]:
        """The VMs that were there at the end and did not run again."""
        return sorted(vm.vm for vm in self.vms if not vm.is_back and not vm.deleted)

    @property
    def deleted(self) -> list[str]:
        """The VMs that were deleted while or after they were down."""
        return sorted(vm.vm for vm in self.vms if vm.deleted)


def summary(record: Record) -> Summary:
    """Who was down, and for how long."""
    phases: dict[str, list[VmChange]] = {}
    for change in record.vms:
        phases.setdefault(change.vm, []).append(change)
    ran = {
        vm: changes
        for vm, changes in phases.items()
        if any(change.phase == RUNNING for change in changes)
    }
    vms = [_vm(vm, changes, record) for vm, changes in ran.items()]
    return Summary(
        seconds=record.seconds,
        ran=len(ran),
        vms=tuple(
            sorted((vm for vm in vms if vm.outages), key=lambda vm: (-vm.seconds, vm.vm))
        ),
        uplinks=tuple(_uplinks(record)),
    )


def _vm(vm: str, changes: list[VmChange], record: Record) -> VmOutages:
    found = outages((change.at, change.phase == RUNNING) for change in changes)
    return VmOutages(
        vm=vm,
        outages=found,
        seconds=_seconds(found, record.seconds),
        phase=changes[-1].phase,
        deleted=vm in record.deleted,
    )


def _uplinks(record: Record) -> Iterator[UplinkOutages]:
    changes: dict[tuple[str, str], list[UplinkChange]] = {}
    for change in record.uplinks:
        changes.setdefault((change.cluster_network, change.node), []).append(change)
    for (network, node), own in sorted(changes.items()):
        if found := outages((change.at, change.up) for change in own):
            yield UplinkOutages(network, node, found, _seconds(found, record.seconds))


def outages(states: Iterable[tuple[float, bool]]) -> tuple[Outage, ...]:
    """The times without something, of the moments in which it came or went; not the time
    before it was first there.
    """
    found: list[Outage] = []
    was_there, since = False, None
    for at, is_there in states:
        if is_there and since is not None:
            found.append(Outage(since, at))
            since = None
        elif not is_there and was_there and since is None:
            since = at
        was_there = was_there or is_there
    if since is not None:
        found.append(Outage(since, None))
    return tuple(found)


def _seconds(found: Iterable[Outage], end: float) -> float:
    return sum((end if one.ended is None else one.ended) - one.began for one in found)
