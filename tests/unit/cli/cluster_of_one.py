"""A fake API server in a thread of its own, with a cluster network of one config and one VM.

For tests of the command line, which runs its own event loop. Instead of Harvester's
controllers, what they would write is written at once.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from harvester_net.cluster.resources import Object

from ... import objects
from ...fake_api import FakeApi, serving

VM = "default/a"
CONFIG = "nc-1"
STRATEGY = "Always"


@contextmanager
def served(api: FakeApi) -> Iterator[FakeApi]:
    """The fake API server, answering from another thread."""
    up, loop, done = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        async with serving(api):
            up.set()
            await done.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert up.wait(10)
    try:
        yield api
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()
        loop.close()


def cluster_of_one() -> FakeApi:
    """Cluster network `data` with MTU 1500 on node1, and VM default/a that runs on it."""
    api = FakeApi()
    for obj in (
        objects.cluster_network("data", 1500),
        objects.config(CONFIG, nodes=["node1"]),
        objects.vlan_status(CONFIG, "node1"),
        monitor(index=5),
        objects.nad("vm100"),
        objects.vm("a", "default/vm100", status="Running", strategy=STRATEGY),
        objects.vmi("a", "default/vm100", uid="uid-a"),
    ):
        api.put(obj)
    api.on_write["virtualmachines"] = lambda vm: obey(api, vm)
    api.on_write["vlanconfigs"] = lambda config: follow(api, config)
    return api


def monitor(index: int) -> Object:
    """The bond of node1, in its bridge."""
    links = [objects.link("data-br", 2), objects.link("data-bo", index, 2)]
    return objects.link_monitor("data", {"node1": links})


def obey(api: FakeApi, vm: Object) -> None:
    """What KubeVirt does: the instance goes, or comes."""
    halted = vm["spec"]["runStrategy"] == "Halted"
    vm["status"]["printableStatus"] = "Stopped" if halted else "Running"
    if halted and api.has("virtualmachineinstances", VM):
        api.remove("virtualmachineinstances", VM)
    elif not halted and not api.has("virtualmachineinstances", VM):
        api.put(objects.vmi("a", "default/vm100", uid="uid-again"))


def follow(api: FakeApi, config: Object) -> None:
    """What the network controller and the agent do: everything takes the MTU."""
    mtu = config["spec"]["uplink"].get("linkAttributes", {}).get("mtu", 1500)
    note = {"network.harvesterhci.io/uplink-mtu": str(mtu)}
    api.change("clusternetworks", "data", {"metadata": {"annotations": note}})
    text = json.dumps(objects.cni("vm100", vlan=100, mtu=mtu))
    plural = "network-attachment-definitions"
    api.change(plural, "default/vm100", {"spec": {"config": text}})
    bond = api.get("linkmonitors", "data")["status"]["linkStatus"]["node1"][1]
    api.put(monitor(bond["index"] + 1))


def mtu_of(api: FakeApi) -> int:
    """The MTU that the config has."""
    uplink = api.get("vlanconfigs", CONFIG)["spec"]["uplink"]
    return int(uplink.get("linkAttributes", {}).get("mtu", 1500))


def journal_of(api: FakeApi) -> Object | None:
    """The journal, if there is one."""
    return api.objects.get("configmaps", {}).get("harvester-system/harvester-net-journal")
