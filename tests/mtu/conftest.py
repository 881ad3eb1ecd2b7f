"""A lab with five nodes, and stacks on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import Lab
from lab.fixtures import start_lab
from tests.e2e.stack import Stack
from tests.tiers import is_destroyed

from .site import delete_vms


@pytest.fixture(autouse=True)
def stacks_of_forked_programs(programs: None) -> None:
    """Every stack of these tests."""


@pytest.fixture(scope="session")
def wide_lab(pytestconfig: pytest.Config) -> Iterator[Lab]:
    """A lab with a node for each of five network configs."""
    with start_lab(pytestconfig, nodes=5) as lab:
        yield lab


@pytest.fixture
def stack(tmp_path: Path, wide_lab: Lab, request: pytest.FixtureRequest) -> Iterator[Stack]:
    """A stack; VMs and resources go at the end, with the lab's reset or destroyed."""
    made = Stack(tmp_path / "project", wide_lab)
    yield made
    if not is_destroyed(wide_lab, request):
        wide_lab.reset()
        return
    delete_vms(wide_lab)
    made.destroy().succeeded()
