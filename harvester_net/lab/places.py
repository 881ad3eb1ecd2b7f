"""Where the lab keeps things: what is built once in the user's cache, labs in the state.

Both follow the XDG directories, so tests and continuous integration can move them.
"""

from __future__ import annotations

import os
from pathlib import Path


def cache() -> Path:
    """Everything that may be deleted at any time and is then made again."""
    return private(_base("XDG_CACHE_HOME", ".cache") / "harvester-net")


def built_binaries() -> Path:
    return private(cache() / "bin")


def saved_states() -> Path:
    return private(cache() / "lab-states")


def nodes() -> Path:
    """What real nodes are made of: Debian packages, and machines saved after they booted."""
    return private(cache() / "nodes")


def failures() -> Path:
    """Logs of labs that did not come up; a running lab's logs are in its own directory."""
    return private(cache() / "lab-failures")


def labs() -> Path:
    """One directory for each lab that is up, removed when it goes down."""
    return private(_base("XDG_STATE_HOME", ".local/state") / "harvester-net" / "labs")


def private(directory: Path) -> Path:
    """The directory, made if missing; others may not look in, for it holds keys and tokens."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    return directory


def _base(variable: str, below_home: str) -> Path:
    value = os.environ.get(variable, "")
    # The XDG rules: a relative path is to be ignored.
    return Path(value) if os.path.isabs(value) else Path.home() / below_home
