"""What `harvester-net verify` does: look, show, and say by its exit code what came of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

from ..change import lease
from ..change.errors import ChangeBusy, LeaseLost
from ..cluster.deadline import DeadlineExceeded
from ..cluster.errors import ClusterError
from ..printable import printable
from ..verify.check import check
from ..verify.facts import CheckRequest
from ..verify.outcome import Outcome as Seen
from ..verify.values import document
from .commands import who
from .messages import describe
from .outcome import Code, Outcome
from .render import nodes as report
from .session import Command, Session


def verifying(request: CheckRequest, *, as_json: bool) -> Command:
    """`verify`."""

    async def command(session: Session) -> Outcome:
        try:
            seen = await _check(request, session)
        except (ClusterError, DeadlineExceeded, ChangeBusy, LeaseLost) as error:
            return Outcome(Code.UNPROVEN, f"not proven: {describe(error)}")
        # The table has its colours; its words are printable.
        print(_shown(seen, as_json=as_json))
        return Outcome(code_of(seen))

    return command


async def _check(request: CheckRequest, session: Session) -> Seen:
    """One check at a time, and none in the middle of a change."""
    cluster, deadline = session.cluster, session.deadline
    with _observer() as tell:
        async with lease.hold(cluster, who("verify"), deadline) as (leadership, lost):
            checking = check(cluster, request, deadline.guarded(leadership.check), tell)
            return await lease.unless_lost(lost, checking)


def code_of(seen: Seen) -> Code:
    """What is wrong weighs more than what could not be looked at."""
    if seen.findings:
        return Code.FOUND
    return Code.UNPROVEN if seen.unproven else Code.DONE


def _shown(seen: Seen, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(document(seen), indent=2)
    console = Console()
    if console.is_terminal:
        return report.text(seen, console.width, colours=not console.no_color)
    return report.text(seen)


@contextmanager
def _observer() -> Iterator[Callable[[str], None]]:
    """Shows on a terminal what is waited for; anywhere else nothing is to be seen."""
    console = Console(file=sys.stderr)
    if not console.is_terminal:
        yield lambda what: None
        return
    with console.status("") as status:
        yield lambda what: status.update(Text(printable(f"waiting for {what}")))
