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
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar

from .access import AccessSettings
from .connection import Connection
from .deadline import Deadline
from .errors import ClusterError, Forbidden, NotFound, Rejected, Unreachable
from .permissions import Permissions
from .resources import Object, Resource, key_of, split_key
from .store import Store
from .timings import DEFAULT_TIMINGS, Timings

T = TypeVar("T")
_Look = asyncio.Task[Object | None]


class Cluster:
    """Reads, writes and waits of one run against one cluster."""

    def __init__(
        self,
        settings: AccessSettings,
        *,
        offline: bool = False,
        timings: Timings = DEFAULT_TIMINGS,
        recorded: Connection | None = None,
    ) -> None:
        self.offline = offline or recorded is not None
        self.is_recorded = recorded is not None
        """Whether it is not the cluster that answers, but what was recorded of it."""
        self.connection = recorded or Connection(settings, timings)
        self.permissions = Permissions(self.connection)
        self._stores: defaultdict[Resource, Store] = defaultdict(Store)
        self._listing: defaultdict[Resource, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._forbidden: dict[Resource, Forbidden] = {}
        """The kinds that may not be listed in all namespaces, as the server has said once;
        each of a thousand networks would ask again.
        """
        self._watches: dict[tuple[Resource, str], _Watch] = {}
        """Of a kind in one namespace; in all of them, if that is empty."""
        self._looks: dict[tuple[Resource, str, float], tuple[float, _Look]] = {}
        """Each serves all who ask for the same, no older than so many seconds."""
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
        for place in list(self._watches):
            self._end_watch(place)
        await self.connection.close()

    def cached(self, resource: Resource) -> dict[str, Object]:
        """The objects of a kind as far as this run knows them, without asking."""
        return self._stores[resource].items

    async def list(self, resource: Resource, deadline: Deadline) -> dict[str, Object]:
        """All objects of a kind by key, listed once in a run; raises Forbidden."""
        store = self._stores[resource]
        async with self._listing[resource]:
            if not store.complete:
                if (known := self._forbidden.get(resource)) is not None:
                    raise known
                try:
                    objects, version = await self.connection.list(resource, deadline)
                except Forbidden as error:
                    if resource.namespaced:
                        self._forbidden[resource] = error
                    raise
                store.replace(objects, version)
        return store.items

    async def list_in(
        self, resource: Resource, namespace: str, deadline: Deadline
    ) -> dict[str, Object]:
        """The objects of a kind in one namespace, listed once in a run."""
        store = self._stores[resource]
        async with self._listing[resource]:
            if namespace not in store.namespaces:
                found = await self.connection.list(resource, deadline, namespace)
                store.replace(*found, namespace)
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
        """An object from the run's one list, or None. Who may not list the kind, such as a
        tenant, may do so in its own namespace, or at least get the object.
        """
        try:
            return (await self.list(resource, deadline)).get(key)
        except Forbidden:
            if not resource.namespaced:
                raise
        try:
            namespace, _ = split_key(key)
            return (await self.list_in(resource, namespace, deadline)).get(key)
        except Forbidden:
            return await self.get_lately(resource, key, math.inf, deadline)

    async def get(self, resource: Resource, key: str, deadline: Deadline) -> Object | None:
        """An object as it is on the server now, or None."""
        try:
            obj = await self.connection.get(resource, key, deadline)
        except NotFound:
            self._stores[resource].remove(key)
            return None
        self._stores[resource].put(obj)
        return obj

    async def get_lately(
        self, resource: Resource, key: str, seconds: float, deadline: Deadline
    ) -> Object | None:
        """An object as it was at most so many seconds ago, or None; with no limit (`math.inf`)
        as it was when this run first asked for it.
        """
        since, asked = self._looks.get((resource, key, seconds), (0.0, None))
        failed = asked is not None and asked.done() and _has_failed(asked)
        if asked is None or failed or time.monotonic() - since > seconds:
            asked = asyncio.ensure_future(self.get(resource, key, deadline))
            self._looks[resource, key, seconds] = time.monotonic(), asked
        return await asyncio.shield(asked)

    def invalidate(self, *resources: Resource) -> None:
        """List these kinds again when they are asked for next: others have written them."""
        for resource in resources:
            for place in [place for place in self._watches if place[0] == resource]:
                if not self._watches[place].users:
                    self._end_watch(place)
            if not any(place[0] == resource for place in self._watches):
                self._stores[resource].complete = False
                self._stores[resource].namespaces.clear()
                self._forbidden.pop(resource, None)

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
        self,
        resource: Resource,
        key: str,
        uid: str | None,
        deadline: Deadline,
        version: str | None = None,
    ) -> bool:
        """Ask for the deletion of an object of this uid and resource version.

        False if it is gone already; raises Conflict if it is another one, or has changed.
        """
        try:
            await self.connection.delete(resource, key, uid, deadline, version)
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
        namespace: str = "",
    ) -> T:
        """Watch some kinds until `done` returns something, and return that.

        `done` reads `cached`; of a kind that may not be watched everywhere, this namespace.
        Raises DeadlineExceeded when the operation's time is up or it is cancelled, and
        ClusterError when a kind cannot be watched.
        """
        async with self.watching(resources, deadline, namespace) as watches:
            while True:
                changes = [self._stores[resource].next_change() for resource in resources]
                for watch in watches:
                    watch.raise_failure()
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

        namespace = split_key(key)[0] if resource.namespaced else ""
        await self.wait_for((resource,), gone, deadline, namespace)

    @asynccontextmanager
    async def watching(
        self, resources: tuple[Resource, ...], deadline: Deadline, namespace: str = ""
    ) -> AsyncIterator[Sequence[_Watch]]:
        """Keep `cached` up to date for these kinds meanwhile; for one that may not be watched
        everywhere, in this namespace.
        """
        async with AsyncExitStack() as stack:
            watches = [await stack.enter_async_context(self._watched(r)) for r in resources]
            for number, watch in enumerate(watches):
                await deadline.wait(watch.listed.wait())
                if watch.is_forbidden and namespace and watch.resource.namespaced:
                    narrower = self._watched(watch.resource, namespace)
                    watch = watches[number] = await stack.enter_async_context(narrower)
                    await deadline.wait(watch.listed.wait())
                watch.raise_failure()
            yield watches

    @asynccontextmanager
    async def _watched(self, resource: Resource, namespace: str = "") -> AsyncIterator[_Watch]:
        place = resource, namespace
        watch = self._watches.get(place)
        if watch is None:
            watch = self._watches[place] = _Watch(
                self.connection, resource, namespace, self._stores[resource]
            )
        watch.users += 1
        try:
            yield watch
        finally:
            watch.users -= 1
            # Kept for the next one: the engine deletes many objects a few at a time.
            if watch.failed and not watch.users:
                self._end_watch(place)

    def _end_watch(self, place: tuple[Resource, str]) -> None:
        self._watches.pop(place).stop()


