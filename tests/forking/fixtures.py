"""Stacks whose commands cost half: `pytest_plugins = ["tests.forking.fixtures"]`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from lab.fixtures import real_lab
from lab.pulumi_tools import pulumi_command
from tests.e2e.stack import Stack
from tests.e2e.vault import vault

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


@pytest.fixture(scope="session")
def keys() -> Iterator[dict[str, str]]:
    """How stacks find the server that has their keys."""
    with vault() as variables:
        yield variables


@pytest.fixture
def programs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Language host and plugin of stacks are forked, and a server has their keys. Tests that
    are marked `started`, and those on real nodes, start both and have a passphrase.
    """
    is_real = real_lab.__name__ in request.fixturenames
    if not is_real and request.node.get_closest_marker("started") is None:
        monkeypatch.setattr(Stack, "forked", request.getfixturevalue("forked"))
        monkeypatch.setattr(Stack, "vault", request.getfixturevalue("keys"))
