"""Orders to QEMU itself: save the machine, pull a cable."""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qemu.qmp import QMPClient

_POLL_SECONDS = 0.05
_ON_THE_WAY = ("setup", "active", "device")


@asynccontextmanager
async def monitor(socket: Path) -> AsyncIterator[QMPClient]:
    """A connection to the QEMU that listens there; one at a time."""
    # The demo's environment has no QEMU, and imports this: it is for developers.
    from qemu.qmp import QMPClient

    client = QMPClient("nodes")
    await client.connect(str(socket))
    try:
        yield client
    finally:
        await client.disconnect()


async def save(socket: Path, target: Path) -> None:
    """Saves the running machine, complete or not at all; it goes on afterwards."""
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    async with monitor(socket) as qemu:
        # As fast as it goes, and not while the guest works: it only waits.
        await qemu.execute("migrate-set-parameters", {"max-bandwidth": 1 << 40})
        way = f"exec:gzip -1 > {shlex.quote(str(partial))}"
        await qemu.execute("migrate", {"uri": way})
        # No event tells of it.
        while (state := await _migration(qemu)) in _ON_THE_WAY:  # noqa: ASYNC110
            await asyncio.sleep(_POLL_SECONDS)
        if state != "completed":
            partial.unlink(missing_ok=True)
            raise RuntimeError(f"QEMU could not save the machine: {state}")
        partial.rename(target)
        await qemu.execute("cont")


async def connect(socket: Path, nic: str, connected: bool) -> None:
    """Plugs the cable of a NIC in, or pulls it."""
    async with monitor(socket) as qemu:
        await qemu.execute("set_link", {"name": nic, "up": connected})


async def _migration(qemu: QMPClient) -> str:
    answer: Any = await qemu.execute("query-migrate")
    return str(answer.get("status", "setup"))
