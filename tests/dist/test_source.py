"""The plugin as its source: installed as an archive, and added from a folder as from a clone."""

from __future__ import annotations

import json
import sys
import tarfile
from pathlib import Path

import yaml

from harvester_net.version import VERSION

from .home import Home
from .test_plugin import INSTALL, PROGRAM


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
    (home.project / "Pulumi.yaml").write_text(json.dumps(PROGRAM))
    home.pulumi("package", "add", "../clone")
    project = yaml.safe_load((home.project / "Pulumi.yaml").read_text())
    assert project["packages"] == {"harvester-net": "../clone"}
    home.pulumi("stack", "init", "dev")
    assert "+ 5 to create" in home.pulumi("preview")
    # Whoever clones the second repository.
    home.pulumi("install")
