"""The package for TypeScript, in a project of somebody, with the plugin from the same server."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from harvester_net.version import VERSION

from .home import Home
from .test_plugin import INSTALL

AUTOMATION = Path(__file__).parents[2] / "lab" / "tests" / "running" / "automation"
TEMPLATE = Path(__file__).parents[2] / "templates" / "harvester-typescript"


@pytest.mark.skipif(shutil.which("npm") is None, reason="needs node and npm")
def test_package_from_a_server_serves_a_program_in_typescript(
    home: Home, server: str
) -> None:
    home.pulumi(*INSTALL, "--server", server)
    described = json.loads((TEMPLATE / "package.json").read_text())
    package = f"{server}/harvester-net-pulumi-{VERSION}.tgz"
    described["name"] = "networks"
    described["dependencies"]["@harvester-net/pulumi"] = package
    (home.project / "package.json").write_text(json.dumps(described))
    for file in ("index.ts", "tsconfig.json"):
        shutil.copy(TEMPLATE / file, home.project)
    shutil.copy(AUTOMATION / "drive.js", home.project)
    home.said("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent")
    home.said("npx", "tsc")
    settings = {"clusterNetwork": "cn-data", "mtu": "1500", "nics": "eno2", "vlan": "100"}
    said = home.said("node", "drive.js", "./bin/index.js", "preview", json.dumps(settings))
    assert json.loads(said.splitlines()[-1])["create"] == 4
