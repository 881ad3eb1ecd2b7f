"""One session of pytest for all mutants: tests are collected once, and run in copies of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from .forked import HUNG, forked
from .mutants import Mutant
from .nearness import distance
from .switch import Switch

GIVE_UP = 600
"""Seconds for the tests of one mutant; one that makes them hang is noticed."""
ALL_TESTS = 3600
"""Seconds for all tests, without any mutant."""
_FAILED = 1
_SAID = {0: "ALIVE ", _FAILED: "killed", HUNG: "hung  "}
_FILES = 5
"""So many files of tests are run, the nearest, where modules must be loaded once more."""
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
    known: Path | None = None
    """Where it is kept which tests come by which mutant, and taken from if it is there."""
    survey: bool = False
    """Whether it is only looked for mutants that no test comes by."""
    alive: list[Mutant] = field(default_factory=list)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise pytest.UsageError("the tests cannot be collected")
        loaded = frozenset(self.switch.reached)
        reached = self._reached(session)
        if self.survey:
            told = zip(self.mutants, reached, strict=True)
            self.alive = [mutant for mutant, tests in told if not tests]
            return True
        works = (
            (number, self._work(session, number, reached[number], number in loaded))
            for number in range(len(self.mutants))
        )
        for number, code in forked(works, self.jobs, GIVE_UP):
            mutant, tests = self.mutants[number], len(reached[number])
            # Anything else is a fault of this tool, and nobody's merit.
            if code not in (_FAILED, HUNG):
                self.alive.append(mutant)
            print(f"{_SAID.get(code, 'broke ')} {mutant} ({tests} tests)", flush=True)
        self.alive.sort(key=self.mutants.index)
        return True

    def _reached(self, session: pytest.Session) -> list[list[pytest.Item]]:
        """By the number of a mutant, the tests that come by it: the nearest first, and of
        those the quickest.
        """
        if self.known is None or not self.known.exists():
            found = self._ask_all(session)
            if self.known is not None:
                self.known.write_text(json.dumps(found))
        else:
            found = json.loads(self.known.read_text())
        files: dict[str, list[float]] = {}
        for test, seconds in found["seconds"].items():
            files.setdefault(_file_of(test), []).append(seconds)
        pace = {file: sum(times) / len(times) for file, times in files.items()}

        def first(mutant: Mutant) -> Callable[[pytest.Item], tuple[float, ...]]:
            return lambda item: (
                distance(mutant.file, item.nodeid),
                pace.get(_file_of(item.nodeid), 0.0),
            )

        return [
            sorted((item for item in session.items if item.nodeid in by), key=first(mutant))
            for mutant in self.mutants
            for by in [set(found["reached"].get(mutant.id, ()))]
        ]

    def _ask_all(self, session: pytest.Session) -> dict[str, Any]:
        """Run all tests without any mutant; which come by each, and how long each takes."""
        print(f"Which of {len(session.items)} tests come by which mutant ...", flush=True)
        shards: list[list[pytest.Item]] = [[] for _ in range(self.jobs)]
        for number, items in enumerate(_by_file(session.items)):
            shards[number % self.jobs].extend(items)
        works = ((n, self._watch(session, n, shard)) for n, shard in enumerate(shards))
        reached: dict[str, list[str]] = {}
        seconds: dict[str, float] = {}
        for number, code in forked(works, self.jobs, ALL_TESTS):
            if code:
                said = (self.directory / f"{number}.log").read_text(errors="replace")
                raise pytest.UsageError(f"tests fail without any mutant:\n{said[-3000:]}")
            told = json.loads((self.directory / f"{number}.json").read_text())
            seconds |= told["seconds"]
            for mutant, tests in told["reached"].items():
                reached.setdefault(self.mutants[int(mutant)].id, []).extend(tests)
        return {"reached": reached, "seconds": seconds}

    def _watch(
        self, session: pytest.Session, number: int, items: Sequence[pytest.Item]
    ) -> Callable[[], int]:
        def work() -> int:
            log = self.directory / f"{number}.log"
            seconds: dict[str, float] = {}
            code = _run(session, items, log, self.switch, seconds)
            reached = {mutant: sorted(by) for mutant, by in self.switch.reached.items()}
            told = {"reached": reached, "seconds": seconds}
            (self.directory / f"{number}.json").write_text(json.dumps(told))
            return code

        return work

    def _work(
        self, session: pytest.Session, number: int, items: Sequence[pytest.Item], loaded: bool
    ) -> Callable[[], int]:
        def work() -> int:
            self.switch.active = number
            if _run(session, items, Path(os.devnull), self.switch, {}):
                return _FAILED
            # What was loaded or collected without the mutant is as it was without it.
            return self._load(number, session) if loaded else 0

        return work

    def _load(self, number: int, session: pytest.Session) -> int:
        nearest = sorted(
            {_file_of(item.nodeid) for item in session.items},
            key=lambda file: distance(self.mutants[number].file, file),
        )
        command = self.while_loading(number, nearest[:_FILES])
        done = subprocess.run(command, capture_output=True, check=False)
        return _FAILED if done.returncode else 0


def _file_of(test: str) -> str:
    return test.partition("::")[0]


def _by_file(items: Sequence[pytest.Item]) -> Iterator[list[pytest.Item]]:
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    yield from files.values()


def _run(
    session: pytest.Session,
    items: Sequence[pytest.Item],
    log: Path,
    switch: Switch,
    seconds: dict[str, float],
) -> int:
    """`_FAILED` as soon as one of them fails; notes the seconds that each takes."""
    capture = session.config.pluginmanager.getplugin("capturemanager")
    capture.stop_global_capturing()
    with log.open("w") as output:
        for descriptor in _STANDARD_OUTPUTS:
            os.dup2(output.fileno(), descriptor)
        # What is captured would be mixed with that of the other copies.
        capture.start_global_capturing()
        capture.suspend_global_capture()
        for number, item in enumerate(items):
            switch.test, began = item.nodeid, time.monotonic()
            following = items[number + 1] if number + 1 < len(items) else None
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            seconds[item.nodeid] = time.monotonic() - began
            if session.testsfailed:
                _tidy_up(session)
                return _FAILED
        switch.test = ""
    return 0


def _tidy_up(session: pytest.Session) -> None:
    """End what fixtures have started: the next test would."""
    with suppress(Exception):
        session._setupstate.teardown_exact(None)
    sys.stdout.flush()
