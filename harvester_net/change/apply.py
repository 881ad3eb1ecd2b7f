"""A change from its plan to its end: lease, journal, executor, and the way back if wanted."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline
from ..cluster.identity import cluster_id, require_same
from ..harvester.loading import NETWORK_KINDS, load_snapshot
from ..harvester.names import SYSTEM_NAMESPACE
from ..harvester.snapshot import Snapshot
from . import journal, lease, report
from .announcing import BEGUN, FINISHED, ROLLED_BACK, announce, stopped_by
from .consent import Consent
from .context import ChangeContext, Observer
from .continuation import interrupts_still, is_over, not_restored, way_back
from .errors import ChangeRefused, ChangeRolledBack, ChangeStopped, Refusal
from .executor import Executor
from .goals import AnyGoal
from .journal import Entry, Journal
from .kinds import CHANGE_KINDS, MOVING_KINDS, UNDER_WAY, with_what_is_under_way
from .plan import extend, is_interrupting, plan
from .preflight import why_not_allowed
from .record import Record
from .steps.nodes import why_unprovable

MOST_RUNS = 3
"""How often a change is done again that somebody undoes."""
RESUMED = Consent(stop_vms=True, cycle_storage_network=True)
"""The word of whoever resumes a change or rolls it back by hand: all that is in its way."""


async def fresh_snapshot(cluster: Cluster, deadline: Deadline) -> Snapshot:
    """The cluster as it is now, all that a change needs listed anew."""
    cluster.invalidate(*CHANGE_KINDS, *UNDER_WAY, *MOVING_KINDS)
    return await load_snapshot(cluster, CHANGE_KINDS, deadline)


async def apply_change(context: ChangeContext, goal: AnyGoal, consent: Consent) -> list[str]:
    """Bring the cluster to the goal, after finishing a change that an earlier run began.

    Returns what could not be proven. Raises ChangeRefused before anything is touched,
    ChangeStopped at a safe point from which the next run goes on, ChangeRolledBack,
    ChangeBusy, LeaseLost, UnreadableJournal.
    """
    async with _leading(replace(context, consent=consent)) as (leader, lost):
        return await lease.unless_lost(lost, _apply(leader, goal))


async def resume_change(
    context: ChangeContext,
    *,
    backwards: bool = False,
    without_verification: bool = False,
    image: str | None = None,
    namespace: str = SYSTEM_NAMESPACE,
) -> list[str]:
    """Finish the change that an earlier run began, or go back to where it started.

    ``without_verification``: nobody checks the devices of the nodes any more. Else the pods
    that do have this ``image`` (None: the cluster's own) in this ``namespace``. They are
    privileged, so a journal cannot choose them: ChangeRefused if it says something else.
    """
    pods = None if without_verification else (image, namespace)
    async with _leading(replace(context, consent=RESUMED)) as (leader, lost):
        going = _resume(leader, pods, backwards=backwards)
        return await lease.unless_lost(lost, going)


@asynccontextmanager
async def _leading(
    context: ChangeContext,
) -> AsyncIterator[tuple[ChangeContext, asyncio.Task[None]]]:
    """Hold the lease; what is written with the context it gives ends with the lease."""
    waiting = context.observer.waiting_for
    held = lease.hold(context.cluster, context.who, context.deadline, waiting=waiting)
    async with held as (leadership, lost):
        yield replace(context, deadline=context.deadline.guarded(leadership.check)), lost


async def _resume(
    context: ChangeContext, pods: tuple[str | None, str] | None, *, backwards: bool
) -> list[str]:
    found = await _find_journal(context)
    if found is None:
        return []
    log = Journal(context.cluster, context.deadline, found.record, found)
    if backwards and not log.record.backwards:
        return await _roll_back(context, log, by_hand=True)
    record = log.record
    if pods is None:
        record = record.model_copy(update={"verify": None})
    elif record.verify is not None and (record.verify.image, record.verify.namespace) != pods:
        said = (
            f"its journal has the nodes looked at by pods of image {record.verify.image} in "
            f"namespace {record.verify.namespace}, which is for whoever resumes it to say"
        )
        raise ChangeRefused(report.headline(record), [Refusal(said, "verifyOnNodes.image")])
    log.record = await _extend(context, record)
    await _require_rights(context, log.record)
    return await _run(context, log)


async def _apply(context: ChangeContext, goal: AnyGoal) -> list[str]:
    consent = context.consent
    found = await _find_journal(context)
    if found is not None and goal.undoes(found.record):
        return await _resume(context, None, backwards=True)
    if found is not None:
        unfinished = found.record
        limited = unfinished.with_limits_of(consent)
        longer = await _extend(context, limited)
        if unfinished.goal != goal:
            _refuse_to_finish(longer, consent)
        await _require_rights(context, longer)
        log = Journal(context.cluster, context.deadline, longer, found)
        notes = await _finish(context, log)
        if unfinished.goal == goal and not unfinished.backwards:
            return notes
    snapshot = await fresh_snapshot(context.cluster, context.deadline)
    if goal.is_reached(snapshot):
        return []
    snapshot = await with_what_is_under_way(
        snapshot, context.cluster, context.deadline, moving=consent.migrate_vms
    )
    made = plan(snapshot, goal, consent, context.who)
    if made.refusals:
        shown = report.plan_text(made) if made.lacks_only_consent else ""
        raise ChangeRefused(report.headline(made.record), made.refusals, shown)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    marks = {
        "id": secrets.token_hex(4),
        "began": now,
        "cluster": await cluster_id(context.cluster, context.deadline),
    }
    record = made.record.model_copy(update=marks)
    if refusals := await why_not_allowed(record, context.cluster, context.deadline):
        raise ChangeRefused(report.headline(record), refusals)
    if refusals := await _why_unprovable(context, record):
        raise ChangeRefused(report.headline(record), refusals)
    log = Journal(context.cluster, context.deadline, record)
    await log.open()
    await announce(context, record, BEGUN)
    return await _finish(context, log)


def _refuse_to_finish(unfinished: Record, consent: Consent) -> None:
    """Another change is finished first only by whoever may interrupt VMs; bringing back what
    it has taken away needs nobody's word.
    """
    only_moves = unfinished.emptying is not None and not unfinished.vms
    may = consent.stop_vms or (only_moves and consent.migrate_vms)
    if interrupts_still(unfinished) and is_interrupting(unfinished) and not may:
        said = (
            f"another change is not finished, {report.begun(unfinished)}; it must be finished "
            "first"
        )
        raise ChangeRefused(report.headline(unfinished), [Refusal(said, "stopVms")])


async def _find_journal(context: ChangeContext) -> Entry | None:
    """The unfinished change; raises WrongCluster for a copy of another cluster's journal."""
    found = await journal.find(context.cluster, context.deadline)
    recorded = found.record.cluster if found else ""
    what = f"the unfinished change in ConfigMap {journal.KEY}"
    await require_same(context.cluster, recorded, what, context.deadline)
    return found


async def _why_unprovable(context: ChangeContext, record: Record) -> list[Refusal]:
    """What a first check finds; what it sees is nobody's output yet."""
    observer = Observer(status=context.observer.status)
    return await why_unprovable(record, replace(context, observer=observer))


async def _extend(context: ChangeContext, record: Record) -> Record:
    """The unfinished record as it goes on from what is live now."""
    snapshot = await fresh_snapshot(context.cluster, context.deadline)
    return _extended(context, record, snapshot)


def _extended(context: ChangeContext, record: Record, snapshot: Snapshot) -> Record:
    longer, refusals = extend(record, snapshot, context.consent)
    if refusals:
        raise _cannot_go_on(record, refusals)
    return longer


async def _require_rights(context: ChangeContext, record: Record) -> None:
    """Whoever goes on with a change may be another than who began it. To bring back what is
    down, nobody is asked for more than that takes.
    """
    if interrupts_still(record):
        refusals = await why_not_allowed(record, context.cluster, context.deadline)
        if refusals:
            raise _cannot_go_on(record, refusals)


def _cannot_go_on(record: Record, refusals: list[Refusal]) -> ChangeStopped:
    reasons = "; ".join(map(str, refusals))
    return ChangeStopped(
        f"{report.headline(record)} cannot go on: {reasons}", refusals=tuple(refusals)
    )


async def _finish(context: ChangeContext, log: Journal) -> list[str]:
    try:
        return await _run(context, log)
    except ChangeStopped as stopped:
        # Nobody who interrupts, and no time that is up, has asked for a roll-back.
        wanted = context.consent.on_failure == "rollBack" and not log.record.backwards
        if not wanted or stopped.vms_started or context.deadline.is_over:
            raise
        await _roll_back(context, log)
        raise ChangeRolledBack(f"{stopped}. Everything is as it was before") from stopped


async def _roll_back(
    context: ChangeContext, log: Journal, *, by_hand: bool = False
) -> list[str]:
    """Go back to the start. ``by_hand``: not by the run that has begun the change, which has
    asked for the rights of both ways.
    """
    context.observer.step(f"rolling back: {report.headline(log.record)}")
    snapshot = await fresh_snapshot(context.cluster, context.deadline)
    back = _extended(context, way_back(log.record, snapshot), snapshot)
    if by_hand:
        await _require_rights(context, back)
    log.record = back
    await log.write()
    return await _run(context, log)


async def _run(context: ChangeContext, log: Journal) -> list[str]:
    """Do the steps to the end, and let the cluster tell what came of it."""
    try:
        notes = await _to_the_end(context, log)
    except ChangeStopped as error:
        await announce(context, log.record, stopped_by(str(error)))
        raise
    news = ROLLED_BACK if log.record.backwards else FINISHED
    await announce(context, log.record, news)
    return notes


async def _to_the_end(context: ChangeContext, log: Journal) -> list[str]:
    """Do the steps until the end is there, seen afresh; only then the journal goes."""
    for _ in range(MOST_RUNS):
        context.observer.begins(log.record)
        await Executor(context, log).run()
        context.cluster.invalidate(*NETWORK_KINDS)
        snapshot = await load_snapshot(context.cluster, CHANGE_KINDS, context.deadline)
        seen = _extended(context, log.record, snapshot)
        if is_over(seen):
            notes = [*log.record.unverified, *not_restored(log.record, snapshot)]
            await log.close()
            return notes
        log.record = seen
        await log.write()
    raise ChangeStopped(
        f"{report.headline(log.record)}: somebody else undoes what it does, again and again"
    )
