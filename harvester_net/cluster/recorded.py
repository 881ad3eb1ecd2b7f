"""What was recorded of a cluster, in the place of a connection to it: nothing is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from .access import AccessSettings
from .connection import Connection
from .deadline import Deadline
from .errors import Forbidden, NotFound
from .resources import Object, Resource, key_of
from .timings import DEFAULT_TIMINGS, Timings


class RecordedConnection(Connection):
    """Answers reads from objects that were recorded, and nothing else.

    Of a kind that was not recorded nobody knows whether there is anything: raises Forbidden,
    as for a user who may not look.
    """

    def __init__(
        self,
        where: str,
        objects: Mapping[Resource, Sequence[Object]],
        not_served: frozenset[Resource] = frozenset(),
        timings: Timings = DEFAULT_TIMINGS,
    ) -> None:
        super().__init__(AccessSettings(cluster_id="", environment=""), timings)
        self._where, self._not_served = where, not_served
        self._objects = {
            resource: {key_of(obj): _numbered(obj) for obj in listed}
            for resource, listed in objects.items()
        }

    @property
    def where(self) -> str:
        return self._where

    async def get(self, resource: Resource, key: str, deadline: Deadline) -> Object:
        found = self._of(resource).get(key)
        if found is None:
            raise NotFound(f"{resource.plural} {key} is not in {self._where}")
        return found

    async def list(
        self, resource: Resource, deadline: Deadline, namespace: str = "", **params: str
    ) -> tuple[list[Object], str]:
        found = self._of(resource).values()
        return [obj for obj in found if not namespace or _is_in(obj, namespace)], "1"

    def _of(self, resource: Resource) -> Mapping[str, Object]:
        if resource in self._not_served:
            raise NotFound(f"the server of {self._where} does not know {resource.plural}")
        if resource not in self._objects:
            raise Forbidden(f"{self._where} does not have {resource.plural}")
        return self._objects[resource]

    async def watch(
        self, resource: Resource, since: str, namespace: str = ""
    ) -> AsyncIterator[tuple[str, Object]]:
        raise Forbidden(f"{self._where} does not change")
        yield  # pragma: no cover

    async def _ask(self, *args: Any, **named: Any) -> Any:
        """Whatever else a cluster is asked, such as what a user may do."""
        raise NotFound(f"{self._where} only tells what there was")


def _numbered(obj: Object) -> Object:
    """An object with what every live one has."""
    meta = {"uid": "", "resourceVersion": "1"} | obj["metadata"]
    return obj | {"metadata": meta}


def _is_in(obj: Object, namespace: str) -> bool:
    return bool(obj["metadata"].get("namespace") == namespace)
