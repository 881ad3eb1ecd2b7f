"""The state of a lab that has just come up, kept so that the next one need not begin anew.

It holds etcd's data and the certificates (etcd names their CA). It fits only the same
programs, types and objects, so it is found by a hash over all of these.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import time
from pathlib import Path
from typing import Any

from harvester_net.lab import places
from lab.setup import Setup

KEPT = ("etcd", "certificates")
# Older ones are made again: certificates age, and old states pile up.
GOOD_FOR_DAYS = 90
# The sources that have a part in what a new lab's etcd holds. (The simulators have not: they
# start after the state is saved, on objects that are in the hash themselves.)
_MAKERS = (
    "lab/components.py",
    "lab/controlplane.py",
    "lab/definitions.py",
    "lab/objects.py",
    "lab/readiness.py",
    "lab/saved.py",
    "harvester_net/lab/certificates.py",
    "harvester_net/lab/users.py",
    "harvester_net/lab/manifests/*.*",
)


def restore(key: str, setup: Setup) -> bool:
    """Puts the saved state into the lab's directory; False if there is none."""
    archive = _archive(key)
    if not archive.exists() or _age_days(archive) > GOOD_FOR_DAYS:
        return False
    for part in KEPT:
        shutil.rmtree(setup.directory / part, ignore_errors=True)
    with tarfile.open(archive) as content:
        content.extractall(setup.directory, filter="data")
    return True


def save(key: str, setup: Setup) -> None:
    """Keeps the state of a lab whose etcd stands still, as a crash would leave it."""
    archive = _archive(key)
    partial = archive.with_name(f".{archive.name}.{os.getpid()}")
    # Mostly the zeros of etcd's preallocated log: the fastest level makes 64 MB less than 1.
    with tarfile.open(partial, "w:gz", compresslevel=1) as content:
        for part in KEPT:
            content.add(setup.directory / part, part)
    partial.rename(archive)
    _forget_old(archive.parent)


def key(setup: Setup, machines: list[dict[str, Any]]) -> str:
    """Of everything that decides what a new lab's state is; `machines` are its nodes."""
    digest = hashlib.sha256(json.dumps(machines).encode())
    for name, program in sorted(setup.programs.items()):
        status = program.stat()
        digest.update(f"{name} {program} {status.st_size} {status.st_mtime_ns}\n".encode())
    for file in _sources():
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _sources() -> list[Path]:
    project = Path(__file__).parent.parent
    return sorted(file for pattern in _MAKERS for file in project.glob(pattern))


def _archive(key: str) -> Path:
    return places.saved_states() / f"{key}.tar.gz"


def _forget_old(directory: Path) -> None:
    for archive in directory.glob("*.tar.gz"):
        if _age_days(archive) > GOOD_FOR_DAYS:
            archive.unlink(missing_ok=True)


def _age_days(path: Path) -> float:
    return (time.time() - path.stat().st_mtime) / 86400
