"""The classes in `sdk/`: up to date, compiled, and the examples of the schema with them.

Needs Go, as all of these tests do, and npm where it is.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from harvester_net.lab.errors import LabError
from harvester_net.specs.documentation import EXAMPLES, example
from lab import sdk
from tests.language_examples import (
    CALLED,
    RESOURCES,
    Made,
    filled_in,
    long_token,
    of_yaml,
    resources_of_yaml,
)

from .languages import GO_ENVIRONMENT, GO_MODULE, compile_typescript, go_site, run

HERE = Path(__file__).parent
ADOPTED = [*(HERE.parents[2] / "tests/unit/adopt/programs").iterdir()]
"""Programs as `harvester-net adopt` writes them."""
EVERY = [*RESOURCES, *CALLED]
ONLY_OUTPUTS = {
    "BondOptions",
    "Disruption",
    "HostDevice",
    "LinkAttributes",
    "Nic",
    "NodeDevices",
    "NodeRequirement",
    "NodeSelector",
    "Route",
    "Uplink",
    "VerifyOnNodes",
    "VlanRange",
    "VmInterface",
    "VmNicInterface",
    "VmNicMultus",
    "VmNicNetwork",
}
ONLY_PYTHON = {"VmNic", "cloud_init_data", "network_data", "vm_ignore_changes"}
"""Helpers that are no part of the schema."""


def contents(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


def assert_shown(lines: str) -> None:
    """Each line has what an example makes, which is what the one in YAML does."""
    for name, line in zip(EVERY, lines.splitlines(), strict=True):
        assert _in_any_order(_shown(json.loads(line))) == _in_any_order(_expected(name)), name


def _shown(registered: list[tuple[str, str, dict[str, Any]]]) -> Made:
    if all(name for _, name, _ in registered):
        return filled_in({name: (token, inputs) for token, name, inputs in registered})
    return [(token, arguments) for token, _, arguments in registered]


def _in_any_order(made: Made) -> Made:
    # TypeScript registers what waits for nothing first.
    return sorted(made, key=lambda each: (each[0], str(each[1].get("name"))))


def _expected(name: str) -> Made:
    if name in RESOURCES:
        return resources_of_yaml(name)
    (variable,) = of_yaml(name)["variables"].values()
    call = variable["fn::invoke"]
    return [(long_token(call["function"]), call["arguments"])]


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


def test_a_schema_with_a_dead_reference_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = sdk.SCHEMA.read_text().replace("/properties/minID %}}", "/properties/minIDs %}}")
    monkeypatch.setattr(sdk, "SCHEMA", tmp_path / "schema.json")
    sdk.SCHEMA.write_text(broken)
    with pytest.raises(LabError, match=r"sdkgen refuses schema.json: .*minIDs"):
        sdk.generate(tmp_path / "made")


def test_go_compiles_with_its_examples(tmp_path: Path) -> None:
    site = go_site(tmp_path / "site")
    for program in EXAMPLES.glob("*.go"):
        (site / program.stem).mkdir()
        shutil.copy(program, site / program.stem / "main.go")
    for adopted in ADOPTED:
        (site / adopted.name).mkdir()
        shutil.copy(adopted / "go.txt", site / adopted.name / "main.go")
    run(site, "go", "vet", "./...", f"{GO_MODULE}/...", **GO_ENVIRONMENT)


def test_typescript_compiles_and_its_examples_show_what_those_in_yaml_show(
    typescript: Path,
) -> None:
    examples = typescript / "examples"
    examples.mkdir()
    for program in (*EXAMPLES.glob("*.ts"), HERE / "registered.js"):
        shutil.copy(program, examples)
    for adopted in ADOPTED:
        shutil.copy(adopted / "typescript.txt", examples / f"adopted-{adopted.name}.ts")
    compile_typescript(examples)

    programs = [f"./{example(name, 'typescript').stem}.js" for name in EVERY]
    assert_shown(run(examples, "node", "registered.js", *programs))


def test_python_installs_and_examples_of_the_front_run_with_it(fresh: Path) -> None:
    target = fresh / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    run(fresh, *pip, "--target", str(target), str(fresh / "python"))
    # Before the front, which this environment has too.
    names = _names(fresh, PYTHONPATH=str(target))
    # Outputs are in a module of their own there.
    assert _names(sdk.PROJECT) - ONLY_OUTPUTS - ONLY_PYTHON - names == set()
    programs = [str(example(name, "python")) for name in EVERY]
    shutil.copy(HERE / "registered.py", fresh)
    command = [sys.executable, "registered.py", *programs]
    assert_shown(run(fresh, *command, PYTHONPATH=str(target)))


def _names(directory: Path, **environment: str) -> set[str]:
    code = "import harvester_net; print(*dir(harvester_net))"
    return set(run(directory, sys.executable, "-c", code, **environment).split())
