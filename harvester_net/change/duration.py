"""How long a plan takes, and how long its VMs are down: an estimate, for who has to agree.

Nothing here is measured on the cluster. It adds up what each kind of step usually takes, by
the facts (H5.4, O5.2) and by what the VMs ask for; steps of a kind run side by side, VMs a few
at a time. What takes longer is ended by the limits of the record alone. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from ..cluster.resources import VMI
from ..harvester.snapshot import Snapshot
from ..harvester.wording import counted
from ..printable import printable
from .record import Record, Turns
from .steps.configs import ConfigStep, CreateConfig, DeleteConfig, PatchConfig, SetMtu
from .steps.host_networks import CreateHostNetwork, DeleteHostNetwork
from .steps.moving import AT_A_TIME, CordonNode, EmptyNode
from .steps.nodes import VerifyNodes
from .steps.order import parts_of
from .steps.settings import (
    VirtHandlersFollow,
    VolumesDetached,
    WriteMigration,
    WriteRwx,
    WriteStorage,
)
from .steps.step import Step
from .steps.turns import JoinConfig, LeaveConfig
from .steps.vms import StartVm, StopVm

GRACE = 120
"""Seconds that Harvester gives a guest to shut down whose VM asks for nothing else (H5.4)."""
MINUTE = 60


@dataclass(frozen=True)
class Span:
    """Seconds that something takes: the least, and the most as a rule."""

    least: float
    most: float

    def __add__(self, other: Span) -> Span:
        """One after the other."""
        return Span(self.least + other.least, self.most + other.most)

    def times(self, number: int) -> Span:
        """So often, one after the other."""
        return Span(self.least * number, self.most * number)

    @property
    def words(self) -> str:
        """The span in whole minutes, rounded up."""
        least, most = (ceil(seconds / MINUTE) for seconds in (self.least, self.most))
        if most <= 1:
            return "about a minute"
        return f"{least} to {most} minutes" if least < most else f"about {most} minutes"


_SHUTS_DOWN = 5
"""Seconds of a guest that does it at once."""
_STARTS = Span(15, 120)
"""Until the guest runs; what it does then is its own matter."""
_A_WRITE = Span(1, 5)
"""What only the manager has to see (H5.4)."""
_USUAL: Mapping[type[Step], Span] = {
    VolumesDetached: Span(5, 60),
    # Longhorn makes its pods anew, and the controller may rest for two minutes (H5.4).
    WriteStorage: Span(60, 300),
    WriteRwx: Span(30, 180),
    WriteMigration: _A_WRITE,
    # Each node's pod is made anew, one after the other (B2.3).
    VirtHandlersFollow: Span(15, 180),
    # Agents do it in seconds, and try again after 30 s at the latest (H5.4, O5.2).
    DeleteConfig: Span(1, 30),
    DeleteHostNetwork: Span(1, 30),
    CreateHostNetwork: Span(3, 30),
    SetMtu: Span(3, 30),
    CreateConfig: Span(3, 30),
    LeaveConfig: Span(1, 30),
    JoinConfig: Span(3, 30),
    PatchConfig: Span(3, 30),
    VerifyNodes: Span(10, 120),
}
_MOVE, _UPLINK = "to migrate", "the uplink of a node"
_A_MIGRATION = Span(10, 120)
"""Of a VM with a few GiB that is not busy; a large one may take many minutes (B7.2)."""
_WHAT: Mapping[type[Step], str] = {
    VolumesDetached: "volumes to be detached",
    WriteStorage: "the storage network",
    WriteRwx: "the RWX network",
    VirtHandlersFollow: "virt-handlers to leave the VM migration network",
    VerifyNodes: "the proof on the nodes",
}


@dataclass(frozen=True)
class Part:
    """Some steps of a plan that run side by side."""

    what: str
    """What takes long in it; empty where nothing does."""
    span: Span
    turns: int = 1

    @property
    def whole(self) -> Span:
        """Of all its turns."""
        return self.span.times(self.turns)

    @property
    def words(self) -> str:
        """It in words, with the most that it takes."""
        turns = f" in each of {self.turns} turns" if self.turns > 1 else ""
        return f"{self.what} {_up_to(self.span.most)}{turns}"


@dataclass(frozen=True)
class Duration:
    """How long a plan takes."""

    moves: Sequence[Part]
    """Until the nodes are empty whose VMs are migrated."""
    stops: Sequence[Part]
    before: Sequence[Part]
    """Until the Settings are cleared, if they are."""
    clear: Sequence[Part]
    """From then on until they are set again; without them, the change itself."""
    starts: Sequence[Part]
    clears: bool
    """Whether a network of the Settings is down meanwhile."""
    stays_down: bool
    """Whether a VM that is stopped is left to its owner."""
    each_node: Span | None = None
    """How long one node is closed, where they take turns."""

    @property
    def parts(self) -> list[Part]:
        """All of it, in order."""
        return [*self.moves, *self.stops, *self.before, *self.clear, *self.starts]

    @property
    def whole(self) -> Span:
        """From the first step to the last."""
        return _sum(self.parts)

    @property
    def each_vm(self) -> Span | None:
        """How long a VM that is started again is down; None if none is.

        One of the first turn waits for all that stop, one of the last for all that start.
        """
        if not self.starts:
            return None
        between = _sum([*self.before, *self.clear])
        [stop], [start] = self.stops, self.starts
        first, last = stop.whole + start.span, stop.span + start.whole
        ends = Span(min(first.least, last.least), max(first.most, last.most))
        return ends + between

    @property
    def settings(self) -> Span | None:
        """How long a network of the Settings is down; None if none is."""
        return _sum(self.clear) if self.clears else None


def _sum(parts: Sequence[Part]) -> Span:
    found = Span(0, 0)
    for part in parts:
        found += part.whole
    return found


def duration(record: Record, snapshot: Snapshot) -> Duration:
    """How long a plan takes that was made of this snapshot."""
    if record.turns is not None:
        return _in_turns(record, record.turns, snapshot)
    parts = parts_of(record)
    stops = [step for step in parts.interrupting if isinstance(step, StopVm)]
    starts = [step for step in parts.restoring if isinstance(step, StartVm)]
    # The VM migration network is set again beside what starts, and nobody waits for it.
    back = [step for step in parts.restoring if isinstance(step, WriteStorage | WriteRwx)]
    cleared = [
        step for step in parts.interrupting if isinstance(step, WriteStorage | WriteRwx)
    ]
    others = StopVm | WriteStorage | WriteRwx | CordonNode | EmptyNode
    before = [step for step in parts.interrupting if not isinstance(step, others)]
    inside = [*cleared, *parts.core, *parts.proof, *back]
    return Duration(
        moves=_moves(record),
        stops=_stops(stops, record, snapshot),
        before=list(_parts(before)),
        clear=list(_parts(inside)),
        starts=[Part("to start", _STARTS, _turns(starts, record))] if starts else [],
        clears=bool(cleared),
        stays_down=len(starts) < len(stops),
    )


def _in_turns(record: Record, turns: Turns, snapshot: Snapshot) -> Duration:
    """The same where nodes take turns, one after the other: those that come after the stop of
    a VM are part of its time.
    """
    steps = parts_of(record).core
    stops = [step for step in steps if isinstance(step, StopVm)]
    starts = [step for step in parts_of(record).restoring if isinstance(step, StartVm)]
    emptied = [step for step in steps if isinstance(step, EmptyNode)]
    at = [step.id for step in emptied].index(turns.stops_at) if stops else len(emptied)
    vms = sum(map(len, record.emptying.nodes.values())) if record.emptying else 0
    a_move = _A_MIGRATION.times(ceil(vms / len(turns.nodes) / AT_A_TIME))
    looks = [_USUAL[VerifyNodes]] if record.verify is not None else []
    an_uplink = sum(looks, _USUAL[LeaveConfig] + _USUAL[JoinConfig])
    # The nodes are empty before anybody is stopped.
    moves = min(at + 1, len(emptied))
    return Duration(
        moves=[*_some_turns(a_move, moves, _MOVE), *_some_turns(an_uplink, at, _UPLINK)],
        stops=_stops(stops, record, snapshot),
        before=[],
        clear=[
            *_some_turns(an_uplink, len(emptied) - at, _UPLINK),
            *_some_turns(a_move, len(emptied) - moves, _MOVE),
        ],
        starts=[Part("to start", _STARTS, _turns(starts, record))] if starts else [],
        clears=False,
        stays_down=len(starts) < len(stops),
        each_node=a_move + an_uplink,
    )


def _some_turns(span: Span, turns: int, what: str) -> list[Part]:
    return [Part(what, span, turns)] if turns else []


def _moves(record: Record) -> list[Part]:
    if record.emptying is None:
        return []
    number = sum(map(len, record.emptying.nodes.values()))
    return [Part(_MOVE, _A_MIGRATION, ceil(number / AT_A_TIME))] if number else []


def _stops(steps: Sequence[StopVm], record: Record, snapshot: Snapshot) -> list[Part]:
    if not steps:
        return []
    graces = {step.key: _grace(step.key, snapshot) for step in steps}
    slowest = max(graces, key=lambda key: (graces[key], key))
    # What a VM asks for itself is nothing that its neighbours expect.
    whose = f" (VM {printable(slowest)})" if graces[slowest] > GRACE else ""
    span = Span(_SHUTS_DOWN, max(graces[slowest], _SHUTS_DOWN))
    return [Part(f"to shut down{whose}", span, _turns(steps, record))]


def _grace(key: str, snapshot: Snapshot) -> float:
    asked = snapshot.of(VMI).get(key, {}).get("spec", {}).get("terminationGracePeriodSeconds")
    return float(asked) if isinstance(asked, int) else GRACE


def _turns(steps: Sequence[Step], record: Record) -> int:
    return ceil(len(steps) / record.max_parallel)


def _parts(steps: Sequence[Step]) -> Iterator[Part]:
    """One for all uplinks, of which steps of a kind run side by side; one for each other."""
    uplinks = [step for step in steps if isinstance(step, ConfigStep)]
    writes = 0
    for step in steps:
        kind = type(step)
        if uplinks and step is uplinks[0]:
            yield _uplinks(uplinks)
        elif kind in _WHAT:
            yield Part(_WHAT[kind], _USUAL[kind])
        elif not isinstance(step, ConfigStep):
            writes += 1
    if writes:
        yield Part("", _A_WRITE)


def _uplinks(steps: Sequence[ConfigStep]) -> Part:
    nodes = {node for step in steps for node in step.original.nodes}
    kinds = dict.fromkeys(type(step) for step in steps)
    spans = [Part("", _USUAL[kind]) for kind in kinds]
    return Part(f"the uplinks of {counted(len(nodes), 'node')}", _sum(spans))


def _up_to(seconds: float) -> str:
    if seconds < MINUTE:
        return f"up to {ceil(seconds)} s"
    return f"up to {ceil(seconds / MINUTE)} min"


def estimate(found: Duration) -> str:
    """The estimate in a sentence, with what it is made of."""
    told = []
    if found.moves:
        told.append("no VM that is migrated is without its network")
        closed = found.each_node or found.whole
        told.append(f"no new one comes to a cordoned node for {closed.words}")
    if found.each_node is not None:
        told.append(f"the change takes {found.whole.words}")
    if found.each_vm is not None:
        which = "each VM that is stopped" if found.moves else "each VM"
        told.append(f"{which} is down for {found.each_vm.words}")
        if found.stays_down:
            told.append("those that nothing starts again until their owners do")
    elif found.stays_down:
        told.append("each VM is down until its owner starts it")
    if found.settings is not None:
        told.append(f"the storage or RWX network for {found.settings.words}")
    if found.each_vm is None and not found.moves:
        told.append(f"the change takes {found.whole.words}")
    parts = Counter(part.words for part in found.parts if part.what)
    said = [f"{words}{' twice' if times > 1 else ''}" for words, times in parts.items()]
    return f"{', '.join(told)}: {', '.join(said)}. Nobody has measured it on this cluster"
