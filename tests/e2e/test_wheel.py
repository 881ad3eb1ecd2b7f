"""The wheel, as somebody installs it who has neither this repository nor Go.

A clean virtual environment takes what the wheel needs from the package index: first without
the extra, then with it for the example repository, whose tests run in a copy of it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from harvester_net.version import VERSION
from lab import language_host
from lab.building import ensure

HERE = Path(__file__).parent.parent.parent
EXAMPLE = HERE / "examples" / "testing"
SECONDS = 400
LARGEST = 1_000_000
"""Bytes of the wheel."""


@dataclass(frozen=True)
class Site:
    """Somebody's machine: a repository with its virtual environment, and a home."""

    repository: Path
    home: Path

    @property
    def bin(self) -> Path:
        return self.repository / ".venv" / "bin"

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command of the virtual environment, without anything of this project around it."""
        mine = {
            "PATH": f"{self.home / 'bin'}:/usr/bin:/bin",
            "HOME": str(self.home),
            # Pulumi asks the list of users, not HOME.
            "PULUMI_HOME": str(self.home / ".pulumi"),
        }
        kept = {k: v for k, v in os.environ.items() if k.startswith(("PIP_", "SSL_"))}
        return subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            cwd=self.repository,
            env=kept | mine,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
        )

    def install(self, *what: str) -> None:
        """By uv, which takes seconds where pip takes a minute."""
        uv, python = Path(sys.executable).parent / "uv", self.bin / "python"
        command = [str(uv), "pip", "install", "--quiet", "--python", str(python), *what]
        subprocess.run(command, cwd=self.repository, check=True, timeout=SECONDS)

    def said(self, *command: str) -> str:
        ran = self.run(*command)
        assert ran.returncode == 0, f"{' '.join(command)} failed:\n{ran.stdout}"
        return ran.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", str(HERE)]
    subprocess.run([*command, "--wheel-dir", str(directory)], check=True, timeout=SECONDS)
    (made,) = directory.iterdir()
    return made


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "repository", tmp_path / "home")
    shutil.copytree(EXAMPLE, made.repository, ignore=shutil.ignore_patterns(".*", "__pyc*"))
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", made.repository / ".venv"], check=True
    )
    (made.home / "bin").mkdir(parents=True)
    _install_pulumi(made)
    return made


@pytest.mark.wheel
def test_wheel_has_every_file_of_the_package_and_no_more(wheel: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "harvester_net"], cwd=HERE, capture_output=True, text=True
    ).stdout
    with zipfile.ZipFile(wheel) as content:
        names = {name for name in content.namelist() if ".dist-info/" not in name}
    assert set(listed.split()) <= names
    assert not [name for name in names if not name.startswith("harvester_net/")]
    assert wheel.stat().st_size < LARGEST


@pytest.mark.wheel
def test_wheel_works_without_the_extra_and_tests_the_example_with_it(
    wheel: Path, site: Site
) -> None:
    site.install(str(wheel))
    assert site.said("harvester-net", "--version") == f"harvester-net {VERSION}\n"
    assert "Show the steps" in site.said("harvester-net", "mtu", "--help")
    site.said("python", "-c", "import harvester_net as hn; hn.ClusterNetwork; hn.Provider")
    refused = site.run("harvester-net", "mtu", "status", "--kubeconfig", "/no/such/file")
    assert (refused.returncode, refused.stdout[:7]) == (1, "error: ")
    without = site.run("harvester-net", "lab", "up")
    assert (without.returncode, without.stdout) == (
        1,
        "A lab needs the package cryptography: pip install 'harvester-net[lab]'\n",
    )

    site.install(f"{wheel}[lab]", "pytest")
    shown = site.said("pytest", "-q")
    assert "3 passed" in shown
    assert not [name for name in os.listdir(site.repository) if name.startswith("Pulumi.test")]


def _install_pulumi(site: Site) -> None:
    """On the site's PATH, with a stand-in for the language host that Pulumi would bring."""
    shutil.copy(ensure(["pulumi"])["pulumi"], site.home / "bin" / "pulumi")
    host = site.home / "language_host.py"
    shutil.copy(str(language_host.__file__), host)
    script = site.home / "bin" / "pulumi-language-python"
    script.write_text(f'#!/bin/sh\nexec "{site.bin / "python"}" "{host}" "$@"\n')
    script.chmod(0o755)
