"""A change from its plan to its end: lease, journal, executor, and the way back if wanted."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime

from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline
from ..harvester.loading import load_snapshot
from ..harvester.snapshot import Snapshot
from . import journal, lease, report
from .consent import Consent
from .context import ChangeContext, Observer
from .errors import ChangeRefused, ChangeRolledBack, ChangeStopped, Refusal
from .executor import Executor
from .goals import AnyGoal
from .journal import Journal
from .kinds import CHANGE_KINDS
from .plan import extend, plan
from .record import Record
from .steps.nodes import why_unprovable
from .steps.order import core, core_and_before


async def fresh_snapshot(cluster: Cluster, deadline: Deadline) -> Snapshot:
    """The cluster as it is now, all that a change needs listed anew."""
    cluster.invalidate(*CHANGE_KINDS)
    return await load_snapshot(cluster, CHANGE_KINDS, deadline)


async def apply_change(context: ChangeContext, goal: AnyGoal, consent: Consent) -> list[str]:
    """Bring the cluster to the goal, after finishing a change that an earlier run began.

    Returns what could not be proven. Raises ChangeRefused before anything is touched,
    ChangeStopped at a safe point from which the next run goes on, ChangeRolledBack,
    ChangeBusy, LeaseLost, UnreadableJournal.
    """
    async with lease.hold(context.cluster, context.who, context.deadline) as lost:
        return await _unless_lost(lost, _apply(context, goal, consent))


async def resume_change(
    context: ChangeContext, *, backwards: bool = False, without_verification: bool = False
) -> list[str]:
    """Finish the change that an earlier run began, or go back to where it started.

    ``without_verification``: nobody checks the devices of the nodes any more.
    """
    async with lease.hold(context.cluster, context.who, context.deadline) as lost:
        going = _resume(context, backwards=backwards, verify=not without_verification)
        return await _unless_lost(lost, going)


async def _unless_lost(lost: asyncio.Task[None], work: Awaitable[list[str]]) -> list[str]:
    """Work for as long as the lease is ours."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task, lost}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
    if task.cancelled():
        lost.result()
    return task.result()


async def _resume(
    context: ChangeContext, *, backwards: bool, verify: bool = True
) -> list[str]:
    unfinished = await journal.read(context.cluster, context.deadline)
    if unfinished is None:
        return []
    if backwards and not unfinished.backwards:
        return await _roll_back(context, unfinished)
    if not verify:
        unfinished = unfinished.model_copy(update={"verify": None})
    return await _run(context, unfinished, begun=True)


async def _apply(context: ChangeContext, goal: AnyGoal, consent: Consent) -> list[str]:
    unfinished = await journal.read(context.cluster, context.deadline)
    if unfinished is not None and goal.undoes(unfinished):
        return await _resume(context, backwards=True)
    if unfinished is not None:
        longer = await _extend(context, unfinished, consent)
        notes = await _finish(context, longer, consent)
        if unfinished.goal == goal and not unfinished.backwards:
            return notes
    snapshot = await fresh_snapshot(context.cluster, context.deadline)
    if goal.is_reached(snapshot):
        return []
    made = plan(snapshot, goal, consent, context.who)
    if made.refusals:
        raise ChangeRefused(report.headline(made.record), made.refusals)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    record = made.record.model_copy(update={"id": secrets.token_hex(4), "began": now})
    if refusals := await _why_unprovable(context, record):
        raise ChangeRefused(report.headline(record), refusals)
    return await _finish(context, record, consent, begun=False)


async def _why_unprovable(context: ChangeContext, record: Record) -> list[Refusal]:
    """What a first check finds; what it sees is nobody's output yet."""
    observer = Observer(status=context.observer.status)
    return await why_unprovable(record, replace(context, observer=observer))


async def _extend(context: ChangeContext, record: Record, consent: Consent) -> Record:
    """The unfinished record, with what has come in its way since it was left."""
    limited = record.with_limits_of(consent)
    if set(core_and_before(record)).issubset(record.done):
        return limited
    snapshot = await fresh_snapshot(context.cluster, context.deadline)
    longer, refusals = extend(limited, snapshot, consent)
    if refusals:
        reasons = "; ".join(map(str, refusals))
        raise ChangeStopped(
            f"{report.headline(record)} cannot go on: {reasons}", refusals=tuple(refusals)
        )
    return longer


async def _finish(
    context: ChangeContext, record: Record, consent: Consent, *, begun: bool = True
) -> list[str]:
    try:
        return await _run(context, record, begun=begun)
    except ChangeStopped as stopped:
        # Nobody who interrupts, and no time that is up, has asked for a roll-back.
        if consent.on_failure != "rollBack" or record.backwards or context.deadline.is_over:
            raise
        back = (await journal.read(context.cluster, context.deadline)) or record
        await _roll_back(context, back)
        raise ChangeRolledBack(f"{stopped}. Everything is as it was before") from stopped


async def _roll_back(context: ChangeContext, record: Record) -> list[str]:
    context.observer.step(f"rolling back: {report.headline(record)}")
    snapshot = await fresh_snapshot(context.cluster, context.deadline)
    return await _run(context, way_back(record, snapshot), begun=True, rewritten=True)


def way_back(record: Record, snapshot: Snapshot) -> Record:
    """The record of the way back, which leaves out what the change had not touched yet.

    If what the change is about is still as it was, only the VMs and settings are to be
    restored.
    """
    back = record.turned_back()
    if not _untouched(back, snapshot):
        return back
    return back.model_copy(update={"done": core_and_before(back)})


def _untouched(record: Record, snapshot: Snapshot) -> bool:
    said = record.goal.is_untouched(record, snapshot)
    return all(step.done(snapshot) for step in core(record)) if said is None else said


async def _run(
    context: ChangeContext, record: Record, *, begun: bool, rewritten: bool = False
) -> list[str]:
    log = Journal(context.cluster, context.deadline, record)
    if not begun:
        await log.open()
    elif rewritten:
        await log.write()
    else:
        log.resume()
    context.observer.begins(record)
    await Executor(context, log).run()
    await log.close()
    return log.record.unverified
