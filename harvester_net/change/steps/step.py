"""One step: what it does, what it waits for, and how it is seen to be done."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from ...cluster.resources import Resource
from ...cluster.rights import Right
from ...harvester.snapshot import Snapshot
from ..context import ChangeContext
from ..record import Record


@dataclass(frozen=True)
class Step(ABC):
    """A step of one change. Doing it twice is doing it once."""

    record: Record
    after: tuple[str, ...]
    """Ids of the steps that must be done before."""

    watches: ClassVar[tuple[Resource, ...]]
    """The kinds that `done` reads."""
    rights: ClassVar[tuple[Right, ...]]
    """All that acts of its class may ask of the server, in any namespace, besides reading what
    `done` reads.
    """
    blocks_until_done: ClassVar[bool] = False
    """Whether its act is over only when it is done, because the API cannot show that."""
    ends_without_vms: ClassVar[bool] = False
    """Whether it cannot end as long as a VM runs that is in the way."""
    interrupted_by_vms: ClassVar[bool] = False
    """Whether the server refuses it while a VM that was stopped for it runs again."""

    @property
    @abstractmethod
    def id(self) -> str:
        """Its name in the journal, the same in every run."""

    @property
    def needs(self) -> tuple[Right, ...]:
        """Those of the rights that this very step needs, where it needs them."""
        return self.rights

    @property
    @abstractmethod
    def title(self) -> str:
        """What it does, for the plan."""

    @abstractmethod
    def done(self, now: Snapshot) -> bool:
        """Whether it is over, judged from what is live."""

    def holds(self, now: Snapshot) -> bool:
        """Whether what it wrote is there still, whatever the nodes make of it; if not, it is
        to be done again.
        """
        return self.done(now)

    @abstractmethod
    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        """Start what makes it done; called again after a kill or a refusal."""

    def waits_for(self, now: Snapshot) -> str:
        """What it waits for, for the user."""
        return ""

    def unproven(self, now: Snapshot) -> list[str]:
        """What the API says is done but the nodes have not shown yet."""
        return []

    def unprovable(self, now: Snapshot) -> list[str]:
        """What no waiting will prove: nobody has looked, or the API says that it is not so."""
        return []

    def limit(self, now: Snapshot) -> float:
        """Seconds that it may take in this situation."""
        return float(self.record.node_timeout)
