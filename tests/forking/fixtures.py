"""Forked programs for stacks: `pytest_plugins = ["tests.forking.fixtures"]`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from lab.fixtures import real_lab
from lab.pulumi_tools import pulumi_command
from tests.e2e.stack import Stack

from .programs import forked_programs


@pytest.fixture(scope="session")
def forked() -> Iterator[Path]:
    """Where programs are that are forked as long as the session lasts."""
    # Of our own: the address of a socket has no room for pytest's directories.
    with (
        TemporaryDirectory(prefix="hn-") as place,
        forked_programs(Path(place), pulumi_command()) as directory,
    ):
        yield directory


@pytest.fixture
def programs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Language host and plugin of stacks are forked; those of tests that are marked `started`,
    and on real nodes, are started as users have them.
    """
    is_real = real_lab.__name__ in request.fixturenames
    if not is_real and request.node.get_closest_marker("started") is None:
        monkeypatch.setattr(Stack, "forked", request.getfixturevalue("forked"))
