"""The simulated network agents against the real control plane: what a client sees of each."""

from __future__ import annotations

import asyncio
from functools import partial

from harvester_net.lab.api import Api
from harvester_net.lab.faults import AgentDown, AgentSlow, LinkDown, NicEnslaved, NicMissing
from harvester_net.lab.simulators import machine
from harvester_net.lab.simulators.agent import links_path
from lab import Lab

from .sites import NODES, Site
from .waits import is_gone, until

NEW_BOND = 9000


async def test_nics_of_a_new_machine_are_reported(site: Site) -> None:
    node = site.nodes[0]
    await until(lambda: _names(site, node), ["eno1", "eno2", "eno3", "eno4"])
    nics = await site.monitored(node, "nic")
    mgmt = await site.monitored(node, "mgmt")
    assert nics["eno1"]["masterIndex"] == mgmt["mgmt-bo"]["index"]
    assert nics["eno2"] == nics["eno2"] | {"type": "device", "state": "up"}
    assert "masterIndex" not in nics["eno2"]


async def test_machine_that_leaves_takes_its_devices_along(api: Api) -> None:
    host, _ = machine("leaver")
    await api.create(NODES, host)
    await until(partial(is_gone, api, links_path("leaver")), False)
    await api.delete(f"{NODES}/leaver")
    await until(partial(is_gone, api, links_path("leaver")))


async def test_config_becomes_ready_on_every_node(site: Site) -> None:
    await site.configure("eno2", mtu=9000)
    await site.comes_up()
    assert await site.labelled() == site.nodes
    devices = await site.devices(site.nodes[0])
    assert {devices[f"{site.network}-{x}"]["mtu"] for x in ("bo", "br")} == {9000}


async def test_missing_nic_fails_its_node_and_repair_heals_it(site: Site) -> None:
    good, bad = site.nodes
    await site.fault(NicMissing(bad, "eno2"))
    await until(lambda: _has(site, bad, "eno2"), False)
    await site.configure("eno2")
    message = "get link eno2 failed, error: Link not found"
    await until(site.ready, {good: "True", bad: message})
    devices = await site.devices(bad)
    assert f"{site.network}-bo" in devices
    assert f"{site.network}-br" not in devices
    await until(site.labelled, [good])

    await site.change(nics=["eno3"])
    await site.comes_up()
    await until(site.labelled, site.nodes)


async def test_nic_that_comes_back_is_used(site: Site) -> None:
    bad = site.nodes[1]
    await site.fault(NicMissing(bad, "eno2"))
    await until(lambda: _has(site, bad, "eno2"), False)
    await site.configure("eno2")
    await until(lambda: _status(site, bad), "get link eno2 failed, error: Link not found")
    await site.fault()
    await site.comes_up()


async def test_nic_of_another_master_is_refused(site: Site) -> None:
    bad = site.nodes[1]
    await site.fault(NicEnslaved(bad, "eno2"))
    await until(lambda: _is_enslaved(site, bad, "eno2"))
    master = await site.master(bad, "eno2")
    await site.configure("eno2")
    message = f"eno2 has been enslaved by the link with index {master}"
    await until(lambda: _status(site, bad), message)


async def test_cable_off_shows_as_down(site: Site) -> None:
    node = site.nodes[0]
    await site.configure("eno2")
    await site.comes_up()
    await site.fault(LinkDown(node, "eno2"))
    await until(lambda: _state(site, node, "nic", "eno2"), "down")
    await until(lambda: _state(site, node, site.network, f"{site.network}-bo"), "down")
    assert await site.ready() == site.all_ready()


async def test_mtu_change_makes_a_new_bond_in_the_same_bridge(site: Site) -> None:
    await site.configure("eno2")
    await site.comes_up()
    before = {node: await site.bond_index(node) for node in site.nodes}
    await site.change(linkAttributes={"mtu": NEW_BOND})
    for node in site.nodes:
        await until(partial(_newer, site, node, before[node]))
        assert (await site.devices(node))[f"{site.network}-br"]["mtu"] == NEW_BOND
    assert await site.ready() == site.all_ready()


async def test_mtu_left_out_keeps_the_devices_as_they_were(site: Site) -> None:
    await site.configure("eno2", mtu=9000)
    await site.comes_up()
    before = await site.bond_index(site.nodes[0])
    await site.change(linkAttributes={"mtu": None}, nics=["eno3"])
    await until(lambda: _is_enslaved(site, site.nodes[0], "eno3"))
    assert await site.bond_index(site.nodes[0]) == before
    assert (await site.devices(site.nodes[0]))["eno3"]["mtu"] == 9000


