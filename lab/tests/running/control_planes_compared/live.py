"""The live objects of a cluster, and every write to them: by watches, or from the store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from harvester_net.lab.api import Api, Object
from harvester_net.lab.apiserver import store
from harvester_net.lab.apiserver.resources import Resource
from harvester_net.lab.cluster import LabCluster
from harvester_net.lab.errors import LabError
from harvester_net.lab.simulators.mirror import Mirror, key_of
from harvester_net.lab.state import resource_id

from .kinds import KINDS, Kind
from .writes import Event

_RETRY = 0.2
_LISTED_WITHIN = 60
"""Seconds; a kind that nobody serves is tried for ever."""
_BY_ID = {resource_id(kind.resource): kind for kind in KINDS}


class Live:
    """Use `followed` or `stored` to get one."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], Object] = {}
        """As they are now, by the word of their kind and key."""
        self._events: list[Event] = []

    @property
    def events(self) -> list[Event]:
        """The writes since the last `forget`, in their order: all have one etcd."""
        return sorted(self._events, key=lambda event: event.version)

    @property
    def count(self) -> int:
        return len(self._events)

    def forget(self) -> None:
        self._events = []

    def note(self, kind: Kind, key: str, obj: Object, gone: bool) -> None:
        """Take note of a write."""
        if not kind.concerns(key):
            return
        self.objects.pop((kind.word, key), None)
        if not gone:
            self.objects[kind.word, key] = obj
        version = int(obj["metadata"]["resourceVersion"])
        self._events.append(Event(version, kind.word, key, None if gone else obj))


@contextmanager
def stored(cluster: LabCluster) -> Iterator[Live]:
    """An embedded cluster in this process: quicker than watches, which tell the same."""
    live = Live()
    for kind in KINDS:
        for key, obj in cluster.state.of(kind.resource).items():
            live.note(kind, key, obj, gone=False)
    live.forget()

    def hear(resource: Resource, event: store.Event) -> None:
        if kind := _BY_ID.get(resource.id):
            live.note(kind, event.key, event.object, event.type == "DELETED")

    end = cluster.plane.store.subscribe(hear)
    try:
        yield live
    finally:
        end()


@asynccontextmanager
async def followed(api: Api) -> AsyncIterator[Live]:
    """Any cluster, by watches."""
    live = Live()
    mirrors = [_mirror(api, kind, live) for kind in KINDS]
    async with asyncio.TaskGroup() as group:
        following = [group.create_task(mirror.follow(_RETRY)) for mirror in mirrors]
        for kind, mirror in zip(KINDS, mirrors, strict=True):
            await _listed(kind, mirror)
        live.forget()
        try:
            yield live
        finally:
            for task in following:
                task.cancel()


async def _listed(kind: Kind, mirror: Mirror) -> None:
    try:
        async with asyncio.timeout(_LISTED_WITHIN):
            await mirror.listed.wait()
    except TimeoutError:
        plural = kind.resource.plural
        raise LabError(f"The lab gave no list of {plural} in {_LISTED_WITHIN} s.") from None


def _mirror(api: Api, kind: Kind, live: Live) -> Mirror:
    resource = kind.resource
    group = resource.path().rpartition("/")[0]
    mirror = Mirror(api, group, resource.plural, namespaced=resource.namespaced)

    def hear(event: str, obj: Object) -> None:
        live.note(kind, key_of(obj), obj, event == "DELETED")

    mirror.listen(hear)
    return mirror
