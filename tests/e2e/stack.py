"""A Pulumi stack of a test: its program is a list of resources, its commands are the CLI's."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from lab import Lab
from lab.pulumi_tools import environment

from .least import kubeconfig_of_least
from .vault import KEY

PROGRAM = Path(__file__).parent / "program" / "__main__.py"
PROJECT = """\
name: networks
runtime: {runtime}
plugins:
  providers:
    - name: harvester-net
      path: {programs}
"""
PLUGIN = "pulumi-resource-harvester-net"
SECONDS = 240

Resource = dict[str, Any]


def resource(
    kind: str,
    name: str,
    /,
    options: Resource | None = None,
    secret: Sequence[str] = (),
    **args: Any,
) -> Resource:
    """One resource of a program, with its options and which arguments are secret.

    An argument "@name" is another resource, "@name.property" an output of one.
    """
    return {
        "kind": kind,
        "name": name,
        "args": args,
        "options": options or {},
        "secret": list(secret),
    }


@dataclass(frozen=True)
class Ran:
    """What a command of the CLI did."""

    command: str
    code: int
    output: str

    def succeeded(self) -> Ran:
        """Itself, if the command succeeded; otherwise the test fails with what it printed."""
        assert self.code == 0, f"pulumi {self.command} failed:\n{self.output}"
        return self

    def failed(self) -> Ran:
        """Itself, if the command failed."""
        assert self.code != 0, f"pulumi {self.command} should have failed:\n{self.output}"
        return self

    @property
    def counts(self) -> dict[str, int]:
        """How many resources were created, updated ..., as the summary says."""
        summary = self.output.rpartition("Resources:")[2]
        found = re.findall(r"(\d+) (?:to )?(\w+)", summary.partition("Duration")[0])
        words = {"created": "create", "updated": "update", "deleted": "delete"}
        words |= {"replaced": "replace", "imported": "import"}
        return {words.get(word, word): int(number) for number, word in found}


class Stack:
    """A project directory with its own backend, against one lab, in which it may do what
    `harvester-net rbac` says.
    """

    forked: ClassVar[Path | None] = None
    """Where the language host and the plugin are that are forked, not started, if they are."""
    vault: ClassVar[dict[str, str]] = {}
    """How the server is found that has the stack's key, if not a passphrase is its secret."""
    initial: ClassVar[dict[tuple[str, ...], dict[Path, bytes]]] = {}
    """The files of a stack without resources, once there was one, by how it was made."""

    def __init__(self, directory: Path, lab: Lab, **environ: str) -> None:
        self.directory = directory
        directory.mkdir(parents=True)
        self.environ = os.environ | environment(directory)
        if self.forked is not None:
            paths = [str(self.forked), self.environ["PATH"]]
            self.environ["PATH"] = os.pathsep.join(paths)
            # A process that lives for a second needs no garbage collector.
            self.environ["GOGC"] = "off"
        self.environ |= self.vault
        self.environ |= {"KUBECONFIG": str(kubeconfig_of_least(lab, directory))} | environ
        self.prepare()
        self.program()
        self.initialize()

    def prepare(self) -> None:
        """Put into the directory what stays the same with every program."""
        (self.directory / "Pulumi.yaml").write_text(self.project("python"))
        shutil.copy(PROGRAM, self.directory)

    def initialize(self) -> None:
        """`pulumi stack init`, once: it takes a second, and writes the same for all."""
        how = ("--secrets-provider", KEY) if self.vault else ()
        if how not in self.initial:
            self.run("stack", "init", "dev", *how).succeeded()
            written = [self.directory / "Pulumi.dev.yaml", *self.directory.glob("state/**/*")]
            self.initial[how] = {
                file.relative_to(self.directory): file.read_bytes()
                for file in written
                if file.is_file()
            }
        for file, content in self.initial[how].items():
            (self.directory / file).parent.mkdir(parents=True, exist_ok=True)
            (self.directory / file).write_bytes(content)
        # What is selected stands in a file that has the name of the directory's hash.
        self.environ["PULUMI_STACK"] = "dev"

    def project(self, runtime: str) -> str:
        """The head of a Pulumi.yaml, with the place of the plugin."""
        return PROJECT.format(runtime=runtime, programs=self.programs)

    @property
    def programs(self) -> Path:
        """Where the plugin is."""
        return self.forked or Path(sys.executable).parent

    def program(self, *resources: Resource) -> Stack:
        """Replace the program by this list of resources."""
        (self.directory / "resources.json").write_text(json.dumps(resources))
        return self

    def run(self, *arguments: str, seconds: float = SECONDS) -> Ran:
        """Run a command of the CLI and wait for it."""
        child = self.start(*arguments)
        try:
            output, _ = child.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGINT)
            output, _ = child.communicate(timeout=60)
            raise AssertionError(f"pulumi {arguments[0]} hung:\n{output}") from None
        return Ran(" ".join(arguments), child.returncode, output)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command of the CLI, in a session of its own."""
        command = ["pulumi", *arguments, "--non-interactive", "--color=never"]
        executable = shutil.which("pulumi", path=self.environ["PATH"])
        assert executable is not None
        return subprocess.Popen(
            command,
            executable=executable,
            cwd=self.directory,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def preview(self, *arguments: str) -> Ran:
        return self.run("preview", *arguments)

    def up(self, *arguments: str) -> Ran:
        return self.run("up", "--yes", "--skip-preview", *arguments)

    def refresh(self, *arguments: str) -> Ran:
        return self.run("refresh", "--yes", "--skip-preview", *arguments)

    def destroy(self, *arguments: str) -> Ran:
        return self.run("destroy", "--yes", "--skip-preview", *arguments)

    def import_(self, kind: str, name: str, key: str) -> Ran:
        token = f"harvester-net:index:{kind}"
        options = ("--yes", "--generate-code=false", "--protect=false")
        return self.run("import", token, name, key, *options)

    def import_all(self, resources: dict[str, tuple[str, str]]) -> Ran:
        """Import many resources at once: type and id by name."""
        return self._imported(
            [
                {"type": token, "name": name, "id": key}
                for name, (token, key) in resources.items()
            ]
        )

    def import_tree(self, resources: list[Resource]) -> Ran:
        """Import resources of another state, with the components that they are in."""
        names = {entry["urn"]: f"r{number}" for number, entry in enumerate(resources)}
        listed = []
        for entry in resources:
            name = entry["urn"].rpartition("::")[2]
            item = {"type": entry["type"], "name": names[entry["urn"]], "logicalName": name}
            item |= {"id": entry["id"]} if entry["custom"] else {"component": True}
            if (parent := entry.get("parent")) in names:
                item["parent"] = names[parent]
            listed.append(item)
        return self._imported(listed)

    def _imported(self, listed: list[dict[str, Any]]) -> Ran:
        (self.directory / "import.json").write_text(json.dumps({"resources": listed}))
        options = ("--yes", "--generate-code=false", "--protect=false")
        return self.run("import", "--file", "import.json", *options)

    def listed(self, kind: str, *query: str) -> dict[str, str]:
        """What `pulumi do` lists of a kind: names by id."""
        token = f"harvester-net:index:{kind}"
        options = ("--all", "--output", "json", *query)
        ran = self.run("do", "--package", str(self.programs / PLUGIN), token, "list", *options)
        text = ran.succeeded().output
        return {each["id"]: each["name"] for each in json.loads(text[text.index("[") :])}

    def diff(self) -> dict[str, dict[str, str]]:
        """What a plain preview would change: property paths and kinds by resource name."""
        ran = self.run("preview", "--json")
        text = ran.succeeded().output
        plan = json.loads(text[text.index("{\n") :])
        return {
            step["urn"].rpartition("::")[2]: {"op": step["op"]}
            | {
                path: change["kind"] if isinstance(change, dict) else change
                for path, change in (step.get("detailedDiff") or {}).items()
            }
            for step in plan["steps"]
            if step["op"] not in ("same", "refresh", "read")
        }

    def state(self) -> dict[str, Resource]:
        """The resources in the state, by name."""
        return {entry["urn"].rpartition("::")[2]: entry for entry in self.resources()}

    def resources(self) -> list[Resource]:
        """The resources in the state; without the command, which takes a second."""
        file = self.directory / "state" / ".pulumi" / "stacks" / "networks" / "dev.json"
        latest = json.loads(file.read_text())["checkpoint"].get("latest") or {}
        found: list[Resource] = latest.get("resources") or []
        return [entry for entry in found if entry["type"].startswith("harvester-net:")]
