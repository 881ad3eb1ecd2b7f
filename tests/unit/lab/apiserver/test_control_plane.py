"""What a control plane may be given: certificates, and middlewares."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from harvester_net.lab import certificates
from harvester_net.lab.api import ApiError
from harvester_net.lab.apiserver import ControlPlane

from .conftest import api_of
from .objects import MAPS


async def test_certificates_that_are_given_are_shown_and_stay(tmp_path: Path) -> None:
    given = tmp_path / "given"
    certificates.write_all(given)
    before = {file.name: file.read_bytes() for file in given.iterdir()}
    async with ControlPlane(certificates=given) as plane, api_of(plane) as api:
        assert plane.ca_file == given / "ca.crt"
        assert (await api.list(MAPS))["items"] == []
        assert not (plane.directory / "certificates").exists()
    assert {file.name: file.read_bytes() for file in given.iterdir()} == before


async def test_middleware_sees_every_request_and_may_answer_it() -> None:
    seen: list[str] = []

    @web.middleware
    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        seen.append(request.method)
        if request.method == "POST":
            return web.Response(status=503, text="not now")
        return await handler(request)

    async with ControlPlane(middlewares=[refuse]) as plane, api_of(plane) as api:
        await api.list(MAPS)
        with pytest.raises(ApiError, match="not now"):
            await api.create(MAPS, {"metadata": {"name": "a"}})
    assert seen == ["GET", "POST"]
