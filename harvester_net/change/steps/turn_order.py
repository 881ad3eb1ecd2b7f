"""The steps of a change whose nodes take turns, in their order: one after the other."""

from __future__ import annotations

from ..goals.network_config import ConfigGoal
from ..record import Record
from .moving import AGAIN, CordonNode, EmptyNode, UncordonNode, emptying
from .nodes import verify_nodes
from .step import Step
from .turns import (
    ChangeLast,
    JoinConfig,
    LeaveConfig,
    MarkNodes,
    NarrowConfig,
    NodeInTurn,
    TurnStep,
    UnmarkNodes,
    WidenConfig,
)
from .vms import StopVm


def turn_steps(record: Record) -> list[Step]:
    """The steps of a change whose nodes take turns."""
    turns, goal = record.turns, record.goal
    assert turns is not None
    assert isinstance(goal, ConfigGoal)
    key = goal.key
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
    chain.add(ChangeLast(record, chain.after, key, goal.patch, last))
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
    """The nodes that must be empty for a step where nodes take turns; None: all of a change
    where they do not.
    """
    if isinstance(of, NodeInTurn | ChangeLast):
        return [of.node]
    return [] if isinstance(of, TurnStep) else None


def closing_again(of: Step, record: Record) -> list[Step]:
    """The steps that close and empty the nodes that must be empty for another step."""
    if record.turns is None:
        return emptying(record)
    chain = _Chain(record)
    for node in nodes_in_turn(of) or ():
        chain.close(node)
    return [step for step in chain.steps if not isinstance(step, StopVm)]
