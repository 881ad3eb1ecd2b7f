"""The nodes of a network config take turns at another uplink (B7.2): labels say which of them is
in the config, and which in the second one that is there meanwhile.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from ...cluster.errors import AlreadyExists, Conflict
from ...cluster.merge_patch import applied
from ...cluster.resources import (
    LINK_MONITOR,
    NODE,
    VLAN_CONFIG,
    VLAN_STATUS,
    VMI,
    Object,
    annotations_of,
    is_terminating,
    labels_of,
)
from ...cluster.rights import rights
from ...harvester.network_configs import matched_nodes, progress_of_nodes, statuses_of
from ...harvester.network_configs import nodes_not_ready as not_ready
from ...harvester.snapshot import Snapshot
from ...harvester.wording import listed
from ..context import ChangeContext
from ..errors import ChangeStopped
from ..record import Record
from ..turns import CHANGE, FIRST, SECOND, Standing, Turns
from .configs import ConfigStep, PatchConfig
from .moving import (
    AGAIN,
    CORDONED_FOR,
    CordonNode,
    EmptyNode,
    NodeStep,
    UncordonNode,
    emptying,
)
from .nodes import VerifyNodes, verify_nodes
from .step import Step
from .vms import StopVm, VmStep

WATCHED = (NODE, VLAN_CONFIG, VLAN_STATUS, LINK_MONITOR)
LABELS = rights("patch", NODE)


@dataclass(frozen=True)
class TurnStep(ConfigStep):
    """A step of a change whose nodes take turns."""

    watches = WATCHED

    @cached_property
    def turns(self) -> Turns:
        """The turns as they were planned."""
        assert self.record.turns is not None
        return self.record.turns

    def standing(self, now: Snapshot) -> Standing:
        """Where the nodes stand."""
        return Standing(self.record, now)

    async def label(
        self, node: str, now: Snapshot, context: ChangeContext, **labels: str | None
    ) -> None:
        """Give a node these labels of ours, or take them away; not one that has left."""
        live = now.of(NODE).get(node)
        if live is None:
            return
        names = {"first": FIRST, "second": SECOND}
        wanted = {names[name]: value for name, value in labels.items()}
        has = labels_of(live)
        if all(has.get(label) == value for label, value in wanted.items()):
            return
        patch = {"metadata": {"uid": live["metadata"]["uid"], "labels": wanted}}
        await context.cluster.patch(NODE, node, patch, context.deadline)


@dataclass(frozen=True)
class MarkNodes(TurnStep):
    """Label the nodes of the config, so that it can be without one of them."""

    rights = LABELS

    @property
    def id(self) -> str:
        return f"label nodes of {self.key}"

    @property
    def title(self) -> str:
        return f"label {listed(self.turns.nodes)} with {FIRST}"

    def _left(self, now: Snapshot) -> list[str]:
        standing = self.standing(now)
        if standing.is_narrowed:
            return []
        here = [node for node in self.turns.nodes if standing.is_here(node)]
        return [node for node in here if not standing.has_label(FIRST, node)]

    def done(self, now: Snapshot) -> bool:
        return not self._left(now)

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        for node in self._left(now):
            await self.label(node, now, context, first=self.record.id)

    def waits_for(self, now: Snapshot) -> str:
        return f"{listed(self._left(now))} to have a label"


@dataclass(frozen=True)
class NarrowConfig(TurnStep):
    """Let the config ask for the label, which all of its nodes have: none loses its uplink."""

    rights = rights("patch", VLAN_CONFIG)

    @property
    def id(self) -> str:
        return f"narrow {self.key}"

    @property
    def title(self) -> str:
        return f"let network config {self.key} match nodes with this label alone"

    def done(self, now: Snapshot) -> bool:
        standing = self.standing(now)
        return standing.is_narrowed and not self._out(standing)

    def _out(self, standing: Standing) -> list[str]:
        here = [node for node in self.turns.nodes if standing.is_here(node)]
        return [node for node in here if not standing.is_in_first(node)]

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        patch = {"spec": {"nodeSelector": {FIRST: self.record.id}}}
        await context.cluster.patch(VLAN_CONFIG, self.key, patch, context.deadline)

    def waits_for(self, now: Snapshot) -> str:
        return f"network config {self.key} on {listed(self._out(self.standing(now)))}"


@dataclass(frozen=True)
class NodeInTurn(TurnStep):
    """A step about one node whose turn it is."""

    node: str
    second: bool
    """Whether it is about the second config."""

    @property
    def config(self) -> str:
        """The config that it is about."""
        return self.turns.second if self.second else self.key


@dataclass(frozen=True)
class LeaveConfig(NodeInTurn):
    """Take an emptied node out of a config, and wait until it has torn its uplink down: only
    then the other one can have it (H3.2).

    The server's manager takes it out, and would be refused for ever while a VM is on it.
    """

    rights = (*LABELS, *rights("get delete", VLAN_CONFIG))
    ends_without_vms = True
    watches = (*WATCHED, VMI)

    @property
    def id(self) -> str:
        return f"take {self.node} out of {self.config}"

    @property
    def title(self) -> str:
        return f"take {self.node} out of network config {self.config}"

    def done(self, now: Snapshot) -> bool:
        standing = self.standing(now)
        if not standing.is_here(self.node):
            return True
        if standing.config_on(self.node) == self.config:
            return False
        return not self._is_asked_for(standing)

    def _is_asked_for(self, standing: Standing) -> bool:
        if not self.second:
            return standing.has_label(FIRST, self.node)
        return standing.second is not None and standing.has_label(SECOND, self.node)

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        standing = self.standing(now)
        if self.second:
            if standing.second is not None and self._is_last(standing):
                # A config without nodes is what servers before 1.8 fall over (H3.2).
                await remove(standing, context)
            else:
                await self.label(self.node, now, context, second=None)
        elif standing.second is None:
            # The webhooks have long seen the label when the second config is made.
            mark = self.record.id
            await self.label(self.node, now, context, first=None, second=mark)
        else:
            await self.label(self.node, now, context, first=None)

    def _is_last(self, standing: Standing) -> bool:
        others = set(standing.labelled) - {self.node}
        return not any(standing.has_label(SECOND, node) for node in others)

    def waits_for(self, now: Snapshot) -> str:
        return f"{self.node} to tear down network config {self.config}"


@dataclass(frozen=True)
class JoinConfig(NodeInTurn):
    """Put a node into a config, and wait until it has set its uplink up."""

    rights = (*LABELS, *rights("create", VLAN_CONFIG))

    @property
    def id(self) -> str:
        return f"put {self.node} into {self.config}"

    @property
    def title(self) -> str:
        made = f"{self.config}, with the {self._uplink} uplink" if self.second else self.config
        return f"put {self.node} into network config {made}"

    @property
    def _uplink(self) -> str:
        return "old" if self.record.backwards else "new"

    def done(self, now: Snapshot) -> bool:
        standing = self.standing(now)
        inside = standing.is_in_second if self.second else standing.is_in_first
        return not standing.is_here(self.node) or inside(self.node)

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        mark, standing = self.record.id, self.standing(now)
        if not self.second:
            return await self.label(self.node, now, context, first=mark, second=None)
        await self.label(self.node, now, context, second=mark)
        if standing.second is None:
            await self._make(standing, context)

    async def _make(self, standing: Standing, context: ChangeContext) -> None:
        manifest = second_config(standing)
        try:
            await context.cluster.create(VLAN_CONFIG, manifest, context.deadline)
        except AlreadyExists:
            name = self.turns.second
            found = await context.cluster.get(VLAN_CONFIG, name, context.deadline)
            if found is not None and not standing.is_ours(found):
                raise ChangeStopped(
                    f"somebody else has made network config {name} meanwhile; delete it"
                ) from None

    def waits_for(self, now: Snapshot) -> str:
        config = now.of(VLAN_CONFIG).get(self.config)
        said = not_ready(config, now).get(self.node) if config is not None else None
        return f"network config {self.config} on {self.node}{f': {said}' if said else ''}"

    def unproven(self, now: Snapshot) -> list[str]:
        here = self.standing(now).is_here(self.node)
        return self.bonds_as_before(now, [self.node]) if here else []


def second_config(standing: Standing) -> Object:
    """The second config, with the uplink that the change leads to."""
    manifest = standing.original.manifest
    spec = applied(manifest["spec"], standing.patch)
    return {
        "apiVersion": VLAN_CONFIG.api,
        "kind": VLAN_CONFIG.kind,
        "metadata": {
            "name": standing.turns.second,
            "annotations": {CHANGE: standing.mark},
        },
        "spec": {
            "clusterNetwork": spec["clusterNetwork"],
            "description": f"while network config {standing.key} gets another uplink",
            "nodeSelector": {SECOND: standing.mark},
            "uplink": spec["uplink"],
        },
    }


async def remove(standing: Standing, context: ChangeContext) -> None:
    """Delete the second config, and nobody else's of its name."""
    name = standing.turns.second
    while True:
        live = await context.cluster.get(VLAN_CONFIG, name, context.deadline)
        if live is None or is_terminating(live) or not standing.is_ours(live):
            return
        meta = live["metadata"]
        try:
            version = meta["resourceVersion"]
            await context.cluster.delete(
                VLAN_CONFIG, name, meta["uid"], context.deadline, version
            )
            return
        except Conflict:
            await context.deadline.sleep(context.cluster.timings.step_poll)


