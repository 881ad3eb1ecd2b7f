"""Programs for what goes wrong: one uplink on all nodes, one VM network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from lab import RealLab
from tests.e2e.stack import Resource, Stack, resource

from .quick_start import BOND, BRIDGE, NETWORK, NODES, VLAN

COMMAND = Path(sys.executable).parent / "harvester-net"
LOOK = {"vlan": VLAN}


def program(
    mtu: int,
    nics: tuple[str, ...] = ("eno2",),
    verify: dict[str, Any] | None = None,
    **consent: Any,
) -> list[Resource]:
    """The program; with `verify` the change of an MTU is proven on the nodes."""
    disruption = {"stop_vms": True, **consent}
    if verify is not None:
        disruption["verify_on_nodes"] = verify
    return [
        resource("ClusterNetwork", NETWORK, mtu=mtu, disruption=disruption),
        resource(
            "NetworkConfig", "uplink", cluster_network=f"@{NETWORK}", uplink={"nics": nics}
        ),
        resource(
            "VmNetwork",
            "production",
            {"depends_on": ["@uplink"]},
            cluster_network=f"@{NETWORK}",
            vlan=VLAN,
        ),
    ]


def harvester_net(stack: Stack, *arguments: str) -> tuple[int, str]:
    """Exit code of the command, and all that it printed."""
    ran = subprocess.run(
        [COMMAND, *arguments],
        env=stack.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
    )
    return ran.returncode, ran.stdout


def said(printed: str, word: str) -> list[str]:
    """The lines that begin with a word, without it."""
    begin = f"{word}: "
    lines = printed.splitlines()
    return [line.removeprefix(begin) for line in lines if line.startswith(begin)]


def mtus(lab: RealLab) -> list[tuple[int, int]]:
    """MTU in bytes of bond and bridge, node by node."""
    seen = [lab.devices(node) for node in NODES]
    return [(devices[BOND].mtu, devices[BRIDGE].mtu) for devices in seen]
