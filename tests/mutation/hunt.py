"""One session of pytest for all mutants: tests are collected once, and run in copies of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .forked import forked
from .mutants import Mutant
from .nearness import distance
from .switch import Switch

GIVE_UP = 600
"""Seconds for the tests of one mutant; one that makes them hang is noticed."""
ALL_TESTS = 3600
"""Seconds for all tests, without any mutant."""
_FAILED = 1
_STANDARD_OUTPUTS = (1, 2)


@dataclass
class Hunt:
    """A plugin of pytest."""

    mutants: Sequence[Mutant]
    switch: Switch
    directory: Path
    jobs: int
    while_loading: Callable[[int, Sequence[str]], Sequence[str]]
    """The command that runs tests with the mutant of a number in force from the start."""
    alive: list[Mutant] = field(default_factory=list)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise pytest.UsageError("the tests cannot be collected")
        loaded = frozenset(self.switch.reached)
        reached = self._reached(session)
        works = (
            (number, self._work(session, number, reached[number], number in loaded))
            for number in range(len(self.mutants))
        )
        lives = {}
        for number, code in forked(works, self.jobs, GIVE_UP):
            lives[number] = code == 0
            tests = len(reached[number])
            said = "ALIVE " if lives[number] else "killed"
            print(f"{said} {self.mutants[number]} ({tests} tests)", flush=True)
        self.alive = [self.mutants[number] for number in sorted(lives) if lives[number]]
        return True

    def _reached(self, session: pytest.Session) -> list[list[pytest.Item]]:
        """By the number of a mutant, the tests that come by it, the nearest first."""
        print(f"Which of {len(session.items)} tests come by which mutant ...", flush=True)
        shards: list[list[pytest.Item]] = [[] for _ in range(self.jobs)]
        for number, items in enumerate(_by_file(session.items)):
            shards[number % self.jobs].extend(items)
        works = ((n, self._watch(session, n, shard)) for n, shard in enumerate(shards))
        found: dict[int, set[str]] = {}
        for number, code in forked(works, self.jobs, ALL_TESTS):
            if code:
                said = (self.directory / f"{number}.log").read_text(errors="replace")
                raise pytest.UsageError(f"tests fail without any mutant:\n{said[-3000:]}")
            reached = json.loads((self.directory / f"{number}.json").read_text())
            for mutant, tests in reached.items():
                found.setdefault(int(mutant), set()).update(tests)
        return [
            sorted(
                (item for item in session.items if item.nodeid in found.get(number, ())),
                key=lambda item, file=mutant.file: distance(file, item.nodeid),  # type: ignore[misc]
            )
            for number, mutant in enumerate(self.mutants)
        ]

    def _watch(
        self, session: pytest.Session, number: int, items: Sequence[pytest.Item]
    ) -> Callable[[], int]:
        def work() -> int:
            log = self.directory / f"{number}.log"
            code = _run(session, items, log, self.switch)
            told = {mutant: sorted(tests) for mutant, tests in self.switch.reached.items()}
            (self.directory / f"{number}.json").write_text(json.dumps(told))
            return code

        return work

    def _work(
        self, session: pytest.Session, number: int, items: Sequence[pytest.Item], loaded: bool
    ) -> Callable[[], int]:
        def work() -> int:
            self.switch.active = number
            if _run(session, items, Path(os.devnull), self.switch):
                return _FAILED
            # What was loaded or collected without the mutant is as it was without it.
            return self._load(number, session) if loaded else 0

        return work

    def _load(self, number: int, session: pytest.Session) -> int:
        nearest = sorted(
            {item.nodeid.partition("::")[0] for item in session.items},
            key=lambda file: distance(self.mutants[number].file, file),
        )
        command = self.while_loading(number, nearest[:_FILES])
        done = subprocess.run(command, capture_output=True, timeout=GIVE_UP, check=False)
        return _FAILED if done.returncode else 0


_FILES = 5
"""So many files of tests are run, the nearest, where modules must be loaded once more."""


def _by_file(items: Sequence[pytest.Item]) -> Iterator[list[pytest.Item]]:
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    yield from files.values()


def _run(
    session: pytest.Session, items: Sequence[pytest.Item], log: Path, switch: Switch
) -> int:
    """1 as soon as one of them fails."""
    capture = session.config.pluginmanager.getplugin("capturemanager")
    capture.stop_global_capturing()
    with log.open("w") as output:
        for descriptor in _STANDARD_OUTPUTS:
            os.dup2(output.fileno(), descriptor)
        # What is captured would be mixed with that of the other copies.
        capture.start_global_capturing()
        capture.suspend_global_capture()
        for number, item in enumerate(items):
            switch.test = item.nodeid
            following = items[number + 1] if number + 1 < len(items) else None
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                break
        switch.test = ""
        session._setupstate.teardown_exact(None)
        sys.stdout.flush()
    return int(bool(session.testsfailed))
