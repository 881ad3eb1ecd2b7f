"""A network config goes without leaving anything on a node, or what it leaves is named."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from harvester_net.cluster.resources import VLAN_STATUS, Object
from harvester_net.cluster.timings import DEFAULT_TIMINGS
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.kinds.failures import Refused
from harvester_net.kinds.owned import OwnedKind
from harvester_net.kinds.registry import KINDS
from harvester_net.kinds.teardown import (
    describe_left_behind,
    describe_leftovers,
    failed_nodes,
    working_nics,
)

from ... import objects
from ...cluster import LabApi
from ...timing import hasten
from ...waiting import SECONDS, until
from ..programs import NETWORK_CONFIG
from .calls import Run, running

MISSING = "get link eth9 failed, error: Link not found"


def config(*nics: str, nodes: tuple[str, ...] = ("n1", "n2")) -> Object:
    made = objects.config("rack-a", nodes=list(nodes))
    made["spec"]["uplink"]["nics"] = list(nics)
    return made


def nic_monitor(**nodes: dict[str, int]) -> dict[str, Object]:
    """The LinkMonitor `nic`: each node's NICs, with the index of what holds them."""
    found = {
        node: [objects.link(nic, 3, master) for nic, master in nics.items()]
        for node, nics in nodes.items()
    }
    return {"nic": objects.link_monitor("nic", found)}


def bond_monitor(**nodes: int) -> dict[str, Object]:
    """The LinkMonitor of cluster network data: the index of each node's bond."""
    found = {node: [objects.link("data-bo", index)] for node, index in nodes.items()}
    return {"data": objects.link_monitor("data", found)}


FREE = {"eth1": 0, "eth2": 0}


@pytest.mark.parametrize(
    ("nics", "monitors", "working"),
    [
        (("eth1", "eth9"), nic_monitor(n1=FREE, n2=FREE), ["eth1"]),
        (("eth1", "eth2"), nic_monitor(n1=FREE, n2={"eth2": 0}), ["eth2"]),
        (("eth1", "eth9"), nic_monitor(n1=FREE, n2={"eth1": 7}), []),
        (
            ("eth1", "eth9"),
            nic_monitor(n1={"eth1": 17}, n2={"eth1": 18}) | bond_monitor(n1=17, n2=18),
            ["eth1"],
        ),
        (("eth1", "eth9"), nic_monitor(n1=FREE), []),
        (("eth9",), nic_monitor(n1=FREE, n2=FREE), []),
        (("eth1",), {}, []),
    ],
)
def test_nics_work_that_every_node_has_free_or_in_the_own_bond(
    nics: tuple[str, ...], monitors: dict[str, Object], working: list[str]
) -> None:
    assert working_nics(config(*nics), monitors, Snapshot({})) == working


def test_a_node_that_has_said_nothing_yet_has_not_failed() -> None:
    statuses = {"s1": objects.vlan_status("rack-a", "n1", MISSING)}
    assert failed_nodes(config("eth9"), Snapshot({VLAN_STATUS: statuses})) == {"n1": MISSING}


@pytest.mark.parametrize(
    ("monitors", "stays"),
    [
        ({}, "may stay and hold the NICs (`ip link` tells)"),
        (bond_monitor(n1=17), "(index 17) stays and holds the NICs"),
    ],
)
def test_what_stays_is_named_with_the_hosts_command(
    monitors: dict[str, Object], stays: str
) -> None:
    assert list(describe_leftovers(config("eth9"), {"n1": MISSING}, monitors)) == [
        f"n1 never set up this config ({MISSING}), so it does not tear it down either: its "
        f"bond data-bo {stays}; afterwards, on n1: ip link delete data-bo"
    ]


def test_a_node_whose_agent_missed_the_deletion_is_named_with_what_to_do() -> None:
    status = objects.vlan_status("rack-a", "n1")
    node = {
        "metadata": {"name": "n1"},
        "status": {"conditions": [{"type": "Ready", "status": "Unknown"}]},
    }
    name = status["metadata"]["name"]
    assert describe_left_behind([status], {"n1": node}) == (
        "n1 (not ready) has not torn down its uplink: bond data-bo, bridge data-br and the "
        "VlanStatus are still there, and no other network config can take the node. Bring "
        "back the node and its pod of DaemonSet harvester-system/harvester-network-controller;"
        f" if the VlanStatus stays: kubectl delete vlanstatus {name}. The devices go to the "
        "next network config of data; or, on the node: ip link delete data-br; ip link delete "
        "data-bo"
    )
    assert DEFAULT_TIMINGS.silent_agent < DEFAULT_TIMINGS.tear_down


# The whole deletion.


@pytest.fixture
async def run(api: LabApi) -> AsyncIterator[Run]:
    async with running(api) as started:
        yield started


