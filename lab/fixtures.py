"""Labs for tests: `pytest_plugins = ["lab.fixtures"]`.

`lab` is shared by all tests of a session and starts when the first test asks for it; tests
that break it, or need it untouched, take `fresh_lab`. `real_lab` has real nodes.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

from lab.errors import NoRealNodes
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


@pytest.fixture(scope="session")
def real_lab() -> Iterator[Lab]:
    """One with real nodes for the whole session; where they can't run, tests are skipped."""
    try:
        started = Lab.start(real=True)
    except NoRealNodes as reason:
        pytest.skip(str(reason))
    with started as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """All tests that are skipped for want of real nodes are one line of pytest's summary."""
    report = yield
    uses_them = real_lab.__name__ in getattr(item, "fixturenames", ())
    if uses_them and report.skipped and isinstance(report.longrepr, tuple):
        # Reports of the same place and reason are shown as one.
        report.longrepr = (__file__, 0, report.longrepr[2])
    return report
