"""Watches: what happened since a version, and what happens from now on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

from harvester_net.lab.apiserver.errors import StatusError, internal
from harvester_net.lab.apiserver.objects import Object
from harvester_net.lab.apiserver.reading import matching, number, shown, version_of
from harvester_net.lab.apiserver.requests import RequestInfo
from harvester_net.lab.apiserver.resources import Resource
from harvester_net.lab.apiserver.selectors import Matches
from harvester_net.lab.apiserver.store import Event, Store

INITIAL_EVENTS_END = "k8s.io/initial-events-end"
_SHORTEST = 1800
"""Seconds; the server ends a watch by itself after so long, or up to twice as long."""


class Watch:
    """One client's watch; raises StatusError before it begins if it was asked for badly."""

    def __init__(
        self,
        store: Store,
        resource: Resource,
        info: RequestInfo,
        bookmark_every: float,
    ) -> None:
        self._store, self._resource, self._asked = store, resource, info
        self._every = bookmark_every
        self._matches = _in_namespace(matching(resource, info), resource, info)
        self._bookmarks = info.flag("allowWatchBookmarks")
        self._seconds = number(info, "timeoutSeconds") or _SHORTEST * (1 + random.random())
        try:
            self._since = version_of(info) or 0
        except ValueError as error:
            # The server takes this for a mistake of its own.
            raise internal(str(error)) from error
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue()

    def end(self) -> None:
        """Ends the stream as the server does it now and then."""
        self._queue.put_nowait(None)

    async def stream(self) -> AsyncIterator[Object]:
        """The events as they are sent."""
        try:
            backlog = self._backlog()
        except StatusError as error:
            yield {"type": "ERROR", "object": error.status}
            return
        unsubscribe = self._store.subscribe(self._hear)
        try:
            for event in backlog:
                yield event
            async for event in self._news():
                yield event
        finally:
            unsubscribe()

    def _backlog(self) -> list[Object]:
        """What the client does not know yet: everything, if it names no version."""
        if self._since:
            events = self._store.since(self._resource, self._since)
            return [found for event in events if (found := self._shown(event))]
        present = [obj for obj in self._store.list(self._resource) if self._matches(obj)]
        self._since = self._store.version
        added = [self._as_event("ADDED", obj) for obj in present]
        if self._bookmarks:
            added.append(self._bookmark({INITIAL_EVENTS_END: "true"}))
        return added

    async def _news(self) -> AsyncIterator[Object]:
        clock = asyncio.get_running_loop().time
        end = clock() + self._seconds
        while (left := end - clock()) > 0:
            try:
                async with asyncio.timeout(min(left, self._every)):
                    event = await self._queue.get()
            except TimeoutError:
                # With nothing left in the queue, the client knows all up to this version.
                if self._bookmarks and self._queue.empty() and clock() < end:
                    yield self._bookmark()
                continue
            if event is None:
                return
            if found := self._shown(event):
                yield found

    def _hear(self, resource: Resource, event: Event) -> None:
        if resource.id == self._resource.id and event.version > self._since:
            self._queue.put_nowait(event)

    def _shown(self, event: Event) -> Object | None:
        """What an event is to this client: objects come and go by its selector, too."""
        before = event.before is not None and self._matches(event.before)
        after = event.type != "DELETED" and self._matches(event.object)
        if after:
            return self._as_event("MODIFIED" if before else "ADDED", event.object)
        if not before or event.before is None:
            return None
        last = event.object if event.type == "DELETED" else event.before
        meta = last["metadata"] | {"resourceVersion": str(event.version)}
        return self._as_event("DELETED", last | {"metadata": meta})

    def _as_event(self, kind: str, obj: Object) -> Object:
        return {"type": kind, "object": shown(self._resource, obj)}

    def _bookmark(self, annotations: dict[str, str] | None = None) -> Object:
        meta: Object = {"resourceVersion": str(self._store.version)}
        if annotations:
            meta["annotations"] = annotations
        kind = {"apiVersion": self._resource.api, "kind": self._resource.kind}
        return {"type": "BOOKMARK", "object": kind | {"metadata": meta}}


def _in_namespace(matches: Matches, resource: Resource, info: RequestInfo) -> Matches:
    if not resource.namespaced or not info.namespace:
        return matches
    namespace = info.namespace
    return lambda obj: obj["metadata"]["namespace"] == namespace and matches(obj)
