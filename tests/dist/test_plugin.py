"""The standalone plugin, for programs in any language on a machine without Python."""

from __future__ import annotations

import json
from pathlib import Path

from harvester_net.version import VERSION

from release import plugin

from .home import Home

PROGRAM = {
    "name": "networks",
    "runtime": "yaml",
    "variables": {"nics": {"fn::invoke": {"function": "harvester-net:getNodeNics"}}},
    "resources": {
        "cn-data": {
            "type": "harvester-net:TrafficPath",
            "properties": {
                "mtu": 9000,
                "uplinks": {"all": {"nics": ["eno2"]}},
                "networks": {"web": {"vlan": 100}},
            },
        }
    },
    "outputs": {"nics": "${nics}"},
}
INSTALL = ("plugin", "install", "resource", "harvester-net", VERSION)


def test_plugin_from_a_server_serves_a_program_in_yaml(home: Home, server: str) -> None:
    # What a Python of the machine would stumble over.
    home.environ["PYTHONHOME"] = "/nowhere"
    home.pulumi(*INSTALL, "--server", server)
    (home.project / "Pulumi.yaml").write_text(json.dumps(PROGRAM))
    home.pulumi("stack", "init", "dev")
    preview = home.pulumi("preview")
    assert "+ 5 to create" in preview
    assert "warning" not in preview
    home.pulumi("up", "--yes", "--skip-preview")
    assert "eno2" in home.pulumi("stack", "output", "--json")
    home.pulumi("preview", "--expect-no-changes")
    home.pulumi("destroy", "--yes", "--skip-preview")


def test_command_is_beside_the_plugin(home: Home, release: Path) -> None:
    home.environ["PYTHONHOME"] = "/nowhere"
    (archive,) = release.glob(f"*-{plugin.system()}-{plugin.machine()}.tar.gz")
    home.pulumi(*INSTALL, "--file", str(archive))
    installed = home.directory / ".pulumi" / "plugins" / f"resource-harvester-net-v{VERSION}"
    # As users put it on their PATH.
    (home.bin / "harvester-net").symlink_to(installed / "harvester-net")
    assert home.said("harvester-net", "--version") == f"harvester-net {VERSION}\n"
    assert "kind: ClusterRole" in home.said("harvester-net", "rbac")
    assert "mgmt" in home.said("harvester-net", "topology")
