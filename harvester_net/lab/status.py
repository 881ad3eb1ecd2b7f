"""What a lab's supervisor tells about it, in `status.json` of the lab's directory."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from harvester_net.lab.users import write_private

EMBEDDED, REAL = "embedded", "real"
State = Literal["starting", "ready", "degraded", "failed", "stopping"]


@dataclass
class ComponentStatus:
    version: str
    pid: int
    port: int | None
    state: str
    """`running`, `killed` (on request), or how it ended by itself."""


@dataclass
class Status:
    name: str
    state: State = "starting"
    control_plane: str = EMBEDDED
    """Of what the lab is made: `embedded` or `real`."""
    version: str = ""
    """Harvester's."""
    like: str | None = None
    """The file with the site that it is like."""
    message: str = ""
    """What it is at, or what is wrong."""
    url: str = ""
    address: str = ""
    nodes: int = 0
    real_nodes: bool = False
    supervisor: int = 0
    owner: int | None = None
    from_saved_state: bool = False
    ready_after: float = 0.0
    """Seconds from start to ready."""
    control: str = ""
    control_token: str = ""
    components: dict[str, ComponentStatus] = field(default_factory=dict)
    simulated: dict[str, str] = field(default_factory=dict)

    def write(self, directory: Path) -> None:
        write_private(directory / "status.json", json.dumps(asdict(self), indent=2) + "\n")


def read(directory: Path) -> Status | None:
    """The lab's status; None if there is no such lab, or it has said nothing yet."""
    try:
        content = json.loads((directory / "status.json").read_text())
    except FileNotFoundError:
        return None
    components = content.pop("components")
    known = {name: ComponentStatus(**each) for name, each in components.items()}
    return Status(**content, components=known)


@contextmanager
def supervising(directory: Path) -> Iterator[None]:
    """Marks the lab as alive, until this process ends in whatever way."""
    fresh = directory / ".lock"
    with open(fresh, "w") as lock:
        lock.write(str(os.getpid()))
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Renamed when locked: nobody sees it unlocked and takes the lab for dead.
        fresh.rename(directory / "lock")
        yield


def supervisor_of(directory: Path) -> int | None:
    """The process id of the lab's living supervisor."""
    try:
        with open(directory / "lock") as lock:
            pid = int(lock.read())
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return pid
    except (FileNotFoundError, NotADirectoryError):
        return None
    return None
