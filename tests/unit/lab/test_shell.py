"""The shell of a lab: its variables hold whatever the user's own start-up files say."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from harvester_net.lab import shell
from harvester_net.lab.handle import Lab
from harvester_net.lab.status import Status

VALUES = {"KUBECONFIG": "/the lab's/kubeconfig", "PATH": "/usr/bin:/bin"}


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """Only its directory and its name are looked at."""
    return Lab(tmp_path / "labs" / "demo", Status(name="demo"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".bashrc").write_text("KUBECONFIG=theirs\nPS1='their prompt> '\nmine=kept\n")
    return tmp_path


def test_exported_lines_mean_the_values_whatever_is_in_them() -> None:
    script = shell.exports(VALUES) + 'printf %s "$KUBECONFIG"'
    seen = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True)
    assert seen.stdout == VALUES["KUBECONFIG"]


def test_bash_keeps_what_the_user_set_and_tells_the_lab_in_its_prompt(
    lab: Lab, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELL", "/bin/bash")
    command, _ = shell._command(lab, VALUES)
    assert command[:2] == ["/bin/bash", "--rcfile"]
    script = f". '{command[2]}'; echo \"$KUBECONFIG|$mine|$PS1\""
    seen = subprocess.run(["/bin/bash", "-c", script], capture_output=True, text=True)
    assert seen.stdout == "/the lab's/kubeconfig|kept|(lab demo) their prompt> \n"


def test_another_shell_gets_them_by_its_environment(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELL", "/bin/dash")
    assert shell._command(lab, VALUES) == (["/bin/dash"], {"PS1": "(lab demo) $ "})


def test_command_in_the_foreground_gives_its_exit_code() -> None:
    assert shell.foreground(["/bin/sh", "-c", "exit 3"], VALUES) == 3
