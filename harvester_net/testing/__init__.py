"""Fixtures for tests of programs, on a Harvester cluster of their own: a lab.

    pytest_plugins = ["harvester_net.testing"]

in the topmost `conftest.py` brings them. `harvester` is the cluster, the same for all tests of
a session and as new for each of them; it starts when the first test asks for it. It needs
`pip install 'harvester-net[lab]' pytest`, and the Pulumi command where programs are run.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..lab import Lab
from .harvester import Harvester
from .stack import PulumiFailed, Ran, Stack

__all__ = ["Harvester", "PulumiFailed", "Ran", "Stack"]


@pytest.fixture(scope="session")
def harvester_lab() -> Iterator[Lab]:
    """The lab behind `harvester`: three nodes, the newest Harvester that is known.

    For another one, write a fixture of this name and scope that yields
    `Lab.start(nodes=5, version="v1.7.1")`, or one like a file of `harvester-net snapshot`.
    """
    with Lab.start() as lab:
        yield lab


@pytest.fixture
def harvester(harvester_lab: Lab) -> Iterator[Harvester]:
    """A Harvester cluster on which nothing was made yet."""
    yield Harvester(harvester_lab)
    harvester_lab.reset()
