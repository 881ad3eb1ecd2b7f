"""Where a kind hands over to the ordered change: shown at preview, carried out at `up`."""

from __future__ import annotations

from ..change import apply as change
from ..change import journal, report
from ..change.apply import ChangeContext, ChangeRefused, ChangeRolledBack
from ..change.consent import consent_of
from ..change.executor import ChangeStopped, Observer
from ..change.journal import UnreadableJournal
from ..change.lease import ChangeBusy, LeaseLost
from ..change.plan import Plan, is_interrupting, plan
from ..change.record import Goal, Record
from ..change.steps.order import steps_of
from ..cluster.errors import Forbidden
from ..cluster.resources import CONFIG_MAP
from ..harvester.loading import look
from ..specs.disruption import Disruption
from ..verify.outcome import Outcome
from ..verify.values import nodes_output
from .call import Call
from .differences import Properties
from .failures import Refused


def context_of(call: Call) -> ChangeContext:
    """What a change needs of a call."""
    observer = Observer(
        status=call.tell, step=call.step, seen=lambda seen: _remember(seen, call)
    )
    return ChangeContext(call.cluster, call.deadline, call.urn, observer)


def _remember(seen: Outcome, call: Call) -> None:
    call.seen_on_nodes[seen.cluster_network] = nodes_output(seen)
    for note in seen.notes:
        call.inform(str(note))


def nodes_seen(cluster_network: str, call: Call) -> Properties:
    """The output `nodes` of a resource on this cluster network; empty if this run has not
    looked.
    """
    found = call.seen_on_nodes.get(cluster_network)
    return {} if found is None else {"nodes": found}


async def make_plan(goal: Goal, disruption: Disruption | None, call: Call) -> Plan:
    """The plan in the run's own picture of the cluster; nothing is listed twice for it."""
    snapshot = await look(call.cluster, call.deadline, again=False)
    return plan(snapshot, goal, consent_of(disruption), call.urn)


async def is_disruptive(goal: Goal, disruption: Disruption | None, call: Call) -> bool:
    """Whether a change that a plain write could make needs something stopped first.

    What has come in its way since this run looked, the server will say.
    """
    made = await make_plan(goal, disruption, call)
    return bool(made.record.vms or made.record.storage is not None or made.record.rwx)


async def preview_change(goal: Goal, disruption: Disruption | None, call: Call) -> Properties:
    """Show at preview what the change would do, and return it as outputs.

    Raises Refused with all reasons against it.
    """
    begun = await get_unfinished(call)
    if begun is not None:
        call.warn(report.remaining_text(begun))
        return {}
    made = await make_plan(goal, disruption, call)
    if made.refusals:
        raise Refused(report.refusal_text(made))
    text = report.plan_text(made)
    if is_interrupting(made.record):
        call.warn(text)
    else:
        call.inform(text)
    return dict(report.structured(made))


async def run_change(goal: Goal, disruption: Disruption | None, call: Call) -> None:
    """Carry a change out, after what an earlier run left unfinished.

    Raises Refused when nothing was changed or everything is as before, Stopped when the change
    stands at a safe point.
    """
    try:
        async with call.cluster.changing:
            notes = await change.apply_change(context_of(call), goal, consent_of(disruption))
    except (ChangeRefused, ChangeRolledBack, ChangeBusy, UnreadableJournal) as error:
        raise Refused(str(error)) from error
    except LeaseLost as error:
        raise ChangeStopped(str(error)) from error
    for note in notes:
        call.warn(f"not proven: {note}")


async def run_change_or_refuse(goal: Goal, disruption: Disruption | None, call: Call) -> None:
    """As `carry_out`, where the state cannot hold a change that has stopped half way: the
    journal does, and the user is told so.
    """
    try:
        await run_change(goal, disruption, call)
    except ChangeStopped as stopped:
        raise Refused(f"{stopped}. The next `pulumi up` goes on") from stopped


async def get_unfinished(call: Call) -> Record | None:
    """The change that an earlier run left unfinished, as of this run's one look."""
    try:
        found = await call.cluster.get_once(CONFIG_MAP, journal.KEY, call.deadline)
        return None if found is None else journal.record_in(found)
    except Forbidden:
        # Who may not read the journal may not carry a change out either, and is told so there.
        return None
    except UnreadableJournal as error:
        raise Refused(str(error)) from error


def describe_unfinished(record: Record) -> str:
    """An unfinished change, for the user."""
    total = len(steps_of(record))
    return (
        f"{report.headline(record)} is not finished: {len(record.done)} of {total} steps are "
        f"done; begun {record.began} by {record.who}; the next `pulumi up` goes on"
    )
