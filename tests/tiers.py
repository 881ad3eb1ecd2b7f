"""What `make test-all` does more thoroughly: it sets HARVESTER_NET_EVERY_SCENARIO."""

from __future__ import annotations

import os

import pytest

from lab import Lab, RealLab

EVERY = "HARVESTER_NET_EVERY_SCENARIO" in os.environ
"""Whether every scenario is played, not only the usual ones."""
takes_minutes = pytest.mark.skipif(
    not EVERY, reason="takes minutes; HARVESTER_NET_EVERY_SCENARIO=1 runs it"
)


def is_destroyed(lab: Lab, test: pytest.FixtureRequest) -> bool:
    """Whether a stack is destroyed after its test, and nothing may be left of it.

    On the embedded lab a reset takes a tenth of that time. Tests that kill programs are marked
    `destroyed`: a process that still ends must not write to the next test's cluster.
    """
    is_marked = test.node.get_closest_marker("destroyed") is not None
    return EVERY or is_marked or isinstance(lab, RealLab)
