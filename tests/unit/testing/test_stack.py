"""`Stack`: which commands of Pulumi it runs, where, and what it makes of their ends."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from harvester_net.lab import LabError
from harvester_net.lab.handle import Lab
from harvester_net.lab.status import Status
from harvester_net.testing import PulumiFailed, Ran, Stack

PULUMI = """#!/bin/sh
echo "$PWD|$KUBECONFIG|$PULUMI_BACKEND_URL|$*" >> "$CALLS"
. "$CALLS.script"
"""
SUMMARY = """\
 ~  harvester-net:index:VmNetwork web update [diff: ~mtu]
Resources:
    + 5 to create
    ~ 1 to update
    - 2 to delete
    +-3 to replace
    4 unchanged

"""


class Pulumi:
    """A command of that name which remembers how it was called."""

    def __init__(self, directory: Path) -> None:
        self._calls = directory / "calls"
        self.does("true")
        program = directory / "pulumi"
        program.write_text(PULUMI)
        program.chmod(0o755)

    def does(self, script: str) -> None:
        self._calls.with_name("calls.script").write_text(script)

    @property
    def calls(self) -> list[list[str]]:
        return [line.split("|") for line in self._calls.read_text().splitlines()]

    @property
    def last(self) -> str:
        return self.calls[-1][-1]


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pulumi:
    directory = tmp_path / "bin"
    directory.mkdir()
    monkeypatch.setenv("PATH", f"{directory}:/usr/bin:/bin")
    monkeypatch.setenv("CALLS", str(directory / "calls"))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HARVESTER_NET_OFFLINE", "true")
    return Pulumi(directory)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    directory = tmp_path / "program"
    directory.mkdir()
    (directory / "Pulumi.yaml").write_text("name: trial\nruntime: python\n")
    return directory


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """Only its directory is looked at."""
    return Lab(tmp_path / "lab", Status(name="here"))


@pytest.fixture
def stack(pulumi: Pulumi, program: Path, lab: Lab) -> Stack:
    return Stack(program, lab, {})


def test_stack_is_made_beside_a_copy_of_the_project(
    stack: Stack, pulumi: Pulumi, program: Path, lab: Lab
) -> None:
    ((_, _, _, made),) = pulumi.calls
    command, _, directory = made.removesuffix(" --non-interactive --color=never").rpartition(
        " "
    )
    assert command == "stack init test --cwd"
    assert Path(directory).parent == lab.directory / "stacks"
    assert (Path(directory) / "Pulumi.yaml").read_text() == "name: trial\nruntime: python\n"
    assert [file.name for file in program.iterdir()] == ["Pulumi.yaml"]


def test_each_stack_is_kept_apart(pulumi: Pulumi, program: Path, lab: Lab) -> None:
    for _ in range(2):
        Stack(program, lab, {})
    backends = {call[2] for call in pulumi.calls}
    assert len(backends) == 2


@pytest.mark.parametrize(
    ("method", "command"),
    [
        ("preview", "preview"),
        ("up", "up --yes --skip-preview"),
        ("refresh", "refresh --yes --skip-preview"),
        ("destroy", "destroy --yes --skip-preview"),
    ],
)
def test_commands_are_run_in_the_programs_directory(
    stack: Stack, pulumi: Pulumi, program: Path, lab: Lab, method: str, command: str
) -> None:
    getattr(stack, method)("--expect-no-changes")
    directory, kubeconfig, backend, called = pulumi.calls[-1]
    kept = Path(backend.removeprefix("file://")).parent
    assert (directory, kubeconfig) == (str(program), str(lab.kubeconfig))
    assert called == (
        f"{command} --stack=test --config-file={kept}/Pulumi.test.yaml --suppress-progress"
        " --expect-no-changes --non-interactive --color=never"
    )


def test_configuration_is_set_in_one_command(pulumi: Pulumi, program: Path, lab: Lab) -> None:
    Stack(program, lab, {"mtu": "9000", "site": "a b"}, name="dev")
    assert "config set-all --stack=dev" in pulumi.last
    assert "--plaintext=mtu=9000 --plaintext=site=a b" in pulumi.last


def test_outputs_are_values(stack: Stack, pulumi: Pulumi) -> None:
    told: dict[str, Any] = {"mtu": 9000, "nodes": ["node1"]}
    pulumi.does(f"echo '{json.dumps(told)}'")
    assert stack.outputs == told


def test_live_cluster_is_looked_at_whatever_the_environment_says(
    stack: Stack, pulumi: Pulumi
) -> None:
    pulumi.does('echo "offline: <$HARVESTER_NET_OFFLINE>"')
    assert stack.preview().output == "offline: <>\n"


def test_failure_says_what_pulumi_printed(stack: Stack, pulumi: Pulumi) -> None:
    pulumi.does("echo 'vlan: 4095 is not a VLAN ID'; echo 'to stderr' >&2; exit 3")
    with pytest.raises(PulumiFailed, match="vlan: 4095 is not a VLAN ID") as failed:
        stack.preview()
    assert str(failed.value) == (
        "pulumi preview failed:\nvlan: 4095 is not a VLAN ID\nto stderr\n"
    )


def test_command_that_hangs_is_interrupted_and_failed(stack: Stack, pulumi: Pulumi) -> None:
    waits = (
        "import signal, time\n"
        # Whoever starts tests in the background may have had it ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "try: print('began', flush=True); time.sleep(60)\n"
        "except KeyboardInterrupt: print('interrupted'); raise SystemExit(1)"
    )
    pulumi.does(f"exec {sys.executable} -c {shlex.quote(waits)}")
    with pytest.raises(PulumiFailed, match="began\ninterrupted"):
        stack.run("up", seconds=2)


def test_changes_are_counted_by_operation() -> None:
    counted = {"create": 5, "update": 1, "delete": 2, "replace": 3, "same": 4}
    assert Ran(SUMMARY).changes == counted
    done = "Resources:\n    + 5 created\n    ~ 1 updated\n    4 unchanged\n\nDuration: 3s\n"
    assert Ran(done).changes == {"create": 5, "update": 1, "same": 4}
    assert Ran("error: preview failed").changes == {}


def test_without_pulumi_one_sentence_says_where_to_get_it(
    program: Path, lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        LabError, match=r"The command pulumi is not on PATH\. How to install it"
    ):
        Stack(program, lab, {})


def test_program_without_a_project_is_told(pulumi: Pulumi, lab: Lab, tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"There is no Pulumi.yaml in "):
        Stack(tmp_path, lab, {})
