"""The cluster as one run of Pulumi sees it: each kind listed once, every wait on one shared
watch.

A preview of a thousand VM networks reads them with a handful of requests, and a hundred
deletions are waited for on a single stream. Our own writes go through to what we know, so
nothing is listed twice.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar

from .access import AccessSettings
from .connection import Connection
from .deadline import Deadline
from .errors import ClusterError, NotFound, Rejected, Unreachable
from .resources import Object, Resource, key_of
from .store import Store
from .timings import DEFAULT_TIMINGS, Timings

T = TypeVar("T")


class Cluster:
    """Reads, writes and waits of one run against one cluster."""

    def __init__(
        self,
        settings: AccessSettings,
        *,
        offline: bool = False,
        timings: Timings = DEFAULT_TIMINGS,
    ) -> None:
        self.offline = offline
        self.connection = Connection(settings, timings)
        self._stores: defaultdict[Resource, Store] = defaultdict(Store)
        self._listing: defaultdict[Resource, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._watches: dict[Resource, _Watch] = {}
        self._seen_once: dict[tuple[Resource, str], asyncio.Task[Object | None]] = {}
        self.changing = asyncio.Lock()
        """Held by the one ordered change that this run may be doing at a time."""
        self.wrote_at = -math.inf
        """When this run wrote last, on the monotonic clock."""
        self.leaving: set[tuple[Resource, str]] = set()
        """What this run is taking away at this moment, other than by deletion."""

    @property
    def timings(self) -> Timings:
        """How long things may take on this cluster."""
        return self.connection.timings

    @timings.setter
    def timings(self, timings: Timings) -> None:
        self.connection.timings = timings

    async def close(self) -> None:
        """Close the connection."""
        for resource in list(self._watches):
            self._end_watch(resource)
        await self.connection.close()

    def cached(self, resource: Resource) -> dict[str, Object]:
        """The objects of a kind as far as this run knows them, without asking."""
        return self._stores[resource].items

    async def list(self, resource: Resource, deadline: Deadline) -> dict[str, Object]:
        """All objects of a kind by key, listed once in a run."""
        store = self._stores[resource]
        async with self._listing[resource]:
            if not store.complete:
                objects, version = await self.connection.list(resource, deadline)
                store.replace(objects, version)
        return store.items

    async def list_if_served(
        self, resource: Resource, deadline: Deadline
    ) -> dict[str, Object]:
        """As `all`, but nothing where the server does not know the kind."""
        try:
            return await self.list(resource, deadline)
        except NotFound:
            return {}

    async def get_cached(
        self, resource: Resource, key: str, deadline: Deadline
    ) -> Object | None:
        """An object from the run's one list, or None."""
        return (await self.list(resource, deadline)).get(key)

    async def get(self, resource: Resource, key: str, deadline: Deadline) -> Object | None:
        """An object as it is on the server now, or None."""
        try:
            obj = await self.connection.get(resource, key, deadline)
        except NotFound:
            self._stores[resource].remove(key)
            return None
        self._stores[resource].put(obj)
        return obj

    async def get_once(
        self, resource: Resource, key: str, deadline: Deadline
    ) -> Object | None:
        """An object as it was when this run first asked for it, or None."""
        if (resource, key) not in self._seen_once:
            asking = self.get(resource, key, deadline)
            self._seen_once[resource, key] = asyncio.ensure_future(asking)
        return await asyncio.shield(self._seen_once[resource, key])

    def invalidate(self, *resources: Resource) -> None:
        """List these kinds again when they are asked for next: others have written them."""
        for resource in resources:
            watch = self._watches.get(resource)
            if watch is not None and not watch.users:
                self._end_watch(resource)
            if resource not in self._watches:
                self._stores[resource].complete = False

    async def create(self, resource: Resource, obj: Object, deadline: Deadline) -> Object:
        """Create an object and return it as the server has it; raises AlreadyExists,
        Denied.
        """
        namespace = obj["metadata"].get("namespace")
        made = await self.connection.create(resource, namespace, obj, deadline)
        self.wrote_at = time.monotonic()
        self._stores[resource].put(made)
        return made

    async def patch(
        self, resource: Resource, key: str, fields: Object, deadline: Deadline
    ) -> Object:
        """Change the given fields of an object, and return it; raises NotFound, Conflict,
        Denied.
        """
        changed = await self.connection.patch(resource, key, fields, deadline)
        self.wrote_at = time.monotonic()
        self._stores[resource].put(changed)
        return changed

    async def delete(
        self, resource: Resource, key: str, uid: str | None, deadline: Deadline
    ) -> bool:
        """Ask for an object's deletion. False if it, or the one with this uid, is gone
        already.
        """
        try:
            await self.connection.delete(resource, key, uid, deadline)
        except NotFound:
            self._stores[resource].remove(key)
            return False
        self.wrote_at = time.monotonic()
        return True

    async def wait_for(
        self,
        resources: tuple[Resource, ...],
        done: Callable[[], T | None],
        deadline: Deadline,
    ) -> T:
        """Watch some kinds until `done` returns something, and return that.

        `done` reads `cached`. Raises DeadlineExceeded when the operation's time is up or it is
        cancelled, and ClusterError when a kind cannot be watched.
        """
        async with self.watching(resources, deadline):
            while True:
                changes = [self._stores[resource].next_change() for resource in resources]
                for resource in resources:
                    self._watches[resource].raise_failure()
                if (result := done()) is not None:
                    return result
                await deadline.wait(_first_of(changes))

    async def wait_until_gone(
        self, resource: Resource, key: str, uid: str, deadline: Deadline
    ) -> None:
        """Wait until the object with this uid is gone from the server."""

        def gone() -> bool | None:
            obj = self.cached(resource).get(key)
            return True if obj is None or obj["metadata"]["uid"] != uid else None

        await self.wait_for((resource,), gone, deadline)

    @asynccontextmanager
    async def watching(
        self, resources: tuple[Resource, ...], deadline: Deadline
    ) -> AsyncIterator[None]:
        """Keep `cached` up to date for these kinds meanwhile."""
        async with AsyncExitStack() as stack:
            watches = [await stack.enter_async_context(self._watched(r)) for r in resources]
            for watch in watches:
                await deadline.wait(watch.listed.wait())
                watch.raise_failure()
            yield

    @asynccontextmanager
    async def _watched(self, resource: Resource) -> AsyncIterator[_Watch]:
        watch = self._watches.get(resource)
        if watch is None:
            watch = self._watches[resource] = _Watch(
                self.connection, resource, self._stores[resource]
            )
        watch.users += 1
        try:
            yield watch
        finally:
            watch.users -= 1
            # Kept for the next one: the engine deletes many objects a few at a time.
            if watch.failed and not watch.users:
                self._end_watch(resource)

    def _end_watch(self, resource: Resource) -> None:
        self._watches.pop(resource).stop()


