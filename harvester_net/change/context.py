"""What a change is carried out with, and who hears of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline
from ..verify.outcome import Outcome
from .consent import Consent
from .record import Record


def _ignore(*_: object) -> None:
    """Nobody listens."""


async def _forget(change: Callable[[Record], Record]) -> None:
    """No journal is kept."""


@dataclass(frozen=True)
class Observer:
    """Who hears what a change is doing."""

    status: Callable[[str], None] = _ignore
    """What it does or waits for at this moment; replaced by the next."""
    step: Callable[[str], None] = _ignore
    """A step that is over; stays."""
    begins: Callable[[Record], None] = _ignore
    """The steps of this record are carried out from now on, forwards or back."""
    extended: Callable[[Record], None] = _ignore
    """The record that is carried out has more steps than when it began."""
    event: Callable[[str, str, str], None] = _ignore
    """A step by its id, its state (`running`, `done`, `failed`), and what it waits for."""
    nodes_checked: Callable[[Outcome], None] = _ignore
    """What was seen on the nodes."""

    def waiting_for(self, what: str) -> None:
        """Say what is waited for."""
        self.status(f"waiting for {what}")


@dataclass(frozen=True)
class StepObserver(Observer):
    """Who hears what one step does."""

    waits: Callable[[str], None] = _ignore
    """What the step waits for."""

    def waiting_for(self, what: str) -> None:
        self.waits(what)


@dataclass(frozen=True)
class ChangeContext:
    """What a change, and each of its steps, is carried out with."""

    cluster: Cluster
    deadline: Deadline
    who: str
    """URN of the resource, or the user of the command line."""
    observer: Observer = field(default_factory=Observer)
    consent: Consent = field(default_factory=Consent)
    """What may be interrupted, also of what comes in the way later."""
    remember: Callable[[Callable[[Record], Record]], Awaitable[None]] = _forget
    """Changes the record, and returns when that is in the journal."""
