"""Requests to the API server: raw paths, plain objects, our own errors, and retries during
outages.

An outage is waited for until the operation's time is up: a restart of the API server or of a
webhook costs time and nothing else. An answer, denials included, is returned at once.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import aiohttp

from ..version import VERSION
from . import access
from .access import Access, AccessSettings
from .deadline import Deadline
from .errors import BadConnection, Remedy, Unreachable, error_of
from .resources import VM, Object, Resource, split_key
from .timings import DEFAULT_TIMINGS, Timings

MERGE_PATCH = "application/merge-patch+json"
PAGE = 5000
"""Objects a list asks for at once."""


class Connection:
    """One connection to one cluster, opened at its first request."""

    def __init__(self, settings: AccessSettings, timings: Timings = DEFAULT_TIMINGS) -> None:
        self._settings, self.timings = settings, timings
        self._access: Access | None = None
        self._opening = asyncio.Lock()
        self._answered = False
        self._started = time.monotonic()
        self.requests: Counter[str] = Counter()
        """Requests sent so far by method and resource, for benchmarks and tests."""

    async def open(self) -> Access:
        """The opened connection; raises BadConnection if the kubeconfig cannot be used."""
        async with self._opening:
            if self._access is None:
                self._access = await access.load(self._settings)
            return self._access

    async def close(self) -> None:
        """Close the connection if it was opened."""
        if self._access is not None:
            await self._access.transport.close()

    async def get(self, resource: Resource, key: str, deadline: Deadline) -> Object:
        """Read one object; raises NotFound."""
        found: Object = await self._ask("GET", resource, resource.path_of(key), deadline)
        return found

    async def create(
        self, resource: Resource, namespace: str | None, obj: Object, deadline: Deadline
    ) -> Object:
        """Create an object; raises AlreadyExists, also when a lost answer had succeeded."""
        path = resource.path(namespace)
        made: Object = await self._ask("POST", resource, path, deadline, body=obj)
        return made

    async def patch(
        self, resource: Resource, key: str, fields: Object, deadline: Deadline
    ) -> Object:
        """Change the given fields of an object (merge patch); all others stay as they are."""
        path = resource.path_of(key)
        changed: Object = await self._ask(
            "PATCH", resource, path, deadline, body=fields, content_type=MERGE_PATCH
        )
        return changed

    async def delete(
        self, resource: Resource, key: str, uid: str | None, deadline: Deadline
    ) -> None:
        """Start the deletion of an object, only if it has this uid; raises NotFound,
        Conflict.
        """
        body = {"preconditions": {"uid": uid}} if uid else {}
        await self._ask("DELETE", resource, resource.path_of(key), deadline, body=body)

    async def start_vm(self, key: str, deadline: Deadline) -> None:
        """Ask KubeVirt to start a VM; raises Conflict if it runs already (H5.6)."""
        namespace, name = split_key(key)
        path = (
            f"/apis/subresources.kubevirt.io/v1/namespaces/{namespace}/virtualmachines/{name}"
            "/start"
        )
        await self._ask("PUT", VM, path, deadline, body={})

    async def list(
        self, resource: Resource, deadline: Deadline, **params: str
    ) -> tuple[list[Object], str]:
        """All objects of a kind, and the resource version at which they were so."""
        items: list[Object] = []
        query = {"limit": str(PAGE)} | params
        while True:
            page = await self._ask("GET", resource, resource.path(), deadline, query=query)
            items += page.get("items") or []
            if not (more := page["metadata"].get("continue")):
                return items, page["metadata"]["resourceVersion"]
            query["continue"] = more

    async def watch(self, resource: Resource, since: str) -> AsyncIterator[tuple[str, Object]]:
        """The events of a kind after a resource version, until the server ends the stream."""
        query = {
            "watch": "true",
            "resourceVersion": since,
            "timeoutSeconds": str(self.timings.watch),
            "allowWatchBookmarks": "true",
        }
        timeout = aiohttp.ClientTimeout(total=None, sock_read=self.timings.watch + 30)
        try:
            response = await self._send(
                "GET", resource, resource.path(), query, None, "", timeout
            )
            try:
                if response.status >= 400:
                    raise error_of(
                        response.status,
                        _decoded(await response.read()),
                        f"watch {resource.plural}",
                    )
                async for line in response.response.content:
                    event = json.loads(line)
                    yield event["type"], event["object"]
            finally:
                response.response.close()
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError) as error:
            # An event that is cut short is an outage too.
            raise self._unreachable(error) from error

    async def _ask(
        self,
        method: str,
        resource: Resource,
        path: str,
        deadline: Deadline,
        *,
        query: dict[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
    ) -> Any:
        pause = self.timings.first_retry
        while True:
            try:
                return await self._once(method, resource, path, query, body, content_type)
            except Unreachable as error:
                if not self._answered:
                    self._give_up_at_first_contact(error)
                await deadline.pause(pause, error)
                pause = min(2 * pause, self.timings.longest_retry)

    def _give_up_at_first_contact(self, error: Unreachable) -> None:
        """A cluster that never answered is rather a wrong address than an outage."""
        if time.monotonic() - self._started > self.timings.first_contact:
            raise Unreachable(
                f"{error}. Is the kubeconfig the right one?", remedy=Remedy.GO_OFFLINE
            ) from error

    async def _once(
        self,
        method: str,
        resource: Resource,
        path: str,
        query: dict[str, str] | None,
        body: Any,
        content_type: str,
    ) -> Any:
        timeout = aiohttp.ClientTimeout(total=self.timings.request)
        try:
            response = await self._send(
                method, resource, path, query, body, content_type, timeout
            )
            content = _decoded(await response.read())
        except aiohttp.InvalidURL as error:
            raise BadConnection(f"{self._server} is no address of an API server") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._unreachable(error) from error
        self._answered = True
        if response.status >= 400:
            what = f"{method.lower()} {path.split('/', 4)[-1]}"
            raise error_of(response.status, content, what)
        return content

    async def _send(
        self,
        method: str,
        resource: Resource,
        path: str,
        query: dict[str, str] | None,
        body: Any,
        content_type: str,
        timeout: aiohttp.ClientTimeout,
    ) -> Any:
        opened = await self.open()
        headers = await opened.headers()
        # KubeVirt's subresources offer nothing but */*.
        headers["Accept"] = "application/json, */*"
        headers["User-Agent"] = f"harvester-net/{VERSION}"
        if content_type:
            headers["Content-Type"] = content_type
        self.requests[f"{method} {resource.plural}"] += 1
        url = opened.server + path + (f"?{urlencode(query)}" if query else "")
        return await opened.transport.request(
            method, url, headers=headers, body=body, _request_timeout=timeout
        )

    @property
    def _server(self) -> str:
        """The API server, for messages: an address may hold a password."""
        server = self._access.server if self._access else "the API server"
        return re.sub(r"//[^/@]*@", "//", server)

    def _unreachable(self, error: BaseException) -> Unreachable:
        return Unreachable(f"{self._server} does not answer: {error or type(error).__name__}")


def _decoded(content: bytes) -> Any:
    try:
        return json.loads(content) if content else {}
    except ValueError:
        return content.decode(errors="replace")
