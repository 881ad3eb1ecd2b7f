"""A change from its plan to its end: lease, journal, run, and the way back if it is wanted."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline
from ..cluster.resources import CLUSTER_NETWORK, NAD, VLAN_CONFIG, is_terminating
from ..harvester.loading import look
from ..harvester.mtus import config_mtu, uplink_mtu
from ..harvester.snapshot import Snapshot
from . import journal, lease, report
from .consent import Consent
from .executor import ChangeStopped, Executor, Observer
from .journal import Journal
from .plan import extended, plan, reached
from .record import Goal, Record
from .steps.nodes import unable
from .steps.order import core, core_and_before
from .steps.step import Hands

WITHOUT_A_LOOK = (
    "Repair it and go on; or go on without this look: leave disruption.verifyOnNodes "
    "away, or harvester-net mtu resume --without-verification"
)


class ChangeRefused(Exception):
    """The change is refused before anything was touched; the message lists all reasons."""


class ChangeRolledBack(Exception):
    """The change could not be finished, and everything is as it was before."""


@dataclass(frozen=True)
class ChangeContext:
    """What a change is carried out with."""

    cluster: Cluster
    deadline: Deadline
    who: str
    observer: Observer


async def apply_change(work: ChangeContext, goal: Goal, consent: Consent) -> list[str]:
    """Bring the cluster to the goal, after finishing a change that an earlier run began.

    Returns what could not be proven. Raises NotAllowed before anything is touched, Stopped at
    a safe point from which the next run goes on, RolledBack, lease.Busy.
    """
    async with lease.held(work.cluster, work.who, work.deadline) as lost:
        return await _unless_lost(lost, _apply(work, goal, consent))


async def resume_change(
    work: ChangeContext, *, backwards: bool = False, without_verification: bool = False
) -> list[str]:
    """Finish the change that an earlier run began, or go back to where it started.

    ``without_verification``: nobody looks at the devices of the nodes any more.
    """
    async with lease.held(work.cluster, work.who, work.deadline) as lost:
        going = _resume(work, backwards=backwards, verify=not without_verification)
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


async def _resume(work: ChangeContext, *, backwards: bool, verify: bool = True) -> list[str]:
    unfinished = await journal.read(work.cluster, work.deadline)
    if unfinished is None:
        return []
    if backwards and not unfinished.backwards:
        return await _roll_back(work, unfinished)
    if not verify:
        unfinished = unfinished.model_copy(update={"verify": None})
    return await _run(work, unfinished, begun=True)


async def _apply(work: ChangeContext, goal: Goal, consent: Consent) -> list[str]:
    unfinished = await journal.read(work.cluster, work.deadline)
    if unfinished is not None and _goes_back(goal, unfinished):
        return await _resume(work, backwards=True)
    if unfinished is not None:
        longer = await _extend(work, unfinished, consent)
        notes = await _finish(work, longer, consent)
        if unfinished.goal == goal and not unfinished.backwards:
            return notes
    snapshot = await look(work.cluster, work.deadline)
    if reached(snapshot, goal):
        return []
    made = plan(snapshot, goal, consent, work.who)
    if made.refusals:
        raise ChangeRefused(report.refusal_text(made))
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    record = made.record.model_copy(update={"id": secrets.token_hex(4), "began": now})
    if reasons := await unable(record, _first_look(work)):
        raise ChangeRefused(report.refusal_text(replace(made, refusals=reasons)))
    return await _finish(work, record, consent, begun=False)


def _first_look(work: ChangeContext) -> Hands:
    """What a first look is done with; what it sees is nobody's output yet."""
    return Hands(
        work.cluster, work.deadline, lambda what: work.observer.status(f"waiting for {what}")
    )


def _goes_back(goal: Goal, unfinished: Record) -> bool:
    """Whether the wish is now what it was before the unfinished change."""
    was = unfinished.goal
    same_network = (
        was.kind == goal.kind == "mtu" and was.cluster_network == goal.cluster_network
    )
    return same_network and goal.mtu == unfinished.old_mtu


async def _extend(work: ChangeContext, record: Record, consent: Consent) -> Record:
    """The unfinished record, with what has come in its way since it was left."""
    limited = record.with_limits_of(consent)
    if set(core_and_before(record)).issubset(record.done):
        return limited
    snapshot = await look(work.cluster, work.deadline)
    longer, refusals = extended(limited, snapshot, consent)
    if refusals:
        raise ChangeStopped(f"{report.headline(record)} cannot go on: {'; '.join(refusals)}")
    return longer


async def _finish(
    work: ChangeContext, record: Record, consent: Consent, *, begun: bool = True
) -> list[str]:
    try:
        return await _run(work, record, begun=begun)
    except ChangeStopped as stopped:
        # Nobody who interrupts, and no time that is up, has asked for a roll-back.
        if consent.on_failure != "rollBack" or record.backwards or work.deadline.is_over:
            if stopped.verification_failed:
                raise ChangeStopped(
                    f"{stopped}. {WITHOUT_A_LOOK}", verification_failed=True
                ) from stopped
            raise
        back = (await journal.read(work.cluster, work.deadline)) or record
        await _roll_back(work, back)
        raise ChangeRolledBack(f"{stopped}. Everything is as it was before") from stopped


async def _roll_back(work: ChangeContext, record: Record) -> list[str]:
    work.observer.step(f"rolling back: {report.headline(record)}")
    snapshot = await look(work.cluster, work.deadline)
    return await _run(work, way_back(record, snapshot), begun=True, rewritten=True)


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
    if record.goal.kind != "mtu":
        return all(step.done(snapshot) for step in core(record))
    configs, nads = snapshot.of(VLAN_CONFIG), snapshot.of(NAD)
    network = snapshot.of(CLUSTER_NETWORK).get(record.goal.cluster_network)
    if not record.kept and (network is None or uplink_mtu(network) != record.old_mtu):
        return False
    return all(
        key in configs
        and not is_terminating(configs[key])
        and config_mtu(configs[key]) == record.old_mtu
        for key in record.configs
    ) and all(
        key not in nads or nads[key]["spec"]["config"] == text
        for key, text in record.vm_networks.items()
    )


async def _run(
    work: ChangeContext, record: Record, *, begun: bool, rewritten: bool = False
) -> list[str]:
    journal = Journal(work.cluster, work.deadline, record)
    if not begun:
        await journal.open()
    elif rewritten:
        await journal.write()
    else:
        journal.resume()
    work.observer.begins(record)
    await Executor(work.cluster, work.deadline, journal, work.observer).run()
    await journal.close()
    return journal.record.unverified
