"""What a server under test was asked, and what goes wrong with it on request: a middleware."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from harvester_net.cluster.resources import LONGHORN_NODE
from harvester_net.lab.apiserver.requests import parse_request

_LONGHORN = LONGHORN_NODE.api.partition("/")[0]


def name_of(group: str, plural: str) -> str:
    """The plural of a kind; Longhorn has nodes and settings of its own."""
    twice = group == _LONGHORN and plural in ("nodes", "settings")
    return f"{_LONGHORN} {plural}" if twice else plural


@dataclass(frozen=True)
class Seen:
    """A request that came in."""

    request: str
    """Such as `POST vlanconfigs`, `LIST nodes`, `WATCH pods`."""
    method: str
    plural: str
    key: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    content_type: str
    body: Any


@dataclass(frozen=True)
class Answer:
    """An answer to give instead of the real one; status 0 cuts the connection."""

    status: int
    body: Any = ""
    after: bool = False
    """Whether the request is carried out all the same: the answer is lost on its way."""

    def to(self, request: web.Request) -> web.StreamResponse:
        if not self.status:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if isinstance(self.body, str):
            return web.Response(status=self.status, text=self.body)
        return web.json_response(self.body, status=self.status)


Fault = Answer | Callable[[], object]


class Faults:
    """The requests seen so far, and the faults to come."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.held: asyncio.Event | None = None
        """While this is set and not yet fired, writes wait for it."""
        self._faults: dict[str, Iterator[Fault]] = {}

    def fail(
        self,
        request: str,
        status: int,
        body: Any = "",
        *,
        times: int = 1,
        after: bool = False,
    ) -> None:
        """Answer the next requests (`POST vlanconfigs`) with this instead."""
        self._add(request, Answer(status, body, after), times)

    def meanwhile(self, request: str, act: Callable[[], object], *, times: int = 1) -> None:
        """Do something right before each of the next such requests is carried out."""
        self._add(request, act, times)

    def _add(self, request: str, fault: Fault, times: int) -> None:
        known = self._faults.get(request, iter(()))
        self._faults[request] = chain(known, repeat(fault, times))

    def allow(self, request: str) -> None:
        """No more faults for such requests."""
        self._faults.pop(request, None)

    def count(self, request: str) -> int:
        """How many requests like `GET vlanconfigs` or `WATCH vlanconfigs` came in."""
        return self.counts()[request]

    def counts(self) -> Counter[str]:
        """All requests by method and plural; lists and reads of one object apart."""
        return Counter(seen.request for seen in self.seen)

    def writes(self) -> list[Seen]:
        """The requests that were meant to change something."""
        return [seen for seen in self.seen if seen.method != "GET" and not _only_asks(seen)]

    @web.middleware
    async def observe(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The middleware."""
        seen = await _seen(request)
        self.seen.append(seen)
        if self.held is not None and seen.method != "GET":
            await self.held.wait()
        fault = next(self._faults.get(seen.request, iter(())), None)
        if isinstance(fault, Answer):
            if fault.after:
                await handler(request)
            return fault.to(request)
        if fault is not None:
            fault()
        return await handler(request)


def _only_asks(seen: Seen) -> bool:
    """Whether a request that is no GET changes nothing all the same."""
    return seen.plural.startswith("selfsubject") or seen.query.get("dryRun") == "All"


async def _seen(request: web.Request) -> Seen:
    info = parse_request(request.method, request.path, request.query)
    name, body = name_of(info.group, info.plural), await request.read()
    verb = info.verb.upper() if info.verb in ("list", "watch") else request.method
    return Seen(
        f"{verb} {name}",
        request.method,
        name,
        f"{info.namespace}/{info.name}" if info.namespace and info.name else info.name,
        request.path,
        dict(request.query),
        dict(request.headers),
        request.content_type,
        json.loads(body) if body else None,
    )
