"""`make demo` from a clean copy of the project, then the quick-start's life by hand."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harvester_net.lab import launch
from harvester_net.lab.status import REAL
from lab import Lab
from lab.demo import VMS
from lab.fixtures import OPTION
from lab.pulumi_tools import variables

from .programs import leftovers
from .vms import delete_vm, phase
from .waiting import eventually

HERE = Path(__file__).parent.parent.parent
SECONDS = 300


@dataclass(frozen=True)
class Copy:
    """The project in a directory of its own, and the name of the lab of its demo."""

    directory: Path
    lab_name: str

    def make(self, target: str) -> str:
        # The virtual environment is the one of this test: installing another takes minutes.
        installed = [f"--old-file=.venv/bin/{stamp}" for stamp in (".runs", ".installed")]
        return self._run(["make", *installed, target, f"LAB={self.lab_name}"], {})

    def pulumi(self, *arguments: str) -> str:
        values = variables(Lab.attach(self.lab_name))
        program = shutil.which("pulumi", path=values["PATH"])
        assert program is not None
        return self._run([program, *arguments, "--non-interactive"], values)

    def _run(self, command: list[str], more: dict[str, str]) -> str:
        # The environment has this project's modules; what runs must be the copy's.
        environment = os.environ | {"PYTHONPATH": str(self.directory)} | more
        ran = subprocess.run(
            command,
            cwd=self.directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
        )
        assert ran.returncode == 0, f"{' '.join(command)} failed:\n{ran.stdout}"
        return ran.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    directory = tmp_path / "harvester-net"
    for file in _files():
        target = directory / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(HERE / file, target)
    (directory / ".venv").symlink_to(sys.prefix)
    made = Copy(directory, f"demo-{secrets.token_hex(3)}")
    yield made
    launch.take_down(made.lab_name)


def test_demo_tells_its_story_and_the_stack_lives_on_by_hand(
    copy: Copy, pytestconfig: pytest.Config
) -> None:
    demo = "demo-real" if pytestconfig.getoption(OPTION) == REAL else "demo"
    shown = copy.make(demo)
    assert "+ 8 created" in shown
    assert _rows(shown) >= {
        ("cn-data", "1500", "yes"),
        ("cn-data-rack-a", "cn-data", "eno2, eno3", "node1"),
        ("cn-data-rack-b", "cn-data", "eno2, eno3", "node2, node3"),
        ("default/production", "cn-data", "L2VlanNetwork", "100", "1500"),
        ("default/untagged", "cn-data", "UntaggedNetwork", "1500"),
        ("default/firewall", "cn-data", "L2VlanTrunkNetwork", "200-299, 400", "1500"),
        ("state", "configured"),
    }
    assert "MTU of cluster network cn-data: 1500 -> 9000, in 10 steps:" in shown
    assert "The MTU is 9000." in shown
    assert _downtimes(shown).keys() == {"default/db-1", "default/web-1"}
    assert all(seconds > 0 for seconds in _downtimes(shown).values())
    copy.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    copy.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")

    again = copy.make(demo)
    assert "8 unchanged" in again
    assert "The MTU is 1500." in again

    lab = Lab.attach(copy.lab_name)
    for name in VMS:
        delete_vm(lab, name)
    eventually(lambda: all(phase(lab, name) is None for name in VMS))
    copy.pulumi("destroy", "--yes", "--skip-preview")
    assert leftovers(lab) == []
    lab.client.close()

    copy.make("lab-down")
    assert copy.lab_name not in launch.names()
    assert not lab.directory.exists()


def _files() -> list[str]:
    """What a clone has, with what is not committed yet."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [name for name in listed.split("\0") if name and (HERE / name).exists()]


def _rows(shown: str) -> set[tuple[str, ...]]:
    """The lines of tables, whose columns are two spaces or more apart."""
    return {
        tuple(cell.strip() for cell in line.split("  ") if cell.strip())
        for line in shown.splitlines()
    }


def _downtimes(shown: str) -> dict[str, float]:
    """Seconds by VM, of those that run again."""
    found = re.findall(r"(\S+) +(\d+\.\d) s +running on node\d", shown)
    return {vm: float(seconds) for vm, seconds in found}
