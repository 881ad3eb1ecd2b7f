"""The Pulumi command as the lab gives it: runs a Python program, all on this machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from lab import pulumi_tools

PROGRAM = """
import pulumi, sys
from beside import ANSWER

pulumi.export("answer", ANSWER)
pulumi.export("python", sys.executable)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: trivial\nruntime: python\n")
    (folder / "__main__.py").write_text(PROGRAM)
    (folder / "beside.py").write_text("ANSWER = 42\n")
    return folder


def test_program_is_previewed_updated_and_destroyed(project: Path) -> None:
    _pulumi(project, "stack", "init", "dev")
    assert "answer: 42" in _pulumi(project, "preview")
    _pulumi(project, "up", "--yes")
    assert _pulumi(project, "stack", "output", "answer") == "42\n"
    _pulumi(project, "destroy", "--yes")


def test_error_of_the_program_is_told(project: Path) -> None:
    (project / "__main__.py").write_text("raise ValueError('the program is wrong')")
    _pulumi(project, "stack", "init", "dev")
    with pytest.raises(subprocess.CalledProcessError) as failure:
        _pulumi(project, "preview")
    assert "the program is wrong" in failure.value.stdout


def _pulumi(project: Path, *arguments: str) -> str:
    environment = os.environ | pulumi_tools.environment(project.parent)
    return subprocess.run(
        ["pulumi", *arguments, "--non-interactive"],
        cwd=project,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
        timeout=120,
    ).stdout