async def test_nics_change_in_the_living_bond(site: Site) -> None:
    node = site.nodes[0]
    await site.configure("eno2")
    await site.comes_up()
    before = await site.bond_index(node)
    await site.change(nics=["eno3", "eno4"])
    await until(lambda: _is_enslaved(site, node, "eno4"))
    await until(lambda: _is_enslaved(site, node, "eno2"), False)
    assert await site.bond_index(node) == before


async def test_slow_agent_is_late_but_does_its_work(site: Site) -> None:
    quick, slow = site.nodes
    await site.configure("eno2")
    await site.comes_up()
    before = {node: await site.bond_index(node) for node in site.nodes}
    await site.fault(AgentSlow(slow, 2))
    await site.change(linkAttributes={"mtu": NEW_BOND})
    await until(lambda: _newer(site, quick, before[quick]))
    assert await site.bond_index(slow) == before[slow]
    await until(lambda: _newer(site, slow, before[slow]))


async def test_dead_agent_catches_up_when_it_is_back(site: Site) -> None:
    alive, dead = site.nodes
    await site.configure("eno2")
    await site.comes_up()
    before = {node: await site.bond_index(node) for node in site.nodes}
    await site.fault(AgentDown(dead))
    await site.change(linkAttributes={"mtu": NEW_BOND})
    await until(lambda: _newer(site, alive, before[alive]))
    assert await site.bond_index(dead) == before[dead]
    assert await site.ready() == site.all_ready()
    await site.fault()
    await until(lambda: _newer(site, dead, before[dead]))


async def test_deleting_a_config_leaves_nothing(site: Site) -> None:
    await site.configure("eno2")
    await site.comes_up()
    await site.delete()
    await until(site.ready, {})
    await until(lambda: is_gone(site.api, site.config_path))
    await until(site.labelled, [])
    for node in site.nodes:
        devices = await site.devices(node)
        assert [name for name in devices if name.startswith(site.network)] == []
        assert devices["eno2"]["master"] == 0


async def test_deleting_a_config_that_never_was_ready_leaks_its_bond(site: Site) -> None:
    bad = site.nodes[1]
    await site.configure("eno2", "eno9")
    await until(lambda: _status(site, bad), "get link eno9 failed, error: Link not found")
    await site.delete()
    await until(lambda: is_gone(site.api, site.config_path))
    await until(site.ready, {})
    devices = await site.devices(bad)
    assert devices["eno2"]["master"] == devices[f"{site.network}-bo"]["index"]


async def test_agent_that_is_down_at_a_deletion_leaves_its_devices(site: Site) -> None:
    dead = site.nodes[1]
    await site.configure("eno2")
    await site.comes_up()
    await site.fault(AgentDown(dead))
    await site.delete()
    await until(lambda: is_gone(site.api, site.config_path))
    await until(site.ready, {dead: "True"})
    # Garbage collection takes the status; label and devices stay.
    await until(site.ready, {})
    await site.fault()
    assert await site.labelled() == [dead]
    assert f"{site.network}-bo" in await site.devices(dead)
    # The next config takes them over.
    await site.configure("eno2")
    await site.comes_up()


async def test_devices_outlive_the_simulators(lab: Lab, site: Site) -> None:
    await site.configure("eno2")
    await site.comes_up()
    before = {node: await site.devices(node) for node in site.nodes}
    await asyncio.to_thread(lab.restart, "simulators")
    await site.change(linkAttributes={"mtu": NEW_BOND})
    for node in site.nodes:
        old = before[node][f"{site.network}-bo"]["index"]
        await until(partial(_newer, site, node, old))
        devices = await site.devices(node)
        assert devices[f"{site.network}-br"]["index"] < devices[f"{site.network}-bo"]["index"]
        assert devices["eno2"]["index"] == before[node]["eno2"]["index"]


async def _names(site: Site, node: str) -> list[str]:
    return list(await site.monitored(node, "nic"))


async def _has(site: Site, node: str, nic: str) -> bool:
    return nic in await site.monitored(node, "nic")


async def _status(site: Site, node: str) -> str | None:
    return (await site.ready()).get(node)


async def _state(site: Site, node: str, monitor: str, link: str) -> str | None:
    return (await site.monitored(node, monitor)).get(link, {}).get("state")


async def _is_enslaved(site: Site, node: str, nic: str) -> bool:
    return await site.master(node, nic) != 0


async def _newer(site: Site, node: str, index: int) -> bool:
    return await site.bond_index(node) > index
