"""Real agents on real devices: what configs, faults and pods do to them, read on the nodes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

import pytest

from harvester_net.lab.api import Api
from harvester_net.lab.faults import (
    AgentDown,
    AgentFrozen,
    AgentSlow,
    Fault,
    ForeignPort,
    LinkDown,
    NicEnslaved,
    NicMissing,
    SwitchMtu,
    set_faults,
)
from lab import LabError, RealLab

from .real_sites import REAL_NODES as NODES
from .real_sites import RealSite
from .waits import is_gone, until

VLAN = 100


@pytest.fixture
async def api(real_lab: RealLab) -> AsyncIterator[Api]:
    async with real_lab.api() as api:
        yield api


@pytest.fixture
async def site(real_lab: RealLab, api: Api, number: int) -> AsyncIterator[RealSite]:
    """A cluster network on the three real nodes."""
    site = RealSite(api, f"cn{number}", NODES, real_lab)
    await site.adopt()
    yield site
    await site.abandon()


async def test_devices_are_as_the_config_says(real_lab: RealLab, site: RealSite) -> None:
    await site.configure("eno2", "eno3", mtu=9000)
    await site.comes_up()
    for node in NODES:
        devices = real_lab.devices(node)
        bond, bridge = devices[f"{site.network}-bo"], devices[f"{site.network}-br"]
        assert (bond.kind, bond.mtu, bond.master) == ("bond", 9000, bridge.name)
        assert bond.details["mode"] == "active-backup"
        assert (bridge.kind, bridge.mtu) == ("bridge", 9000)
        assert bridge.details["vlan_filtering"] == 1
        ports = [name for name, each in devices.items() if each.master == bond.name]
        assert ports == ["eno2", "eno3"]
        assert devices["eno4"].master == ""
        assert devices["eno1"].master == "mgmt-bo"


async def test_full_frames_pass_over_a_vlan_after_the_mtu_changed(
    real_lab: RealLab, site: RealSite
) -> None:
    await site.configure("eno2")
    await site.comes_up()
    before = {node: await site.bond_index(node) for node in NODES}
    await site.vm_network_arrives(VLAN)
    await site.change(linkAttributes={"mtu": 9000})

    async def has_new_bond(node: str) -> bool:
        return await site.bond_index(node) > before[node]

    for node in NODES:
        await until(partial(site.mtus, node), (9000, 9000))
        # The LinkMonitor tells of it a moment later.
        await until(partial(has_new_bond, node))
    await site.vlan_arrives(VLAN)
    with real_lab.vms(*NODES, cluster_network=site.network, vlan=VLAN, mtu=9000) as vms:
        for source, target in zip(NODES, [*NODES[1:], NODES[0]], strict=True):
            answer = vms.ping(source, target)
            assert "8972(9000) bytes" in answer.said
            assert "0% packet loss" in answer.said
            assert answer.code == 0


async def test_bond_takes_another_nic_and_another_mode(
    real_lab: RealLab, site: RealSite
) -> None:
    await site.configure("eno2")
    await site.comes_up()
    await site.change(nics=["eno3", "eno4"], bondOptions={"mode": "balance-tlb"})
    for node in NODES:
        await until(partial(site.ports, node), ["eno3", "eno4"])
        await until(partial(site.mode, node), "balance-tlb")


async def test_deleting_a_config_leaves_nothing_on_the_nodes(
    real_lab: RealLab, site: RealSite
) -> None:
    await site.configure("eno2")
    await site.comes_up()
    await site.delete()
    await until(lambda: is_gone(site.api, site.config_path))
    for node in NODES:
        await until(partial(site.leftovers, node), [])
        assert real_lab.devices(node)["eno2"].master == ""


@pytest.mark.parametrize("fault", [AgentDown("node2"), AgentFrozen("node2")], ids=str)
async def test_agent_that_does_nothing_leaves_its_node_as_it_is(
    real_lab: RealLab, site: RealSite, fault: Fault
) -> None:
    await site.configure("eno2")
    await site.comes_up()
    await site.fault(fault)
    await site.change(linkAttributes={"mtu": 9000})
    for node in ("node1", "node3"):
        await until(partial(site.mtus, node), (9000, 9000))
    assert await site.mtus("node2") == (1500, 1500)
    assert await site.ready() == site.all_ready()
    await site.fault()
    await until(partial(site.mtus, "node2"), (9000, 9000))


async def test_nic_that_was_pulled_is_missing_and_used_when_it_is_back(
    real_lab: RealLab, site: RealSite
) -> None:
    await site.fault(NicMissing("node2", "eno2"))
    assert "eno2" not in real_lab.devices("node2")
    await site.configure("eno2")
    message = "get link eno2 failed, error: Link not found"
    await until(site.ready, {"node1": "True", "node2": message, "node3": "True"})
    await site.fault()
    assert "eno2" in real_lab.devices("node2")
    await site.comes_up()


async def test_nic_of_another_master_is_refused(real_lab: RealLab, site: RealSite) -> None:
    await site.fault(NicEnslaved("node2", "eno2"))
    master = real_lab.devices("node2")["team0"]
    assert real_lab.devices("node2")["eno2"].master == master.name
    await site.configure("eno2")
    message = f"eno2 has been enslaved by the link with index {master.index}"
    await until(partial(_status, site, "node2"), message)
    await site.fault()
    assert "team0" not in real_lab.devices("node2")
    await site.comes_up()


async def test_pulled_cable_has_no_carrier(real_lab: RealLab, site: RealSite) -> None:
    await site.configure("eno2", "eno3")
    await site.comes_up()
    await site.fault(LinkDown("node2", "eno2"))
    await until(partial(site.active, "node2"), "eno3")
    assert not real_lab.devices("node2")["eno2"].has_carrier
    await site.fault()
    await until(partial(_carrier, site, "node2", "eno2"))


async def test_foreign_port_keeps_the_bridge_at_its_mtu(
    real_lab: RealLab, site: RealSite
) -> None:
    bridge = f"{site.network}-br"
    await site.configure("eno2")
    await site.comes_up()
    await site.fault(ForeignPort("node2", bridge, 1500))
    await site.change(linkAttributes={"mtu": 9000})
    await until(partial(site.mtus, "node1"), (9000, 9000))
    await until(partial(site.mtus, "node2"), (9000, 1500))
    assert await site.ready() == site.all_ready()
    await site.fault()
    await until(partial(site.mtus, "node2"), (9000, 9000))


async def test_switch_with_a_small_mtu_drops_long_frames_alone(
    real_lab: RealLab, site: RealSite
) -> None:
    await site.configure("eno2", mtu=9000)
    await site.comes_up()
    await site.vm_network_arrives(VLAN)
    await site.fault(SwitchMtu(1500))
    one, other = NODES[:2]
    with real_lab.vms(one, other, cluster_network=site.network, vlan=VLAN, mtu=9000) as vms:
        assert vms.ping(one, other, 1472).code == 0
        assert "100% packet loss" in vms.ping(one, other, 1473).said
        assert "100% packet loss" in vms.ping(one, other).said
        await site.fault()
        assert vms.ping(one, other).code == 0


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (
            AgentSlow("node1", 2.0),
            '"agent-slow node=node1 seconds=2.0" needs a simulated node',
        ),
        (ForeignPort("node1", "nope-br", 1500), "nope-br"),
        (NicMissing("node1", "eno9"), "eno9"),
    ],
    ids=str,
)
async def test_fault_that_a_real_node_can_not_have_is_refused(
    api: Api, fault: Fault, reason: str
) -> None:
    with pytest.raises(LabError, match=reason):
        await set_faults(api, [fault])
    await set_faults(api, [])


async def _status(site: RealSite, node: str) -> str | None:
    return (await site.ready()).get(node)


async def _carrier(site: RealSite, node: str, nic: str) -> bool:
    return (await site.devices_of(node))[nic].has_carrier
