"""The stand-in for Pulumi's language host: how it runs plugins, such as policy packs."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.proto import language_pb2

from lab import language_host
from lab.language_host import Host, installation, program_of, python_of


class Call:
    """The engine's call, which it may end."""

    def __init__(self) -> None:
        self.end: Callable[[], object] | None = None

    def add_callback(self, callback: Callable[[], object]) -> None:
        self.end = callback


def request(directory: Path, program: str, **options: str) -> Any:
    directory.mkdir(exist_ok=True)
    (directory / "__main__.py").write_text(program)
    info = language_pb2.ProgramInfo(
        root_directory=str(directory), program_directory=str(directory)
    )
    info.options.update(options)
    return language_pb2.RunPluginRequest(
        pwd=str(directory.parent),
        args=["127.0.0.1:1"],
        env=[f"PATH={os.environ['PATH']}", "SAID=a=b"],
        info=info,
    )


def ran(asked: Any) -> list[tuple[str, Any]]:
    """What the host answers: which output, and what is in it."""
    answers = Host("").RunPlugin(asked, Call())
    return [(it.WhichOneof("output"), getattr(it, it.WhichOneof("output"))) for it in answers]


def test_plugin_says_what_it_writes_and_how_it_ended(tmp_path: Path) -> None:
    program = (
        "import os, sys; print(sys.argv[1:], os.environ['SAID'], os.getcwd());"
        "print('oh', file=sys.stderr); sys.exit(3)"
    )
    *written, end = ran(request(tmp_path / "pack", program))
    assert sorted(written) == [
        ("stderr", b"oh\n"),
        ("stdout", f"['127.0.0.1:1'] a=b {tmp_path}\n".encode()),
    ]
    assert end == ("exitcode", 3)


def test_modules_beside_the_program_are_found(tmp_path: Path) -> None:
    asked = request(tmp_path / "pack", "import beside")
    (tmp_path / "pack" / "beside.py").write_text("print('here')")
    assert ran(asked) == [("stdout", b"here\n"), ("exitcode", 0)]


@pytest.mark.parametrize(
    ("made", "options", "expected"),
    [
        ("venv", {}, "venv"),
        ("own", {"virtualenv": "own"}, "own"),
        ("venv", {"virtualenv": "own"}, None),
        (None, {}, None),
    ],
)
def test_plugin_runs_in_its_own_virtual_environment(
    tmp_path: Path, made: str | None, options: dict[str, str], expected: str | None
) -> None:
    if made:
        python = tmp_path / made / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.touch()
    asked = request(tmp_path, "", **options)
    found = str(tmp_path / expected / "bin" / "python") if expected else sys.executable
    assert python_of(asked.info) == found


@pytest.mark.parametrize("ends", ["call", "host"])
def test_plugin_ends_with_the_call_and_with_the_host(tmp_path: Path, ends: str) -> None:
    host, call = Host(""), Call()
    answers = host.RunPlugin(
        request(tmp_path / "pack", "import time; print(1); time.sleep(60)"), call
    )
    assert next(answers).stdout == b"1\n"
    begun = time.monotonic()
    assert call.end is not None
    threading.Timer(0, call.end if ends == "call" else host.end).start()
    assert next(answers).exitcode == -9
    assert time.monotonic() - begun < 30


def info_of(root: Path, *files: str) -> Any:
    for name in files:
        (root / name).write_text('[project]\nname = "harvester-net"\n')
    return language_pb2.ProgramInfo(root_directory=str(root), program_directory=str(root))


def test_plugin_that_is_a_distribution_is_run_by_its_name(tmp_path: Path) -> None:
    info = info_of(tmp_path, "pyproject.toml")
    assert program_of(info) == ["-m", "pulumi.run.plugin", "harvester-net"]
    assert program_of(info_of(tmp_path, "__main__.py")) == [str(tmp_path)]


@pytest.mark.parametrize(
    ("files", "installed"),
    [
        ((), None),
        (("pyproject.toml",), ["{root}"]),
        (("pyproject.toml", "requirements.txt"), ["--requirement", "{root}/requirements.txt"]),
    ],
)
def test_project_is_installed_into_its_own_virtual_environment(
    tmp_path: Path, files: tuple[str, ...], installed: list[str] | None
) -> None:
    first, *others = installation(info_of(tmp_path, *files))
    assert first == [sys.executable, "-m", "venv", str(tmp_path / "venv")]
    pip = [str(tmp_path / "venv/bin/python"), "-m", "pip", "install", "--quiet"]
    expected = [word.format(root=tmp_path) for word in installed or ()]
    assert others == ([[*pip, *expected]] if expected else [])


def test_installation_that_fails_says_what_pip_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Aborted(Exception):
        pass

    class Asked:
        def abort(self, code: object, details: str) -> None:
            raise Aborted(details)

    failing = [sys.executable, "-c", "import sys; sys.exit('no such distribution')"]
    monkeypatch.setattr(language_host, "installation", lambda info: [failing])
    request = language_pb2.InstallDependenciesRequest(directory=str(tmp_path))
    with pytest.raises(Aborted, match=r" failed: no such distribution$"):
        list(Host("").InstallDependencies(request, Asked()))
