"""What the tests that run a program need around them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import cache

import pytest


@cache
def loop_of_programs() -> asyncio.AbstractEventLoop:
    """The loop of all tests that run a program.

    Never closed: with it would go its threads, in which the SDK's mocks leave loops open.
    """
    return asyncio.new_event_loop()


@pytest.fixture(autouse=True)
def _loop_of_a_program() -> Iterator[None]:
    """A program has a current event loop; after an async test there is none."""
    asyncio.set_event_loop(loop_of_programs())
    yield
    asyncio.set_event_loop(None)
