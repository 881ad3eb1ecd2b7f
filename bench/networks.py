"""Preview and up of many VM networks, beside a bare client that only creates them."""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from harvester_net.cluster.resources import Object
from harvester_net.lab.proxy import Proxy
from lab import Lab
from tests import objects
from tests.e2e.stack import Resource, Stack
from tests.e2e.stack import resource as item

from .processes import Plugins

AT_ONCE = 32
NO_CHECKPOINTS = {"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_EXPERIMENTAL": "true"}
"""The engine saves its growing state after each step, minutes for 1,000 resources whatever the
provider does; left out, the provider can be seen.
"""
NADS = "/apis/k8s.cni.cncf.io/v1/namespaces/default/network-attachment-definitions"


@dataclass(frozen=True)
class Row:
    """One command, and what it cost."""

    what: str
    networks: int
    seconds: float
    cpu_seconds: float
    megabytes: float
    requests: int


def program(count: int) -> list[Resource]:
    """A cluster network with many VM networks."""
    networks = [
        item("VmNetwork", f"vm{n}", cluster_network="@cn-data", vlan=1 + n % 4094)
        for n in range(count)
    ]
    return [item("ClusterNetwork", "cn-data"), *networks]


def measure(lab: Lab, count: int) -> list[Row]:
    """Preview, up, preview without a change; and the same creates by a bare client."""
    with tempfile.TemporaryDirectory() as directory, Proxy(lab) as proxy:
        kubeconfig = proxy.kubeconfig(Path(directory) / "kubeconfig")
        stack = Stack(
            Path(directory) / "project",
            lab,
            KUBECONFIG=str(kubeconfig),
            **NO_CHECKPOINTS,
        )
        stack.program(*program(count))
        rows = [
            measured(what, count, stack, proxy, command)
            for what, command in (
                ("preview before create", ["preview"]),
                ("up", ["up", "--yes", "--skip-preview"]),
                ("preview without change", ["preview"]),
                ("up without change", ["up", "--yes", "--skip-preview"]),
            )
        ]
    lab.reset()
    rows.append(asyncio.run(bare(lab, count)))
    lab.reset()
    return rows


def measured(what: str, count: int, stack: Stack, proxy: Proxy, command: list[str]) -> Row:
    """A command of the CLI, and what it cost."""
    proxy.requests.clear()
    began = time.perf_counter()
    with Plugins(stack.directory) as plugins:
        stack.run(*command, seconds=1200).succeeded()
    seconds = time.perf_counter() - began
    return Row(
        what, count, seconds, plugins.cpu_seconds, plugins.peak_megabytes, len(proxy.requests)
    )


async def bare(lab: Lab, count: int) -> Row:
    """The floor: the same objects made by an asyncio client that does nothing else."""
    began, cpu = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    limit = asyncio.Semaphore(AT_ONCE)
    async with lab.api() as api:
        path = "/apis/network.harvesterhci.io/v1beta1/clusternetworks"
        await api.create(path, objects.cluster_network("cn-data"))

        async def make(number: int) -> None:
            async with limit:
                await api.create(NADS, nad(number))

        await asyncio.sleep(0.5)
        began, cpu = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        await asyncio.gather(*map(make, range(count)))
        seconds, used = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    spent = used.ru_utime + used.ru_stime - cpu.ru_utime - cpu.ru_stime
    return Row("bare client: create", count, seconds, spent, used.ru_maxrss / 1024, count)


def nad(number: int) -> Object:
    """The NetworkAttachmentDefinition that `program` makes under this number."""
    conf = objects.cni(f"vm{number}", "cn-data-br", vlan=1 + number % 4094)
    return objects.nad(f"vm{number}", config=conf, cluster_network="cn-data")
