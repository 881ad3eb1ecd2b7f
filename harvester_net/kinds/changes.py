"""Where a kind hands over to the ordered change: shown at preview, carried out at `up`."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from ..change import journal, report
from ..change.apply import apply_change
from ..change.consent import Consent, consent_of
from ..change.context import ChangeContext, Observer
from ..change.errors import ChangeError, ChangeStopped, Input, LeaseLost, UnreadableJournal
from ..change.goals import AnyGoal
from ..change.kinds import CHANGE_KINDS, with_what_is_under_way
from ..change.plan import Plan, is_interrupting, plan
from ..change.preflight import preview
from ..change.record import Record
from ..change.steps.order import steps_of
from ..cluster.errors import Forbidden
from ..cluster.resources import CONFIG_MAP
from ..harvester.loading import load_snapshot
from ..harvester.wording import listed
from ..specs.disruption import Disruption
from ..urns import Urn
from ..verify.outcome import Outcome
from ..verify.values import nodes_output
from .call import Call
from .differences import Properties
from .failures import Refused

INPUTS: dict[Input, str] = {
    "stopVms": "disruption.stopVms: true",
    "stopVms or migrateVms": "disruption.migrateVms: true, or disruption.stopVms: true",
    "maxUnavailable": "disruption.maxUnavailable",
    "onlyVms": "disruption.onlyVms",
    "cycleStorageNetwork": "disruption.cycleStorageNetwork: true",
    "verifyOnNodes": "disruption.verifyOnNodes",
    "verifyOnNodes.image": "disruption.verifyOnNodes.image",
    "reviewedPlan": "harvester-net:reviewedPlan",
}
"""The inputs of the consent as a program writes them."""
WITHOUT_VERIFICATION = (
    "Repair it and go on; or go on without verification: leave disruption.verifyOnNodes out, "
    "or harvester-net mtu resume --without-verification"
)


def context_of(call: Call) -> ChangeContext:
    """What a change needs of a call."""
    observer = Observer(
        status=call.tell, step=call.step, nodes_checked=lambda seen: _remember(seen, call)
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


def _consent(disruption: Disruption | None, call: Call) -> Consent:
    return replace(consent_of(disruption), reviewed_plans=call.reviewed_plans)


async def make_plan(
    goal: AnyGoal, disruption: Disruption | None, call: Call, *, shown: bool = False
) -> Plan:
    """The plan in the run's own picture of the cluster; nothing is listed twice for it.

    One that is ``shown`` looks also at what others have under way.
    """
    consent = _consent(disruption, call)
    snapshot = await load_snapshot(call.cluster, CHANGE_KINDS, call.deadline)
    if shown:
        snapshot = await with_what_is_under_way(
            snapshot, call.cluster, call.deadline, moving=consent.migrate_vms
        )
    return plan(snapshot, goal, consent, call.urn)


async def is_disruptive(goal: AnyGoal, disruption: Disruption | None, call: Call) -> bool:
    """Whether a change that a plain write could make needs something stopped first.

    What has come in its way since this run looked, the server will say.
    """
    made = await make_plan(goal, disruption, call)
    record = made.record
    stops = record.vms or record.storage is not None or record.rwx
    return bool(stops or record.emptying is not None)


async def preview_change(
    goal: AnyGoal, disruption: Disruption | None, call: Call
) -> Properties:
    """Show at preview what the change would do, and return it as outputs; the Settings that
    it sets again are noted for the other resources of the run.

    Raises Refused with all reasons against it.
    """
    renewed = call.desired_state.renewed_networks
    begun = await get_unfinished(call)
    if begun is not None:
        renewed.update(begun.cleared)
        call.warn(report.remaining_text(begun))
        return {}
    made = await make_plan(goal, disruption, call, shown=True)
    forbidden, note = await preview(made, call.cluster, call.deadline)
    made = replace(made, refusals=[*made.refusals, *forbidden])
    if made.refusals:
        reasons = (report.reason_text(refusal, INPUTS) for refusal in made.refusals)
        shown = report.plan_text(made) if made.lacks_only_consent else ""
        raise Refused(report.refusal_text(report.headline(made.record), reasons, shown))
    renewed.update(made.record.cleared)
    if note:
        call.warn(note)
    stopping = call.desired_state.stopping
    stopping[call.urn] = set(made.record.vms)
    if again := stopped_again(call.urn, stopping):
        call.warn(again)
    text = f"{report.plan_text(made)}\ncluster: {call.cluster.connection.where}"
    if is_interrupting(made.record):
        call.warn(text)
    else:
        call.inform(text)
    return dict(report.structured(made))


def stopped_again(urn: str, stopping: Mapping[str, set[str]]) -> str:
    """What to say of VMs that the changes of several resources stop; empty if there are none.

    Pulumi has one resource changed after the other: what is on a cluster network is registered
    only when the cluster network has changed.
    """
    others = {
        other: vms & stopping[urn]
        for other, vms in stopping.items()
        if other != urn and vms & stopping[urn]
    }
    if not others:
        return ""
    again = sorted(set().union(*others.values()))
    return (
        f"{listed(again)} would be stopped {len(others) + 1} times in this run, also for "
        f"{listed(sorted(map(_resource_in, others)))}: Pulumi makes one change after the other"
    )


def _resource_in(urn: str) -> str:
    """Type and name of the resource of a URN, as programs have them."""
    parts = Urn.of(urn)
    return f"{parts.kind} {parts.name}".strip()


async def run_change(goal: AnyGoal, disruption: Disruption | None, call: Call) -> None:
    """Carry a change out, after what an earlier run left unfinished.

    Raises Refused when nothing was changed or everything is as before, ChangeStopped when the
    change stands at a safe point.
    """
    try:
        async with call.cluster.changing:
            notes = await apply_change(context_of(call), goal, _consent(disruption, call))
    except (ChangeStopped, LeaseLost) as error:
        raise ChangeStopped(describe_stopped(error)) from error
    except ChangeError as error:
        raise Refused(report.error_text(error, INPUTS)) from error
    for note in notes:
        call.warn(f"not proven: {note}")


def describe_stopped(error: ChangeError) -> str:
    """Where a change has stopped, and how it goes on."""
    words = report.error_text(error, INPUTS)
    failed = isinstance(error, ChangeStopped) and error.verification_failed
    return f"{words}. {WITHOUT_VERIFICATION}" if failed else words


async def run_change_or_refuse(
    goal: AnyGoal, disruption: Disruption | None, call: Call
) -> None:
    """As `run_change`, where the state cannot hold a change that has stopped half way: the
    journal does, and the user is told so.
    """
    try:
        await run_change(goal, disruption, call)
    except ChangeStopped as stopped:
        raise Refused(f"{stopped}. The next `pulumi up` goes on") from stopped


async def get_unfinished(call: Call, seconds: float = math.inf) -> Record | None:
    """The change that an earlier run left unfinished, as it was at most so many seconds ago;
    without a limit as this run first read it.
    """
    try:
        found = await call.cluster.get_lately(CONFIG_MAP, journal.KEY, seconds, call.deadline)
        return None if found is None else journal.record_in(found)
    except Forbidden:
        # Who may not read the journal may not carry a change out either, and is told so there.
        return None
    except UnreadableJournal as error:
        raise Refused(str(error)) from error


async def wait_for_changes(call: Call, touches: Callable[[Record], bool]) -> None:
    """Let no plain write pass beside an unfinished change that touches the same.

    It is waited for if this very run is at it, or is going to finish it. Raises Refused.
    """
    since, poll = time.monotonic(), call.cluster.timings.poll
    age = call.cluster.timings.journal_seen
    while (begun := await get_unfinished(call, age)) is not None and touches(begun):
        ours = begun.goal.mtu_network in call.desired_state.mtu_of
        waited = time.monotonic() - since > call.cluster.timings.cure
        if not call.cluster.changing.locked() and (waited or not ours):
            raise Refused(
                f"{report.headline(begun)} is not finished, {report.begun(begun)}, and "
                "nothing else is written meanwhile; `harvester-net mtu status` shows where it "
                "stands"
            )
        call.tell(f"waiting for a change: {report.headline(begun)}")
        await call.deadline.sleep(poll)
        age = poll


def describe_unfinished(record: Record) -> str:
    """An unfinished change, for the user."""
    total = len(steps_of(record))
    return (
        f"{report.headline(record)} is not finished: {len(record.done)} of {total} steps are "
        f"done; {report.begun(record)}; the next `pulumi up` goes on"
    )
