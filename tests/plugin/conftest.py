"""The plugin tests share one event loop, as gRPC likes it, and where they can one process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ..cluster import LabApi
from . import kit

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE) and item.get_closest_marker("asyncio"):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def pure(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[kit.Plugin]:
    """A plugin that is never asked to look at a cluster: for Check and Diff."""
    async with kit.plugin(tmp_path_factory.mktemp("home")) as started:
        await started.configure()
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def api(certificates: Path) -> AsyncIterator[LabApi]:
    """A cluster."""
    async with LabApi(certificates) as cluster:
        yield cluster


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[kit.Plugin]:
    """The process that most tests share; `plugin` gives it a new cluster each time."""
    async with kit.plugin(tmp_path_factory.mktemp("home")) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def plugin(running: kit.Plugin, api: LabApi) -> kit.Plugin:
    """A plugin that is configured for the cluster."""
    running.engine.said.clear()
    await running.configure(kubeconfig=kit.Secret(api.kubeconfig()))
    return running


@pytest_asyncio.fixture(loop_scope="session")
async def alone(tmp_path: Path, api: LabApi) -> AsyncIterator[kit.Plugin]:
    """As `plugin`, but a process of the test's own, which it may cancel or end."""
    async with kit.plugin(tmp_path) as started:
        await started.configure(kubeconfig=kit.Secret(api.kubeconfig()))
        yield started
