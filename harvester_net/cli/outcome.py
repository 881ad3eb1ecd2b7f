"""How a command ends: its exit code, and the last words to the user."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from ..change.errors import (
    ChangeBusy,
    ChangeError,
    ChangeRefused,
    ChangeRolledBack,
    ChangeStopped,
    LeaseLost,
)
from ..cluster.deadline import DeadlineExceeded
from ..cluster.errors import ClusterError
from .messages import WHERE_IT_STANDS, describe


class Code(IntEnum):
    """The exit codes; 2 is a wrong call, said by the parser of the command line."""

    DONE = 0
    """Done, or nothing was to be done."""
    ERROR = 1
    FOUND = 1
    """`verify`: the nodes are not as they should be."""
    USAGE = 2
    UNPROVEN = 2
    """`verify`: something could not be looked at."""
    REFUSED = 3
    """The plan has refusals, or the consent is missing; nothing was changed."""
    STOPPED = 4
    """Stopped at a safe point; the journal is on the cluster."""
    BUSY = 5
    """Somebody else changes the networks of this cluster."""
    ROLLED_BACK = 6
    """The change failed, and everything is as it was before."""
    INTERRUPTS = 10
    """`review`: VMs stop, or the storage or RWX network is down for a while."""
    CHANGES = 11
    """`review`: something changes, and nothing is interrupted for it."""
    INTERRUPTED = 130
    """Interrupted at once: a read, or a change whose user did not wait for the safe point."""


@dataclass(frozen=True)
class Outcome:
    """The end of a command."""

    code: Code
    words: str = ""


EXPECTED = (ChangeError, ClusterError, DeadlineExceeded)
"""What may end a command and has its message for the user."""


def outcome_of(error: BaseException, *, begun: bool) -> Outcome:
    """How a command ends with one of the expected errors.

    ``begun``: a journal is on the cluster, so that whatever happened, the change can go on.
    """
    words = describe(error)
    if isinstance(error, ChangeRefused):
        return Outcome(Code.REFUSED, words)
    if isinstance(error, ChangeRolledBack):
        return Outcome(Code.ROLLED_BACK, f"rolled back: {words}")
    if isinstance(error, ChangeBusy):
        return Outcome(Code.BUSY, words)
    if isinstance(error, LeaseLost):
        return Outcome(Code.STOPPED, f"stopped: {words}; harvester-net mtu status shows who")
    if isinstance(error, ChangeStopped) or begun:
        return Outcome(Code.STOPPED, f"stopped at a safe point: {words}.\n{WHERE_IT_STANDS}")
    if isinstance(error, DeadlineExceeded):
        return Outcome(Code.ERROR, f"error: {words}; nothing was changed")
    return Outcome(Code.ERROR, f"error: {words}")


def interrupted(done: int, total: int) -> Outcome:
    """The end after the first ^C, when the acts that had begun are over."""
    stand = f"{done} of {total} steps are done"
    return Outcome(
        Code.STOPPED, f"interrupted; stopped at a safe point: {stand}.\n{WHERE_IT_STANDS}"
    )


def aborted(*, begun: bool) -> Outcome:
    """The end after the second ^C, or after the first while nothing is changed."""
    more = (
        f" in the middle of the change, whose journal is kept.\n{WHERE_IT_STANDS}"
        if begun
        else ""
    )
    return Outcome(Code.INTERRUPTED, f"interrupted{more}")
