"""A stack of a program under test, driven by the Pulumi command.

The program's directory stays as it is: configuration and state are kept with the lab, and
end with it. Programs run in the Python of the tests, unless Pulumi.yaml names a virtual
environment.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..lab import Lab, places, pulumi_settings
from ..lab.errors import LabError

SECONDS = 300.0
_ALWAYS = ("--non-interactive", "--color=never")
_AT_ONCE = ("--yes", "--skip-preview")
_CALM = ("--suppress-progress",)
_WORDS = {
    "created": "create",
    "updated": "update",
    "deleted": "delete",
    "replaced": "replace",
    "imported": "import",
    "unchanged": "same",
}
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Ran:
    """A command of Pulumi that succeeded."""

    output: str
    """All that it printed."""

    @property
    def changes(self) -> dict[str, int]:
        """How many resources are or would be created, updated ...; the stack is one of them.

        The keys are those of Pulumi's operations: create, update, replace, delete, same.
        """
        summary = self.output.rpartition("Resources:")[2].partition("Duration")[0]
        found = re.findall(r"(\d+) (?:to )?([a-z]+)", summary)
        return {_WORDS.get(word, word): int(number) for number, word in found}


class PulumiFailed(Exception):
    """A command of Pulumi did not succeed; the text is what it printed."""

    def __init__(self, command: str, output: str) -> None:
        super().__init__(f"pulumi {command} failed:\n{output}")
        self.output = output


class Stack:
    """A stack; its methods raise PulumiFailed when the command fails."""

    def __init__(
        self, program: Path, lab: Lab, config: Mapping[str, str], name: str = "test"
    ) -> None:
        self.program, self.name = program.absolute(), name
        directory = places.private(lab.directory / "stacks" / str(next(_numbers)))
        self._environment = _environment(directory, lab)
        self._config = directory / f"Pulumi.{name}.yaml"
        self._make(directory)
        if config:
            self.set(config)

    def set(self, config: Mapping[str, str]) -> None:
        """Set values of the stack's configuration, from the next command on."""
        pairs = [f"--plaintext={key}={value}" for key, value in config.items()]
        self.run("config", "set-all", *self._kept, *pairs)

    def preview(self, *options: str) -> Ran:
        """Show what `up` would do; fails where Harvester or a rule would refuse it."""
        return self.run("preview", *self._kept, *_CALM, *options)

    def up(self, *options: str) -> Ran:
        """Make it so."""
        return self.run("up", *_AT_ONCE, *self._kept, *_CALM, *options)

    def refresh(self, *options: str) -> Ran:
        """Take over what is on the cluster."""
        return self.run("refresh", *_AT_ONCE, *self._kept, *_CALM, *options)

    def destroy(self, *options: str) -> Ran:
        """Take all of it away."""
        return self.run("destroy", *_AT_ONCE, *self._kept, *_CALM, *options)

    @property
    def outputs(self) -> dict[str, Any]:
        """What the program exports, as of the last `up`."""
        told = self.run("stack", "output", "--json", "--show-secrets", f"--stack={self.name}")
        found: dict[str, Any] = json.loads(told.output)
        return found

    def run(self, *arguments: str, seconds: float = SECONDS) -> Ran:
        """Run any command of Pulumi in the program's directory.

        Raises PulumiFailed also after so many seconds, when it is interrupted.
        """
        command = [pulumi_settings.command(), *arguments, *_ALWAYS]
        with subprocess.Popen(
            command,
            cwd=self.program,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as child:
            output = _until_the_end(child, seconds)
        if child.returncode != 0:
            raise PulumiFailed(arguments[0], output)
        return Ran(output)

    @property
    def _kept(self) -> tuple[str, str]:
        return f"--stack={self.name}", f"--config-file={self._config}"

    def _make(self, directory: Path) -> None:
        project = self.program / "Pulumi.yaml"
        if not project.exists():
            raise LabError(f"There is no Pulumi.yaml in {self.program}.")
        # Made from a copy, for Pulumi writes beside Pulumi.yaml when it makes a stack.
        shutil.copy(project, directory)
        self.run("stack", "init", self.name, "--cwd", str(directory))


def _environment(directory: Path, lab: Lab) -> dict[str, str]:
    own = {
        "KUBECONFIG": str(lab.kubeconfig),
        "PATH": pulumi_settings.search_path(),
        "PULUMI_PYTHON_CMD": sys.executable,
        "HARVESTER_NET_OFFLINE": "",
    }
    return os.environ | pulumi_settings.settings(directory) | own


def _until_the_end(child: subprocess.Popen[str], seconds: float) -> str:
    try:
        return child.communicate(timeout=seconds)[0]
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGINT)
    try:
        return child.communicate(timeout=60)[0]
    except subprocess.TimeoutExpired:
        child.kill()
        return child.communicate()[0]
