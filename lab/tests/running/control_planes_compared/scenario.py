"""What scenarios are made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from .acts import Act
from .facts import Wanted


@dataclass(frozen=True)
class Step:
    """Something is done, and then waited until nothing moves any more."""

    title: str
    act: Act
    done: Wanted = field(default_factory=dict)
    """By what the end of the step is told, where nothing may move for a while before."""


@dataclass(frozen=True)
class Scenario:
    """Steps, played one after the other on a cluster of three nodes that has nothing yet."""

    title: str
    steps: tuple[Step, ...]
    tells_of_the_start: bool = False
    """Whether what every cluster has is told as well, rather than only what is other then."""