class _Watch:
    """Keeps a store up to date, for all who wait on it together."""

    def __init__(
        self, connection: Connection, resource: Resource, namespace: str, store: Store
    ) -> None:
        self.users = 0
        self.resource = resource
        self.listed = asyncio.Event()
        self._connection, self._namespace, self._store = connection, namespace, store
        self._failure: ClusterError | None = None
        self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        self._task.cancel()

    @property
    def failed(self) -> bool:
        return self._failure is not None

    @property
    def is_forbidden(self) -> bool:
        return isinstance(self._failure, Forbidden)

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
                self._fail(ClusterError(f"watching {self.resource.plural} failed: {error!r}"))
                return

    def _fail(self, error: ClusterError) -> None:
        self._failure = error
        self.listed.set()
        self._store.announce()

    async def _list_and_follow(self) -> None:
        objects, version = await self._connection.list(
            self.resource, Deadline(30), self._namespace
        )
        self._store.replace(objects, version, self._namespace)
        self.listed.set()
        while True:
            began = time.monotonic()
            events = self._connection.watch(self.resource, version, self._namespace)
            async for kind, obj in events:
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


def _has_failed(look: _Look) -> bool:
    """Whether a look that is over has brought nothing that others could use."""
    return look.cancelled() or look.exception() is not None


async def _first_of(changes: list[asyncio.Event]) -> None:
    waits = [asyncio.ensure_future(change.wait()) for change in changes]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
