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
from collections.abc import AsyncIterator, Awaitable
from typing import Any, TypeVar
from urllib.parse import urlencode

import aiohttp

from ..version import VERSION
from . import access
from .access import Access, AccessSettings
from .deadline import Deadline
from .errors import BadConnection, Expired, Remedy, Unauthenticated, Unreachable, error_of
from .resources import VM_ACTIONS, Object, Resource
from .timings import DEFAULT_TIMINGS, Timings

T = TypeVar("T")

MERGE_PATCH = "application/merge-patch+json"
START = "start"
"""The subresource of a VM that starts it."""
DRY_RUN = {"dryRun": "All"}
OUTAGES = (
    aiohttp.ClientError,
    TimeoutError,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    RecursionError,
)
"""How a watch ends early: a stream that breaks, or an event that is none."""
PAGE = 500
"""Objects a list asks for at once, as client-go does: a slow link brings so many in time."""


class Connection:
    """One connection to one cluster, opened at its first request."""

    def __init__(self, settings: AccessSettings, timings: Timings = DEFAULT_TIMINGS) -> None:
        self.settings, self.timings = settings, timings
        self._access: Access | None = None
        self._refused: list[Access] = []
        """With credentials that were refused. Open to the end: others may still be waiting for
        answers on them.
        """
        self._opening = asyncio.Lock()
        self._answered = False
        self._away, self._away_since = 0.0, 0.0
        self._started = time.monotonic()
        self.requests: Counter[str] = Counter()
        """Requests sent so far by method and resource, for benchmarks and tests."""

    async def open(self) -> Access:
        """The opened connection; raises BadConnection if the kubeconfig cannot be used."""
        async with self._opening:
            if self._access is None:
                self._access = await self._limited(access.load(self.settings))
            return self._access

    async def _limited(self, work: Awaitable[T]) -> T:
        """A credential plugin may wait for a login that never comes."""
        seconds = self.timings.credentials
        try:
            async with asyncio.timeout(seconds):
                return await work
        except TimeoutError as error:
            said = f"the credential plugin gave no credentials within {seconds:.0f} s"
            raise Unreachable(said) from error

    async def _authenticate(self) -> None:
        """Have credentials before a request: whoever waits for a login must not write with
        what was allowed before.
        """
        opened = await self.open()
        async with self._opening:  # One plugin at a time.
            await self._limited(opened.renew())

    async def _log_in_again(self, refused: Access | None) -> None:
        """Take credentials anew, as if for the first time; once for all who were refused with
        the same ones.
        """
        async with self._opening:
            if refused is not None and self._access is refused:
                self._refused.append(refused)
                self._access = None

    async def close(self) -> None:
        """Close the connection if it was opened."""
        for opened in (*self._refused, self._access):
            if opened is not None:
                await opened.transport.close()

    async def get(self, resource: Resource, key: str, deadline: Deadline) -> Object:
        """Read one object; raises NotFound."""
        found: Object = await self._ask("GET", resource, resource.path_of(key), deadline)
        return found

    async def create(
        self,
        resource: Resource,
        namespace: str | None,
        obj: Object,
        deadline: Deadline,
        *,
        dry_run: bool = False,
    ) -> Object:
        """Create an object; raises AlreadyExists, also when a lost answer had succeeded.

        ``dry_run``: only judge it, by all that would judge the write.
        """
        made: Object = await self._ask(
            "POST",
            resource,
            resource.path(namespace),
            deadline,
            query=DRY_RUN if dry_run else None,
            body=obj,
        )
        return made

    async def patch(
        self,
        resource: Resource,
        key: str,
        fields: Object,
        deadline: Deadline,
        *,
        dry_run: bool = False,
    ) -> Object:
        """Change the given fields of an object (merge patch); all others stay as they are.

        ``dry_run``: only judge it, by all that would judge the write.
        """
        changed: Object = await self._ask(
            "PATCH",
            resource,
            resource.path_of(key),
            deadline,
            query=DRY_RUN if dry_run else None,
            body=fields,
            content_type=MERGE_PATCH,
        )
        return changed

    async def delete(
        self,
        resource: Resource,
        key: str,
        uid: str | None,
        deadline: Deadline,
        version: str | None = None,
    ) -> None:
        """Start the deletion of an object, only if it has this uid and resource version;
        raises NotFound, Conflict.
        """
        conditions = {"uid": uid, "resourceVersion": version}
        given = {name: value for name, value in conditions.items() if value}
        body = {"preconditions": given} if given else {}
        await self._ask("DELETE", resource, resource.path_of(key), deadline, body=body)

    async def start_vm(self, key: str, deadline: Deadline) -> None:
        """Ask KubeVirt to start a VM; raises Conflict if it runs already (H5.6)."""
        path = f"{VM_ACTIONS.path_of(key)}/{START}"
        await self._ask("PUT", VM_ACTIONS, path, deadline, body={})

    async def _pages(
        self, resource: Resource, path: str, deadline: Deadline, query: dict[str, str]
    ) -> tuple[list[Object], str]:
        items: list[Object] = []
        place: dict[str, str] = {}
        while True:
            page = await self._ask("GET", resource, path, deadline, query=query | place)
            items += page.get("items") or []
            if not (more := page["metadata"].get("continue")):
                return items, page["metadata"]["resourceVersion"]
            place = {"continue": more}

    async def list(
        self, resource: Resource, deadline: Deadline, namespace: str = "", **params: str
    ) -> tuple[list[Object], str]:
        """All objects of a kind, or those of one namespace, and the resource version at which
        they were so.

        What changes so fast, or comes so slowly, that its pages are too old before the last
        one is asked for in one piece, as client-go does.
        """
        path = resource.path(namespace)
        try:
            return await self._pages(resource, path, deadline, {"limit": str(PAGE)} | params)
        except Expired:
            return await self._pages(resource, path, deadline, params)

    async def watch(
        self, resource: Resource, since: str, namespace: str = ""
    ) -> AsyncIterator[tuple[str, Object]]:
        """The events of a kind, or of one namespace, after a resource version, until the
        server ends the stream.
        """
        query = {
            "watch": "true",
            "resourceVersion": since,
            "timeoutSeconds": str(self.timings.watch),
            "allowWatchBookmarks": "true",
        }
        timeout = aiohttp.ClientTimeout(total=None, sock_read=self.timings.watch + 30)
        await self._authenticate()
        try:
            response = await self._send(
                "GET", resource, resource.path(namespace), query, None, "", timeout
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
        except OUTAGES as error:
            # An event that is cut short is an outage too.
            self._reads(False)
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
        pause, logged_in = self.timings.first_retry, False
        while True:
            try:
                if self._access is None or self._access.loader is not None:
                    await deadline.wait(self._authenticate())
                limit, used = self.timings.request, self._access
                if method != "GET":
                    limit = min(limit, deadline.writable)
                answer = await self._once(
                    method, resource, path, query, body, content_type, limit
                )
                if method == "GET":
                    self._reads(True)
                return answer
            except Unauthenticated:
                if logged_in:
                    raise
                # One is no verdict: a token may just have run out, or a server have started.
                logged_in = True
                await self._log_in_again(used)
            except Unreachable as error:
                if method == "GET":
                    self._reads(False)
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
        seconds: float,
    ) -> Any:
        timeout = aiohttp.ClientTimeout(total=seconds)
        try:
            response = await self._send(
                method, resource, path, query, body, content_type, timeout
            )
            content = _decoded(await response.read())
        except aiohttp.InvalidURL as error:
            raise BadConnection(f"{self._server} is no address of an API server") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._unreachable(error) from error
        if response.status < 400 and not isinstance(content, dict):
            # A portal or proxy on the way has answered in its place.
            raise Unreachable(f"{self._server} does not answer as an API server")
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
    def away(self) -> float:
        """Seconds for which nothing could be read so far, an outage that lasts included."""
        lasts = time.monotonic() - self._away_since if self._away_since else 0.0
        return self._away + lasts

    def _reads(self, answer: bool) -> None:
        """Notes whether a read was answered."""
        if answer:
            self._away, self._away_since = self.away, 0.0
        elif not self._away_since:
            self._away_since = time.monotonic()

    @property
    def where(self) -> str:
        """The cluster, for messages: its address, and the context of the kubeconfig."""
        context = self._access.context if self._access else ""
        return f"{self._server} (context {context})" if context else self._server

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
    except (ValueError, RecursionError):
        return content.decode(errors="replace")
