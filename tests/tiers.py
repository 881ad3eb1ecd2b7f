"""What only `make test-all` runs: it sets HARVESTER_NET_EVERY_SCENARIO."""

from __future__ import annotations

import os

import pytest

EVERY = "HARVESTER_NET_EVERY_SCENARIO" in os.environ
"""Whether every scenario is played, not only the usual ones."""
takes_minutes = pytest.mark.skipif(
    not EVERY, reason="takes minutes; HARVESTER_NET_EVERY_SCENARIO=1 runs it"
)
