"""DHCP pools on a whole embedded cluster with the add-on: made, changed and deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from harvester_net.cluster.access import AccessSettings
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline
from harvester_net.cluster.resources import DHCP_POOL, VM_NETWORK_CONFIG, Object
from harvester_net.cluster.rights import rights
from harvester_net.kinds.call import Call
from harvester_net.kinds.desired_state import DesiredState
from harvester_net.kinds.dhcp_pool import DhcpPool
from harvester_net.kinds.failures import Refused, Unfinished
from harvester_net.kinds.kind import Live
from harvester_net.kinds.registry import KINDS
from harvester_net.lab.api import Api
from harvester_net.lab.cluster import NETWORK_CONTROLLER, LabCluster

from ... import objects
from ...rbac import client_of, let_in
from ...timing import AT_ONCE, QUICK
from ...waiting import SECONDS
from ..programs import DHCP_POOL as TOKEN
from ..programs import FULL, VM_NETWORK, program
from .calls import checked, urn_of, wish_of

KIND = DhcpPool()
POOL, KEY = program(TOKEN), "default/web-pool"
VM100 = program(VM_NETWORK, clusterNetwork="mgmt")
POOLS = DHCP_POOL.path("default")
CONFIGS = VM_NETWORK_CONFIG.path("default")
VMS = "/apis/kubevirt.io/v1/namespaces/default/virtualmachines"
NOT_SERVED = (
    "a DhcpPool needs the experimental add-on vm-dhcp-controller, which is not enabled on "
    "this cluster; enable it first"
)


@dataclass
class Site:
    """A cluster, a run of Pulumi on it, and an administrator beside it."""

    lab: LabCluster
    api: Api
    cluster: Cluster
    plan: DesiredState = field(default_factory=DesiredState)
    warned: list[str] = field(default_factory=list)

    def call(self, token: str = TOKEN, seconds: float = SECONDS, **more: Any) -> Call:
        return Call(
            urn_of(KINDS[token], "mine"),
            self.cluster,
            Deadline(seconds),
            warn=self.warned.append,
            desired_state=self.plan,
            **more,
        )

    async def create(self, inputs: Object, token: str = TOKEN, **more: Any) -> Live:
        kind = KINDS[token]
        kind.check(inputs, self.plan)
        return await kind.create(checked(kind, inputs), self.call(token, **more))

    async def update(self, before: Live, new: Object, **more: Any) -> Live:
        call = self.call(**more)
        return await KIND.update(before.key, before.inputs, new, before.outputs, call)


@asynccontextmanager
async def a_site(**more: Any) -> AsyncIterator[Site]:
    async with LabCluster(timings=AT_ONCE, **more) as lab, lab.api() as api:
        cluster = Cluster(AccessSettings(str(lab.kubeconfig), environment=""), timings=QUICK)
        try:
            yield Site(lab, api, cluster)
        finally:
            await cluster.close()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with a_site(dhcp=True) as made:
        yield made


def test_every_property_is_written_and_read_back() -> None:
    wish = wish_of(KIND, FULL[TOKEN])
    made = KIND.codec.manifest(wish, 0)
    assert made["spec"] == {
        "networkName": "tenants/vm100",
        "paused": True,
        "ipv4Config": {
            "cidr": "192.168.100.0/24",
            "serverIP": "192.168.100.2",
            "pool": {
                "start": "192.168.100.10",
                "end": "192.168.100.200",
                "exclude": ["192.168.100.50"],
            },
            "router": "192.168.100.1",
            "dns": ["192.168.100.1", "192.168.100.3"],
            "domainName": "example.com",
            "domainSearch": ["example.com", "example.org"],
            "ntp": ["192.168.100.1"],
            "leaseTime": 3600,
        },
    }
    seen = KIND.codec.observed_inputs(made)
    assert seen == FULL[TOKEN]
    assert KIND.codec.patch(wish, made, 0) == {}


@pytest.mark.parametrize(
    ("changed", "replacing"),
    [
        ({"vmNetwork": "default/other"}, True),
        ({"serverIp": "192.168.100.3"}, True),
        ({"exclude": ["192.168.100.60"]}, True),
        ({"router": "192.168.100.3"}, True),
        ({"router": None}, True),
        ({"dns": ["192.168.100.4"], "leaseTime": 60, "paused": False}, False),
    ],
)
def test_what_the_add_on_does_not_change_replaces(changed: Object, replacing: bool) -> None:
    old = FULL[TOKEN]
    new = {name: value for name, value in (old | changed).items() if value is not None}
    assert any(each.replaces for each in KIND.diff(old, new)) is replacing
    assert KIND.deletes_first(old, new)


def test_router_can_be_added() -> None:
    found = KIND.diff(POOL, POOL | {"router": "192.168.100.1"})
    assert [(each.path, each.replaces) for each in found] == [("router", False)]


async def test_life_from_preview_to_deletion(site: Site) -> None:
    KINDS[VM_NETWORK].check(VM100, site.plan)
    await site.create(POOL, preview=True)
    await site.create(VM100, VM_NETWORK)
    made = await site.create(POOL)
    assert (made.key, made.outputs["used"], made.outputs["available"]) == (KEY, 0, 191)
    again = await KIND.read(KEY, {}, {}, site.call())
    assert again is not None
    assert again.inputs == POOL
    assert KIND.diff(POOL, again.inputs) == []
    paused = await site.update(made, POOL | {"paused": True})
    assert (await site.api.get(f"{POOLS}/web-pool"))["spec"]["paused"] is True
    runs = await site.update(paused, POOL)
    assert site.warned == []
    await KIND.delete(KEY, runs.outputs, site.call())
    assert (await site.api.get(POOLS))["items"] == []


async def test_options_that_a_running_agent_does_not_learn_are_warned_of(site: Site) -> None:
    await site.create(VM100, VM_NETWORK)
    made = await site.create(POOL)
    told = (
        f"DhcpPool {KEY}: its agent goes on with the old dns, leaseTime until it is made "
        "anew; delete pod harvester-system/default-web-pool-agent"
    )
    new = POOL | {"dns": ["192.168.100.1"], "leaseTime": 60}
    await site.update(made, new, preview=True)
    await site.update(made, new)
    assert site.warned == [told, told]
    config = (await site.api.get(f"{POOLS}/web-pool"))["spec"]["ipv4Config"]
    assert (config["dns"], config["leaseTime"]) == (["192.168.100.1"], 60)


async def test_pool_that_does_not_get_ready_fails_with_the_words_of_the_add_on(
    site: Site,
) -> None:
    await site.create(VM100, VM_NETWORK)
    await site.lab.kill(NETWORK_CONTROLLER)
    with pytest.raises(Unfinished) as unfinished:
        await site.create(POOL, seconds=1)
    assert unfinished.value.reasons[:3] == [
        "Registered: no word yet",
        "CacheReady: no word yet",
        "AgentReady: no word yet",
    ]


async def test_vm_network_that_is_missing_is_said_at_preview(site: Site) -> None:
    await site.create(POOL, preview=True)
    assert site.warned == [
        "vmNetwork: there is no VM network default/vm100, unless this run changes that"
    ]


async def test_vm_with_a_nic_on_another_network_is_warned_of(site: Site) -> None:
    await site.create(VM100, VM_NETWORK)
    await site.create(program(VM_NETWORK, name="vm200", clusterNetwork="mgmt"), VM_NETWORK)
    vm = objects.new_vm("vm1", "vm100", strategy="Halted")
    spec = vm["spec"]["template"]["spec"]
    spec["domain"]["devices"]["interfaces"].append({"name": "nic-2", "bridge": {}})
    spec["networks"].append({"name": "nic-2", "multus": {"networkName": "default/vm200"}})
    await site.api.create(VMS, vm)
    await site.create(POOL, preview=True)
    assert site.warned == [
        "vmNetwork: VM default/vm1 gets no address at all: the add-on skips a VM with a NIC "
        "on a VM network without a pool, here default/vm200"
    ]


async def test_vms_with_addresses_are_named_before_the_pool_is_replaced(site: Site) -> None:
    await site.create(VM100, VM_NETWORK)
    await site.create(POOL)
    await site.api.create(CONFIGS, objects.vm_network_config("vm1", "default/vm100"))
    new = POOL | {"serverIp": "192.168.100.3"}
    site.plan.replace((DHCP_POOL, KEY))
    await site.create(new, preview=True, replaced=KEY)
    assert site.warned == [
        f"{KEY} is deleted before it is replaced: cannot be deleted while VMs have addresses "
        "of it: default/vm1; delete them, or take their NICs off the VM network"
    ]


async def test_pool_with_leases_is_not_deleted_and_says_whose_they_are(site: Site) -> None:
    await site.create(VM100, VM_NETWORK)
    made = await site.create(POOL)
    await site.api.create(CONFIGS, objects.vm_network_config("vm1", "default/vm100"))
    with pytest.raises(Refused) as refused:
        await KIND.delete(KEY, made.outputs, site.call())
    assert str(refused.value) == (
        f"DhcpPool {KEY} cannot be deleted while it is used by VM default/vm1, which has an "
        "address of it"
    )
    await site.api.delete(f"{CONFIGS}/vm1")
    await KIND.delete(KEY, made.outputs, site.call())
    assert (await site.api.get(POOLS))["items"] == []


async def test_what_the_webhook_refuses_at_up_is_said_in_our_words(site: Site) -> None:
    with pytest.raises(Refused) as refused:
        await site.create(POOL)
    assert str(refused.value).startswith("vmNetwork: there is no VM network default/vm100 (")
    assert "cannot create IPPool default/web-pool because there is no" in str(refused.value)


async def test_who_may_work_in_one_namespace_makes_pools_there(site: Site) -> None:
    await site.create(VM100, VM_NETWORK)
    own = rights("list get create patch delete watch", DHCP_POOL, namespace="default")
    user = let_in(site.lab.plane, (*own, *rights("list", VM_NETWORK_CONFIG)))
    async with client_of(site.lab.plane, user) as client:
        tenant = Site(site.lab, site.api, client)
        await tenant.create(POOL, preview=True)
        made = await tenant.create(POOL)
        assert made.outputs["available"] == 191
        await KIND.delete(KEY, made.outputs, tenant.call())


async def test_without_the_add_on_one_line_says_so_at_preview() -> None:
    async with a_site() as site:
        with pytest.raises(Refused) as refused:
            await site.create(POOL, preview=True)
        assert str(refused.value) == NOT_SERVED
        assert await KIND.read(KEY, POOL, POOL | {"uid": "u1"}, site.call()) is None
        await KIND.delete(KEY, POOL | {"uid": "u1"}, site.call())
