"""One component's process: started so that it can't outlive the supervisor, and its log.

Components are ended by SIGKILL: their state is etcd's, which is thrown away with the lab, and
a graceful end takes some of them 15 seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

PR_SET_PDEATHSIG = 1
TAIL_LINES = 12

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Process:
    """A started program."""

    name: str
    log: Path
    child: asyncio.subprocess.Process
    wanted: bool = True
    """False once it was ended on purpose."""

    @property
    def pid(self) -> int:
        return self.child.pid

    @property
    def exit_code(self) -> int | None:
        return self.child.returncode

    async def kill(self) -> None:
        self.wanted = False
        with contextlib.suppress(ProcessLookupError):
            self.child.kill()
        await self.child.wait()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Stands still meanwhile, so that its files don't change."""
        self.child.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.child.send_signal(signal.SIGCONT)

    def tail(self) -> str:
        return tail(self.log)


async def start(
    name: str, command: list[str], log: Path, directory: Path, environment: dict[str, str]
) -> Process:
    with _opened(log) as output:
        child = await asyncio.create_subprocess_exec(
            *command,
            cwd=directory,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=_die_with(os.getpid()),
        )
    return Process(name, log, child)


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log, long ones shortened."""
    try:
        text = log.read_text(errors="replace")
    except FileNotFoundError:
        return "(no log)"
    return "\n".join(line[:300] for line in text.splitlines()[-lines:]) or "(empty log)"


def _opened(log: Path) -> BinaryIO:
    log.parent.mkdir(exist_ok=True)
    return open(log, "ab")


def _die_with(parent: int) -> Callable[[], None]:
    def in_child() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        # The parent may have died before the line above took effect.
        if os.getppid() != parent:
            os._exit(1)

    return in_child
