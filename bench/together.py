"""The same VM networks as one VmNetworks and as resources of their own, and those with a
provider that answers at once, in one run.
"""

from __future__ import annotations

import asyncio
import shlex
import sys
import tempfile
from pathlib import Path

from harvester_net.lab.proxy import Proxy
from lab import Lab
from lab.pulumi_tools import PLUGIN
from tests.e2e.stack import Resource, Stack
from tests.e2e.stack import resource as item

from .networks import NO_CHECKPOINTS, Row, bare, measured, program

HERE = str(Path(__file__).parents[1])


class EmptyStack(Stack):
    """A stack whose provider answers at once."""

    @property
    def programs(self) -> Path:
        directory = self.directory / "provider"
        directory.mkdir(exist_ok=True)
        script = directory / PLUGIN
        # The name stands among the arguments, too, by which `processes` knows a plugin.
        command = shlex.join([sys.executable, "-m", "bench.empty_provider", PLUGIN])
        script.write_text(f'#!/bin/sh\nPYTHONPATH={shlex.quote(HERE)} exec {command} "$@"\n')
        script.chmod(0o755)
        return directory


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
        ("VmNetwork each, no checkpoints", Stack, program(count), NO_CHECKPOINTS),
        ("empty provider", EmptyStack, program(count), {}),
        ("empty provider, no checkpoints", EmptyStack, program(count), NO_CHECKPOINTS),
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
