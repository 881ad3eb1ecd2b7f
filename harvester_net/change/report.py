"""The plan and the progress of a change in words: the same snapshot, the same text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..harvester.wording import counted
from ..printable import printable
from .errors import ChangeError, ChangeRefused, ChangeStopped, Input, Refusal
from .plan import Plan, is_interrupting
from .record import Record
from .reviewed import plan_id
from .steps.order import steps_of
from .steps.step import Step
from .steps.vms import VmStep
from .turns import cost

MOST_LINES = 60


def headline(record: Record) -> str:
    """What a change is about, in one line."""
    return record.goal.headline(record)


def begun(record: Record) -> str:
    """When a change began, and who began it, as its journal says."""
    return f"begun {printable(record.began)} by {printable(record.who)}"


def titles(record: Record) -> list[str]:
    """The steps of a change in their order, each in a line."""
    return [printable(step.title, None) for step in steps_of(record)]


def plan_text(plan: Plan, most_lines: int = MOST_LINES) -> str:
    """The numbered steps of a plan, and what else has to be known.

    Of more than ``most_lines`` of them it leaves VMs out, in the middle; what happens to the
    networks between the stops and the starts is there.
    """
    record = plan.record
    steps = steps_of(record)
    lines = [f"{headline(record)}, in {counted(len(steps), 'step')}:"]
    last = 0
    for number in _shown(steps, most_lines - 1):
        if left_out := number - last - 1:
            lines.append(f"      ... {left_out} more steps ...")
        lines.append(f"{number:>4}. {printable(steps[number - 1].title, None)}")
        last = number
    lines += [f"warning: {printable(warning, None)}" for warning in plan.warnings]
    if plan.estimate:
        lines.append(f"estimate: {plan.estimate}")
    lines += [f"note: {note}" for note in notes(record)]
    if is_interrupting(record):
        lines.append(f"plan id: {plan_id(record)}")
    return "\n".join(lines)


def _shown(steps: Sequence[Step], most: int) -> list[int]:
    """The numbers of the steps that are shown: the first and the last, and in the middle, as
    many again, those that are about no VM.
    """
    numbers = range(1, len(steps) + 1)
    if len(steps) <= most:
        return list(numbers)
    half = most // 2
    between = numbers[half : len(steps) - half]
    networks = [number for number in between if not isinstance(steps[number - 1], VmStep)]
    return [*numbers[:half], *networks[:most], *numbers[len(steps) - half :]]


def notes(record: Record) -> list[str]:
    """What is to be known of a change besides its steps."""
    said = list(record.goal.notes(record))
    if costs := cost(record):
        said.append(costs)
    if len(record.vms) > record.max_parallel:
        said.append(f"the VMs stop, and start, {record.max_parallel} at a time")
    return said


def remaining_text(record: Record) -> str:
    """An unfinished change, and the steps that are left of it."""
    steps = steps_of(record)
    left = [printable(step.title, None) for step in steps if step.id not in record.done]
    lines = [
        f"{headline(record)}: {begun(record)}, "
        f"{len(steps) - len(left)} of {len(steps)} steps done; left:"
    ]
    return "\n".join([*lines, *(f"  - {title}" for title in left)])


def reason_text(refusal: Refusal, inputs: Mapping[Input, str]) -> str:
    """A reason, with the input that would allow the change; ``inputs``: their names for this
    user.
    """
    if refusal.allowed_by is None:
        return refusal.sentence
    name = inputs[refusal.allowed_by]
    if refusal.allowed_by == "verifyOnNodes":
        return f"{refusal.sentence}; {name} asks for it"
    return f"{refusal.sentence}; allow it with {name}"


def error_text(error: ChangeError, inputs: Mapping[Input, str]) -> str:
    """What went wrong with a change, with what would allow it to go on."""
    if isinstance(error, ChangeRefused):
        reasons = (reason_text(refusal, inputs) for refusal in error.refusals)
        return refusal_text(error.headline, reasons, error.plan)
    missing = error.refusals if isinstance(error, ChangeStopped) else ()
    allow = dict.fromkeys(inputs[r.allowed_by] for r in missing if r.allowed_by is not None)
    return f"{error}; allow it with {', '.join(allow)}" if allow else str(error)


def refusal_text(headline: str, reasons: Iterable[str], plan: str = "") -> str:
    """Why a change is not carried out, all reasons at once; and what it would do if it were
    allowed.
    """
    lines = "\n".join(f"  - {reason}" for reason in reasons)
    refused = f"{headline}: refused, and nothing was changed:\n{lines}"
    return f"{refused}\nOnce allowed: {plan}" if plan else refused


def structured(plan: Plan) -> dict[str, object]:
    """The plan as outputs of the resource: the same in every run on the same snapshot."""
    return {
        "plan": titles(plan.record),
        "affectedVms": sorted(plan.record.vms),
    }
