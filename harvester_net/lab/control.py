"""How others give orders to a running lab's supervisor: HTTP on loopback, with a token.

    POST /reset    POST /restart/COMPONENT    POST /kill/COMPONENT
    GET /record    POST /record/restart

The answer comes when the order is carried out; if it can't be, the text says why. The record
is that of `harvester_net.lab.rehearsal`, as JSON.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web

from harvester_net.lab.errors import LabError

LOOPBACK = "127.0.0.1"

log = logging.getLogger("lab")


class Orders(Protocol):
    """What a supervisor can be told."""

    async def reset(self) -> None: ...
    async def restart(self, name: str) -> None: ...
    async def kill(self, name: str) -> None: ...
    def record(self) -> str: ...
    def restart_record(self) -> None: ...


class Control:
    """The server side; `token` is what a client has to show."""

    def __init__(self, orders: Orders) -> None:
        self.token = secrets.token_urlsafe(24)
        self._orders = orders
        self._runner: web.AppRunner | None = None

    async def serve(self) -> str:
        """Takes orders on loopback from now on; gives the URL."""
        app = web.Application()
        app.router.add_post("/reset", self._reset)
        app.router.add_post("/restart/{name}", self._restart)
        app.router.add_post("/kill/{name}", self._kill)
        app.router.add_get("/record", self._record)
        app.router.add_post("/record/restart", self._restart_record)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, 0).start()
        return f"http://{LOOPBACK}:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _reset(self, request: web.Request) -> web.Response:
        return await self._carry_out(request, self._orders.reset)

    async def _restart(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        return await self._carry_out(request, lambda: self._orders.restart(name))

    async def _kill(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        return await self._carry_out(request, lambda: self._orders.kill(name))

    async def _record(self, request: web.Request) -> web.Response:
        async def record() -> str:
            return self._orders.record()

        return await self._carry_out(request, record)

    async def _restart_record(self, request: web.Request) -> web.Response:
        async def restart() -> None:
            self._orders.restart_record()

        return await self._carry_out(request, restart)

    async def _carry_out(
        self, request: web.Request, order: Callable[[], Awaitable[str | None]]
    ) -> web.Response:
        shown = request.headers.get("Authorization", "")
        if not secrets.compare_digest(shown, f"Bearer {self.token}"):
            return web.Response(status=401, text="This lab's token is needed.")
        try:
            text = await order()
        except KeyError as unknown:
            return web.Response(status=404, text=f"This lab has no component {unknown}.")
        except LabError as error:
            return web.Response(status=500, text=str(error))
        except Exception as error:
            log.exception("an order failed")
            return web.Response(status=500, text=f"{type(error).__name__}: {error}")
        return web.Response(text=text or "done")
