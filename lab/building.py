"""Builds the programs that the machine lacks, once, into the user's cache.

Slow the first time (17 minutes on two cores), so it shows what it is at, and why. A program
appears in the cache complete or not at all, and two processes never build at once.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from rich.console import Console

from harvester_net.lab import places
from harvester_net.lab.errors import LabError
from lab import binaries
from lab.binaries import (
    BUILD_ENVIRONMENT,
    BUILD_FLAGS,
    Binary,
    binary,
    built_path,
    ldflags,
    locate,
)

ERROR_LINES = 15


def ensure(names: Iterable[str], console: Console | None = None) -> dict[str, Path]:
    """The path of each program, built first where needed. Raises LabError if that fails."""
    console = console or Console(stderr=True)
    wanted = [binary(name) for name in names]
    paths = {each.name: locate(each) for each in wanted}
    if None in paths.values():
        lock = places.built_binaries() / "lock"
        with locked(lock, console, "building the lab's programs"):
            _build_missing([each for each in wanted if locate(each) is None], console)
        paths = {each.name: locate(each) for each in wanted}
    return {name: path for name, path in paths.items() if path is not None}


@contextmanager
def locked(path: Path, console: Console, doing: str) -> Iterator[None]:
    """Holds the right to do it; waits, and says so, while another process has it."""
    with open(path, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.print(f"Waiting: another process is {doing}.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def go_command() -> str:
    """Go's version, after checking that it can build every module of the lab."""
    try:
        answer = _go(["env", "GOVERSION"], _most_demanding().parent)
    except FileNotFoundError:
        raise LabError(
            "The lab's programs have to be built once, and that needs Go, which is not on"
            f" PATH. Install Go {needed_go()} or newer (https://go.dev/dl) and try again."
        ) from None
    if answer.returncode != 0:
        raise LabError(
            f"The lab's programs have to be built once, and that needs Go {needed_go()} or"
            f" newer. Go says: {answer.stderr.strip()}"
        )
    return answer.stdout.strip()


def needed_go() -> str:
    """The oldest Go that builds every module of the lab."""
    return _go_of(_most_demanding())


def module_directory(module: str, package: str) -> Path:
    """Where the source of `package` lies, a dependency of `lab/tools/<module>`."""
    folder = binaries.TOOLS / module
    _checked(_go(["mod", "download", package], folder), f"download {package}")
    listed = _go(["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", package], folder)
    return Path(_checked(listed, f"find {package}").strip())


def _most_demanding() -> Path:
    """The go.mod that asks for the newest Go."""
    files = binaries.TOOLS.glob("*/go.mod")
    return max(files, key=lambda file: [int(part) for part in _go_of(file).split(".")])


def _go_of(file: Path) -> str:
    lines = file.read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith("go "))


def _build_missing(missing: list[Binary], console: Console) -> None:
    if not missing:
        return
    minutes = max(1, round(sum(each.cold_seconds for each in missing) / 60))
    console.print(
        f"Building {len(missing)} of the lab's programs with {go_command()}: about {minutes}"
        f" min on two idle cores, only this once, kept in {places.built_binaries()}.",
        soft_wrap=True,
        highlight=False,
    )
    for number, each in enumerate(missing, 1):
        _build(each, f"[{number}/{len(missing)}]", console)


def _build(wanted: Binary, count: str, console: Console) -> None:
    what = f"{count} {wanted.name} {wanted.version}: {wanted.why}"
    started = time.monotonic()
    with _shown(f"{what} (about {_duration(wanted.cold_seconds)})", console):
        _compile(wanted)
    took = _duration(time.monotonic() - started)
    console.print(f"{what}, built in {took}", highlight=False, markup=False, soft_wrap=True)


def _compile(wanted: Binary) -> None:
    target = built_path(wanted)
    places.private(target.parent)
    # Built under another name and then renamed: whoever sees the program sees all of it.
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    command = ["build", *BUILD_FLAGS, "-ldflags", ldflags(wanted), "-o", str(partial)]
    try:
        built = _go([*command, wanted.package], binaries.TOOLS / wanted.module)
        _checked(built, f"build {wanted.name}")
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)


def _go(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | BUILD_ENVIRONMENT
    return subprocess.run(
        ["go", *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )


def _checked(answer: subprocess.CompletedProcess[str], what: str) -> str:
    if answer.returncode == 0:
        return answer.stdout
    last_lines = "\n".join(answer.stderr.strip().splitlines()[-ERROR_LINES:])
    raise LabError(
        f"Go could not {what}. Its last lines:\n{last_lines}\n"
        "Modules come through GOPROXY, which must be reachable the first time."
    )


def _shown(what: str, console: Console) -> AbstractContextManager[object]:
    """A moving line on a terminal; in a log, a plain line at the start is enough."""
    if console.is_terminal:
        return console.status(what)
    console.print(f"{what} ...", highlight=False, markup=False, soft_wrap=True)
    return nullcontext()


def _duration(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} s" if whole < 90 else f"{whole // 60} min {whole % 60:02} s"
