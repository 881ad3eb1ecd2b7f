"""The judges, a cluster before them, and a user who asks; for tests that are not async."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from harvester_net.cluster.resources import Object, Resource, key_of
from harvester_net.lab.api import Api, ApiError
from harvester_net.rules.rule import Write

from .asking import Answer, ask
from .judges import judges
from .kinds import KINDS, MADE
from .parallel import side_by_side, until
from .seeding import SEEDER, Seeding, leave_seeder_out

Objects = dict[Resource, dict[str, Object]]


class Rig:
    """Holds one cluster at a time. As a context manager it ends all that it started."""

    def __init__(self, directory: Path) -> None:
        self._runner = asyncio.Runner()
        self._judges = judges(directory, lambda message: None)
        self._admin = self._judges.setup.api()
        self._seeder = self._judges.setup.api(SEEDER)
        self._seeding = Seeding(self._seeder)

    def __enter__(self) -> Rig:
        self._runner.run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._stop())
        self._runner.close()

    def seed(self, cluster: Iterable[Object]) -> Objects:
        """Puts this cluster in the place of the one before; gives it as the server has it."""
        self._runner.run(self._seeding.put(list(cluster)))
        return self.objects()

    def objects(self) -> Objects:
        """All objects by kind and key, as they are on the server."""
        return self._runner.run(_objects(self._admin))

    def ask(self, writes: Iterable[tuple[Write, bool]]) -> list[Answer]:
        """The answers to these writes, each with whether a change is sent as a patch."""
        return self._runner.run(side_by_side(ask(self._admin, w, p) for w, p in writes))

    async def _start(self) -> None:
        try:
            await self._judges.start()
            await leave_seeder_out(self._admin, self._seeder)
            await until(lambda: _lists(self._admin), "all kinds can be listed")
            for resource in MADE:
                await self._seeding.adopt(resource)
        except BaseException:
            await self._stop()
            raise

    async def _stop(self) -> None:
        await self._seeder.close()
        await self._admin.close()
        await self._judges.stop()


async def _lists(api: Api) -> bool:
    """Whether the API server has read every kind; new ones take it a moment."""
    try:
        await _objects(api)
    except ApiError as error:
        if error.status != 429:
            raise
        return False
    return True


async def _objects(api: Api) -> Objects:
    lists = await side_by_side(api.list(resource.path()) for resource in KINDS)
    return {
        resource: {key_of(item): _typed(resource, item) for item in found["items"]}
        for resource, found in zip(KINDS, lists, strict=True)
    }


def _typed(resource: Resource, item: Object) -> Object:
    """A list's items lack kind and apiVersion where the type is built in."""
    return {"apiVersion": resource.api, "kind": resource.kind} | item
