"""Labs for tests: `pytest_plugins = ["lab.fixtures"]`.

`lab` is shared by all tests of a session and starts when the first test asks for it; tests
that break it, or need it untouched, take `fresh_lab`. Both are embedded ones, or with
`--control-plane real` made of Harvester's own programs. `real_lab` has real nodes.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

from harvester_net.lab.errors import NoRealNodes
from harvester_net.lab.handle import Lab
from harvester_net.lab.status import EMBEDDED, REAL
from lab.handle import RealLab

OPTION = "--control-plane"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        OPTION,
        choices=(EMBEDDED, REAL),
        default=EMBEDDED,
        help="what labs are made of: in Python, or of Harvester's own programs",
    )


def start_lab(config: pytest.Config, nodes: int = 3) -> Lab:
    """A lab of the control plane that the session is about."""
    if config.getoption(OPTION) == REAL:
        return RealLab.start_real(nodes=nodes)
    return Lab.start(nodes=nodes)


@pytest.fixture(scope="session")
def lab(pytestconfig: pytest.Config) -> Iterator[Lab]:
    """One lab for the whole session."""
    with start_lab(pytestconfig) as running:
        yield running


@pytest.fixture
def fresh_lab(pytestconfig: pytest.Config) -> Iterator[Lab]:
    """A lab of the test's own."""
    with start_lab(pytestconfig) as running:
        yield running


@pytest.fixture(scope="session")
def real_lab() -> Iterator[RealLab]:
    """One with real nodes for the whole session; where they can't run, tests are skipped."""
    try:
        started = RealLab.start_real(real_nodes=True)
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
