"""Planning on a large cluster: seconds and memory of one plan, without a server."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harvester_net.change.consent import Consent
from harvester_net.change.goals import AnyGoal
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.change.goals.network_config import ConfigGoal
from harvester_net.change.plan import plan
from harvester_net.change.report import plan_text
from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    LINK_MONITOR,
    NAD,
    NODE,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
    Object,
    key_of,
)
from harvester_net.harvester.snapshot import Snapshot
from tests import objects

VMS, VM_NETWORKS, NODES, CONFIGS = 5_000, 10_000, 100, 5
STORAGE = '{"vlan":300,"clusterNetwork":"data","range":"192.168.0.0/16"}'


@dataclass(frozen=True)
class Row:
    """One plan, and what it cost."""

    what: str
    steps: int
    seconds: float
    """Best of three."""
    megabytes: float
    """The most that planning held at a time, besides the snapshot itself."""


def measure() -> list[Row]:
    """Plan an MTU change with and without the storage network on the cluster network."""
    goal = MtuGoal(cluster_network="data", mtu=9000)
    cases: dict[str, tuple[Snapshot, AnyGoal]] = {
        "VMs of the network": (snapshot(""), goal),
        "all VMs, storage network cycled": (snapshot(STORAGE), goal),
        "server of 1.5, VM networks written": (snapshot("", "v1.5.0"), goal),
        "another uplink of one config": (
            snapshot(""),
            ConfigGoal(key="nc-0", patch={"uplink": {"nics": ["eth2"]}}),
        ),
    }
    return [_row(what, *case) for what, case in cases.items()]


def _row(what: str, found: Snapshot, goal: AnyGoal) -> Row:
    consent = Consent(stop_vms=True, cycle_storage_network=True)
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        made = plan(found, goal, consent)
        text = plan_text(made)
        seconds.append(time.perf_counter() - began)
        assert not made.refusals, made.refusals
    tracemalloc.start()
    made, text = plan(found, goal, consent), plan_text(made)
    megabytes = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    steps = int(text.partition(", in ")[2].partition(" ")[0])
    return Row(what, steps, min(seconds), megabytes)


def snapshot(storage: str, version: str = "v1.8.0") -> Snapshot:
    """A cluster with many VMs and VM networks, half of them on the cluster network data."""
    nodes = [f"node{number}" for number in range(NODES)]
    configs = [
        objects.config(f"nc-{number}", nodes=nodes[number::CONFIGS])
        for number in range(CONFIGS)
    ]
    server = objects.setting("server-version", version)
    return Snapshot(
        {
            CLUSTER_NETWORK: _by_key([objects.cluster_network("data", 1500)]),
            VLAN_CONFIG: _by_key(configs),
            VLAN_STATUS: _by_key(_statuses(nodes)),
            LINK_MONITOR: _by_key(
                [objects.link_monitor("data", {n: _links() for n in nodes})]
            ),
            NODE: _by_key(map(objects.node, nodes)),
            NAD: _by_key(_vm_networks()),
            VM: _by_key(
                objects.vm(f"vm{n}", *_used(n), strategy="Always", status="Running")
                for n in range(VMS)
            ),
            VMI: _by_key(
                objects.vmi(f"vm{n}", *_used(n), node=nodes[n % NODES]) for n in range(VMS)
            ),
            SETTING: _by_key([server, objects.storage_setting(storage or None)]),
        }
    )


def _by_key(found: Iterable[Object]) -> dict[str, Object]:
    return {key_of(obj): obj for obj in found}


def _statuses(nodes: list[str]) -> Iterator[Object]:
    for number, node in enumerate(nodes):
        yield objects.vlan_status(f"nc-{number % CONFIGS}", node)


def _links() -> list[Object]:
    return [objects.link("data-br", 7), objects.link("data-bo", 8, 7)]


def _network(number: int) -> str:
    return "data" if number % 2 == 0 else "other"


def _vm_networks() -> Iterator[Object]:
    for number in range(VM_NETWORKS):
        network = _network(number)
        config = objects.cni(f"net{number}", f"{network}-br", vlan=1 + number % 4094)
        yield objects.nad(f"net{number}", config=json.dumps(config), cluster_network=network)


def _used(number: int) -> tuple[str, str]:
    return f"net{2 * number}", f"default/net{2 * number + 1}"
