"""`python registered.py PROGRAM...`: a line of JSON with what each registers and calls.

On Pulumi's mocks, with the harvester_net that comes first in the path. As registered.js.
"""

from __future__ import annotations

import json
import runpy
import sys
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks

ANSWERS: dict[str, dict[str, Any]] = {
    "harvester-net:index:getClusterNetwork": {
        "name": "cn-data",
        "mtu": 9000,
        "ready": True,
        "networkConfigs": [],
        "nodes": [],
    },
    "harvester-net:index:getNodeNics": {"nics": []},
    "harvester-net:index:getVmInterfaces": {"interfaces": [], "guestAgent": False},
    "harvester-net:index:renderVmNics": {
        "interfaces": [],
        "networks": [],
        "networkData": "",
        "writtenByHarvester": [],
    },
}


class Plugin(Mocks):
    """Keeps what the program registers and calls."""

    def __init__(self) -> None:
        self.registered: list[tuple[str, str, dict[str, Any]]] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        inputs = {name: _with_reference(value) for name, value in args.inputs.items()}
        self.registered.append((args.typ, args.name, inputs))
        return args.name, {"name": args.name} | args.inputs

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        self.registered.append((args.token, "", args.args))
        return ANSWERS[args.token], []


def _with_reference(value: Any) -> Any:
    """Another resource of the program as YAML writes it."""
    return f"${{{value._name}}}" if isinstance(value, pulumi.Resource) else value


def registered_by(program: str) -> list[tuple[str, str, dict[str, Any]]]:
    plugin = Plugin()
    pulumi.runtime.set_mocks(plugin)

    def run() -> None:
        runpy.run_path(program)

    pulumi.runtime.test(run)()  # type: ignore[no-untyped-call]
    return plugin.registered


if __name__ == "__main__":
    for program in sys.argv[1:]:
        print(json.dumps(registered_by(program)))
