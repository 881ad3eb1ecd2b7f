"""How long VMs are down, of a lab of whatever parts: seen by its API alone.

An embedded lab keeps a record of its own (`harvester_net.lab.rehearsal`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from harvester_net.lab.client import Client
from harvester_net.lab.vms import running

_LOOK_SECONDS = 0.1


class Downtimes:
    """How long each VM that ran at the beginning did not run, seen ten times a second."""

    def __init__(self, client: Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._client, self._clock = client, clock
        self.seconds = dict.fromkeys(running(client), 0.0)
        """By the key of the VM."""
        self._looked = clock()

    def look(self) -> None:
        """Counts the time since the last look for all that do not run now."""
        up = running(self._client)
        now = self._clock()
        for key in self.seconds.keys() - up:
            self.seconds[key] += now - self._looked
        self._looked = now


@contextmanager
def watched(client: Client) -> Iterator[Downtimes]:
    """Looks at the VMs meanwhile, in a thread of its own."""
    downtimes, ended = Downtimes(client), threading.Event()

    def look() -> None:
        while not ended.wait(_LOOK_SECONDS):
            downtimes.look()

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield downtimes
    finally:
        ended.set()
        thread.join()
