"""What all tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import settings

from harvester_net.lab import certificates as made

from .cluster import LabApi

# A busy machine must not fail a property, and a failure must come again.
settings.register_profile("here", deadline=None, max_examples=80, derandomize=True)
settings.load_profile("here")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Those of every embedded cluster of this session: to make them takes longer than the
    rest of its start.
    """
    directory = tmp_path_factory.mktemp("certificates")
    made.write_all(directory)
    return directory


@pytest.fixture
async def api(certificates: Path) -> AsyncIterator[LabApi]:
    """A cluster."""
    async with LabApi(certificates) as cluster:
        yield cluster
