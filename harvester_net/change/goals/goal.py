"""What every goal of a change answers.

Pure: a goal looks at a snapshot and says what a change to it touches, interrupts and means.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from ...cluster.resources import Object, Resource
from ...harvester.network_configs import matched_nodes
from ...harvester.snapshot import Snapshot

if TYPE_CHECKING:
    from ..record import Record


class Goal(BaseModel, ABC):
    """What is wanted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @abstractmethod
    def is_reached(self, snapshot: Snapshot) -> bool:
        """Whether it is so already, so that nothing may be interrupted for it."""

    @abstractmethod
    def headline(self, record: Record) -> str:
        """What the change is about, in one line."""

    @property
    @abstractmethod
    def subject(self) -> tuple[Resource, str]:
        """The object that the change is about, by kind and key."""

    @property
    def mtu_network(self) -> str:
        """The cluster network whose MTU it changes; empty if it changes none."""
        return ""

    @property
    def mtu_wanted(self) -> int:
        """The MTU in bytes that it brings; 0 if it changes none."""
        return 0

    @property
    def stops_all_vms(self) -> bool:
        """Whether Harvester wants every VM of the cluster stopped for it."""
        return False

    @property
    def restores_configs(self) -> bool:
        """Whether the network configs are there again at the end."""
        return True

    def configs(self, snapshot: Snapshot) -> list[Object]:
        """The network configs that the change writes; they are recorded, and must be ready."""
        return []

    def host_networks(self, snapshot: Snapshot) -> list[Object]:
        """The host network configs whose devices the change leaves at another MTU."""
        return []

    def interrupted_network(self, snapshot: Snapshot) -> str:
        """The cluster network whose devices the change interrupts; empty if none."""
        return ""

    def interrupted_nodes(self, snapshot: Snapshot) -> set[str] | None:
        """The nodes where it does; None if all that have the cluster network."""
        return None

    def why_vms_stop(self, snapshot: Snapshot) -> str:
        """Why it does not help to migrate the VMs that are in the way; empty if it does."""
        return "Harvester counts every VM on it, wherever that runs"

    def interrupted_nodes_back(self, snapshot: Snapshot) -> set[str]:
        """The nodes where its way back interrupts traffic, of a goal that lets VMs migrate."""
        return set()

    def emptied_network(self, record: Record) -> str:
        """The cluster network whose VMs leave the nodes that it empties; empty if none do."""
        return ""

    def vm_networks_in_use(self, snapshot: Snapshot) -> set[str] | None:
        """The VM networks whose VMs are in the way; None: those of the network."""
        return None

    def kept_config(self, snapshot: Snapshot) -> str:
        """The network config whose MTU is changed in place while the others are made again;
        empty if none.
        """
        return ""

    def old_mtu(self, snapshot: Snapshot) -> int:
        """The MTU in bytes before the change; 0 if neither the change nor its way back writes
        one.
        """
        return 0

    def vm_networks_to_write(self, snapshot: Snapshot) -> dict[str, str]:
        """The VM networks that the change writes itself, with their CNI config before."""
        return {}

    def storage_before(self, snapshot: Snapshot) -> str:
        """Text of the Setting storage-network, if the change is about this Setting."""
        return ""

    def nodes_after(self, snapshot: Snapshot, config: Object) -> set[str]:
        """The nodes that a network config has when the goal is reached."""
        return set(matched_nodes(config))

    def refusals(self, snapshot: Snapshot) -> Iterator[str]:
        """What stands against this very goal, each reason a sentence with the way out."""
        yield from ()

    def notes(self, record: Record) -> Iterator[str]:
        """What Harvester can neither do nor check, for the plan."""
        yield from ()

    def verified_network(self, record: Record) -> str:
        """The cluster network whose devices it changes, to be proven; empty if none."""
        return ""

    def undoes(self, unfinished: Record) -> bool:
        """Whether it leads back to where an unfinished change began."""
        return False

    def is_untouched(self, record: Record, snapshot: Snapshot) -> bool | None:
        """Whether what the change is about is still as it was; None: its steps can tell."""
        return None
