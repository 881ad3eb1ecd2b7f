"""What the commands do: read the cluster, or hand over to the ordered change."""

from __future__ import annotations

import getpass
import json
import os
import sys
import time
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from ..change import journal, lease, report
from ..change.apply import RESUMED, apply_change, fresh_snapshot, resume_change
from ..change.consent import Consent
from ..change.context import ChangeContext
from ..change.continuation import way_back
from ..change.goals import AnyGoal
from ..change.goals.goal import Goal
from ..change.goals.mtu import MtuGoal
from ..change.kinds import with_what_is_under_way
from ..change.plan import Plan, extend, is_interrupting, plan
from ..change.preflight import preview
from ..change.record import Record
from ..cluster.identity import cluster_id
from ..cluster.resources import CLUSTER_NETWORK, LEASE, VLAN_CONFIG, Resource
from ..harvester.names import SYSTEM_NAMESPACE
from ..harvester.snapshot import Snapshot
from ..markdown import code
from ..specs.cluster_network import ClusterNetwork
from ..specs.limits import mtu_or_default
from ..specs.parse import parse
from .asking import refusal
from .messages import GO_ON
from .outcome import Code, Outcome
from .printing import say
from .progress import shown
from .render import plans, status
from .render.status import Standing
from .session import Command, Session


@dataclass(frozen=True)
class Where:
    """Which cluster a plan is about."""

    server: str
    id: str
    """Uid of its namespace kube-system; empty where it may not be read."""

    def __str__(self) -> str:
        return f"{self.server}, id {self.id}" if self.id else self.server

    @property
    def document(self) -> dict[str, str]:
        """The same as JSON."""
        return {"server": self.server, "id": self.id}


KINDS: dict[Resource, str] = {
    CLUSTER_NETWORK: "cluster network",
    VLAN_CONFIG: "network config",
}
"""What a change of the command line is about."""
NOTHING_UNFINISHED = "nothing to do: no change is unfinished"


def goal_of(cluster_network: str, mtu: int) -> tuple[MtuGoal, list[str]]:
    """The goal, and what is wrong with the arguments."""
    _, problems = parse(ClusterNetwork, {"name": cluster_network, "mtu": mtu})
    goal = MtuGoal(cluster_network=cluster_network, mtu=mtu_or_default(mtu))
    return goal, [str(problem) for problem in problems]


