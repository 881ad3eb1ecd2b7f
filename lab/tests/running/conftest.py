"""What the tests of the simulated machines share: a site, guests and a disk of their own."""

from __future__ import annotations

import itertools
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from harvester_net.lab.api import Api
from lab import Lab

from .guests import Guests
from .languages import npm_package
from .sites import Site
from .waits import accepted, is_gone, until

CLAIMS = "/api/v1/namespaces/default/persistentvolumeclaims"

_numbers = itertools.count(int(time.time()) % 100_000 * 10)


@pytest.fixture
def number() -> int:
    """No other test has it."""
    return next(_numbers)


@pytest.fixture(scope="session")
def typescript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package for TypeScript as it is published, with a folder for programs of a test."""
    if shutil.which("npm") is None:
        pytest.skip("needs node and npm")
    return npm_package(tmp_path_factory.mktemp("typescript") / "package")


@pytest.fixture
async def api(lab: Lab) -> AsyncIterator[Api]:
    async with lab.api() as api:
        yield api


@pytest.fixture
async def site(api: Api, number: int) -> AsyncIterator[Site]:
    site = Site(api, f"cn{number}", [f"m{number}a", f"m{number}b"])
    await site.build()
    yield site
    await site.clear()


@pytest.fixture
async def guests(api: Api) -> AsyncIterator[Guests]:
    guests = Guests(api)
    yield guests
    await guests.clear()


@pytest.fixture
async def claim(api: Api, guests: Guests, number: int) -> AsyncIterator[str]:
    name = f"disk-{number}"
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    kind = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}}
    await api.create(CLAIMS, kind | {"spec": spec})
    yield name
    # Harvester refuses to delete a claim that a virtual machine names.
    await guests.clear()
    await accepted(lambda: api.delete(f"{CLAIMS}/{name}"))
    await until(lambda: is_gone(api, f"{CLAIMS}/{name}"))
