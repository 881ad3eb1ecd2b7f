"""Host network configs on a whole embedded cluster: made, changed, proven and deleted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from harvester_net.cluster.access import AccessSettings
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline
from harvester_net.cluster.resources import HOST_NETWORK_CONFIG
from harvester_net.kinds.call import Call
from harvester_net.kinds.desired_state import DesiredState
from harvester_net.kinds.failures import Refused, Unfinished
from harvester_net.kinds.host_network_config import IN_PLACE
from harvester_net.kinds.kind import Live
from harvester_net.kinds.registry import KINDS
from harvester_net.lab import faults
from harvester_net.lab.api import Api, ApiError, Object
from harvester_net.lab.cluster import LabCluster

from ...timing import AT_ONCE, QUICK
from ...waiting import SECONDS
from ..programs import CLUSTER_NETWORK, HOST_NETWORK, NETWORK_CONFIG
from .calls import checked, urn_of

NETWORK = "/apis/network.harvesterhci.io/v1beta1"
HOST_NETWORKS = f"{NETWORK}/hostnetworkconfigs"
NODES = ("node1", "node2", "node3")
IPS = {node: f"10.40.0.{10 + at}/24" for at, node in enumerate(NODES, start=1)}
BACKUP = {
    "name": "backup",
    "clusterNetwork": "data",
    "vlan": 400,
    "mode": "static",
    "ips": IPS,
}
ON_MGMT = BACKUP | {"name": "storage", "clusterNetwork": "mgmt"}
VERIFIED: Object = {"disruption": {"verifyOnNodes": {}}}
PATIENT = replace(QUICK, pod_start=SECONDS, poll=0.005, silent_agent=0.2)


@dataclass
class Site:
    """A cluster, a run of Pulumi on it, and an administrator beside it."""

    lab: LabCluster
    api: Api
    cluster: Cluster
    plan: DesiredState = field(default_factory=DesiredState)
    warned: list[str] = field(default_factory=list)

    def call(self, token: str, **more: Any) -> Call:
        urn = urn_of(KINDS[token], "mine")
        return Call(
            urn,
            self.cluster,
            Deadline(SECONDS),
            warn=self.warned.append,
            desired_state=self.plan,
            **more,
        )

    async def create(self, inputs: Object, token: str = HOST_NETWORK, **more: Any) -> Live:
        kind = KINDS[token]
        kind.check(inputs, self.plan)
        return await kind.create(checked(kind, inputs), self.call(token, **more))

    async def update(self, before: Live, new: Object) -> Live:
        kind = KINDS[HOST_NETWORK]
        call = self.call(HOST_NETWORK)
        return await kind.update(before.key, before.inputs, new, before.outputs, call)

    async def delete(self, made: Live) -> None:
        await KINDS[HOST_NETWORK].delete(made.key, made.outputs, self.call(HOST_NETWORK))

    async def carry(self, mtu: int = 1500) -> None:
        """A cluster network on all nodes."""
        await self.create({"name": "data", "mtu": mtu}, CLUSTER_NETWORK)
        uplink = {"nics": ["eno2"]}
        inputs = {"name": "all", "clusterNetwork": "data", "uplink": uplink}
        await self.create(inputs, NETWORK_CONFIG)

    async def devices(self, device: str) -> dict[str, Object]:
        """The device on each node that has it."""
        found: dict[str, Object] = {}
        for node in NODES:
            path = f"/api/v1/namespaces/harvester-net-lab/configmaps/links-{node}"
            links = json.loads((await self.api.get(path))["data"]["links"])["all"]
            own = [link for link in links if link["name"] == device]
            found |= dict.fromkeys([node], own[0]) if own else {}
        return found

    async def addresses(self, device: str) -> dict[str, str]:
        return {node: link["address"] for node, link in (await self.devices(device)).items()}


@asynccontextmanager
async def a_site(**more: Any) -> AsyncIterator[Site]:
    async with LabCluster(timings=AT_ONCE, **more) as lab, lab.api() as api:
        cluster = Cluster(AccessSettings(str(lab.kubeconfig), environment=""), timings=PATIENT)
        try:
            yield Site(lab, api, cluster)
        finally:
            await cluster.close()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with a_site() as made:
        yield made


async def test_nodes_have_address_and_mtu_when_it_is_made_and_nothing_when_it_is_gone(
    site: Site,
) -> None:
    await site.carry(9000)
    made = await site.create(BACKUP | VERIFIED)
    assert await site.addresses("data-br.400") == IPS
    assert made.outputs["selectedNodes"] == made.outputs["readyNodes"] == list(NODES)
    assert made.outputs["devices"] == [
        {"node": node, "address": address.partition("/")[0], "mtu": 9000}
        for node, address in IPS.items()
    ]
    seen = await KINDS[HOST_NETWORK].read(
        "backup", made.inputs, made.outputs, site.call(HOST_NETWORK)
    )
    assert seen is not None
    assert seen.inputs == made.inputs
    await site.delete(made)
    assert await site.devices("data-br.400") == {}
    assert site.warned == []


async def test_only_selected_nodes_have_it(site: Site) -> None:
    await site.carry()
    expression = {"key": "kubernetes.io/hostname", "operator": "In", "labelValues": ["node2"]}
    selector = {"nodeSelector": {"matchExpressions": [expression]}}
    made = await site.create(BACKUP | {"ips": {"node2": "10.40.0.12/24"}} | selector)
    assert await site.addresses("data-br.400") == {"node2": "10.40.0.12/24"}
    assert made.outputs["selectedNodes"] == ["node2"]
    exists = {"matchExpressions": [expression | {"labelValues": ["node2", "node3"]}]}
    more = BACKUP | {"ips": dict(list(IPS.items())[1:]), "nodeSelector": exists}
    assert KINDS[HOST_NETWORK].deletes_first(made.inputs, more)
    changed = await site.update(made, more)
    assert changed.outputs["readyNodes"] == ["node2", "node3"]
    fewer = {"matchExpressions": [expression | {"labelValues": ["node3"]}]}
    ips = {"node3": IPS["node3"]}
    await site.update(changed, BACKUP | {"ips": ips, "nodeSelector": fewer})
    async with asyncio.timeout(SECONDS):
        # Nothing tells of it.
        while sorted(await site.devices("data-br.400")) != ["node3"]:  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def test_ready_agents_that_have_no_lease_are_told_of_and_found_on_the_nodes(
    site: Site,
) -> None:
    await site.carry()
    await faults.set_faults(site.api, {faults.DhcpSilent("node2")})
    by_dhcp = {"name": "backup", "clusterNetwork": "data", "vlan": 400, "mode": "dhcp"}
    with pytest.raises(Unfinished) as stopped:
        await site.create(by_dhcp | VERIFIED)
    assert stopped.value.reasons == [
        "node2: data-br.400 has no address, though its agent says that it is ready; does DHCP "
        "answer there?"
    ]
    assert site.warned == [
        "node2 said before: setup l3 connectivity failed: failed to get DHCP lease: no "
        "DHCPOFFER was received. Its agent now says that it is ready, but it does not try "
        "again: data-br.400 may have no address. disruption.verifyOnNodes looks; another way "
        "is to replace this resource"
    ]
    assert sorted(stopped.value.outputs["readyNodes"]) == list(NODES)


async def test_older_harvester_is_one_clear_line() -> None:
    async with a_site(version="v1.7.1") as site:
        with pytest.raises(Refused) as refused:
            await site.create(BACKUP, preview=True)
        kind, call = KINDS[HOST_NETWORK], site.call(HOST_NETWORK)
        assert await kind.read("backup", BACKUP, {"uid": "u"}, call) is None
        await kind.delete("backup", {"uid": "u"}, call)
    assert str(refused.value) == (
        "a HostNetworkConfig needs Harvester 1.8; this cluster has v1.7.1, which does not "
        "serve it. There, a VLAN of mgmt is added on each host by hand: `harvester-net verify "
        "mgmt` has the commands"
    )


CUT_OFF = (
    "mgmt-br.400 on node1, node2, node3 is, or cannot be told from, the device over which the "
    "node itself is managed: Harvester would delete it together with this object, and cut the "
    "node off. Use another VLAN; if it is meant, set allowManagementVlan: true"
)


async def _managed(site: Site) -> None:
    monitor = {
        node: [{"name": "mgmt-br.400", "index": 9, "type": "vlan", "state": "up"}]
        for node in NODES
    }
    status = {"status": {"linkStatus": monitor}}
    await faults.set_faults(site.api, map(faults.AgentDown, NODES))
    await site.api.merge_patch(f"{NETWORK}/linkmonitors/mgmt", status)


async def test_management_vlan_is_left_alone_unless_the_program_says_so(site: Site) -> None:
    await _managed(site)
    for preview in (True, False):
        with pytest.raises(Refused, match="cannot be told from") as refused:
            await site.create(ON_MGMT, preview=preview)
        assert str(refused.value) == f"vlan: {CUT_OFF}"
    # One that somebody else has made is not deleted either.
    spec = {"clusterNetwork": "mgmt", "vlanID": 400, "mode": "static", "ips": IPS}
    made = await site.api.create(
        HOST_NETWORKS,
        {
            "apiVersion": "network.harvesterhci.io/v1beta1",
            "kind": "HostNetworkConfig",
            "metadata": {"name": "storage"},
            "spec": spec,
        },
    )
    known = {"uid": made["metadata"]["uid"]}
    live = Live("storage", known, ON_MGMT)
    site.cluster.invalidate(*site.plan.seen.objects if site.plan.seen else ())
    with pytest.raises(Refused) as kept:
        await site.delete(live)
    assert str(kept.value) == f"storage cannot be deleted: {CUT_OFF}"
    path = f"{HOST_NETWORKS}/storage"
    said = {"harvester-net/allow-management-vlan": "true"}
    await site.api.merge_patch(path, {"metadata": {"annotations": said}})
    await site.delete(live)
    with pytest.raises(ApiError):
        await site.api.get(path)


async def test_one_on_mgmt_that_we_made_is_known_to_be_no_nodes_own(site: Site) -> None:
    made = await site.create(ON_MGMT)
    assert await site.addresses("mgmt-br.400") == IPS
    await site.delete(made)
    assert await site.devices("mgmt-br.400") == {}
    # Its device is gone before the next one is judged.
    again = await site.create(ON_MGMT)
    assert again.outputs["readyNodes"] == list(NODES)


async def test_a_higher_mtu_of_its_cluster_network_reaches_its_devices(site: Site) -> None:
    await site.carry()
    made = await site.create(BACKUP)
    old = {
        node: device["index"] for node, device in (await site.devices("data-br.400")).items()
    }
    network, call = KINDS[CLUSTER_NETWORK], site.call(CLUSTER_NETWORK)
    wanted = {"name": "data", "mtu": 9000}
    network.check(wanted, site.plan)
    await network.update("data", {"name": "data", "mtu": 1500}, wanted, {}, call)
    devices = await site.devices("data-br.400")
    assert {node: device["mtu"] for node, device in devices.items()} == dict.fromkeys(
        IPS, 9000
    )
    assert await site.addresses("data-br.400") == IPS
    assert {node for node in IPS if devices[node]["index"] != old[node]} == set(IPS)
    # It is another object, and still the program's own.
    site.cluster.invalidate(HOST_NETWORK_CONFIG)
    again = await KINDS[HOST_NETWORK].read(
        "backup", made.inputs, made.outputs, site.call(HOST_NETWORK)
    )
    assert again is not None
    assert again.inputs == made.inputs
    assert again.outputs["uid"] != made.outputs["uid"]


async def test_underlay_is_switched_off_before_it_is_deleted(site: Site) -> None:
    await site.carry()
    made = await site.create(BACKUP | {"underlay": True})
    await site.delete(made)
    assert (await site.api.get(HOST_NETWORKS))["items"] == []


READY = {"readyNodes": ["node1", "node2"], IN_PLACE: []}


@pytest.mark.parametrize(
    ("outputs", "new", "replaced"),
    [
        (READY, {"mode": "dhcp", "ips": None}, ["mode", "ips"]),
        (READY, {"ips": IPS | {"node1": "10.40.0.99/24"}}, ["ips.node1"]),
        (READY, {"ips": IPS | {"node3": "10.40.0.99/24"}}, []),
        (READY, {"ips": {"node1": IPS["node1"], "node2": IPS["node2"]}}, []),
        (READY | {IN_PLACE: ["ips"]}, {"ips": IPS | {"node1": "10.40.0.99/24"}}, []),
        (READY, {"vlan": 401, "clusterNetwork": "mgmt"}, ["clusterNetwork", "vlan"]),
        (READY, {"description": "x", "underlay": True}, []),
        ({"readyNodes": [], IN_PLACE: []}, {"mode": "dhcp", "ips": None}, []),
    ],
)
def test_what_agents_do_not_apply_replaces_it(
    outputs: Object, new: Object, replaced: list[str]
) -> None:
    kind = KINDS[HOST_NETWORK]
    wanted = {name: v for name, v in (BACKUP | new).items() if v is not None}
    found = kind.diff(kind.before(BACKUP, outputs), wanted)
    assert [each.path for each in found if each.replaces] == replaced