class _Watch:
    """Keeps a store up to date, for all who wait on it together."""

    def __init__(self, connection: Connection, resource: Resource, store: Store) -> None:
        self.users = 0
        self.listed = asyncio.Event()
        self._connection, self._resource, self._store = connection, resource, store
        self._failure: ClusterError | None = None
        self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        self._task.cancel()

    @property
    def failed(self) -> bool:
        return self._failure is not None

    def raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    async def _run(self) -> None:
        while True:
            try:
                await self._list_and_follow()
            except (Unreachable, Rejected):
                # An outage, or events too old to continue from: list again. How long this may
                # go on is decided by the deadline of those who wait.
                self.listed.clear()
                await asyncio.sleep(self._connection.timings.relist)
            except ClusterError as error:
                self._fail(error)
                return
            except Exception as error:
                # Nobody may wait for a watch that is no more.
                self._fail(ClusterError(f"watching {self._resource.plural} failed: {error!r}"))
                return

    def _fail(self, error: ClusterError) -> None:
        self._failure = error
        self.listed.set()
        self._store.announce()

    async def _list_and_follow(self) -> None:
        objects, version = await self._connection.list(self._resource, Deadline(30))
        self._store.replace(objects, version)
        self.listed.set()
        while True:
            began = time.monotonic()
            async for kind, obj in self._connection.watch(self._resource, version):
                if kind == "ERROR":
                    raise Rejected(str(obj.get("message")))
                version = obj["metadata"]["resourceVersion"]
                if kind != "BOOKMARK":
                    self._apply(kind, obj)
            # A stream that ends at once would otherwise be asked for again and again.
            await asyncio.sleep(
                max(0.0, began + self._connection.timings.relist - time.monotonic())
            )

    def _apply(self, kind: str, obj: Object) -> None:
        if kind != "DELETED":
            self._store.put(obj)
            return
        key = key_of(obj)
        cached = self._store.items.get(key)
        if cached is not None and cached["metadata"]["uid"] == obj["metadata"]["uid"]:
            self._store.remove(key)


async def _first_of(changes: list[asyncio.Event]) -> None:
    waits = [asyncio.ensure_future(change.wait()) for change in changes]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
