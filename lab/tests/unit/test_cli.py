"""`python -m lab`: what it has beyond `harvester-net lab`, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from harvester_net.cli import lab as shipped
from harvester_net.lab import Lab, commands
from harvester_net.lab.status import Status
from lab import cli, pulumi_tools
from lab.handle import RealLab
from lab.nodes import packages


@pytest.fixture(autouse=True)
def labs_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, arguments, prog_name="python -m lab")


def names(app: typer.Typer) -> list[str | None]:
    return [command.name for command in app.registered_commands]


def test_it_has_the_shipped_commands_and_build() -> None:
    assert names(cli.app) == [*names(shipped.lab), "build"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--nodes", "real"], "--nodes real needs --control-plane real"),
        (["--nodes", "65"], "65 is neither a number from 1 to 64 nor real"),
        (["--nodes", "none"], "none is neither a number from 1 to 64 nor real"),
        (
            ["--control-plane", "real", "--version", "v1.7.1"],
            "--version and --like are for the embedded control plane",
        ),
        (["--like", __file__, "--nodes", "3"], "leave --nodes and --version out"),
    ],
)
def test_wrong_calls_of_up(arguments: list[str], said: str) -> None:
    result = invoke("up", *arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def test_up_is_embedded_and_tells_its_own_commands() -> None:
    result = invoke("up", "--name", "here", "--nodes", "2")
    try:
        assert result.exit_code == 0
        assert ": 2 nodes, Harvester v1.8.2.\n" in result.stdout
        assert "python -m lab shell --name here\n" in result.stdout
        other = invoke("up", "--name", "here", "--control-plane", "real")
        assert other.exit_code == 1
        assert "is another one: control_plane is embedded, not real." in other.stderr
    finally:
        assert invoke("down", "--name", "here").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "nodes", "real"),
    [([], 3, False), (["--nodes", "5"], 5, False), (["--nodes", "real"], 3, True)],
)
def test_real_control_plane_is_built_before_it_is_started(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: list[str],
    nodes: int,
    real: bool,
) -> None:
    done: list[object] = []

    def start(name: str, **asked: object) -> Lab:
        done.append((name, asked["nodes"], asked["real_nodes"], asked["owner"]))
        directory = tmp_path / "started"
        directory.mkdir()
        status = Status(name, control_plane="real", nodes=nodes, real_nodes=real)
        status.ready_after = 12.34
        monkeypatch.setattr(Lab, "status", lambda self: status)
        (directory / "users").mkdir()
        return Lab(directory, status)

    monkeypatch.setattr(cli, "ensure", lambda names, console: done.append("programs"))
    monkeypatch.setattr(packages, "ensure", lambda console: done.append("packages"))
    monkeypatch.setattr(RealLab, "start_real", start)
    result = invoke("up", "--name", "big", "--control-plane", "real", *arguments)
    assert result.exit_code == 0
    kind = "real" if real else "simulated"
    assert result.stdout.startswith(
        'The lab "big" is up, in 12.3 s from nothing; later starts are quicker: '
        f"{nodes} {kind} nodes, Harvester's own programs.\n"
    )
    more = ["packages"] if real else []
    assert done == ["programs", *more, ("big", nodes, real, None)]


def test_status_says_whether_real_nodes_can_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "state", lambda: "there is no apt-get")
    result = invoke("status")
    assert result.exit_code == 1
    assert result.stdout == (
        'The lab "main" is not up. No other lab is up either.\n\n'
        "real nodes: there is no apt-get\n"
    )


def test_shells_have_a_pulumi_that_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[object] = []

    def use(name: str, variables: object) -> int:
        used.append((name, variables))
        return 0

    monkeypatch.setattr(commands, "open_shell", use)
    monkeypatch.setattr(commands, "shell_env", use)
    assert invoke("shell").exit_code == 0
    assert invoke("shell-env", "--name", "x").exit_code == 0
    assert used == [("main", pulumi_tools.variables), ("x", pulumi_tools.variables)]
