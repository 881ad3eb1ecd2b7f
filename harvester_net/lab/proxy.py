"""A proxy before the API server: counts the requests of a client, and spoils them on request.

It speaks plain HTTP on 127.0.0.1 and forwards what it gets with the client's own token, so a
kubeconfig that names it is all that a test needs.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import aiohttp
from aiohttp import web

from harvester_net.lab.handle import Lab

_TURNS_TO_CLOSE = 10
"""Turns of the event loop until sockets of connections that were aborted are closed."""
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "host", "content-length"}


@dataclass(frozen=True)
class Request:
    """One request that went through."""

    method: str
    path: str
    watch: bool

    @property
    def what(self) -> str:
        """Method and kind: ``GET vlanconfigs``; a watch is a WATCH."""
        parts = self.path.split("/")
        start = 3 if parts[1] == "api" else 4
        if parts[start : start + 1] == ["namespaces"] and len(parts) > start + 2:
            start += 2
        name = len(parts) > start + 1
        verb = "WATCH" if self.watch else self.method
        verb = "LIST" if verb == "GET" and not name else verb
        return f"{verb} {parts[start]}"


Fault = Callable[[Request], Awaitable[web.StreamResponse | None]]
"""Answers a request in the API server's place, or lets it through with None. May raise
ConnectionResetError to cut the client off."""


class Proxy:
    """A running proxy; a context manager. ``requests`` grows while clients use it."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.requests: list[Request] = []
        self.before: Fault | None = None
        self.after: Callable[[Request], Awaitable[None]] | None = None
        """Called when the API server has answered and the client has not heard it yet."""
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(
            target=self._loop.run_until_complete, args=[self._run()]
        )
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        self._loop.close()

    @property
    def counts(self) -> Counter[str]:
        """Requests by method and kind."""
        return Counter(request.what for request in self.requests)

    def kubeconfig(self, path: Path) -> Path:
        """Write a kubeconfig that leads through this proxy, as the lab's admin."""
        cluster = {"server": f"http://127.0.0.1:{self.port}"}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "lab", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": self._lab.token("admin")}}],
            "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "admin"}}],
            "current-context": "lab",
        }
        path.write_text(json.dumps(config))
        return path

    async def _run(self) -> None:
        application = web.Application(client_max_size=64 * 1024 * 1024)
        application.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        context = ssl.create_default_context(cafile=str(self._lab.ca_file))
        connector = aiohttp.TCPConnector(ssl=context, limit=0)
        async with aiohttp.ClientSession(
            connector=connector, auto_decompress=False
        ) as session:
            self._session = session
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            self.port = runner.addresses[0][1]
            self._ready.set()
            await self._stop.wait()
            await runner.cleanup()
            # Streams of clients that have not noticed.
            streams = asyncio.all_tasks() - {asyncio.current_task()}
            for stream in streams:
                stream.cancel()
            await asyncio.gather(*streams, return_exceptions=True)
            await connector.close(abort_ssl=True)
        for _ in range(_TURNS_TO_CLOSE):
            await asyncio.sleep(0)

    async def _handle(self, incoming: web.Request) -> web.StreamResponse:
        request = Request(incoming.method, incoming.path, "watch" in incoming.query)
        self.requests.append(request)
        if self.before is not None:
            try:
                spoiled = await self.before(request)
            except ConnectionResetError:
                return _cut(incoming)
            if spoiled is not None:
                return spoiled
        headers = {k: v for k, v in incoming.headers.items() if k.lower() not in _HOP_BY_HOP}
        url = self._lab.url + incoming.raw_path
        body = await incoming.read()
        timeout = aiohttp.ClientTimeout(total=None)
        async with self._session.request(
            incoming.method, url, headers=headers, data=body, timeout=timeout
        ) as answer:
            if request.watch and answer.status == 200:
                return await _stream(incoming, answer)
            content = await answer.read()
            if self.after is not None:
                try:
                    await self.after(request)
                except ConnectionResetError:
                    return _cut(incoming)
            kept = {k: v for k, v in answer.headers.items() if k.lower() not in _HOP_BY_HOP}
            return web.Response(status=answer.status, body=content, headers=kept)


def _cut(incoming: web.Request) -> web.StreamResponse:
    if incoming.transport is not None:
        incoming.transport.abort()
    return web.Response()


async def _stream(incoming: web.Request, answer: aiohttp.ClientResponse) -> web.StreamResponse:
    dropped = _HOP_BY_HOP
    headers = {k: v for k, v in answer.headers.items() if k.lower() not in dropped}
    outgoing = web.StreamResponse(status=answer.status, headers=headers)
    await outgoing.prepare(incoming)
    try:
        async for chunk in answer.content.iter_any():
            await outgoing.write(chunk)
    except (aiohttp.ClientError, ConnectionError):
        # One of the two sides has gone; the other will notice by itself.
        pass
    finally:
        # Not closed in good order, which would wait for an answer to the goodbye.
        if answer.connection is not None and answer.connection.transport is not None:
            answer.connection.transport.abort()
    return outgoing
