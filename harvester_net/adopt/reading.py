"""What a cluster has, object by object, as `pulumi import` would read it.

It is the kinds' own Read that is asked, with nothing known: so what it refuses, an import
refuses in the same words, and what it answers is what an import puts into the state.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline
from ..cluster.errors import Forbidden, Unauthenticated
from ..cluster.resources import (
    HOST_NETWORK_CONFIG,
    Object,
    Resource,
    is_terminating,
)
from ..harvester.gitops import keeper_of
from ..harvester.loading import NETWORK_KINDS, load_snapshot
from ..harvester.settings import effective
from ..harvester.snapshot import Snapshot
from ..kinds.call import Call
from ..kinds.failures import Refused, Unfinished
from ..kinds.kind import Kind, Live
from ..kinds.network_setting import NetworkSettingKind
from ..kinds.owners import maker_of
from ..kinds.registry import KINDS as ALL
from ..printable import printable
from .oddities import oddities
from .site import KINDS, Found, LeftOut, Properties, Site, Wanted

KIND_OF: dict[str, Kind[Any]] = {
    kind.spec.title: kind for kind in ALL.values() if kind.is_one_object
}


async def read_site(cluster: Cluster, wanted: Wanted, deadline: Deadline) -> Site:
    """All that is wanted of a cluster. Raises ClusterError, DeadlineExceeded."""
    forbidden: list[LeftOut] = []

    def note(resource: Resource, error: Forbidden) -> None:
        if isinstance(error, Unauthenticated):
            raise error
        forbidden.extend(
            LeftOut(name, "*", str(error))
            for name, kind in KIND_OF.items()
            if kind.resource == resource
        )

    kinds = (*NETWORK_KINDS, HOST_NETWORK_CONFIG)
    snapshot = await load_snapshot(cluster, kinds, deadline, on_forbidden=note)
    reading = _Reading(cluster, deadline, snapshot, wanted)
    for name in KINDS:
        for key, live in sorted(snapshot.of(KIND_OF[name].resource).items()):
            if _is_there(KIND_OF[name], key, live) and (name, key) in wanted:
                await reading.add(name, key, live)
    forbidden.sort(key=lambda left: KINDS.index(left.kind))
    return Site(reading.found, [*reading.left_out, *forbidden])


def _is_there(kind: Kind[Any], key: str, live: Object) -> bool:
    """Whether an object can be one of the kind: of Settings, one that is set."""
    if not isinstance(kind, NetworkSettingKind):
        return True
    text = effective(live)
    is_set = kind.codec.properties_of(text) or kind.codec.unreadable(text)
    return key == kind.setting.name and bool(is_set)


@dataclass
class _Reading:
    cluster: Cluster
    deadline: Deadline
    snapshot: Snapshot
    wanted: Wanted
    found: list[Found] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    async def add(self, kind: str, key: str, live: Object) -> None:
        why = _not_ours(live) if not self.wanted.names(kind, key) else ""
        said: list[str] = []
        inputs: Properties | None = None
        if not why:
            try:
                inputs = await self._read(KIND_OF[kind], key, said)
            except Refused as error:
                why = str(error)
        if inputs is None:
            self.left_out.append(LeftOut(kind, key, why or "is gone meanwhile"))
            return
        if keeper := keeper_of(live):
            said.append(
                f"{keeper} keeps it as a repository has it: leave it to one of the two"
            )
        said += oddities(kind, key, inputs, self.snapshot)
        self.found.append(Found(kind, key, inputs, tuple(said)))

    async def _read(self, kind: Kind[Any], key: str, said: list[str]) -> Properties | None:
        """The inputs that an import has; what the read says besides goes to ``said``."""
        call = Call("", self.cluster, self.deadline, inform=said.append, warn=said.append)
        try:
            read: Live | None = await kind.read(key, {}, {}, call)
        except Unfinished as error:
            said.extend(f"not as it should be: {reason}" for reason in error.reasons)
            return error.inputs
        return None if read is None else read.inputs


def _not_ours(live: Object) -> str:
    """Why an object is left alone unless it is asked for by name; empty if it is not."""
    if is_terminating(live):
        return "is being deleted"
    maker = maker_of(live)
    if not maker.stack:
        return ""
    return printable(
        f"stack {maker.stack} of project {maker.project} made it, and manages it; to move it "
        "to this program, name it with --only"
    )
