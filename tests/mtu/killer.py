"""A proxy that kills the plugin around the n-th write of a run, and counts the writes."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from harvester_net.lab.proxy import Proxy, Request

PLUGIN = b"pulumi-resource-harvester-net"
LEASES = "leases"
READING = ("GET", "HEAD", "OPTIONS")


@dataclass
class Killer:
    """Kills at one write; number 0 kills never."""

    proxy: Proxy
    directory: Path
    """Where the program is: how the plugin is told from those of others."""
    number: int = 0
    after: bool = False
    writes: list[str] = field(default_factory=list)
    killed: list[int] = field(default_factory=list)
    _at: Request | None = None
    """The write to be killed after: others are on their way at the same time."""

    def __post_init__(self) -> None:
        self.proxy.before = self._before
        self.proxy.after = self._after

    async def _before(self, request: Request) -> web.StreamResponse | None:
        if self._counts(request):
            self.writes.append(f"{request.what} {request.path.rpartition('/')[2]}")
            if len(self.writes) != self.number:
                return None
            if self.after:
                self._at = request
            else:
                self._kill()
                # It must not reach the server: the process was killed before it wrote.
                raise ConnectionResetError
        return None

    async def _after(self, request: Request) -> None:
        if request is self._at:
            self._kill()
            raise ConnectionResetError

    def _counts(self, request: Request) -> bool:
        # The lease's renewals come by the clock; its writes belong to no step.
        return request.method not in READING and LEASES not in request.path

    def _kill(self) -> None:
        for pid in plugins(self.directory):
            os.kill(pid, signal.SIGKILL)
            self.killed.append(pid)


def plugins(directory: Path) -> list[int]:
    """The plugin processes that work for the program in a directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            ours = PLUGIN in (process / "cmdline").read_bytes()
            if ours and (process / "cwd").resolve() == directory.resolve():
                found.append(int(process.name))
        except OSError:
            continue
    return found