@dataclass(frozen=True)
class ChangeLast(PatchConfig):
    """Change the config in place when it has only its last node."""

    node: str

    watches = WATCHED
    rights = rights("patch", VLAN_CONFIG)

    @property
    def title(self) -> str:
        fields = ", ".join(sorted(self.patch))
        return f"change network config {self.key}, in which only {self.node} is left: {fields}"


@dataclass(frozen=True)
class WidenConfig(TurnStep):
    """Let the config match its nodes by its own selector again; all are in it."""

    rights = rights("patch", VLAN_CONFIG)

    @property
    def id(self) -> str:
        return f"widen {self.key}"

    @property
    def title(self) -> str:
        return f"let network config {self.key} match nodes as before"

    def done(self, now: Snapshot) -> bool:
        return self.holds(now) and not self.nodes_waiting(now)

    def holds(self, now: Snapshot) -> bool:
        standing = self.standing(now)
        return standing.first is not None and not standing.is_narrowed

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        live = now.of(VLAN_CONFIG).get(self.key) or {"spec": {}}
        others = (live["spec"].get("nodeSelector") or {}).keys() - {FIRST}
        had = self.original.manifest["spec"].get("nodeSelector")
        selector = {FIRST: None} if others or had is not None else None
        patch = {"spec": {"nodeSelector": selector}}
        await context.cluster.patch(VLAN_CONFIG, self.key, patch, context.deadline)

    def waits_for(self, now: Snapshot) -> str:
        return f"network config {self.key}: {self.nodes_waiting(now)}"


