"""The same VM networks as one VmNetworks and as resources of their own, and those with a
provider that answers at once, in one run.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from harvester_net.lab.proxy import Proxy
from lab import Lab
from tests.e2e.stack import Resource, Stack
from tests.e2e.stack import resource as item

from . import empty_provider
from .networks import Row, bare, measured, program

NO_CHECKPOINTS = {"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_EXPERIMENTAL": "true"}
"""The engine saves its growing state after each step, unless it is told not to."""


class EmptyStack(Stack):
    """A stack whose provider answers at once."""

    @property
    def programs(self) -> Path:
        return empty_provider.installed(self.directory / "provider")


def together(count: int) -> list[Resource]:
    """A cluster network with one set of VM networks."""
    networks = item("VmNetworks", "all", cluster_network="@cn-data", vlans=[f"1-{count}"])
    return [item("ClusterNetwork", "cn-data"), networks]


def measure(lab: Lab, count: int) -> list[Row]:
    """Up and preview without a change of each; the creates of a bare client."""
    rows = []
    for what, kind, resources, environ in (
        ("no VM network", Stack, program(0), {}),
        ("one VmNetworks", Stack, together(count), {}),
        ("VmNetwork each", Stack, program(count), {}),
        ("the same without checkpoints", Stack, program(count), NO_CHECKPOINTS),
        ("empty provider", EmptyStack, program(count), {}),
        ("the same without checkpoints", EmptyStack, program(count), NO_CHECKPOINTS),
    ):
        with tempfile.TemporaryDirectory() as directory, Proxy(lab) as proxy:
            kubeconfig = str(proxy.kubeconfig(Path(directory) / "kubeconfig"))
            stack = kind(Path(directory) / "project", lab, KUBECONFIG=kubeconfig, **environ)
            stack.program(*resources)
            for command in (["up", "--yes", "--skip-preview"], ["preview"]):
                words = f"{what}: {command[0]}"
                rows.append(measured(words, count, stack, proxy, command))
        lab.reset()
    rows.append(asyncio.run(bare(lab, count)))
    lab.reset()
    return rows
