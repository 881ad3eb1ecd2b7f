"""`python -m tests.mutation`: a sample of mutants, and which of them the fast tests kill."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import coverage

from .mutants import Mutant, sample

PROJECT = Path(__file__).parents[2]
PACKAGES = ("rules", "change", "kinds", "verify", "cluster", "specs")
COPIED = ("harvester_net", "tests", "lab", "examples", "docs", "bench", "sdk")
FILES = ("pyproject.toml", "conftest.py", "README.md", "Makefile", "CHANGELOG.md")
TESTS = ("tests/unit", "tests/plugin")
COUNT, SEED = 100, 20261128
GIVE_UP = 600
"""Seconds for the tests of one mutant; one that makes them hang is noticed."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", default="", help="mutants whose place starts so")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="mutants-") as directory:
        return _hunt(Path(directory), options)


def _hunt(directory: Path, options: argparse.Namespace) -> int:
    sources = {
        str(path.relative_to(PROJECT)): path.read_text()
        for package in PACKAGES
        for path in (PROJECT / "harvester_net" / package).rglob("*.py")
    }
    chosen = sample(sources, options.count, options.seed)
    wanted = [mutant for mutant in chosen if str(mutant).startswith(options.only)]
    tests = _tests_by_line(directory / "measured")
    with ThreadPoolExecutor(options.jobs) as pool:
        lives = list(
            pool.map(
                lambda numbered: _told(directory, numbered, sources, tests), enumerate(wanted)
            )
        )
    alive = [mutant for mutant, lives_on in zip(wanted, lives, strict=True) if lives_on]
    print(f"\n{len(wanted) - len(alive)} of {len(wanted)} mutants killed; alive are:")
    for mutant in alive:
        print(f"  {mutant}")
    return 0


def _told(
    directory: Path,
    numbered: tuple[int, Mutant],
    sources: dict[str, str],
    tests: dict[str, dict[int, list[str]]],
) -> bool:
    """Whether the mutant lives; said at once, for a hunt takes long."""
    number, mutant = numbered
    through = tests.get(mutant.file, {}).get(mutant.line, [])
    lives = not through or _survives(directory / str(number), mutant, sources, through)
    print(f"{'ALIVE ' if lives else 'killed'} {mutant} ({len(through)} tests)", flush=True)
    return lives


def _survives(copy: Path, mutant: Mutant, sources: dict[str, str], tests: list[str]) -> bool:
    _copied(copy)
    (copy / mutant.file).write_text(mutant.applied(sources[mutant.file]))
    chosen = copy / "chosen"
    chosen.write_text("\n".join(tests))
    try:
        code = _pytest(copy, "-x", "-q", f"@{chosen}").returncode
    except subprocess.TimeoutExpired:
        return False
    finally:
        shutil.rmtree(copy)
    return code == 0


def _tests_by_line(copy: Path) -> dict[str, dict[int, list[str]]]:
    """The tests that run through each line, by file; parametrized ones each by itself."""
    _copied(copy)
    data = copy / ".coverage"
    measured = _pytest(
        copy,
        "-q",
        "-n",
        str(os.cpu_count()),
        "--dist=loadfile",
        "--cov=harvester_net",
        "--cov-context=test",
        "--cov-report=",
        *TESTS,
        seconds=3600,
    )
    if measured.returncode:
        sys.exit(f"the tests fail without any mutant:\n{measured.stdout[-3000:]}")
    found = coverage.CoverageData(str(data))
    found.read()
    return {
        str(Path(file).relative_to(copy)): {
            line: sorted({context.partition("|")[0] for context in contexts} - {""})
            for line, contexts in found.contexts_by_lineno(file).items()
        }
        for file in found.measured_files()
    }


def _copied(copy: Path) -> None:
    copy.mkdir()
    for name in COPIED:
        shutil.copytree(
            PROJECT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in FILES:
        shutil.copy(PROJECT / name, copy / name)


def _pytest(
    directory: Path, *arguments: str, seconds: float = GIVE_UP
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=directory,
        env=os.environ | {"PYTHONPATH": str(directory)},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


if __name__ == "__main__":
    sys.exit(main())
