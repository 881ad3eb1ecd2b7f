"""A control plane with one custom resource of each scope, and clients of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from harvester_net.lab.api import Api
from harvester_net.lab.apiserver import ControlPlane

from .objects import definition


@pytest.fixture
async def plane() -> AsyncIterator[ControlPlane]:
    async with ControlPlane(bookmark_every=0.1) as running:
        running.load([definition("Gadget", namespaced=True), definition("Rack")])
        yield running


@pytest.fixture
async def api(plane: ControlPlane) -> AsyncIterator[Api]:
    """The administrator's."""
    async with api_of(plane) as api:
        yield api


def api_of(plane: ControlPlane, user: str = "admin") -> Api:
    return Api(plane.url, str(plane.ca_file), plane.users.token(user))
