"""Starts a lab's supervisor, waits for it, and ends it: the outside of `lab.supervisor`."""

from __future__ import annotations

import contextlib
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from harvester_net.lab import places
from harvester_net.lab.errors import LabError
from harvester_net.lab.processes import tail
from harvester_net.lab.status import Status, read, supervisor_of

START_WITHIN = 240.0
END_WITHIN = 20.0
_POLL_SECONDS = 0.05
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


def new_directory(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise LabError(
            f'"{name}" can\'t be the name of a lab: use up to 40 small letters, digits and'
            " hyphens."
        )
    directory = places.labs() / name
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        raise LabError(
            f'There is a lab "{name}" already. Take it down (`harvester-net lab down --name'
            f" {name}`) or choose another name."
        ) from None
    (directory / "logs").mkdir()
    return directory


def start_supervisor(directory: Path, module: str) -> subprocess.Popen[bytes]:
    """Starts the module as the supervisor of the lab in this directory."""
    root = str(Path(__file__).parents[2])
    search = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    with open(directory / "logs" / "supervisor.log", "wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", module, str(directory)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=directory,
            env=os.environ | {"PYTHONPATH": search},
            # So that ^C in a terminal reaches only the one who waits for the lab.
            start_new_session=True,
        )


def until_ready(
    directory: Path, child: subprocess.Popen[bytes], on_progress: Callable[[str], None]
) -> Status:
    deadline = time.monotonic() + START_WITHIN
    while True:
        ended = child.poll() is not None
        status = read(directory)
        if status and status.state == "failed":
            raise LabError(f"The lab did not come up. {status.message}")
        if status and status.control:
            return status
        if ended:
            log = directory / "logs" / "supervisor.log"
            raise LabError(f"The lab's supervisor ended. The end of its log:\n{tail(log)}")
        if time.monotonic() > deadline:
            doing = status.message if status else "nothing"
            raise LabError(
                f"The lab was not ready after {START_WITHIN:.0f} s; last it said: {doing}"
            )
        on_progress(status.message if status else "starting")
        time.sleep(_POLL_SECONDS)


def end(directory: Path, child: subprocess.Popen[bytes] | None) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):
        # Until the supervisor has its lock, only the one who started it knows it.
        running = child.pid if child and child.poll() is None else supervisor_of(directory)
        if running is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(running, how)
        if _wait_until_gone(directory, child):
            break
    # What a killed supervisor could not remove any more.
    shutil.rmtree(directory, ignore_errors=True)


def take_down(name: str) -> bool:
    """Ends the lab in whatever state it is; False if there is none of that name."""
    directory = places.labs() / name
    if not directory.exists():
        return False
    end(directory, None)
    return True


def names() -> list[str]:
    """The labs that are up."""
    return sorted(path.name for path in places.labs().iterdir() if supervisor_of(path))


def sweep() -> None:
    """Removes what labs left behind whose supervisor was killed."""
    for directory in places.labs().iterdir():
        # One that is just being made has no supervisor yet.
        if supervisor_of(directory) is None and _age(directory) > START_WITHIN:
            shutil.rmtree(directory, ignore_errors=True)


def _age(directory: Path) -> float:
    """Seconds; of a lab whose supervisor once ran, as if it were very old."""
    if (directory / "lock").exists():
        return math.inf
    return time.time() - directory.stat().st_mtime


def _wait_until_gone(directory: Path, child: subprocess.Popen[bytes] | None) -> bool:
    deadline = time.monotonic() + END_WITHIN
    while time.monotonic() < deadline:
        # A child has to be waited for, or it remains as a zombie.
        if supervisor_of(directory) is None and (child is None or child.poll() is not None):
            return True
        time.sleep(_POLL_SECONDS)
    return False
