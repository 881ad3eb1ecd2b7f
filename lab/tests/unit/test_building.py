"""Building with a `go` of the test's own: what is shown, kept, and said when it fails."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from harvester_net.lab.errors import LabError
from lab import binaries, building
from lab.binaries import binary, built_path

BUILDS = """
while [ $# -gt 0 ]; do [ "$1" = -o ] && target=$2; shift; done
[ -n "$target" ] && echo built > "$target" && chmod +x "$target"
echo go1.26.0
"""


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)


@pytest.fixture
def go(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "path" / "go"
    path.parent.mkdir()
    monkeypatch.setenv("PATH", f"{path.parent}:/usr/bin:/bin")
    return path


def test_missing_program_is_built_once(go: Path) -> None:
    _write(go, BUILDS)
    told = _Told()
    found = building.ensure(["virt-api"], told.console)["virt-api"]
    assert found == built_path(binary("virt-api"))
    assert "virt-api 1.7.0: starts and stops VMs" in told.text
    _write(go, "exit 1")
    assert building.ensure(["virt-api"], told.console)["virt-api"] == found


def test_failed_build_shows_the_end_of_what_go_said_and_leaves_nothing(go: Path) -> None:
    _write(
        go, 'case $1 in env) echo go1.26.0;; *) echo "main.go:1: broken" >&2; exit 1;; esac'
    )
    with pytest.raises(LabError, match=r"could not build virt-api(.|\n)*main.go:1: broken"):
        building.ensure(["virt-api"], _Told().console)
    assert list(built_path(binary("virt-api")).parent.iterdir()) == []


def test_missing_go_is_one_clear_error(go: Path) -> None:
    with pytest.raises(LabError, match=r"needs Go, which is not on PATH. Install Go 1\.\d+"):
        building.ensure(["virt-api"], _Told().console)


def test_too_old_go_is_told_in_gos_own_words(go: Path) -> None:
    _write(go, "echo 'go.mod requires go >= 1.26 (running go 1.20)' >&2; exit 1")
    with pytest.raises(LabError, match=r"needs Go 1\.\d+(.|\n)*running go 1.20"):
        building.ensure(["virt-api"], _Told().console)


def test_needed_go_is_that_of_the_most_demanding_module(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for module, version in (("a", "1.9"), ("b", "1.26.6"), ("c", "1.26")):
        (tmp_path / module).mkdir()
        (tmp_path / module / "go.mod").write_text(f"module {module}\n\ngo {version}\n")
    monkeypatch.setattr(binaries, "TOOLS", tmp_path)
    assert building.needed_go() == "1.26.6"


class _Told:
    def __init__(self) -> None:
        self._file = io.StringIO()
        self.console = Console(file=self._file, width=200)

    @property
    def text(self) -> str:
        return self._file.getvalue()


def _write(go: Path, script: str) -> None:
    go.write_text(f"#!/bin/sh\n{script}\n")
    go.chmod(0o755)
