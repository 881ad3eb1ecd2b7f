"""What the user sees while we work: a status text for each resource, warnings, and messages
(P7).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import cast

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from ..printable import printable

SECONDS_BETWEEN = 1.0
"""At most one status text a second for a resource."""


class EngineLog:
    """Sends messages to the engine, in order, without anybody waiting for them."""

    def __init__(self) -> None:
        self._stub: engine_pb2_grpc.EngineStub | None = None
        self._queue: asyncio.Queue[engine_pb2.LogRequest] = asyncio.Queue()
        self._sender: asyncio.Task[None] | None = None
        self._said: dict[str, tuple[str, float]] = {}
        self._late: dict[str, asyncio.TimerHandle] = {}

    def connect(self, address: str) -> None:
        """Send to the engine at this address from now on."""
        channel = grpc.aio.insecure_channel(address)
        self._stub = engine_pb2_grpc.EngineStub(channel)
        self._sender = asyncio.create_task(self._send())

    def status(self, urn: str, message: str) -> None:
        """The text beside a resource while it is worked on: one a second, the newest."""
        text, at = self._said.get(urn, ("", 0.0))
        if (late := self._late.pop(urn, None)) is not None:
            late.cancel()
        wait = at + SECONDS_BETWEEN - time.monotonic()
        if message == text:
            return
        if wait > 0:
            loop = asyncio.get_running_loop()
            self._late[urn] = loop.call_later(wait, self.status, urn, message)
            return
        self._say(urn, message)

    def over(self, urn: str, message: str = "ready") -> None:
        """The last status text stays beside the resource: no wait may be the last word."""
        late = self._late.pop(urn, None)
        if late is not None:
            late.cancel()
        if late is not None or urn in self._said:
            self._say(urn, message)

    def step(self, urn: str, message: str) -> None:
        """A status text that is not left out, however soon after the last one."""
        late = self._late.pop(urn, None)
        if late is not None:
            late.cancel()
        self._say(urn, message)

    def _say(self, urn: str, message: str) -> None:
        self._said[urn] = (message, time.monotonic())
        self._put(engine_pb2.INFO, urn, message, ephemeral=True)

    def information(self, urn: str, message: str) -> None:
        """A message that stays on the resource."""
        self._put(engine_pb2.INFO, urn, message)

    def warning(self, urn: str, message: str) -> None:
        """A warning that stays on the resource."""
        self._put(engine_pb2.WARNING, urn, message)

    async def flush(self) -> None:
        """Wait until everything said so far is sent."""
        if self._sender is not None and not self._sender.done():
            await self._queue.join()

    def _put(
        self,
        severity: engine_pb2.LogSeverity.ValueType,
        urn: str,
        message: str,
        *,
        ephemeral: bool = False,
    ) -> None:
        self._queue.put_nowait(
            engine_pb2.LogRequest(
                severity=severity,
                urn=urn,
                message=printable(message, None, lines=True),
                ephemeral=ephemeral,
            )
        )

    async def _send(self) -> None:
        assert self._stub is not None
        while True:
            request = await self._queue.get()
            try:
                await cast(Awaitable[object], self._stub.Log(request))
            except grpc.RpcError:
                # The engine is gone or closing; what we had to say has no reader any more.
                pass
            finally:
                self._queue.task_done()
