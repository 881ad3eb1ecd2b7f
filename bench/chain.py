"""How long an MTU change takes beside its longest chain of waits.

Agents and VMs of the lab take known times; the rest is what Kubernetes, KubeVirt, Harvester
and we need.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiohttp import web

from harvester_net.change.apply import apply_change
from harvester_net.change.consent import Consent
from harvester_net.change.context import ChangeContext, Observer
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.cluster.access import AccessSettings
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline
from harvester_net.cluster.resources import Object
from harvester_net.lab.proxy import Proxy, Request
from harvester_net.lab.simulators import Timings
from lab import Lab, RealLab
from tests import objects
from tests.e2e.waiting import eventually
from tests.mtu.site import Vm, make_vms

TIMINGS = Timings(agent_apply=3.0, vm_start=4.0, vm_stop=4.0)
JOURNAL = "POST configmaps"
NODES = 5
VMS = tuple(Vm(f"vm-{number}", "Always") for number in range(4))
NETWORK = "/apis/network.harvesterhci.io/v1beta1"
NADS = "/apis/k8s.cni.cncf.io/v1/namespaces/default/network-attachment-definitions"


@dataclass(frozen=True)
class Result:
    """One change."""

    seconds: float
    chain: float
    """Seconds of the longest chain: a VM stops, a config goes, the MTU changes on the nodes of
    the one that is left, the config comes back, the VM starts."""
    checks: float
    """Seconds from the first request to the journal: all that is asked before it begins."""
    requests: int
    """How many these are."""


@dataclass
class Beginning:
    """Hears of all requests, and notes when the journal is written."""

    first: float = 0.0
    journal: float = 0.0
    requests: int = 0

    async def __call__(self, request: Request) -> web.StreamResponse | None:
        now = time.perf_counter()
        self.first = self.first or now
        if request.what == JOURNAL:
            self.journal = now
        if not self.journal:
            self.requests += 1
        return None


def measure() -> Result:
    """Change the MTU of a cluster network with five configs and four VMs."""
    with RealLab.start_real(nodes=NODES, timings=TIMINGS) as lab:
        _make_site(lab)
        beginning = Beginning()
        with Proxy(lab) as proxy:
            proxy.before = beginning
            kubeconfig = proxy.kubeconfig(lab.directory / "proxied.kubeconfig")
            began = time.perf_counter()
            asyncio.run(_change(kubeconfig))
            seconds = time.perf_counter() - began
    return Result(
        seconds,
        chain=TIMINGS.vm_stop + 3 * TIMINGS.agent_apply + TIMINGS.vm_start,
        checks=beginning.journal - beginning.first,
        requests=beginning.requests,
    )


async def _change(kubeconfig: Path) -> None:
    cluster = Cluster(AccessSettings(str(kubeconfig)))
    observer = Observer(status=lambda message: None, step=lambda message: None)
    work = ChangeContext(cluster, Deadline(600), "bench", observer)
    try:
        goal = MtuGoal(cluster_network="cn-data", mtu=9000)
        await apply_change(work, goal, Consent(stop_vms=True))
    finally:
        await cluster.close()


def _make_site(lab: Lab) -> None:
    lab.client.create(f"{NETWORK}/clusternetworks", objects.cluster_network("cn-data"))
    for number in range(1, NODES + 1):
        config = objects.new_config(
            f"nc-{number}",
            "cn-data",
            uplink={"nics": ["eno2"], "linkAttributes": {"mtu": 1500}},
            spec={"nodeSelector": {"kubernetes.io/hostname": f"node{number}"}},
        )
        eventually(partial(_created, lab, config))
    eventually(lambda: len(lab.client.list(f"{NETWORK}/vlanstatuses")["items"]) == NODES)
    for name, vlan in (("vm100", 100), ("vm200", 200)):
        conf = objects.cni(name, "cn-data-br", vlan=vlan)
        lab.client.create(NADS, objects.nad(name, config=conf, cluster_network="cn-data"))
    make_vms(lab, VMS)


def _created(lab: Lab, config: Object) -> bool:
    """Whether the webhook has seen the cluster network by now, and took the config."""
    try:
        lab.client.create(f"{NETWORK}/vlanconfigs", config)
    except Exception as error:
        if "none-existing" not in str(error):
            raise
        return False
    return True
