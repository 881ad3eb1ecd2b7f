"""The live objects that a scenario is about, and every write to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from harvester_net.lab.api import Api, Object
from harvester_net.lab.simulators.mirror import CORE, NETWORK, Mirror, key_of

from .facts import Objects
from .order import Event

_CNI = "/apis/k8s.cni.cncf.io/v1"
_RETRY = 0.2


class Live:
    """Use `followed` to get one."""

    def __init__(self, api: Api) -> None:
        self._mirrors = {
            "VlanConfig": Mirror(api, NETWORK, "vlanconfigs", namespaced=False),
            "VlanStatus": Mirror(api, NETWORK, "vlanstatuses", namespaced=False),
            "ClusterNetwork": Mirror(api, NETWORK, "clusternetworks", namespaced=False),
            "LinkMonitor": Mirror(api, NETWORK, "linkmonitors", namespaced=False),
            "Node": Mirror(api, CORE, "nodes", namespaced=False),
            "VM network": Mirror(api, _CNI, "network-attachment-definitions"),
        }
        self.events: list[Event] = []
        """The writes since the last `forget`."""
        for kind in self._mirrors:
            self._listen(kind)

    @property
    def objects(self) -> Objects:
        """As they are now."""
        return {kind: dict(mirror.objects) for kind, mirror in self._mirrors.items()}

    def forget(self) -> None:
        self.events = []

    async def follow(self) -> None:
        async with asyncio.TaskGroup() as group:
            for mirror in self._mirrors.values():
                group.create_task(mirror.follow(_RETRY))

    async def listed(self) -> None:
        for mirror in self._mirrors.values():
            await mirror.listed.wait()

    def _listen(self, kind: str) -> None:
        def note(event: str, obj: Object) -> None:
            version = int(obj["metadata"]["resourceVersion"])
            left = None if event == "DELETED" else obj
            self.events.append(Event(version, kind, key_of(obj), left))

        self._mirrors[kind].listen(note)


@asynccontextmanager
async def followed(api: Api) -> AsyncIterator[Live]:
    live = Live(api)
    following = asyncio.create_task(live.follow())
    try:
        await live.listed()
        yield live
    finally:
        following.cancel()
        await asyncio.wait([following])
