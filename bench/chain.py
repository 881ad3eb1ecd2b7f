"""How long changes take beside their longest chain of waits: another MTU, another bond.

Agents and VMs of the lab take known times; the rest is what Kubernetes, KubeVirt, Harvester
and we need.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiohttp import web

from harvester_net.change.apply import apply_change
from harvester_net.change.consent import Consent
from harvester_net.change.context import ChangeContext, Observer
from harvester_net.change.goals import AnyGoal
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.change.goals.network_config import ConfigGoal
from harvester_net.cluster.access import AccessSettings
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline
from harvester_net.cluster.resources import Object
from harvester_net.lab.proxy import Proxy, Request
from harvester_net.lab.simulators import Timings
from lab import Lab, RealLab
from tests import objects
from tests.e2e.waiting import eventually
from tests.mtu.site import VMIS, Vm, make_vms

TIMINGS = Timings(agent_apply=3.0, vm_start=4.0, vm_stop=4.0, vm_migrate=4.0)
JOURNAL = "POST configmaps"
NODES = 5
VMS = tuple(Vm(f"vm-{number}", "Always") for number in range(4))
NETWORK = "/apis/network.harvesterhci.io/v1beta1"
NADS = "/apis/k8s.cni.cncf.io/v1/namespaces/default/network-attachment-definitions"


@dataclass(frozen=True)
class Result:
    """One change."""

    what: str
    seconds: float
    chain: float
    """Seconds of the longest chain."""
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


def measure() -> list[Result]:
    """Changes of a cluster network with five configs, a node each, and four VMs.

    The longest chain of another MTU: a VM stops, a config goes, the MTU changes on the node of
    the one that is left, the config comes back, the VM starts. That of another bond: the
    pods come up to which the VMs of a node are migrated, the VMs go there, the bond is made
    anew.
    """
    mtu = _measured(
        "another MTU",
        lambda lab: MtuGoal(cluster_network="cn-data", mtu=9000),
        Consent(stop_vms=True),
        chain=TIMINGS.vm_stop + 3 * TIMINGS.agent_apply + TIMINGS.vm_start,
    )
    bond = _measured(
        "another bond of a node",
        _other_bond,
        Consent(migrate_vms=True),
        chain=TIMINGS.vm_start / 2 + TIMINGS.vm_migrate + TIMINGS.agent_apply,
    )
    return [mtu, bond]


def _other_bond(lab: Lab) -> ConfigGoal:
    """Another bond mode on a node with VMs, two at most: KubeVirt migrates so many at once."""
    vmis = lab.client.list(VMIS)["items"]
    having = Counter(vmi["status"]["nodeName"] for vmi in vmis)
    node = next(node for node, vms in sorted(having.items()) if vms <= 2)
    uplink = {"uplink": {"bondOptions": {"mode": "802.3ad"}}}
    return ConfigGoal(key=f"nc-{node.removeprefix('node')}", patch=uplink)


def _measured(
    what: str, goal_on: Callable[[Lab], AnyGoal], consent: Consent, chain: float
) -> Result:
    with RealLab.start_real(nodes=NODES, timings=TIMINGS) as lab:
        _make_site(lab)
        goal, beginning = goal_on(lab), Beginning()
        with Proxy(lab) as proxy:
            proxy.before = beginning
            kubeconfig = proxy.kubeconfig(lab.directory / "proxied.kubeconfig")
            began = time.perf_counter()
            asyncio.run(_change(kubeconfig, goal, consent))
            seconds = time.perf_counter() - began
    return Result(
        what,
        seconds,
        chain=chain,
        checks=beginning.journal - beginning.first,
        requests=beginning.requests,
    )


async def _change(kubeconfig: Path, goal: AnyGoal, consent: Consent) -> None:
    cluster = Cluster(AccessSettings(str(kubeconfig)))
    observer = Observer(status=lambda message: None, step=lambda message: None)
    work = ChangeContext(cluster, Deadline(600), "bench", observer)
    try:
        await apply_change(work, goal, consent)
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
