"""The same VM networks as one VmNetworks and as resources of their own, in one run."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from harvester_net.lab.proxy import Proxy
from lab import Lab
from tests.e2e.stack import Resource, Stack
from tests.e2e.stack import resource as item

from .networks import Row, bare, measured, program


def together(count: int) -> list[Resource]:
    """A cluster network with one set of VM networks."""
    networks = item("VmNetworks", "all", cluster_network="@cn-data", vlans=[f"1-{count}"])
    return [item("ClusterNetwork", "cn-data"), networks]


def measure(lab: Lab, count: int) -> list[Row]:
    """Up and preview without a change, of both and of none; the creates of a bare client."""
    rows = []
    for what, resources in (
        ("no VM network", program(0)),
        ("one VmNetworks", together(count)),
        ("VmNetwork each", program(count)),
    ):
        with tempfile.TemporaryDirectory() as directory, Proxy(lab) as proxy:
            kubeconfig = proxy.kubeconfig(Path(directory) / "kubeconfig")
            stack = Stack(Path(directory) / "project", lab, KUBECONFIG=str(kubeconfig))
            stack.program(*resources)
            for command in (["up", "--yes", "--skip-preview"], ["preview"]):
                words = f"{what}: {command[0]}"
                rows.append(measured(words, count, stack, proxy, command))
        lab.reset()
    rows.append(asyncio.run(bare(lab, count)))
    lab.reset()
    return rows
