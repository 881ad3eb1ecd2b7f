"""Make the files of a release: `python -m release [--directory dist] [PART ...]`."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from . import bill, distributions, npm, plugin, source
from .checksums import write_checksums
from .environment import Missing

PARTS: dict[str, Callable[[Path], list[Path]]] = {
    "python": distributions.make,
    "source": source.make,
    "plugin": plugin.make,
    "bill": bill.make,
    "npm": npm.make,
}
"""In the order in which they are made: `plugin` and `bill` are about what `python` made."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m release", description=__doc__)
    parser.add_argument("--directory", type=Path, default=Path("dist"))
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - set(PARTS):
        parser.error(f"{', '.join(sorted(unknown))}: not one of {', '.join(PARTS)}")
    try:
        make(arguments.directory.resolve(), arguments.parts or list(PARTS))
    except subprocess.CalledProcessError as error:
        print(f"failed: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        return 1
    return 0


def make(directory: Path, parts: list[str]) -> None:
    """Make these parts in a directory that is empty but for them, and their checksums.

    A part whose tool this machine lacks is left out, which is said; raises
    CalledProcessError if a tool fails, after its own words.
    """
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    made: list[Path] = []
    for part in PARTS:
        # What the others are made of is made with them.
        if part in parts or part == "python":
            made += _one(part, directory)
    for file in [*made, write_checksums(directory)]:
        print(f"{file.stat().st_size:>12,}  {file.name}")


def _one(part: str, directory: Path) -> list[Path]:
    print(f"{part} ...", flush=True)
    began = time.monotonic()
    try:
        files = PARTS[part](directory)
    except Missing as what:
        print(f"{part}: left out, {what}")
        return []
    print(f"{part}: {time.monotonic() - began:.0f} s")
    return files


if __name__ == "__main__":
    sys.exit(main())
