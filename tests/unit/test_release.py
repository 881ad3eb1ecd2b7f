"""What `make dist` makes without a tool: archives, checksums, the source of the plugin."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from release import __main__ as command
from release.archive import pack, tree
from release.checksums import write_checksums
from release.environment import PROJECT, Missing
from release.source import BESIDE, files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A file, one that can be run, one below, and a link."""
    made = tmp_path / "folder"
    (made / "below").mkdir(parents=True)
    (made / "plain").write_text("plain")
    (made / "below" / "runs").write_text("#!/bin/sh\n")
    (made / "below" / "runs").chmod(0o700)
    (made / "link").symlink_to("plain")
    return made


def test_archive_has_the_same_bytes_whenever_it_is_made(folder: Path, tmp_path: Path) -> None:
    first = pack(tmp_path / "first.tar.gz", tree(folder)).read_bytes()
    (folder / "plain").touch()
    (folder / "plain").chmod(0o600)
    assert pack(tmp_path / "second.tar.gz", tree(folder)).read_bytes() == first


def test_archive_keeps_what_can_be_run_and_has_no_links(folder: Path, tmp_path: Path) -> None:
    with tarfile.open(pack(tmp_path / "made.tar.gz", tree(folder))) as archive:
        assert [(entry.name, oct(entry.mode), entry.isfile()) for entry in archive] == [
            ("below/runs", "0o755", True),
            ("link", "0o644", True),
            ("plain", "0o644", True),
        ]
        link = archive.extractfile("link")
        assert link is not None
        assert link.read() == b"plain"


def test_source_of_the_plugin_is_the_package_and_what_describes_it() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "harvester_net"], cwd=PROJECT, capture_output=True, text=True
    ).stdout
    assert set(files()) == {*listed.split(), *BESIDE}


def test_checksums_are_read_by_sha256sum(tmp_path: Path) -> None:
    for name in ("a.whl", "b.tgz"):
        (tmp_path / name).write_text(name)
    write_checksums(tmp_path)
    check = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    checked = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True)
    assert checked.stdout == "a.whl: OK\nb.tgz: OK\n"


def test_a_part_whose_tool_is_missing_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def without(directory: Path) -> list[Path]:
        raise Missing("npm is not on PATH")

    parts = {"python": lambda _: [], "npm": without}
    monkeypatch.setattr(command, "PARTS", parts)
    command.make(tmp_path / "dist", ["npm"])
    assert "npm: left out, npm is not on PATH" in capsys.readouterr().out
    assert [file.name for file in (tmp_path / "dist").iterdir()] == ["SHA256SUMS"]


def test_a_part_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["release", "wheels"])
    with pytest.raises(SystemExit):
        command.main()
    assert "wheels: not one of python, source, plugin, bill, npm" in capsys.readouterr().err
