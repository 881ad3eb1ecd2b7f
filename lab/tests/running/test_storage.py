"""Volumes, and the storage network that Harvester's real controllers set and clear."""

from __future__ import annotations

import hashlib
import json
from functools import partial

from harvester_net.lab.api import Api
from harvester_net.lab.faults import VolumeStaysAttached, set_faults

from .conftest import CLAIMS
from .guests import Guests
from .sites import LONGHORN, NODES, Site
from .waits import accepted, is_gone, refused, until

STORAGE = "/apis/harvesterhci.io/v1beta1/settings/storage-network"
PREFIX = "storage-network.settings.harvesterhci.io"
POOLS = "/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/kube-system/ippools"


async def test_volume_is_attached_while_its_vm_runs(guests: Guests, claim: str) -> None:
    async def state() -> str | None:
        name = (await guests.api.get(f"{CLAIMS}/{claim}"))["spec"].get("volumeName")
        if not name or await is_gone(guests.api, f"{LONGHORN}/volumes/{name}"):
            return None
        volume = await guests.api.get(f"{LONGHORN}/volumes/{name}")
        return (volume.get("status") or {}).get("state")

    await until(state, "detached")
    await guests.create("vm1", claim=claim)
    await guests.becomes("vm1", "Running")
    await until(state, "attached")
    name = (await guests.api.get(f"{CLAIMS}/{claim}"))["spec"]["volumeName"]
    await set_faults(guests.api, [VolumeStaysAttached(name)])
    await guests.strategy("vm1", "Halted")
    await guests.becomes("vm1", "Stopped")
    assert await state() == "attached"
    await set_faults(guests.api, [])
    await until(state, "detached")


async def test_storage_network_goes_on_and_off_around_a_vm(
    api: Api, guests: Guests, number: int
) -> None:
    site = Site(api, f"cn{number}", ["node1", "node2", "node3"])
    # Every node has to be covered, also one that is still leaving.
    await until(partial(_nodes, api), site.nodes)
    await site.adopt()
    await site.configure("eno2")
    await site.comes_up()
    network = await site.vm_network()
    value = {"clusterNetwork": site.network, "vlan": 100, "range": "192.168.0.0/24"}
    on = json.dumps(value)

    await _set_storage_network(api, on)
    given = (await api.get(f"{POOLS}/192.168.0.0-24"))["spec"]["allocations"]
    assert sorted(given) == ["1", "2", "3"]
    await guests.create("vm1", network)
    await guests.becomes("vm1", "Running")
    assert "stop all VMs" in await refused(api.merge_patch(STORAGE, {"value": ""}))
    wider = {"spec": {"uplink": {"linkAttributes": {"mtu": 9000}}}}
    assert "denied" in await refused(api.merge_patch(site.config_path, wider))

    await guests.strategy("vm1", "Halted")
    await guests.becomes("vm1", "Stopped")

    async def blocked_by_storage_network() -> bool:
        return "storagenetwork-" in await refused(api.merge_patch(site.config_path, wider))

    # Until the webhook has seen the VM stop, it is the VM that blocks the change (H3.0).
    await until(blocked_by_storage_network)
    await _set_storage_network(api, "")
    await accepted(lambda: api.merge_patch(site.config_path, wider))
    for node in site.nodes:
        await until(partial(_bridge_mtu, site, node), 9000)
    await _set_storage_network(api, on)
    await guests.strategy("vm1", "Always")
    await guests.becomes("vm1", "Running")

    await guests.clear()
    await _set_storage_network(api, "")
    await site.delete_vm_network(network)
    await site.abandon()


async def _set_storage_network(api: Api, value: str) -> None:
    """Set it and wait until Harvester is done with this very value (O4.3)."""
    await accepted(lambda: api.merge_patch(STORAGE, {"value": value}), within=30)

    async def done() -> bool:
        setting = await api.get(STORAGE)
        notes = setting["metadata"].get("annotations", {})
        wanted = hashlib.sha1(value.encode()).hexdigest()
        conditions = (setting.get("status") or {}).get("conditions", [])
        return (
            notes.get(f"{PREFIX}/hash") == wanted
            and notes.get(f"{PREFIX}/old-net-attach-def", "") == ""
            and [c["status"] for c in conditions if c["type"] == "configured"] == ["True"]
        )

    await until(done, within=60)


async def _nodes(api: Api) -> list[str]:
    return [item["metadata"]["name"] for item in (await api.list(NODES))["items"]]


async def _bridge_mtu(site: Site, node: str) -> int:
    return int((await site.devices(node))[f"{site.network}-br"]["mtu"])
