"""The wheel by its name from a server that lists it, with a program in Python."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from harvester_net.version import VERSION

from .home import Home

TEMPLATE = Path(__file__).parents[2] / "templates" / "harvester-python"
SETTINGS = ("clusterNetwork=cn-data", "mtu=1500", "nics=eno2", "vlan=100")


def test_wheel_from_a_server_serves_a_program_in_python(home: Home, server: str) -> None:
    for file in ("__main__.py", "requirements.txt"):
        shutil.copy(TEMPLATE / file, home.project)
    project = (TEMPLATE / "Pulumi.yaml").read_text().partition("template:")[0]
    (home.project / "Pulumi.yaml").write_text(project.replace("${PROJECT}", "networks"))
    home.said(sys.executable, "-m", "venv", "venv")
    pip = ("venv/bin/pip", "install", "--quiet", "--find-links", server)
    home.said(*pip, "--requirement", "requirements.txt")
    # As activated.
    home.environ["PATH"] = f"{home.project}/venv/bin:{home.environ['PATH']}"
    home.put_language_host(home.project / "venv/bin/python")

    home.pulumi("stack", "init", "dev")
    config = [word for setting in SETTINGS for word in ("--plaintext", setting)]
    home.pulumi("config", "set-all", *config)
    preview = home.pulumi("preview")
    assert "+ 4 to create" in preview
    assert home.said("venv/bin/harvester-net", "--version") == f"harvester-net {VERSION}\n"
