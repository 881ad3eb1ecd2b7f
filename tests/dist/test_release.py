"""The files of a release as such."""

from __future__ import annotations

import hashlib
import json
import tarfile
from pathlib import Path

import pytest

from harvester_net.version import VERSION
from release import plugin
from release.environment import Missing, tool

PLUGIN = f"{plugin.NAME}-v{VERSION}"
ALWAYS = {
    f"harvester_net-{VERSION}-py3-none-any.whl",
    f"harvester_net-{VERSION}.tar.gz",
    f"{PLUGIN}-source.tar.gz",
    f"{PLUGIN}-{plugin.system()}-{plugin.machine()}.tar.gz",
    f"harvester-net-{VERSION}.cdx.json",
    "SHA256SUMS",
}
LARGEST = 70_000_000
"""Bytes of the archive with the executable."""


def test_release_has_all_that_this_machine_can_make(release: Path) -> None:
    try:
        tool("npm")
    except Missing:
        pytest.skip("needs npm")
    assert {file.name for file in release.iterdir()} == ALWAYS | {
        f"harvester-net-pulumi-{VERSION}.tgz"
    }


def test_checksums_are_those_of_the_files(release: Path) -> None:
    lines = (release / "SHA256SUMS").read_text().splitlines()
    said = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    assert said == {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in release.iterdir()
        if file.name != "SHA256SUMS"
    }


def test_archive_has_the_executable_at_its_top_and_no_links(release: Path) -> None:
    (file,) = release.glob(f"{PLUGIN}-{plugin.system()}-*")
    assert file.stat().st_size < LARGEST
    with tarfile.open(file) as archive:
        entries = {entry.name: entry for entry in archive}
    for name in (plugin.NAME, "harvester-net"):
        assert entries[name].mode == 0o755
    assert all(entry.isfile() for entry in entries.values())
    assert not [name for name in entries if "cryptography" in name]


def test_bill_of_materials_names_what_the_plugin_is_made_of(release: Path) -> None:
    bill = json.loads((release / f"harvester-net-{VERSION}.cdx.json").read_text())
    names = {part["name"] for part in bill["components"]}
    assert {"harvester-net", "pulumi", "grpcio", "kubernetes", "pydantic"} <= names
    assert names.isdisjoint({"pip", "pyinstaller", "cryptography", "pytest"})
