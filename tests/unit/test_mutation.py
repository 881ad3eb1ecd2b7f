"""The mutants of `make mutants`: what is changed, by whom it is seen, and what comes again."""

from __future__ import annotations

import builtins
import importlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..mutation.equivalent import SAME
from ..mutation.forked import HUNG, forked
from ..mutation.mutants import SWITCH, Mutant, mutants_of, sample, switched
from ..mutation.nearness import distance
from ..mutation.switch import Switch, install

PROJECT = Path(__file__).parents[2]
SOURCE = '''\
def pick(items: list[str]) -> str:
    """Ä text before, for columns are counted in bytes."""
    ä = [item for item in items if item]
    if len(ä) <= 1:
        raise ValueError("too few")
    return ä[0] if ä[0] != "x" else ä[1]
'''
EVERY = {
    "comparison turned: len(ä) < 1": (4, ["a"], "a"),
    "condition negated: len(ä) <= 1": (4, ["a", "b"], "ValueError"),
    "raise dropped": (5, ["a"], "a"),
    "condition negated: item": (3, ["a", "b"], "ValueError"),
    "comparison turned: ä[0] == 'x'": (6, ["a", "b"], "b"),
    "condition negated: ä[0] != 'x'": (6, ["a", "b"], "b"),
}


def picked(switch: Switch, items: list[str]) -> str:
    found: dict[str, object] = {SWITCH: switch}
    numbers = {place: place for place in range(len(EVERY))}
    exec(compile(switched(SOURCE, numbers), "pick.py", "exec"), found)
    pick = found["pick"]
    assert callable(pick)
    try:
        return str(pick(items))
    except (ValueError, IndexError) as error:
        return type(error).__name__


def test_every_place_has_its_mutants() -> None:
    found = {mutant.what: mutant.line for mutant in mutants_of("pick.py", SOURCE)}
    assert found == {what: line for what, (line, _, _) in EVERY.items()}


@pytest.mark.parametrize("what", EVERY)
def test_code_does_as_the_mutant_in_force_and_no_other(what: str) -> None:
    (mutant,) = [one for one in mutants_of("pick.py", SOURCE) if one.what == what]
    _, items, comes = EVERY[what]
    switch = Switch()
    before = picked(switch, items)
    switch.active = mutant.place
    assert picked(switch, items) == comes != before


def test_switch_notes_which_tests_come_by() -> None:
    switch = Switch()
    places = {mutant.what: mutant.place for mutant in mutants_of("pick.py", SOURCE)}
    for switch.test in ("of_one", "of_two"):
        picked(switch, ["a"] if switch.test == "of_one" else ["a", "b"])
    assert switch.reached[places["condition negated: item"]] == {"of_one", "of_two"}
    assert switch.reached[places["raise dropped"]] == {"of_one"}


def test_modules_are_loaded_with_their_mutants(monkeypatch: pytest.MonkeyPatch) -> None:
    file = "harvester_net/specs/limits.py"
    mutants = mutants_of(file, (PROJECT / file).read_text())
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(builtins, SWITCH, None, raising=False)
    monkeypatch.delitem(sys.modules, "harvester_net.specs.limits", raising=False)
    install(PROJECT, [*mutants, Mutant("harvester_net/other.py", 0, 1, "elsewhere")])
    loaded = importlib.import_module("harvester_net.specs.limits")
    assert type(loaded.__loader__).__name__ == "_Loader"


def test_sample_is_the_same_again() -> None:
    sources = {"a.py": SOURCE, "b.py": SOURCE}
    assert sample(sources, 4, seed=1) == sample(sources, 4, seed=1)
    assert sample(sources, 4, seed=1) != sample(sources, 4, seed=2)
    assert len(sample(sources, 100, seed=1)) == 12


@pytest.mark.parametrize(
    ("nearer", "farther"),
    [
        ("tests/unit/rules/test_nics.py::a", "tests/unit/rules/test_vlans.py::a"),
        ("tests/unit/rules/test_nics.py::a", "tests/unit/rules/test_nics_more.py::a"),
        ("tests/unit/rules/test_vlans.py::a", "tests/unit/kinds/test_owned.py::a"),
    ],
)
def test_tests_of_a_module_are_nearest_to_it(nearer: str, farther: str) -> None:
    module = "harvester_net/rules/nics.py"
    assert distance(module, nearer) < distance(module, farther)


def hang() -> int:
    time.sleep(60)
    return 0


def break_off() -> int:
    raise KeyboardInterrupt


def test_work_in_copies_of_the_process_tells_how_it_ended() -> None:
    works = [("good", lambda: 0), ("bad", lambda: 1), ("broken", break_off)]
    here = os.getpid()
    ended = dict(forked(works, 2, seconds=60.0))
    assert ended == {"good": 0, "bad": 1, "broken": 255}
    assert os.getpid() == here


def test_work_that_does_not_end_is_ended() -> None:
    assert list(forked([("hung", hang)], 1, seconds=0.2)) == [("hung", HUNG)]


def test_mutants_that_mean_the_same_are_still_in_the_code() -> None:
    """A list that nobody looks at would hide others some day."""
    for file, what, line in SAME:
        source = (PROJECT / file).read_text()
        lines = source.splitlines()
        found = [
            mutant
            for mutant in mutants_of(file, source)
            if mutant.what == what and lines[mutant.line - 1].strip() == line
        ]
        assert len(found) == 1, (file, what, line)


def test_hunt_tells_whom_tests_kill_and_who_lives() -> None:
    """Values within the limits come by both conditions, and by no raise."""
    lines = (PROJECT / "harvester_net/specs/limits.py").read_text().splitlines()
    raises = [
        number
        for number, line in enumerate(lines, 1)
        if "raise" in line and ("is out of range" in line or "is not a VLAN ID" in line)
    ]
    assert len(raises) == 2
    about = "|".join(str(number) for at in raises for number in (at - 1, at))
    tests = "tests/unit/specs/test_limits.py::test_value_within_the_limit_passes_unchanged"
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "tests.mutation", "--count", "100000", "--jobs", "2"),
            *("--only", rf"specs/limits\.py:({about}):", tests),
        ],
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    _, _, told = ran.stdout.partition("\n3 of 5 mutants killed; not so are:\n")
    assert told.splitlines() == [
        f"  harvester_net/specs/limits.py:{number}: raise dropped" for number in raises
    ], ran.stdout
