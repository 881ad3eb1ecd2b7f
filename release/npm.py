"""The package for TypeScript and JavaScript, as `npm publish` takes it."""

from __future__ import annotations

import shutil
from pathlib import Path

from .environment import BUILD, PROJECT, run, tool

SDK = PROJECT / "sdk" / "nodejs"


def make(directory: Path) -> list[Path]:
    """Compile `sdk/nodejs` and pack it; raises Missing without npm."""
    npm, npx = tool("npm"), tool("npx")
    work = BUILD / "npm"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(SDK, work, ignore=shutil.ignore_patterns("node_modules", "bin"))
    quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--silent")
    run(npm, "install", *quiet, directory=work)
    run(npx, "tsc", "-p", ".", directory=work)
    # The package is what is compiled, with what describes it: its modules ask for that.
    for file in ("package.json", "README.md"):
        shutil.copy(work / file, work / "bin")
    shutil.copy(PROJECT / "LICENSE", work / "bin")
    before = set(directory.iterdir())
    run(npm, "pack", "--silent", "--pack-destination", directory, directory=work / "bin")
    return sorted(set(directory.iterdir()) - before)