def who(command: str) -> str:
    """Who works, for the journal and the lease."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = f"user {os.getuid()}"  # A user of a container may have no name.
    return f"{user} with harvester-net {command}"


# --- plan and status: nothing is written -----------------------------------------------------


def plan_command(goal: AnyGoal, consent: Consent, output: str) -> Command:
    """`mtu plan` and `uplink plan`."""

    async def command(session: Session) -> Outcome:
        unfinished = await journal.read(session.cluster, session.deadline)
        snapshot = await _whole_snapshot(session, consent)
        made = plan(snapshot, goal, consent)
        if unfinished is not None:
            return _no_plan(made, output, not_finished(unfinished))
        resource, key = goal.subject
        if key not in snapshot.of(resource):
            what = KINDS[resource]
            return _no_plan(made, output, unknown(what, key, snapshot.of(resource)))
        if goal.is_reached(snapshot):
            return _no_plan(made, output)
        forbidden, note = await preview(made, session.cluster, session.deadline)
        made = replace(made, refusals=[*made.refusals, *forbidden])
        if note:
            say(note, sys.stderr)
        id_ = await cluster_id(session.cluster, session.deadline)
        say(_plan_as(made, output, Where(session.cluster.connection.where, id_)))
        return Outcome(Code.REFUSED if made.refusals else Code.DONE)

    return command


def _no_plan(made: Plan, output: str, refusal: str = "") -> Outcome:
    """The end without a plan: refused for this reason, or nothing is to be done."""
    code = Code.REFUSED if refusal else Code.DONE
    if output == "json":
        say(_json(plans.no_steps(made, refusal)))
        return Outcome(code)
    return Outcome(code, refusal or reached_words(made.record.goal))


def not_finished(record: Record) -> str:
    """Why nothing can be planned from the middle of another change."""
    return (
        f"an earlier change is not finished ({report.headline(record)}); finish it with "
        "harvester-net mtu resume, or go back with harvester-net mtu roll-back"
    )


def unknown(what: str, key: str, known: Iterable[str]) -> str:
    """That there is no such cluster network or network config, and which there are."""
    return f"there is no {what} {key}; there are: {', '.join(sorted(known))}"


async def _whole_snapshot(session: Session, consent: Consent) -> Snapshot:
    """All that a plan looks at, listed anew."""
    snapshot = await fresh_snapshot(session.cluster, session.deadline)
    return await with_what_is_under_way(
        snapshot, session.cluster, session.deadline, moving=consent.migrate_vms
    )


def _plan_as(made: Plan, output: str, where: Where) -> str:
    if output == "json":
        return _json(plans.document(made) | {"cluster": where.document})
    if output == "markdown":
        return f"{plans.markdown(made)}\n\nCluster: {code(str(where))}"
    return f"{plans.text(made)}\ncluster: {where}"


def reached_words(goal: Goal) -> str:
    """That an MTU is there already, or a network config as it is wanted."""
    if not goal.mtu_network:
        return f"nothing to do: network config {goal.subject[1]} is as it should be"
    return (
        f"nothing to do: cluster network {goal.mtu_network}, its network configs and its VM "
        f"networks have MTU {goal.mtu_wanted}"
    )


def status_command(output: str, *, exit_code: bool = False) -> Command:
    """`mtu status`; with ``exit_code`` an abandoned change is `Code.STOPPED`, for alarms."""

    async def command(session: Session) -> Outcome:
        cluster, deadline = session.cluster, session.deadline
        unfinished = await journal.read(cluster, deadline)
        held = await cluster.get(LEASE, lease.KEY, deadline)
        if held is not None and not lease.seems_held(held, datetime.now(UTC)):
            held = None
        where = cluster.connection.where
        seen = Standing(unfinished, held, await fresh_snapshot(cluster, deadline), where)
        abandoned = unfinished is not None and held is None
        code = Code.STOPPED if abandoned and exit_code else Code.DONE
        if output == "json":
            return Outcome(code, _json(status.document(seen)))
        go_on = f"\n{GO_ON}" if abandoned else ""
        return Outcome(code, status.text(seen) + go_on)

    return command


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2)


# --- change, resume and roll-back ------------------------------------------------------------


async def _interruption(session: Session, goal: AnyGoal, consent: Consent) -> str:
    """What `mtu change` or `uplink change` is about to interrupt; empty if that is nothing."""
    unfinished = await journal.read(session.cluster, session.deadline)
    if unfinished is not None:
        return report.remaining_text(unfinished)
    snapshot = await _whole_snapshot(session, consent)
    made = plan(snapshot, goal, consent)
    if goal.is_reached(snapshot) or made.refusals or not is_interrupting(made.record):
        return ""
    forbidden, _ = await preview(made, session.cluster, session.deadline)
    if forbidden:
        return ""  # The change itself will say so.
    return report.plan_text(made)


async def _remaining(session: Session, *, backwards: bool) -> str:
    """What `mtu resume` or `mtu roll-back` is about to do; empty if nothing is unfinished."""
    record = await journal.read(session.cluster, session.deadline)
    if record is None:
        return ""
    snapshot = await fresh_snapshot(session.cluster, session.deadline)
    if backwards and not record.backwards:
        record = way_back(record, snapshot)
    return report.remaining_text(extend(record, snapshot, RESUMED)[0])


def _refusal(session: Session, words: str) -> Awaitable[Outcome | None]:
    return refusal(words, session.cluster.connection.where, session.deadline)


def change_command(
    goal: AnyGoal, consent: Consent, *, yes: bool = False, name: str = "mtu change"
) -> Command:
    """`mtu change` and `uplink change`; without ``yes`` it asks before it interrupts
    anything.
    """

    async def command(session: Session) -> Outcome:
        words = "" if yes else await _interruption(session, goal, consent)
        if words and (refused := await _refusal(session, words)) is not None:
            return refused
        began = time.monotonic()
        with shown(session.progress, sys.stdout):
            notes = await apply_change(_context(session, name), goal, consent)
        return _ended(session, began, notes, reached_words(goal))

    return command


def resume_command(
    *,
    backwards: bool,
    without_verification: bool = False,
    image: str | None = None,
    namespace: str = SYSTEM_NAMESPACE,
    yes: bool = False,
) -> Command:
    """`mtu resume` and `mtu roll-back`; without ``yes`` they ask before they go on."""

    async def command(session: Session) -> Outcome:
        words = "" if yes else await _remaining(session, backwards=backwards)
        if words and (refused := await _refusal(session, words)) is not None:
            return refused
        began = time.monotonic()
        work = _context(session, "mtu roll-back" if backwards else "mtu resume")
        with shown(session.progress, sys.stdout):
            notes = await resume_change(
                work,
                backwards=backwards,
                without_verification=without_verification,
                image=image,
                namespace=namespace,
            )
        return _ended(session, began, notes, NOTHING_UNFINISHED)

    return command


def _context(session: Session, command: str) -> ChangeContext:
    return ChangeContext(
        session.cluster, session.deadline, who(command), session.progress.observer
    )


def _ended(session: Session, began: float, notes: list[str], nothing: str) -> Outcome:
    record = session.progress.record
    if record is None:
        return Outcome(Code.DONE, nothing)
    seconds = time.monotonic() - began
    lines = [
        *(f"not proven: {note}" for note in notes),
        f"done in {seconds:.1f} s: {report.headline(record)}",
    ]
    return Outcome(Code.DONE, "\n".join(lines))