@dataclass(frozen=True)
class UnmarkNodes(TurnStep):
    """Take away all that says where nodes are, also from nodes that others have labelled."""

    rights = (*LABELS, *rights("get delete", VLAN_CONFIG))

    @property
    def id(self) -> str:
        return f"clear labels of {self.key}"

    @property
    def title(self) -> str:
        return f"take the labels away, and network config {self.turns.second} if it is left"

    def done(self, now: Snapshot) -> bool:
        return not self.standing(now).is_marked

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        standing = self.standing(now)
        if standing.second is not None:
            await remove(standing, context)
        # The manager sees the wider selector first, or it would take the nodes out (H4.6).
        await context.deadline.sleep(context.cluster.timings.selector_seen)
        for node in standing.labelled:
            await self.label(node, now, context, first=None, second=None)

    def waits_for(self, now: Snapshot) -> str:
        return "our labels to go"


# --- all of them in order --------------------------------------------------------------------


def turn_steps(record: Record) -> list[Step]:
    """The steps of a change whose nodes take turns, one after the other."""
    turns, key = record.turns, record.goal.subject[1]
    assert turns is not None
    *others, last = turns.nodes
    chain = _Chain(record)
    chain.add(MarkNodes(record, chain.after, key))
    chain.add(NarrowConfig(record, chain.after, key))
    for node in others:
        chain.close(node)
        chain.add(LeaveConfig(record, chain.after, key, node, second=False))
        chain.add(JoinConfig(record, chain.after, key, node, second=True))
        chain.open(node)
    chain.close(last)
    patch = record.goal.patch  # type: ignore[union-attr]
    chain.add(ChangeLast(record, chain.after, key, patch, last))
    chain.open(last)
    for node in others:
        chain.close(node, again=True)
        chain.add(LeaveConfig(record, chain.after, key, node, second=True))
        chain.add(JoinConfig(record, chain.after, key, node, second=False))
        chain.open(node, again=True)
    chain.add(WidenConfig(record, chain.after, key))
    chain.add(UnmarkNodes(record, chain.after, key))
    return chain.steps


