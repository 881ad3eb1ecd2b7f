"""Work in copies of this process, some side by side, each of which may hang or break."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
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
    exhausted = False
    while running or not exhausted:
        while not exhausted and len(running) < jobs:
            name, work = next(waiting, (None, None))
            if work is None or name is None:
                exhausted = True
            else:
                running[_start(work)] = name, time.monotonic() + seconds
        for pid, (name, until) in list(running.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                yield name, os.waitstatus_to_exitcode(status) & 255
            elif time.monotonic() > until:
                os.killpg(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                yield name, HUNG
            else:
                continue
            del running[pid]
        time.sleep(_POLL)


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
