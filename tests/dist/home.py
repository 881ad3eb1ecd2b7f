"""Somebody's machine: an empty home, Pulumi, and nothing of this project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from lab import language_host
from lab.building import ensure
from lab.pulumi_tools import LANGUAGE_HOST, yaml_language_host

SECONDS = 400
KEPT = re.compile(r"(?i)(pip|ssl|node|npm|https?|no)_\w+")
"""Variables that say how the package indexes are reached."""


class Home:
    """A home with a project in it, whose programs find only what was installed there."""

    def __init__(self, directory: Path, kubeconfig: Path) -> None:
        self.directory = directory
        self.bin = directory / "bin"
        self.project = directory / "project"
        for place in (self.bin, self.project, directory / "state"):
            place.mkdir(parents=True)
        for program in (ensure(["pulumi"])["pulumi"], yaml_language_host()):
            shutil.copy(program, self.bin)
        kept = {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)}
        self.environ = kept | {
            "HOME": str(directory),
            # Pulumi asks the list of users for the home, and not the environment.
            "PULUMI_HOME": str(directory / ".pulumi"),
            "PATH": f"{self.bin}:/usr/local/bin:/usr/bin:/bin",
            "KUBECONFIG": str(kubeconfig),
            "PULUMI_BACKEND_URL": (directory / "state").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            # What is not installed must not be had from elsewhere.
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            executable=shutil.which(command[0], path=self.environ["PATH"]),
            cwd=self.project,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
        )

    def said(self, *command: str) -> str:
        """What a command prints; the test fails with it if the command fails."""
        ran = self.run(*command)
        assert ran.returncode == 0, f"{' '.join(command)} failed:\n{ran.stdout}"
        return ran.stdout

    def pulumi(self, *arguments: str) -> str:
        return self.said("pulumi", *arguments, "--non-interactive", "--color=never")

    def put_language_host(self, python: Path) -> None:
        """A stand-in for the one for Python that Pulumi brings, run by this Python."""
        host = self.directory / "language_host.py"
        shutil.copy(str(language_host.__file__), host)
        script = self.bin / LANGUAGE_HOST
        script.write_text(f'#!/bin/sh\nexec "{python}" "{host}" "$@"\n')
        script.chmod(0o755)
