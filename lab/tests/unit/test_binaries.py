"""Which program is taken from where, and when a built one no longer fits."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab import binaries
from lab.binaries import BINARIES, Found, binary, fits, version_in


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("Kubernetes v1.35.4\n", (1, 35, 4)),
        ("etcd Version: 3.6.0\nGit SHA: Not provided\n", (3, 6, 0)),
        ("v3.259.0", (3, 259, 0)),
        ("v3.260.0-alpha.xb1c2d3", (3, 260, 0)),
        ("no version here", None),
        ("go1.26", None),
    ],
)
def test_version_is_read_from_what_programs_print(
    text: str, version: tuple[int, ...] | None
) -> None:
    assert version_in(text) == version


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ((1, 29, 9), False),
        ((1, 30, 0), True),
        ((1, 99, 0), True),
        ((2, 0, 0), False),
        (None, False),
    ],
)
def test_only_fitting_version_is_used(version: tuple[int, ...] | None, expected: bool) -> None:
    assert fits(version, Found((), at_least=(1, 30), below=(2,))) is expected


def test_program_of_the_assets_directory_comes_before_a_built_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    assert binaries.locate(binary("etcd")) != tmp_path / "etcd"
    mine = _program(tmp_path / "etcd", "etcd Version: 3.5.21")
    assert binaries.locate(binary("etcd")) == mine


def test_program_on_path_that_is_too_old_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _program(tmp_path / "pulumi", "v3.100.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert binaries.on_machine(binary("pulumi")) is None
    _program(tmp_path / "pulumi", "v3.200.0")
    assert binaries.on_machine(binary("pulumi")) == tmp_path / "pulumi"


def test_harvester_is_never_taken_from_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _program(tmp_path / "virt-api", "v1.7.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert binaries.on_machine(binary("virt-api")) is None


def test_built_program_is_renewed_when_its_module_changes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for module in {each.module for each in BINARIES}:
        (tmp_path / module).mkdir()
        for file in ("go.mod", "go.sum"):
            (tmp_path / module / file).write_text("first")
    monkeypatch.setattr(binaries, "TOOLS", tmp_path)
    before = {each.name: binaries.module_hash(each.module) for each in BINARIES}
    (tmp_path / "pulumi" / "go.mod").write_text("second")
    changed = {n for n, h in before.items() if binaries.module_hash(binary(n).module) != h}
    assert changed == {"pulumi", "sdkgen"}


def test_every_program_of_the_table_is_pinned_in_its_module() -> None:
    for each in BINARIES:
        go_mod = (binaries.TOOLS / each.module / "go.mod").read_text()
        if not each.package.startswith("./"):
            assert each.package in go_mod, each.name
            assert f"v{each.version}" in go_mod, each.name


def _program(path: Path, says: str) -> Path:
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path
