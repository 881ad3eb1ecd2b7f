"""The classes in `sdk/`: up to date, compiled, and the examples of the schema with them.

Needs Go, as all of these tests do, and npm where it is.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harvester_net.specs.about import about
from harvester_net.specs.documentation import EXAMPLES
from lab import sdk
from lab.binaries import BUILD_ENVIRONMENT, TOOLS

SECONDS = 400
GO_MODULE = about()["language"]["go"]["importBasePath"].rpartition("/")[0]
TYPESCRIPT = {
    "compilerOptions": {
        "strict": True,
        "target": "es2020",
        "module": "commonjs",
        "moduleResolution": "node",
        "noEmit": True,
        "paths": {about()["language"]["nodejs"]["packageName"]: ["../index"]},
        "baseUrl": ".",
    },
    "include": ["*.ts"],
}


def run(directory: Path, *command: str, **environment: str) -> str:
    """What a command says; it fails with all of that."""
    ran = subprocess.run(
        command,
        cwd=directory,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
    )
    assert ran.returncode == 0, f"{' '.join(command)} failed:\n{ran.stdout}"
    return ran.stdout


def contents(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A copy of `sdk/`: only what is checked in, and a place to build in."""
    for language in sdk.LANGUAGES:
        ignored = shutil.ignore_patterns("node_modules", "bin", "__pycache__", "*.egg-info")
        shutil.copytree(sdk.SDK / language, tmp_path / language, ignore=ignored)
    return tmp_path


def test_what_is_checked_in_is_what_is_generated(fresh: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    sdk.generate(made)
    for language in sdk.LANGUAGES:
        assert contents(fresh / language) == contents(made / language), "run: make sdk"


def test_go_compiles_with_its_examples(fresh: Path) -> None:
    # In the module of the lab's pulumi: the same version, and mostly built already.
    site = fresh / "site"
    site.mkdir()
    for name in ("go.mod", "go.sum"):
        shutil.copy(TOOLS / "pulumi" / name, site)
    for example in EXAMPLES.glob("*.go"):
        (site / example.stem).mkdir()
        shutil.copy(example, site / example.stem / "main.go")
    environment = BUILD_ENVIRONMENT | {"GOFLAGS": "-mod=mod -trimpath -buildvcs=false"}
    edits = [f"-replace={GO_MODULE}={fresh / 'go'}", f"-require={GO_MODULE}@v0.0.0"]
    run(site, "go", "mod", "edit", *edits, **environment)
    run(site, "go", "vet", "./...", f"{GO_MODULE}/...", **environment)


@pytest.mark.skipif(shutil.which("npm") is None, reason="needs node and npm")
def test_typescript_compiles_with_its_examples(fresh: Path) -> None:
    package = fresh / "nodejs"
    run(package, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent")
    run(package, "npx", "tsc", "-p", ".")
    assert (package / "bin" / "index.js").exists()
    shutil.copytree(EXAMPLES, package / "examples")
    (package / "examples" / "tsconfig.json").write_text(json.dumps(TYPESCRIPT))
    run(package, "npx", "tsc", "-p", "examples")


def test_python_installs_and_has_the_names_of_the_front(fresh: Path) -> None:
    target = fresh / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    run(fresh, *pip, "--target", str(target), str(fresh / "python"))
    # Before the front, which this environment has too.
    listed = run(
        fresh,
        sys.executable,
        "-c",
        "import harvester_net; print(harvester_net.__file__, *dir(harvester_net))",
        PYTHONPATH=str(target),
    )
    place, *names = listed.split()
    assert Path(place).is_relative_to(target)
    front = run(sdk.PROJECT, sys.executable, "-c", "import harvester_net as h; print(*dir(h))")
    # What the generator puts elsewhere: outputs are in a module of their own.
    only_outputs = {"BondOptions", "Disruption", "LinkAttributes", "NodeDevices", "Nic"}
    only_outputs |= {"Route", "Uplink", "VerifyOnNodes", "VlanRange"}
    assert set(front.split()) - only_outputs <= set(names)
