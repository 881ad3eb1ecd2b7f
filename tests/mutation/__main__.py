"""`python -m tests.mutation`: a sample of mutants, and which of them the fast tests kill."""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from .equivalent import reason
from .hunt import Hunt
from .mutants import sample
from .switch import install

PROJECT = Path(__file__).parents[2]
PACKAGES = ("rules", "change", "kinds", "verify", "cluster", "specs")
TESTS = ("tests/unit",)
COUNT, SEED = 100, 20261128
_QUIET = ("-q", "--no-header", "--no-summary", "-p", "no:cacheprovider")


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    sources = {
        str(path.relative_to(PROJECT)): path.read_text()
        for package in PACKAGES
        for path in (PROJECT / "harvester_net" / package).rglob("*.py")
    }
    chosen = sample(sources, options.count, options.seed)
    wanted = [mutant for mutant in chosen if re.search(options.only, str(mutant))]
    os.chdir(PROJECT)
    switch = install(PROJECT, wanted)
    if options.loaded_with is not None:
        switch.active = options.loaded_with
        return int(pytest.main([*_QUIET, "-x", *options.tests]))

    def while_loading(number: int, tests: Sequence[str]) -> list[str]:
        """The same mutants, so that they have the same numbers."""
        same = ["--count", str(options.count), "--seed", str(options.seed)]
        loaded = ["--only", options.only, "--loaded-with", str(number)]
        return [sys.executable, "-m", "tests.mutation", *same, *loaded, *tests]

    with tempfile.TemporaryDirectory(prefix="mutants-") as directory:
        hunt = Hunt(
            wanted,
            switch,
            Path(directory),
            options.jobs,
            while_loading,
            options.reached and options.reached.resolve(),
            options.survey,
        )
        code = pytest.main([*_QUIET, *options.tests], plugins=[hunt])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return int(code)
    done = "come by" if options.survey else "killed"
    print(f"\n{len(wanted) - len(hunt.alive)} of {len(wanted)} mutants {done}; not so are:")
    for mutant in hunt.alive:
        why = reason(mutant, sources[mutant.file])
        print(f"  {mutant}" + (f" (means the same: {why})" if why else ""))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("tests", nargs="*", default=TESTS, help="which tests; all unit tests")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="side by side")
    parser.add_argument("--only", default="", help="mutants with this in their name (regex)")
    parser.add_argument("--reached", type=Path, help="a file that keeps what tests come by")
    parser.add_argument(
        "--survey", action="store_true", help="only list what no test comes by at all"
    )
    parser.add_argument("--loaded-with", type=int, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
