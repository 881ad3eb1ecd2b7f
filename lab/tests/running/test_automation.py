"""Programs in TypeScript and Go, from the first preview to the end, by the real command.

They run by the Automation API of their language: the language hosts are no Go modules that
could be had by name. The program is that of the template of `pulumi new`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harvester_net.harvester.mtus import nad_mtu
from lab import Lab, sdk
from lab.pulumi_tools import environment
from tests.e2e.least import kubeconfig_of_least
from tests.e2e.programs import NADS, leftovers
from tests.e2e.vms import phase, running_vm
from tests.e2e.waiting import eventually

from .languages import GO_ENVIRONMENT, compile_typescript, go_site, run

HERE = Path(__file__).parent / "automation"
TEMPLATES = sdk.PROJECT / "templates"
SECONDS = 240
Driver = Callable[[str], list[str]]
"""The command that drives a program: `quickstart` or `path`."""


class Programs:
    """Programs of one language with one stack, in a directory of their own."""

    def __init__(self, directory: Path, driver: Driver, lab: Lab) -> None:
        directory.mkdir(parents=True)
        self.directory = directory
        self.driver = driver
        self.settings = {"clusterNetwork": "cn-data", "nics": "eno2", "vlan": "100"}
        self.settings |= {"mtu": "1500", "stopVms": "false"}
        self.environ = os.environ | environment(directory)
        self.environ |= {"KUBECONFIG": str(kubeconfig_of_least(lab, directory))}

    def drive(self, program: str, *command: str) -> subprocess.CompletedProcess[str]:
        name, *resources = command
        driven = [*self.driver(program), name, json.dumps(self.settings), *resources]
        return subprocess.run(
            driven,
            cwd=self.directory,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )

    def changes(self, program: str, *command: str) -> dict[str, int]:
        """How many resources a command changes, without those of a refresh."""
        ran = self.drive(program, *command)
        assert ran.returncode == 0, f"{program} {command[0]}:\n{ran.stdout}{ran.stderr}"
        counted: dict[str, int] = json.loads(ran.stdout)
        return {kind: number for kind, number in counted.items() if kind != "refresh"}

    def refused(self, program: str, *command: str) -> str:
        ran = self.drive(program, *command)
        assert ran.returncode != 0, ran.stdout
        return ran.stderr


@pytest.fixture(scope="module")
def typescript_programs(typescript: Path) -> Driver:
    """Both, compiled."""
    programs = typescript / "programs"
    programs.mkdir()
    shutil.copy(TEMPLATES / "harvester-typescript/index.ts", programs / "quickstart.ts")
    for file in ("path.ts", "drive.js"):
        shutil.copy(HERE / file, programs)
    compile_typescript(programs)
    return lambda program: [
        "node",
        str(programs / "drive.js"),
        str(programs / f"{program}.js"),
    ]


@pytest.fixture(scope="module")
def go_programs(tmp_path_factory: pytest.TempPathFactory) -> Driver:
    """Both in one executable."""
    site = go_site(tmp_path_factory.mktemp("go") / "site")
    shutil.copy(HERE / "drive.go", site)
    template = (TEMPLATES / "harvester-go" / "main.go").read_text()
    # Its `main` would be a second one.
    (site / "quickstart.go").write_text(template.replace("func main()", "func template()"))
    run(site, "go", "build", "-o", "drive", ".", **GO_ENVIRONMENT)
    return lambda program: [str(site / "drive"), program]


@pytest.fixture(params=["typescript_programs", "go_programs"])
def programs(
    request: pytest.FixtureRequest, tmp_path: Path, lab: Lab
) -> Iterator[Callable[[str], Programs]]:
    """Programs of each language, by the name of a stack; nothing may be left of them."""
    driver = request.getfixturevalue(request.param)
    try:
        yield lambda stack: Programs(tmp_path / stack, driver, lab)
        assert leftovers(lab) == []
    except BaseException:
        # Only one test fails for what it left.
        lab.reset()
        raise


def mtu_of(lab: Lab, network: str) -> int:
    return nad_mtu(lab.client.get(f"{NADS}/{network}"))


def made(number: int, **others: int) -> dict[str, int]:
    """So many resources and the stack itself."""
    return {"create": number + 1, **others}


IDS = json.dumps({"data": "cn-data", "uplink": "cn-data-all", "web": "default/web"})
"""Of the quick-start, as they are imported."""


def test_quickstart_with_its_mtu_changed_under_a_vm_and_imported(
    programs: Callable[[str], Programs], lab: Lab
) -> None:
    first = programs("first")
    assert first.changes("quickstart", "up") == made(3)
    with running_vm(lab, "app", "web"):
        first.settings["mtu"] = "9000"
        assert "default/app" in first.refused("quickstart", "preview")
        first.settings["stopVms"] = "true"
        assert first.changes("quickstart", "up") == {"same": 1, "update": 3}
        assert mtu_of(lab, "web") == 9000
        eventually(lambda: phase(lab, "app") == "Running")

    other = programs("other")
    other.settings = first.settings
    # What may be interrupted is in the program alone, so that is written afterwards.
    imported = other.changes("quickstart", "up", IDS)
    assert imported == {"import": 3, "create": 1, "update": 1}
    assert other.changes("quickstart", "preview") == {"same": 4}
    assert other.changes("quickstart", "destroy") == {"delete": 4}


def test_component_is_made_and_goes(programs: Callable[[str], Programs], lab: Lab) -> None:
    path = programs("path")
    assert path.changes("path", "up") == made(4)
    assert mtu_of(lab, "web") == 1500
    assert path.changes("path", "preview") == {"same": 5}
    assert path.changes("path", "destroy") == {"delete": 5}
