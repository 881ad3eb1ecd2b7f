"""Who may call the plugin: whoever started it, and root.

It listens on a port of 127.0.0.1, as every plugin of Pulumi, and any user of the machine can
connect to that. One call of ours stops VMs, so the kernel is asked whose a connection is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
"""The kernel's lists of connections."""
ROOT = 0


def owner_of(table: str, port: int, to: int) -> int | None:
    """The user whose connection leads from a port of this machine to another one, by a list of
    the kernel; None if it is not there.
    """
    for line in table.splitlines()[1:]:
        fields = line.split()
        if len(fields) < 8 or not fields[7].isdecimal():
            continue
        if (_port(fields[1]), _port(fields[2])) == (port, to):
            return int(fields[7])
    return None


def _port(address: str) -> int:
    return int(address.rpartition(":")[2], 16)


class OnlyOurs(grpc.aio.ServerInterceptor):
    """Refuses the calls of other users of this machine. Where the kernel does not tell whose a
    connection is, as on another system than Linux, all may call.
    """

    def __init__(self) -> None:
        self.port = 0
        """The port that the plugin listens on, once it does."""
        self._known: dict[str, bool] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        handler = await continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return handler
        answer = handler.unary_unary

        async def call(request: Any, context: Any) -> Any:
            if not self._may_call(context.peer()):
                await context.abort(
                    grpc.StatusCode.PERMISSION_DENIED,
                    "this plugin serves the user who started it, and root",
                )
            return await answer(request, context)

        return grpc.unary_unary_rpc_method_handler(
            call, handler.request_deserializer, handler.response_serializer
        )

    def _may_call(self, peer: str) -> bool:
        if peer not in self._known:
            self._known[peer] = self._is_ours(peer)
        return self._known[peer]

    def _is_ours(self, peer: str) -> bool:
        found = re.search(r":(\d{1,5})$", peer)
        if found is None:
            return True
        for table in TABLES:
            try:
                owner = owner_of(table.read_text(), int(found[1]), self.port)
            except OSError:
                continue
            if owner is not None:
                return owner in (ROOT, os.getuid())
        return True
