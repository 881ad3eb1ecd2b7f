"""Life-cycle calls for tests: an embedded cluster, and what was said meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from harvester_net.cluster.access import AccessSettings
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline
from harvester_net.cluster.resources import Object
from harvester_net.kinds.call import Call
from harvester_net.kinds.desired_state import DesiredState
from harvester_net.kinds.kind import Kind

from ...cluster import LabApi
from ...timing import QUICK

URN = "urn:pulumi:dev::site::harvester-net:index:{kind}::{name}"


@dataclass
class Said:
    """What a call told its user."""

    told: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)


def urn_of(kind: Kind[Any], name: str) -> str:
    """The URN of a resource of this kind."""
    return URN.format(kind=kind.spec.title, name=name)


def offline_call(said: Said | None = None, **more: Any) -> Call:
    """A call that never reaches a cluster, for what is pure."""
    said = said or Said()
    cluster = Cluster(AccessSettings("nowhere", environment=""), offline=True)
    return Call(
        "urn", cluster, Deadline(5), tell=said.told.append, warn=said.warned.append, **more
    )


@dataclass
class Run:
    """One run of Pulumi against an embedded cluster."""

    api: LabApi
    cluster: Cluster
    said: Said = field(default_factory=Said)

    def call(self, kind: Kind[Any], name: str, seconds: float = 20, **more: Any) -> Call:
        """A call on a resource."""
        call = Call(
            urn_of(kind, name),
            self.cluster,
            Deadline(seconds),
            tell=self.said.told.append,
            warn=self.said.warned.append,
        )
        return replace(call, **more)


@asynccontextmanager
async def running(api: LabApi) -> AsyncIterator[Run]:
    """A run that begins with no knowledge of the cluster."""
    settings = AccessSettings(api.kubeconfig(), environment="")
    cluster = Cluster(settings, timings=QUICK)
    try:
        yield Run(api, cluster)
    finally:
        await cluster.close()


def checked(kind: Kind[Any], inputs: Object) -> Object:
    """The inputs after Check, which must not complain."""
    result, problems = kind.check(inputs, DesiredState())
    assert list(problems) == []
    return result


def wish_of(kind: Kind[Any], inputs: Object) -> Any:
    """The parsed inputs."""
    return kind.spec.model_validate(inputs)