def deletion(run: Run, uid: str) -> asyncio.Task[None]:
    kind = KINDS[NETWORK_CONFIG]
    assert isinstance(kind, OwnedKind)
    call = run.call(kind, "rack-a")
    return asyncio.create_task(kind.delete("rack-a", {"uid": uid}, call))


def put_failed(api: LabApi) -> str:
    """A config of which one NIC is missing on the only node."""
    uid = api.put(config("eth1", "eth9", nodes=("n1",)))["metadata"]["uid"]
    api.put(objects.vlan_status("rack-a", "n1", MISSING))
    monitor = nic_monitor(n1=FREE)["nic"]
    kind = {"apiVersion": "network.harvesterhci.io/v1beta1", "kind": "LinkMonitor"}
    api.put(kind | monitor)
    return str(uid)


async def test_a_config_that_failed_is_set_up_with_the_nics_there_are_before_it_goes(
    run: Run, api: LabApi
) -> None:
    nics: list[list[str]] = []

    def set_up(live: Object) -> None:
        nics.append(live["spec"]["uplink"]["nics"])
        if nics[-1] == ["eth1"]:
            api.put(objects.vlan_status("rack-a", "n1"))

    uid = put_failed(api)
    api.controllers["vlanconfigs"] = set_up
    task = deletion(run, uid)
    await until(lambda: not api.has("vlanconfigs", "rack-a"))
    api.remove("vlanstatuses", objects.status_name("data", "n1"))
    await asyncio.wait_for(task, SECONDS)
    assert nics[0] == ["eth1"]
    assert "setting the uplink up with eth1 alone, to tear it down cleanly" in run.said.told
    assert run.said.warned == []


async def test_a_config_that_cannot_be_repaired_goes_with_a_warning(
    run: Run, api: LabApi
) -> None:
    hasten(run.cluster, repair=0.05)
    task = deletion(run, put_failed(api))
    await until(lambda: run.said.warned)
    api.remove("vlanstatuses", objects.status_name("data", "n1"))
    await asyncio.wait_for(task, SECONDS)
    (warning,) = run.said.warned
    assert warning.startswith(f"n1 never set up this config ({MISSING}), so it does not tear")


async def test_a_deletion_that_a_node_has_missed_ends_with_what_to_do(
    run: Run, api: LabApi
) -> None:
    hasten(run.cluster, silent_agent=0.0, tear_down=0.1)
    uid = api.put(config("eth1", nodes=("n1",)))["metadata"]["uid"]
    api.put(objects.vlan_status("rack-a", "n1"))
    with pytest.raises(Refused, match="network config rack-a is deleted, but n1 has not torn"):
        await asyncio.wait_for(deletion(run, uid), SECONDS)
    assert any("whose agent may not be running" in told for told in run.said.told)
    # Cleaned up, the same deletion is done.
    api.remove("vlanstatuses", objects.status_name("data", "n1"))
    await asyncio.wait_for(deletion(run, uid), SECONDS)


async def test_devices_that_an_agent_has_left_are_named_though_its_status_is_gone(
    run: Run, api: LabApi
) -> None:
    hasten(run.cluster, silent_agent=0.05)
    uid = api.put(config("eth1", nodes=("n1",)))["metadata"]["uid"]
    api.put(objects.vlan_status("rack-a", "n1"))
    kind = {"apiVersion": "network.harvesterhci.io/v1beta1", "kind": "LinkMonitor"}
    api.put(kind | bond_monitor(n1=17)["data"])
    task = deletion(run, uid)
    await until(lambda: not api.has("vlanconfigs", "rack-a"))
    api.remove("vlanstatuses", objects.status_name("data", "n1"))
    await asyncio.wait_for(task, SECONDS)
    assert run.said.warned == [
        "the agent of n1 missed the deletion of network config rack-a: bond data-bo (index "
        "17) and bridge data-br are still there and hold the NICs. The next network config of "
        "data takes them over; to remove them, on n1: ip link delete data-br; ip link delete "
        "data-bo; and its labels: kubectl label node n1 network.harvesterhci.io/data- "
        "network.harvesterhci.io/vlanconfig-"
    ]


async def test_devices_that_go_a_moment_later_are_no_matter(run: Run, api: LabApi) -> None:
    uid = api.put(config("eth1", nodes=("n1",)))["metadata"]["uid"]
    api.put(objects.vlan_status("rack-a", "n1"))
    kind = {"apiVersion": "network.harvesterhci.io/v1beta1", "kind": "LinkMonitor"}
    api.put(kind | bond_monitor(n1=17)["data"])
    task = deletion(run, uid)
    await until(lambda: not api.has("vlanconfigs", "rack-a"))
    api.remove("vlanstatuses", objects.status_name("data", "n1"))
    api.put(kind | bond_monitor()["data"])
    await asyncio.wait_for(task, SECONDS)
    assert run.said.warned == []