class _Chain:
    """Steps of which each waits for the one before."""

    def __init__(self, record: Record) -> None:
        self._record = record
        assert record.emptying is not None
        self._vms, self._cordoned = record.emptying.nodes, record.emptying.cordoned
        self.steps: list[Step] = []
        self.after: tuple[str, ...] = ()
        """What the next one waits for."""

    def add(self, *steps: Step) -> None:
        """The next one; or several side by side."""
        self.steps += steps
        self.after = tuple(step.id for step in steps) or self.after

    def close(self, node: str, *, again: bool = False) -> None:
        """A node takes no more VMs, and those that it has go."""
        record = self._record
        if node not in self._cordoned:
            self.add(CordonNode(record, self.after, node, again=again))
        vms = tuple(self._vms.get(node, ()))
        empty = EmptyNode(record, self.after, node, vms, again=again)
        self.add(empty)
        assert record.turns is not None
        if empty.id == record.turns.stops_at:
            self.add(*(StopVm(record, self.after, key) for key in sorted(record.vms)))

    def open(self, node: str, *, again: bool = False) -> None:
        """A node takes VMs again, if its devices are as they should be."""
        record = self._record
        which = f"{node}{AGAIN}" if again else node
        self.add(*verify_nodes(record, self.after, which))
        if node not in self._cordoned:
            self.add(UncordonNode(record, self.after, node, again=again))


def nodes_in_turn(of: Step) -> list[str] | None:
    """The nodes that must be empty for a step, where they take turns; None: all of a change."""
    return [of.node] if isinstance(of, NodeInTurn | ChangeLast) else None


def closing_again(of: Step, record: Record) -> list[Step]:
    """The steps that close and empty the nodes that must be empty for another step."""
    if record.turns is None:
        return emptying(record)
    chain = _Chain(record)
    for node in nodes_in_turn(of) or ():
        chain.close(node)
    return [step for step in chain.steps if not isinstance(step, StopVm)]


# --- a change that goes on -------------------------------------------------------------------


def open_steps(steps: list[Step], standing: Standing, stopping: set[str]) -> set[str]:
    """Which of the steps are left, by where the nodes stand; ``stopping``: the VMs that must be
    stopped now.
    """
    return {step.id for step in steps if _is_open(step, standing, stopping)}


def _is_open(step: Step, standing: Standing, stopping: set[str]) -> bool:
    before = step.id in standing.record.done
    match step:
        case MarkNodes() | NarrowConfig():
            return bool(standing.emptied) and not standing.is_narrowed
        case StopVm(key=key):
            return key in stopping
        case VmStep(key=key):
            return key in stopping or not before
        case WidenConfig():
            return standing.is_narrowed or bool(standing.emptied)
        case UnmarkNodes():
            return standing.is_marked or bool(standing.emptied)
        case ChangeLast():
            return standing.changes_last
        case LeaveConfig(node=node, second=second):
            return _has_a_turn(node, standing, again=second)
        case JoinConfig(node=node, second=second):
            return _has_a_turn(node, standing, again=not second)
        case UncordonNode(node=node, again=again):
            turn = _has_a_turn(node, standing, again=again)
            return turn or _is_closed(node, standing, again=again)
        case NodeStep(node=node, again=again):
            return _has_a_turn(node, standing, again=again)
        case VerifyNodes(node=which):
            node, again = which.removesuffix(AGAIN), which.endswith(AGAIN)
            unseen = not before and _is_closed(node, standing, again=again)
            return _has_a_turn(node, standing, again=again) or unseen
    return not before


def _has_a_turn(node: str, standing: Standing, *, again: bool) -> bool:
    """Whether a node leaves its config still, or comes back ``again`` still."""
    if node == standing.turns.nodes[-1]:
        return standing.changes_last
    return node in (standing.returning if again else standing.leaving)


def _is_closed(node: str, standing: Standing, *, again: bool) -> bool:
    """Whether a node is closed by us still, although this turn of it is over."""
    if node != standing.turns.nodes[-1] and again != standing.is_changed:
        return False
    found = standing.now.of(NODE).get(node)
    settled = standing.is_in_first(node) or standing.is_in_second(node)
    return settled and found is not None and CORDONED_FOR in annotations_of(found)


def stops_at(steps: list[Step], standing: Standing, nodes: set[str]) -> str:
    """The step after which VMs are stopped that cannot go from these nodes: the first that
    empties one of them still.
    """
    for step in steps:
        is_left = isinstance(step, EmptyNode) and _is_open(step, standing, set())
        if is_left and step.node in nodes:  # type: ignore[attr-defined]
            return step.id
    return ""


def interrupts_in_turns(steps: list[Step], done: set[str]) -> bool:
    """Whether a step is open that takes the uplink of a node away."""
    takes = [step for step in steps if isinstance(step, LeaveConfig | ChangeLast)]
    return not {step.id for step in takes}.issubset(done)
