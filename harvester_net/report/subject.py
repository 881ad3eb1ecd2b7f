"""What a page is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ..cluster.resources import Resource
from ..harvester.snapshot import Snapshot
from ..review.planned import Planned, planned
from ..review.preview import Preview
from ..topology.marked import Picture, picture
from ..topology.model import Topology, topology
from ..topology.switch_ports import SwitchPorts, switch_ports


@dataclass(frozen=True)
class Subject:
    """A cluster, a preview of a stack, or the one laid over the other."""

    source: str
    """Where it was read from, for the reader."""
    seen: Snapshot | None = None
    """The cluster as it is; None if nobody looked."""
    left_out: Sequence[str] = ()
    """What could not be read of it, and why."""
    preview: Preview | None = None

    def knows(self, resource: Resource) -> bool:
        """Whether the objects of a kind were read from the cluster."""
        return self.seen is not None and resource in self.seen.objects

    @cached_property
    def planned(self) -> Planned | None:
        """The networks before and after the preview, if there is one."""
        return None if self.preview is None else planned(self.preview, self.seen)

    @cached_property
    def before(self) -> Topology | None:
        """The networks before the preview, if there is one."""
        return None if self.planned is None else self.planned.before.topology

    @cached_property
    def topology(self) -> Topology:
        """The networks, with a preview as they become."""
        if self.planned is not None:
            return self.planned.after.topology
        return topology(self.seen or Snapshot({}))

    @cached_property
    def ports(self) -> Sequence[SwitchPorts]:
        """What the switches need, with a preview after it."""
        if self.planned is not None:
            return self.planned.after.ports
        return switch_ports(self.topology, (self.seen or Snapshot({})).release)

    @cached_property
    def picture(self) -> Picture:
        """The networks with what becomes of each part."""
        return picture(self.topology, self.before)
