"""The model as a cluster that lives on its own, for runs: watches, controllers, trouble on
request, and a clock that runs only while somebody waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from harvester_net.change.context import ChangeContext, Observer
from harvester_net.change.journal import Journal
from harvester_net.change.record import Record
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline
from harvester_net.cluster.errors import NotFound
from harvester_net.cluster.resources import Object, Resource

from .model import ModelCluster
from .world import World

T = TypeVar("T")
Write = tuple[str, Resource, str]


class LiveCluster(ModelCluster):
    """A model whose controllers work between any two writes and while somebody waits."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.now = 1000.0
        self.writes: list[Write] = []
        self.before_write: Callable[[Write], None] = lambda write: None
        """A test's trouble: may change the world, or raise what the server answers."""
        self.trouble: Callable[[World, World], World] = lambda before, after: after
        """What becomes of the controllers' work, from the world before and after it."""
        self.unknown: set[Resource] = set()
        """Kinds that this server does not have."""

    def deadline(
        self, seconds: float = 3600, cancelled: asyncio.Event | None = None
    ) -> Deadline:
        """A patience by this cluster's clock."""
        return Deadline(seconds, cancelled, now=lambda: self.now)

    def settle(self) -> None:
        before = self.world
        super().settle()
        self.world = self.trouble(before, self.world)

    def _write(self, verb: str, resource: Resource, key: str) -> None:
        self.settle()
        self.writes.append((verb, resource, key))
        self.before_write(self.writes[-1])

    async def create(self, resource: Resource, obj: Object, deadline: Any) -> Object:
        self._write("create", resource, obj["metadata"]["name"])
        return await super().create(resource, obj, deadline)

    async def patch(
        self, resource: Resource, key: str, fields: Object, deadline: Any
    ) -> Object:
        self._write("patch", resource, key)
        return await super().patch(resource, key, fields, deadline)

    async def delete(
        self,
        resource: Resource,
        key: str,
        uid: str | None,
        deadline: Any,
        version: str | None = None,
    ) -> bool:
        self._write("delete", resource, key)
        return await super().delete(resource, key, uid, deadline, version)

    async def list(self, resource: Resource, deadline: Any) -> dict[str, Object]:
        """All objects of a kind."""
        if resource in self.unknown:
            raise NotFound(f"list {resource.plural}: the server does not know the kind")
        return self.cached(resource)

    async def list_if_served(self, resource: Resource, deadline: Any) -> dict[str, Object]:
        return await self.list(resource, deadline)

    def invalidate(self, *resources: Resource) -> None:
        """The model remembers nothing that could be out of date."""

    @asynccontextmanager
    async def watching(
        self, resources: tuple[Resource, ...], deadline: Deadline
    ) -> AsyncIterator[None]:
        """The model always knows everything."""
        deadline.check()
        yield

    async def wait_for(
        self, resources: tuple[Resource, ...], done: Callable[[], T | None], deadline: Deadline
    ) -> T:
        """Each look costs a second in which the controllers work."""
        while True:
            if (result := done()) is not None:
                return result
            deadline.check()
            await asyncio.sleep(0)
            self.now += 1
            self.settle()


@dataclass
class Heard:
    """What a run told."""

    steps: list[str] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    events: list[tuple[str, str]] = field(default_factory=list)

    def observer(self) -> Observer:
        """The listener to give to a run."""
        return Observer(
            status=self.statuses.append,
            step=self.steps.append,
            event=lambda step, state, words: self.events.append((step, state)),
        )


def as_cluster(live: ModelCluster) -> Cluster:
    """The model where a Cluster is asked for."""
    return cast(Cluster, live)


def context_on(
    live: LiveCluster, heard: Heard | None = None, **deadline: Any
) -> ChangeContext:
    """What a change is carried out with on the model."""
    observer = (heard or Heard()).observer()
    return ChangeContext(as_cluster(live), live.deadline(**deadline), "the test", observer)


async def opened(live: LiveCluster, record: Record) -> Journal:
    """The journal of a change that begins."""
    book = Journal(as_cluster(live), live.deadline(), record)
    await book.open()
    live.writes.clear()
    return book
