"""What can go wrong with a change, from the one to be repaired to the one to wait for.

    ChangeError
    ├── ChangeRefused        nothing was touched: reasons, each with what would allow it
    ├── ChangeStopped        stands at a safe point, from which the next run goes on
    ├── ChangeRolledBack     could not be finished, and everything is as it was before
    ├── ChangeBusy           somebody else changes the networks of this cluster
    ├── LeaseLost            somebody took the lease over meanwhile
    └── UnreadableJournal    an unfinished change that this version cannot read

Messages name no input and no command of a front: what allows a change is a value, which the
program's side and the command line each say in their own words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Input = Literal[
    "stopVms",
    "stopVms or migrateVms",
    "maxUnavailable",
    "onlyVms",
    "cycleStorageNetwork",
    "verifyOnNodes",
    "verifyOnNodes.image",
    "reviewedPlan",
]
"""A field of the user's consent: of `disruption`, or the reviewed plan of the provider."""


@dataclass(frozen=True)
class Refusal:
    """A reason against a change, as a sentence with the way out."""

    sentence: str
    allowed_by: Input | None = None
    """The consent that is missing, if that is all."""

    def __str__(self) -> str:
        return self.sentence


class ChangeError(Exception):
    """Something that keeps a change from its end; the message is for the user."""


class ChangeRefused(ChangeError):
    """The change is refused before anything was touched."""

    def __init__(self, headline: str, refusals: list[Refusal], plan: str = "") -> None:
        super().__init__(f"{headline}: refused: {'; '.join(map(str, refusals))}")
        self.headline = headline
        self.refusals = refusals
        self.plan = plan
        """The plan in words, if nothing but consent is missing to carry it out."""


class ChangeStopped(ChangeError):
    """The change has stopped at a safe point; the message says where it stands and why."""

    def __init__(
        self,
        message: str,
        *,
        verification_failed: bool = False,
        refusals: tuple[Refusal, ...] = (),
        vms_started: bool = False,
    ) -> None:
        super().__init__(message)
        self.verification_failed = verification_failed
        """Whether what was seen on the nodes has stopped it, not a step that failed."""
        self.refusals = refusals
        """The consent that is missing to go on."""
        self.vms_started = vms_started
        """Whether the VMs run again although something is left, such as a dead node's
        config: then nothing is gained by going back.
        """


class ChangeRolledBack(ChangeError):
    """The change could not be finished, and everything is as it was before."""


class ChangeBusy(ChangeError):
    """Somebody else changes the networks of this cluster; the message says who."""


class LeaseLost(ChangeError):
    """Somebody took the lease over, because it was not renewed in time."""


class UnreadableJournal(ChangeError):
    """The journal is there, but it is not one that this version can read."""
