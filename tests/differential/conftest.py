"""One rig for all tests of this package, and what they have counted, told at the end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .rig import Rig
from .tally import Tally

TALLY = pytest.StashKey[Tally]()


@pytest.fixture(scope="package")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """The judges, up and running."""
    with Rig(tmp_path_factory.mktemp("judges")) as running:
        yield running


@pytest.fixture(scope="package")
def tally(pytestconfig: pytest.Config) -> Tally:
    """The counts of this run."""
    return pytestconfig.stash.setdefault(TALLY, Tally())


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if counted := config.stash.get(TALLY, None):
        terminalreporter.section("differential test")
        for line in counted.lines():
            terminalreporter.write_line(line)
