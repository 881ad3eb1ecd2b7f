"""Whether a change may be carried out to its end, and back, asked before anything is touched.

The rights are asked about, and the first destructive writes are tried by a dry run, for what
judges beside them: policies and quotas.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline
from ..cluster.permissions import Attempt
from ..cluster.resources import CONFIG_MAP, DAEMON_SET, MIGRATION, NODE, POD, VM, split_key
from ..cluster.rights import Right, words
from . import journal
from .errors import Refusal
from .plan import Plan
from .record import Record
from .rights import rights_of
from .steps.moving import CordonNode
from .steps.order import steps_of
from .steps.vms import halted, is_halted

MOST_TRIED = 10
"""Namespaces in which a stop is tried: a policy is rarely about one of many."""
READS_ONLY = (
    "the user of the kubeconfig may only read; whoever carries this out needs more: "
    "`harvester-net rbac --for changes` prints the role"
)


async def why_not_allowed(
    record: Record, cluster: Cluster, deadline: Deadline
) -> list[Refusal]:
    """What the user may not do, or a policy would not take, asked anew; empty if nothing."""
    cluster.permissions.forget()
    missing = await cluster.permissions.missing(_in_question(record), deadline)
    return [_refusal(missing)] if missing else await _tried(record, cluster, deadline)


async def preview(
    shown: Plan, cluster: Cluster, deadline: Deadline
) -> tuple[list[Refusal], str]:
    """The same for a plan that is shown, asked once in a run; and what else is to be said.

    A user who may write nothing at all, such as one for the previews of pull requests, is
    not the one who will carry it out.
    """
    asked = _in_question(shown.record)
    missing = await cluster.permissions.missing(asked, deadline)
    if not missing:
        tried = [] if shown.refusals else await _tried(shown.record, cluster, deadline)
        return tried, ""
    if {right for right in asked if right.writes}.issubset(missing):
        return [], READS_ONLY
    return [_refusal(missing)], ""


def _in_question(record: Record) -> list[Right]:
    """The rights of a change but those that the plan has just made use of."""
    asked = (right for right in rights_of(record) if right.verb != "list" or right.namespace)
    return sorted(asked, key=lambda right: words([right]))


def _refusal(missing: list[Right]) -> Refusal:
    purposes = ["changes"]
    if any(right.resource is MIGRATION or _cordons(right) for right in missing):
        purposes.append("uplinks")
    if any(right.resource in (POD, DAEMON_SET) for right in missing):
        purposes.append("verify")
    options = " ".join(f"--for {purpose}" for purpose in purposes)
    return Refusal(
        f"the user of the kubeconfig may not {words(missing)}; `harvester-net rbac {options}` "
        "prints the role"
    )


def _cordons(right: Right) -> bool:
    return right.resource is NODE and right.writes


async def _tried(record: Record, cluster: Cluster, deadline: Deadline) -> list[Refusal]:
    """Why the first destructive writes would not be taken.

    Not tried is what only becomes allowed on the way: while VMs run, Harvester's webhook
    denies the deletion of their network configs, and another MTU.
    """
    found = []
    for what, attempt in _attempts(record, cluster):
        if why := await cluster.permissions.why_refused(attempt, deadline):
            found.append(Refusal(f"the server would not let us {what}: {why}"))
    return found


def _attempts(record: Record, cluster: Cluster) -> Iterator[tuple[str, Attempt]]:
    """The journal, and in each namespace the stop of one VM: thousands would take too long."""
    yield "write the journal", Attempt(CONFIG_MAP, journal.trial(record))
    if closing := [step for step in steps_of(record) if isinstance(step, CordonNode)]:
        # Harvester keeps the last node open that takes VMs.
        node = closing[0].node
        yield f"cordon {node}", Attempt(NODE, {"spec": {"unschedulable": True}}, node)
    first: dict[str, Attempt] = {}
    for key in sorted(record.vms):
        vm = cluster.cached(VM).get(key)
        if vm is not None and not record.vms[key].finished and not is_halted(vm):
            patch = {"spec": halted(vm)}
            first.setdefault(split_key(key)[0], Attempt(VM, patch, key))
    for attempt in list(first.values())[:MOST_TRIED]:
        yield f"stop VM {attempt.key}", attempt
