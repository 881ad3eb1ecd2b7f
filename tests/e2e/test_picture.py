"""The picture of a preview is what the cluster has after `up`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from lab import Lab

from .programs import cluster_network, network_config, storage_network, vm_network
from .recording import EVENTS
from .stack import Resource, Stack, resource
from .test_host_networks import is_served

COMMAND = Path(sys.executable).parent / "harvester-net"


def topology(stack: Stack, *arguments: str, given: str | None = None) -> Any:
    """What the command draws, as JSON."""
    ran = subprocess.run(
        [str(COMMAND), "topology", "--format=json", *arguments],
        input=given,
        env=stack.environ,
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(ran.stdout)


def without_what_harvester_names(drawn: Any) -> Any:
    """A topology without the network of the storage network, whose name nobody foresees."""
    for network in drawn["networks"]:
        network["vm_networks"] = [
            each for each in network["vm_networks"] if not each["is_of_harvester"]
        ]
    return drawn


def host_networks(lab: Lab, vlan: int, uplinks: list[Resource]) -> list[Resource]:
    """One on the nodes from node2 on, where Harvester has them."""
    on: dict[str, Any] = {"cluster_network": "@cn-data", "vlan": vlan, "mode": "dhcp"}
    first = {"key": "kubernetes.io/hostname", "operator": "NotIn", "label_values": ["node1"]}
    on["node_selector"] = {"match_expressions": [first]}
    options = {"depends_on": [f"@{each['name']}" for each in uplinks]}
    made = resource("HostNetworkConfig", "backup", options, **on)
    return [made] if is_served(lab) else []


def test_a_picture_foretells_the_cluster(stack: Stack, lab: Lab) -> None:
    three = [network_config(f"node{n}") for n in (1, 2, 3)]
    programs: list[list[Resource]] = [
        [
            cluster_network(mtu=9000),
            *three[:2],
            *host_networks(lab, 400, three[:2]),
            vm_network(vlan=7),
            vm_network("flat", type="UntaggedNetwork"),
        ],
        [
            cluster_network(),
            *three,
            *host_networks(lab, 401, three),
            vm_network(vlan=8),
            storage_network(vlan=300),
        ],
    ]
    stack.environ |= EVENTS
    for program in programs:
        stack.program(*program)
        preview = stack.preview("--json").succeeded().output
        foretold = topology(stack, "--preview=-", given=preview)
        assert foretold["before"] == topology(stack)
        told = {each["what"] for each in foretold["changes"]}
        assert ("host network" in told) == is_served(lab)
        stack.up().succeeded()
        seen = topology(stack)
        assert without_what_harvester_names(seen) == without_what_harvester_names(
            foretold["after"]
        )
