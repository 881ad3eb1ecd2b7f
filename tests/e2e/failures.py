"""Faults of the lab's machines for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from harvester_net.lab import faults as lab_faults
from harvester_net.lab.faults import Fault
from lab import Lab


@contextmanager
def faults(lab: Lab, *wanted: Fault) -> Iterator[None]:
    """Exactly these faults happen meanwhile, and none afterwards."""
    set_faults(lab, *wanted)
    try:
        yield
    finally:
        set_faults(lab)


def set_faults(lab: Lab, *wanted: Fault) -> None:
    """Let exactly these faults happen from now on."""

    async def ask() -> None:
        async with lab.api() as api:
            await lab_faults.set_faults(api, wanted)

    asyncio.run(ask())
