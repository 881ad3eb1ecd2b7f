"""Where things are: the project, the tools that build, and an environment of the plugin alone.

`build/runtime` is what the standalone plugin and the bill of materials are made of, so it has
the locked dependencies of the wheel, the wheel, and not even pip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).parent.parent
BUILD = PROJECT / "build"
LOCK = PROJECT / "requirements" / "runtime.txt"
MOMENT = "1580601600"
"""The time of all files, in seconds since 1970, as the builder of the wheel has it."""


class Missing(Exception):
    """This machine lacks what a part is made with; says what."""


def run(*command: str | Path, directory: Path = PROJECT, **environ: str) -> None:
    """Run a tool, whose words are shown; raises CalledProcessError if it fails."""
    subprocess.run(
        list(map(str, command)),
        cwd=directory,
        env=os.environ | {"SOURCE_DATE_EPOCH": MOMENT, "PYTHONHASHSEED": "0"} | environ,
        check=True,
        stdin=subprocess.DEVNULL,
    )


def tool(name: str) -> str:
    """A program that is on PATH; raises Missing if it isn't."""
    found = shutil.which(name)
    if found is None:
        raise Missing(f"{name} is not on PATH")
    return found


@cache
def runtime(wheel: Path) -> Path:
    """A new environment with this wheel and what it needs; the path of its Python."""
    directory = BUILD / "runtime"
    shutil.rmtree(directory, ignore_errors=True)
    run(sys.executable, "-m", "venv", "--without-pip", directory)
    python = directory / "bin" / "python"
    # Nobody runs what is installed there, so nothing is compiled.
    pip = (
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        "--no-compile",
    )
    run(*pip, "--require-hashes", "--requirement", LOCK)
    run(*pip, "--no-deps", wheel)
    return python


def made_wheel(directory: Path) -> Path:
    """The wheel among the files of a release."""
    (wheel,) = directory.glob("*.whl")
    return wheel
