"""What all tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hypothesis import settings

from .fake_api import FakeApi, serving

# A busy machine must not fail a property, and a failure must come again.
settings.register_profile("here", deadline=None, max_examples=80, derandomize=True)
settings.load_profile("here")


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    """A fake API server."""
    async with serving() as server:
        yield server
