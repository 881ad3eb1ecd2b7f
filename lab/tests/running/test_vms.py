"""VMs on simulated machines, carried by KubeVirt's real controllers."""

from __future__ import annotations

from harvester_net.lab.faults import VmDoesNotStop, set_faults
from harvester_net.lab.simulators.virt_handler import GUEST_SHUTDOWN

from .guests import KUBEVIRT, Guests
from .sites import Site


async def test_vm_starts_and_stops(guests: Guests) -> None:
    await guests.create("vm1")
    await guests.becomes("vm1", "Running")
    assert (await guests.instance("vm1"))["status"]["nodeName"].startswith("node")
    await guests.strategy("vm1", "Halted")
    await guests.becomes("vm1", "Stopped")
    await guests.strategy("vm1", "Always")
    await guests.becomes("vm1", "Running")


async def test_vm_is_stopped_and_started_through_virt_api(guests: Guests) -> None:
    await guests.create("vm1")
    await guests.becomes("vm1", "Running")
    await guests.ask("vm1", "stop")
    await guests.becomes("vm1", "Stopped")
    await guests.ask("vm1", "start")
    await guests.becomes("vm1", "Running")


async def test_vms_are_spread_over_the_nodes(guests: Guests) -> None:
    names = ["vm1", "vm2", "vm3"]
    for name in names:
        await guests.create(name)
    for name in names:
        await guests.becomes(name, "Running")
    nodes = {(await guests.instance(name))["status"]["nodeName"] for name in names}
    assert len(nodes) > 1


async def test_vm_that_does_not_stop_stops_once_repaired(guests: Guests) -> None:
    await guests.create("vm1")
    await guests.becomes("vm1", "Running")
    await set_faults(guests.api, [VmDoesNotStop("default", "vm1")])
    await guests.strategy("vm1", "Halted")
    await guests.becomes("vm1", "Stopping")
    assert await guests.phase("vm1") == "Running"
    await set_faults(guests.api, [])
    await guests.becomes("vm1", "Stopped")


async def test_guest_that_shuts_down_leaves_a_succeeded_instance(guests: Guests) -> None:
    await guests.create("vm1")
    await guests.becomes("vm1", "Running")
    await guests.strategy("vm1", "Manual")
    note = {"metadata": {"annotations": {GUEST_SHUTDOWN: "true"}}}
    await guests.api.merge_patch(f"{KUBEVIRT}/virtualmachineinstances/vm1", note)
    await guests.becomes("vm1", "Stopped")


async def test_vm_runs_only_where_its_network_is(site: Site, guests: Guests) -> None:
    network = await site.vm_network()
    await guests.create("vm1", network)
    await guests.becomes("vm1", "ErrorUnschedulable")
    await site.configure("eno2")
    await guests.becomes("vm1", "Running")
    assert (await guests.instance("vm1"))["status"]["nodeName"] in site.nodes
    await guests.clear()
    await site.delete_vm_network(network)
