"""Work in copies of this process, some side by side, each of which may hang or break."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeVar

HUNG = -1
"""The exit code of one that was ended because its time was up."""
_POLL = 0.05
T = TypeVar("T")


def forked(
    works: Iterable[tuple[T, Callable[[], int]]], jobs: int, seconds: float
) -> Iterator[tuple[T, int]]:
    """What each work returned (0 to 255), in the order in which they end."""
    waiting = iter(works)
    running: dict[int, tuple[T, float]] = {}
    try:
        while True:
            for name, work in islice(waiting, jobs - len(running)):
                running[_start(work)] = name, time.monotonic() + seconds
            if not running:
                return
            for pid, code in list(_ended(running)):
                name, _ = running.pop(pid)
                yield name, code
            time.sleep(_POLL)
    finally:
        # Somebody has had enough.
        for pid in running:
            _end(pid)


def _ended(running: Mapping[int, tuple[object, float]]) -> Iterator[tuple[int, int]]:
    """Those that have ended, or whose time is up, with their exit codes."""
    for pid, (_, until) in running.items():
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            yield pid, os.waitstatus_to_exitcode(status) & 255
        elif time.monotonic() > until:
            _end(pid)
            yield pid, HUNG


def _end(pid: int) -> None:
    """With all that it has started."""
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _start(work: Callable[[], int]) -> int:
    if pid := os.fork():
        return pid
    code = 255
    try:
        os.setsid()
        code = work()
    finally:
        # Nothing of the process that this is a copy of is to be tidied up here.
        os._exit(code)
