"""An embedded cluster in a thread of its own, with a cluster network of one config and one VM.

For tests of the command line, which runs its own event loop. Instead of Harvester's
controllers, what they would write is written at once.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from harvester_net.cluster.resources import Object

from ... import objects
from ...cluster import LabApi

VM = "default/a"
CONFIG = "nc-1"
LEASE = "harvester-system/harvester-net-change"
JOURNAL = "harvester-system/harvester-net-journal"
STRATEGY = "Always"


@contextmanager
def cluster_of_one(certificates: Path) -> Iterator[LabApi]:
    """Cluster network `data` with MTU 1500 on node1, and VM default/a that runs on it."""
    api = LabApi(
        certificates,
        objects=[
            objects.cluster_network("data", 1500),
            objects.config(CONFIG, nodes=["node1"]),
            objects.vlan_status(CONFIG, "node1"),
            monitor(index=5),
            objects.nad("vm100"),
            objects.vm("a", "default/vm100", status="Running", strategy=STRATEGY),
            objects.vmi("a", "default/vm100"),
        ],
    )
    api.controllers["virtualmachines"] = lambda vm: obey(api, vm)
    api.controllers["vlanconfigs"] = lambda config: follow(api, config)
    with _served(api):
        yield api


@contextmanager
def _served(api: LabApi) -> Iterator[None]:
    """It answers from another thread."""
    up, loop, done = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        async with api:
            up.set()
            await done.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert up.wait(10)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()
        loop.close()


def monitor(index: int) -> Object:
    """The bond of node1, in its bridge."""
    links = [objects.link("data-br", 2), objects.link("data-bo", index, 2)]
    return objects.link_monitor("data", {"node1": links})


def obey(api: LabApi, vm: Object) -> None:
    """What KubeVirt does: the instance goes, or comes."""
    halted = vm["spec"]["runStrategy"] == "Halted"
    vm["status"]["printableStatus"] = "Stopped" if halted else "Running"
    if halted and api.has("virtualmachineinstances", VM):
        api.remove("virtualmachineinstances", VM)
    elif not halted and not api.has("virtualmachineinstances", VM):
        api.put(objects.vmi("a", "default/vm100"))


def does_not_stop(api: LabApi) -> None:
    """The guest ignores every request to shut down."""

    def ignore(vm: Object) -> None:
        if vm["spec"]["runStrategy"] != "Halted":
            obey(api, vm)

    api.controllers["virtualmachines"] = ignore


def follow(api: LabApi, config: Object) -> None:
    """What the network controller and the agent do: everything takes the MTU."""
    mtu = mtu_in(config)
    note = {"network.harvesterhci.io/uplink-mtu": str(mtu)}
    api.change("clusternetworks", "data", {"metadata": {"annotations": note}})
    text = json.dumps(objects.cni("vm100", vlan=100, mtu=mtu))
    plural = "network-attachment-definitions"
    api.change(plural, "default/vm100", {"spec": {"config": text}})
    bond = api.get("linkmonitors", "data")["status"]["linkStatus"]["node1"][1]
    api.put(monitor(bond["index"] + 1))


def mtu_in(config: Object) -> int:
    return int(config["spec"]["uplink"].get("linkAttributes", {}).get("mtu", 1500))


def mtu_of(api: LabApi) -> int:
    """The MTU that the config has."""
    return mtu_in(api.get("vlanconfigs", CONFIG))


def journal_of(api: LabApi) -> Object | None:
    """The journal, if there is one."""
    return api.get("configmaps", JOURNAL) if api.has("configmaps", JOURNAL) else None


def hold_lease(
    cluster: LabApi, holder: str = "grace (process 7 on elsewhere, 0123456789ab-1-0a1b2c3d)"
) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    namespace, _, name = LEASE.partition("/")
    cluster.put(
        {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {
                "holderIdentity": holder,
                "leaseDurationSeconds": 30,
                "acquireTime": "2026-01-01T10:00:00.000000Z",
                "renewTime": now,
            },
        }
    )


@contextmanager
def a_living_holder(cluster: LabApi) -> Iterator[None]:
    """Somebody else holds the lease meanwhile, and renews it again and again."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(0.1):
            hold_lease(cluster)

    hold_lease(cluster)
    renewing = threading.Thread(target=renew)
    renewing.start()
    try:
        yield
    finally:
        over.set()
        renewing.join()
