"""Which steps are left of a change whose nodes take turns, by where the nodes stand: pure.

What the journal says is done counts only where nothing can be seen: for VMs, and for a look at
the devices.
"""

from __future__ import annotations

from ..cluster.resources import NODE, annotations_of
from .steps.moving import AGAIN, CORDONED_FOR, EmptyNode, NodeStep, UncordonNode
from .steps.nodes import VerifyNodes
from .steps.step import Step
from .steps.turns import (
    ChangeLast,
    JoinConfig,
    LeaveConfig,
    MarkNodes,
    NarrowConfig,
    UnmarkNodes,
    WidenConfig,
)
from .steps.vms import StopVm, VmStep
from .turns import Standing


def open_steps(steps: list[Step], standing: Standing, stopping: set[str]) -> set[str]:
    """Which of the steps are left; ``stopping``: the VMs that must be stopped now."""
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
        if not isinstance(step, EmptyNode) or step.node not in nodes:
            continue
        if _is_open(step, standing, set()):
            return step.id
    return ""


def interrupts_in_turns(steps: list[Step], done: set[str]) -> bool:
    """Whether a step is open that takes the uplink of a node away."""
    takes = [step for step in steps if isinstance(step, LeaveConfig | ChangeLast)]
    return not {step.id for step in takes}.issubset(done)
