"""Stacks on the real nodes, on which each test leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import RealLab
from tests.e2e.failures import set_faults
from tests.e2e.stack import Stack

from .leftovers import nothing_is_left


@pytest.fixture
def stack(tmp_path: Path, real_lab: RealLab) -> Iterator[Stack]:
    """A stack whose resources are destroyed at the end; on no node anything may be left of it.

    If anything is, the lab is made anew, so that only one test fails for it.
    """
    made = Stack(tmp_path / "project", real_lab)
    try:
        yield made
        set_faults(real_lab)
        if made.state():
            made.destroy().succeeded()
        nothing_is_left(real_lab)
    except BaseException:
        real_lab.reset()
        raise
