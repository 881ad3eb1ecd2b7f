"""The plan and the progress of a change in words: the same situation, the same text."""

from __future__ import annotations

from collections.abc import Iterator

from ..specs.limits import MGMT
from ..verify.host_commands import mtu_commands
from .plan import Plan
from .record import Record
from .steps.order import steps_of

MOST_LINES = 60


def headline(record: Record) -> str:
    """What a change is about, in one line."""
    goal = record.goal
    if goal.kind == "mtu":
        old, new = record.old_mtu, goal.mtu
        if not old:  # There is no such cluster network.
            return f"MTU of cluster network {goal.cluster_network}: {new}"
        if record.backwards:
            return f"MTU of cluster network {goal.cluster_network}: back to {old}"
        return f"MTU of cluster network {goal.cluster_network}: {old} -> {new}"
    if goal.kind == "storageNetwork":
        return "set the storage network" if goal.text else "clear the storage network"
    words = {
        "config": f"change network config {goal.key}",
        "configDeletion": f"delete network config {goal.key}",
        "vmNetwork": f"change VM network {goal.key}",
    }
    return words[goal.kind]


def plan_text(plan: Plan, most_lines: int = MOST_LINES) -> str:
    """The numbered steps of a plan, and what else has to be known."""
    record = plan.record
    steps = [step.title for step in steps_of(record)]
    lines = [f"{headline(record)}, in {counted(len(steps), 'step')}:"]
    lines += [f"{number:>4}. {title}" for number, title in enumerate(steps, start=1)]
    if len(lines) > most_lines:
        left_out = len(lines) - most_lines
        half = most_lines // 2
        lines = [*lines[:half], f"      ... {left_out} more steps ...", *lines[-half:]]
    return "\n".join([*lines, *(f"note: {note}" for note in notes(record))])


def remaining_text(record: Record) -> str:
    """An unfinished change, and the steps that are left of it."""
    steps = steps_of(record)
    left = [step.title for step in steps if step.id not in record.done]
    lines = [
        f"{headline(record)}: begun {record.began} by {record.who}, "
        f"{len(steps) - len(left)} of {len(steps)} steps done; left:"
    ]
    return "\n".join([*lines, *(f"  - {title}" for title in left)])


def counted(number: int, what: str) -> str:
    """A number and its noun."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def refusal_text(plan: Plan) -> str:
    """Why a change is not carried out, all reasons at once."""
    reasons = "\n".join(f"  - {reason}" for reason in plan.refusals)
    return f"{headline(plan.record)}: refused, and nothing was changed:\n{reasons}"


def structured(plan: Plan) -> dict[str, object]:
    """The plan as outputs of the resource: the same in every run of the same situation."""
    return {
        "plan": [step.title for step in steps_of(plan.record)],
        "affectedVms": sorted(plan.record.vms),
    }


def notes(record: Record) -> Iterator[str]:
    """What Harvester can neither do nor check."""
    goal = record.goal
    if goal.kind != "mtu":
        return
    if goal.cluster_network == MGMT:
        yield from host_steps(record)
    yield (
        f"the switch ports of the uplinks must carry frames of {goal.mtu} bytes; Harvester "
        "cannot tell"
    )


def host_steps(record: Record) -> Iterator[str]:
    """What the operator does on every node for mgmt, whose devices Harvester does not touch
    (H5.3).
    """
    yield f"on every node, before: {mtu_commands(record.version, record.goal.mtu)}"
    if record.verify is None:
        yield "Harvester does not check that the hosts have it; `ip link show mgmt-br` does"
    else:
        yield "Harvester is told when every node has it; until then the change waits"
