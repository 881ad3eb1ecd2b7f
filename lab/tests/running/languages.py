"""The classes in `sdk/` where programs of each language find them, and how they are built."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

from harvester_net.specs.about import about
from lab import sdk
from lab.binaries import BUILD_ENVIRONMENT, BUILD_FLAGS, TOOLS

SECONDS = 400
NPM = about()["language"]["nodejs"]["packageName"]
GO_MODULE = about()["language"]["go"]["importBasePath"].rpartition("/")[0]
_FLAGS = [flag for flag in BUILD_FLAGS if not flag.startswith("-mod=")]
GO_ENVIRONMENT = BUILD_ENVIRONMENT | {"GOFLAGS": shlex.join(["-mod=mod", *_FLAGS])}
"""Packages are compiled as for the lab's programs, and those of Go itself not again."""
_TYPESCRIPT = {
    "compilerOptions": {
        "strict": True,
        "target": "es2020",
        "module": "commonjs",
        "moduleResolution": "node",
    },
    "include": ["*.ts"],
}


def run(directory: Path, *command: str, **environment: str) -> str:
    """What a command prints; it fails with that and its errors."""
    ran = subprocess.run(
        command,
        cwd=directory,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert ran.returncode == 0, f"{' '.join(command)} failed:\n{ran.stdout}{ran.stderr}"
    return ran.stdout


def npm_package(directory: Path) -> Path:
    """The package for TypeScript, compiled and as published: programs in folders of it find
    it by its name.
    """
    ignored = shutil.ignore_patterns("node_modules", "bin")
    shutil.copytree(sdk.SDK / "nodejs", directory, ignore=ignored)
    run(directory, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent")
    run(directory, "npx", "tsc", "-p", ".")
    shutil.copy(directory / "package.json", directory / "bin")
    (directory / "node_modules" / NPM).parent.mkdir()
    (directory / "node_modules" / NPM).symlink_to(directory / "bin")
    return directory


def compile_typescript(programs: Path) -> None:
    """Compile all programs in a folder of the package, strictly, beside themselves."""
    (programs / "tsconfig.json").write_text(json.dumps(_TYPESCRIPT))
    run(programs, "npx", "tsc", "-p", ".")


def go_site(directory: Path) -> Path:
    """A Go module for programs that has the package for Go.

    It is the module of the lab's pulumi: the same version, and mostly built already.
    """
    shutil.copytree(sdk.SDK / "go", directory / "sdk")
    for name in ("go.mod", "go.sum"):
        shutil.copy(TOOLS / "pulumi" / name, directory)
    edits = [f"-replace={GO_MODULE}={directory / 'sdk'}", f"-require={GO_MODULE}@v0.0.0"]
    run(directory, "go", "mod", "edit", *edits, **GO_ENVIRONMENT)
    return directory
