"""CPU seconds and memory of our own plugin processes while a command runs, read from /proc."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from lab.pulumi_tools import PLUGIN

NAME = PLUGIN.encode()
TICKS = os.sysconf("SC_CLK_TCK")
SECONDS_BETWEEN = 0.03


class Plugins:
    """Samples the plugins that work in a directory, while it is entered.

    A process's last sample is what it cost, within a tick.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory.resolve()
        self._cpu: dict[int, float] = {}
        self._peak: dict[int, int] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of all plugin processes together."""
        return sum(self._cpu.values())

    @property
    def peak_megabytes(self) -> float:
        """Resident memory of the largest plugin process at its peak."""
        return max(self._peak.values(), default=0) / 1024

    def _watch(self) -> None:
        while not self._stop.wait(SECONDS_BETWEEN):
            for directory in Path("/proc").glob("[0-9]*"):
                try:
                    self._sample(directory)
                except (OSError, ValueError, IndexError):
                    continue  # It ended while we looked.

    def _sample(self, directory: Path) -> None:
        ours = (directory / "cwd").resolve() == self._directory
        if not ours or NAME not in (directory / "cmdline").read_bytes():
            return
        fields = (directory / "stat").read_text().rpartition(")")[2].split()
        status = (directory / "status").read_text()
        pid = int(directory.name)
        self._cpu[pid] = (int(fields[11]) + int(fields[12])) / TICKS
        self._peak[pid] = int(status.partition("VmHWM:")[2].split()[0])
