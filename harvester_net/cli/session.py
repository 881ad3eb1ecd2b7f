"""One run of a command: the connection, ^C, and the end that every command comes to."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from ..cluster.access import AccessSettings
from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline
from .messages import DEBUG, WHERE_IT_STANDS, unexpected
from .outcome import EXPECTED, Code, Outcome, aborted, interrupted, outcome_of
from .printing import say
from .progress import Progress

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Reach:
    """How the cluster is reached, and for how long the command may work."""

    kubeconfig: str | None
    context: str | None
    seconds: float
    cluster_id: str | None = None
    """Uid of the namespace kube-system of the cluster that is meant."""


@dataclass
class Session:
    """What a command works with."""

    cluster: Cluster
    deadline: Deadline
    progress: Progress = field(default_factory=Progress)


Command = Callable[[Session], Awaitable[Outcome]]


def run(command: Command, reach: Reach, *, gently: bool = False) -> Code:
    """Run a command to its end, and say its last words; returns the exit code.

    ``gently``: the first ^C (or SIGTERM) waits for a safe point, the second does not.
    """
    outcome = asyncio.run(_outcome(command, reach, gently=gently))
    if outcome.words:
        good = outcome.code is Code.DONE
        say(outcome.words, sys.stdout if good else sys.stderr)
    return outcome.code


async def _outcome(command: Command, reach: Reach, *, gently: bool) -> Outcome:
    settings = AccessSettings(reach.kubeconfig, reach.context)
    if reach.cluster_id:
        settings = replace(settings, cluster_id=reach.cluster_id)
    cancelled = asyncio.Event()
    cluster = Cluster(settings)
    progress = Progress(where=lambda: cluster.connection.where)
    session = Session(cluster, Deadline(reach.seconds, cancelled), progress)
    task = asyncio.ensure_future(command(session))
    _listen(lambda: _interrupt(task, cancelled, gently=gently))
    try:
        return await task
    except asyncio.CancelledError:
        return aborted(begun=session.progress.begun)
    except EXPECTED as error:
        _explain()
        if cancelled.is_set() and session.progress.begun:
            return interrupted(session.progress.done, len(session.progress.lines))
        return outcome_of(error, begun=session.progress.begun)
    except Exception as error:
        _explain()
        if session.progress.begun:
            return Outcome(Code.STOPPED, f"stopped: {unexpected(error)}.\n{WHERE_IT_STANDS}")
        return Outcome(Code.ERROR, f"error: {unexpected(error)}")
    finally:
        await session.cluster.close()


def _listen(heard: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    # Where signals cannot be listened to (Windows), ^C ends the command at once.
    with suppress(NotImplementedError):
        for number in SIGNALS:
            loop.add_signal_handler(number, heard)


def _interrupt(task: asyncio.Future[Any], cancelled: asyncio.Event, *, gently: bool) -> None:
    if gently and not cancelled.is_set():
        cancelled.set()
        say("stopping at a safe point; ^C again stops at once", sys.stderr)
    else:
        task.cancel()


def _explain() -> None:
    if os.environ.get(DEBUG):
        say(traceback.format_exc(), sys.stderr)
