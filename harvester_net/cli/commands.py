"""What the commands do: read the cluster, or hand over to the ordered change."""

from __future__ import annotations

import getpass
import json
import os
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from ..change import journal, lease, report
from ..change.apply import apply_change, fresh_snapshot, resume_change
from ..change.consent import Consent
from ..change.context import ChangeContext
from ..change.goals.goal import Goal
from ..change.goals.mtu import MtuGoal
from ..change.plan import Plan, plan
from ..change.record import Record
from ..cluster.resources import CLUSTER_NETWORK, LEASE
from ..specs.cluster_network import ClusterNetwork
from ..specs.limits import mtu_or_default
from ..specs.parse import parse
from .messages import GO_ON
from .outcome import Code, Outcome
from .progress import shown
from .render import plans, status
from .render.status import Standing
from .session import Command, Session

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


def plan_command(goal: MtuGoal, consent: Consent, output: str) -> Command:
    """`mtu plan`."""

    async def command(session: Session) -> Outcome:
        unfinished = await journal.read(session.cluster, session.deadline)
        snapshot = await fresh_snapshot(session.cluster, session.deadline)
        made = plan(snapshot, goal, consent)
        if unfinished is not None:
            return _no_plan(made, output, not_finished(unfinished))
        networks = snapshot.of(CLUSTER_NETWORK)
        if goal.cluster_network not in networks:
            return _no_plan(made, output, unknown(goal.cluster_network, networks))
        if goal.is_reached(snapshot):
            return _no_plan(made, output)
        print(_plan_as(made, output))
        return Outcome(Code.REFUSED if made.refusals else Code.DONE)

    return command


def _no_plan(made: Plan, output: str, refusal: str = "") -> Outcome:
    """The end without a plan: refused for this reason, or nothing is to be done."""
    code = Code.REFUSED if refusal else Code.DONE
    if output == "json":
        print(_json(plans.no_steps(made, refusal)))
        return Outcome(code)
    return Outcome(code, refusal or reached_words(made.record.goal))


def not_finished(record: Record) -> str:
    """Why nothing can be planned from the middle of another change."""
    return (
        f"an earlier change is not finished ({report.headline(record)}); finish it with "
        "harvester-net mtu resume, or go back with harvester-net mtu roll-back"
    )


def unknown(cluster_network: str, known: Iterable[str]) -> str:
    """That there is no such cluster network, and which there are."""
    return (
        f"there is no cluster network {cluster_network}; there are: {', '.join(sorted(known))}"
    )


def _plan_as(made: Plan, output: str) -> str:
    if output == "json":
        return _json(plans.document(made))
    return plans.markdown(made) if output == "markdown" else plans.text(made)


def reached_words(goal: Goal) -> str:
    """That an MTU is there already."""
    return (
        f"nothing to do: cluster network {goal.mtu_network}, its network configs and its VM "
        f"networks have MTU {goal.mtu_wanted}"
    )


def status_command(output: str) -> Command:
    """`mtu status`."""

    async def command(session: Session) -> Outcome:
        cluster, deadline = session.cluster, session.deadline
        unfinished = await journal.read(cluster, deadline)
        held = await cluster.get(LEASE, lease.KEY, deadline)
        if held is not None and lease.is_free(held, datetime.now(UTC)):
            held = None
        seen = Standing(unfinished, held, await fresh_snapshot(cluster, deadline))
        if output == "json":
            return Outcome(Code.DONE, _json(status.document(seen)))
        go_on = f"\n{GO_ON}" if unfinished and held is None else ""
        return Outcome(Code.DONE, status.text(seen) + go_on)

    return command


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)


# --- change, resume and roll-back ------------------------------------------------------------


def change_command(goal: MtuGoal, consent: Consent) -> Command:
    """`mtu change`."""

    async def command(session: Session) -> Outcome:
        began = time.monotonic()
        with shown(session.progress, sys.stdout):
            notes = await apply_change(_context(session, "change"), goal, consent)
        return _ended(session, began, notes, reached_words(goal))

    return command


def resume_command(*, backwards: bool, without_verification: bool = False) -> Command:
    """`mtu resume` and `mtu roll-back`."""

    async def command(session: Session) -> Outcome:
        began = time.monotonic()
        work = _context(session, "roll-back" if backwards else "resume")
        with shown(session.progress, sys.stdout):
            notes = await resume_change(
                work, backwards=backwards, without_verification=without_verification
            )
        return _ended(session, began, notes, NOTHING_UNFINISHED)

    return command


def _context(session: Session, command: str) -> ChangeContext:
    return ChangeContext(
        session.cluster, session.deadline, who(f"mtu {command}"), session.progress.observer
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
