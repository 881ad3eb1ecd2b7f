"""A lab of real parts, as it came up for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harvester_net.lab.status import REAL
from lab import RealLab
from lab.fixtures import OPTION


@pytest.fixture(scope="session")
def _real_parts(pytestconfig: pytest.Config) -> Iterator[RealLab]:
    if pytestconfig.getoption(OPTION) != REAL:
        pytest.skip(f"needs {OPTION} {REAL}")
    with RealLab.start_real() as running:
        yield running


@pytest.fixture
def real_parts(_real_parts: RealLab) -> Iterator[RealLab]:
    """Nothing is left of the test before."""
    yield _real_parts
    _real_parts.reset()
