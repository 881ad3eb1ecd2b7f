"""Labs for tests: `pytest_plugins = ["lab.fixtures"]`.

`lab` is shared by all tests of a session and starts when the first test asks for it; tests
that break it, or need it untouched, take `fresh_lab`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.handle import Lab


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """One lab for the whole session."""
    with Lab.start() as running:
        yield running


@pytest.fixture
def fresh_lab() -> Iterator[Lab]:
    """A lab of the test's own."""
    with Lab.start() as running:
        yield running
