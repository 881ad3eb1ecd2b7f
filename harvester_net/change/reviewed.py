"""The id of a plan: whoever has reviewed one says its id, and no other plan is carried out."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from ..harvester.wording import counted
from .consent import Consent
from .errors import Refusal
from .record import Record
from .steps.order import steps_of


def plan_id(record: Record) -> str:
    """The id of a plan: a digest of what is changed, of the steps in their order, and of the
    VMs that stop; then how many VMs and steps these are, so that a difference can be told.
    """
    titles = [step.title for step in steps_of(record)]
    vms = sorted(key for key, vm in record.vms.items() if not vm.finished)
    text = "\n".join([record.goal.headline(record), *titles, *vms])
    digest = sha256(text.encode()).hexdigest()[:12]
    return f"{digest}-{len(vms)}-{len(titles)}"


def not_reviewed(record: Record, consent: Consent) -> Iterator[Refusal]:
    """That a plan is none of those that were reviewed, if the user has named any."""
    made = plan_id(record)
    if consent.reviewed_plans and made not in consent.reviewed_plans:
        reviewed = ", ".join(map(_described, consent.reviewed_plans))
        said = f"this plan, {_described(made)}, was not reviewed, but {reviewed}"
        yield Refusal(said, "reviewedPlan")


def _described(id_: str) -> str:
    _, vms, steps = id_.split("-")
    return f"{id_} ({counted(int(vms), 'VM')}, {counted(int(steps), 'step')})"
