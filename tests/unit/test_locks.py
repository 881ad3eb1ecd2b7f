"""What developers and CI install: pinned with hashes, as pyproject.toml allows it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNS = [
    *PROJECT["project"]["dependencies"],
    *PROJECT["project"]["optional-dependencies"]["lab"],
]
LOCKS = {
    "lab": RUNS,
    "dev": [*RUNS, *PROJECT["dependency-groups"]["dev"]],
    "runtime": PROJECT["project"]["dependencies"],
    "dist": PROJECT["dependency-groups"]["dist"],
}


def pinned(lock: str) -> dict[str, tuple[str, str]]:
    """Version and hashes of each distribution in a lock."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    found = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)([^#]*?)(?=^\S|^ +#|\Z)", text, re.M | re.S)
    return {canonicalize_name(name): (version, rest) for name, version, rest in found}


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_have_what_the_project_asks_for(lock: str) -> None:
    known = pinned(lock)
    wrong = [
        str(wanted)
        for wanted in map(Requirement, LOCKS[lock])
        if (found := known.get(canonicalize_name(wanted.name))) is None
        or found[0] not in wanted.specifier
    ]
    assert wrong == [], "make lock"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_its_hashes(lock: str) -> None:
    known = pinned(lock)
    assert len(known) > 20
    assert [name for name, (_, rest) in known.items() if "--hash=sha256:" not in rest] == []


def test_locks_have_the_same_versions() -> None:
    run, dev, runtime, dist = (pinned(lock) for lock in ("lab", "dev", "runtime", "dist"))
    assert {name: dev.get(name) for name in run} == run
    # The standalone plugin is made of what the tests ran with.
    assert {name: run.get(name) for name in runtime} == runtime
    both = run.keys() & dist.keys()
    assert {name: dist[name][0] for name in both} == {name: run[name][0] for name in both}


def test_dependencies_have_upper_bounds() -> None:
    unbounded = [
        str(wanted)
        for wanted in map(Requirement, RUNS)
        if not any(each.operator in ("<", "<=", "==", "~=") for each in wanted.specifier)
    ]
    assert unbounded == []
