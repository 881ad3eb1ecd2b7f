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

from lab.language_host import Host, python_of


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
