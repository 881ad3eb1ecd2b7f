"""The picture of a preview is what the cluster has after `up`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from .programs import cluster_network, network_config, storage_network, vm_network
from .recording import EVENTS
from .stack import Resource, Stack

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


def test_a_picture_foretells_the_cluster(stack: Stack) -> None:
    three = [network_config(f"node{n}") for n in (1, 2, 3)]
    programs: list[list[Resource]] = [
        [
            cluster_network(mtu=9000),
            *three[:2],
            vm_network(vlan=7),
            vm_network("flat", type="UntaggedNetwork"),
        ],
        [cluster_network(), *three, vm_network(vlan=8), storage_network(vlan=300)],
    ]
    stack.environ |= EVENTS
    for program in programs:
        stack.program(*program)
        preview = stack.preview("--json").succeeded().output
        foretold = topology(stack, "--preview=-", given=preview)
        assert foretold["before"] == topology(stack)
        assert foretold["changes"]
        stack.up().succeeded()
        seen = topology(stack)
        assert without_what_harvester_names(seen) == without_what_harvester_names(
            foretold["after"]
        )
