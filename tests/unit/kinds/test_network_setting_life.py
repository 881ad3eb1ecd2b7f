"""The RWX and the VM migration network on a whole embedded cluster, with all that follows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from harvester_net.cluster.access import AccessSettings
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline
from harvester_net.cluster.resources import SETTING
from harvester_net.harvester.names import (
    MIGRATION_SETTING,
    NETWORK_STATUS,
    RWX_SETTING,
    STORAGE_SETTING,
)
from harvester_net.kinds.call import Call
from harvester_net.kinds.desired_state import DesiredState
from harvester_net.kinds.failures import Refused, Unfinished
from harvester_net.kinds.kind import Live
from harvester_net.kinds.registry import KINDS
from harvester_net.lab.api import Api, Object
from harvester_net.lab.cluster import LabCluster
from harvester_net.specs.unknown import UNKNOWN

from ...timing import AT_ONCE, QUICK, hasten
from ...waiting import SECONDS
from ..programs import (
    CLUSTER_NETWORK,
    MIGRATION_NETWORK,
    NETWORK_CONFIG,
    RWX_NETWORK,
    STORAGE_NETWORK,
)
from .calls import checked, urn_of

SETTINGS = "/apis/harvesterhci.io/v1beta1/settings"
NADS = "/apis/k8s.cni.cncf.io/v1/namespaces/harvester-system/network-attachment-definitions"
PODS = "/api/v1/namespaces/harvester-system/pods"
KUBEVIRTS = "/apis/kubevirt.io/v1/namespaces/harvester-system/kubevirts"
TOLD = "/apis/longhorn.io/v1beta2/namespaces/longhorn-system/settings"
RWX_TOLD = f"{TOLD}/endpoint-network-for-rwx-volume"
STORAGE = {"clusterNetwork": "mgmt", "vlan": 300, "range": "192.168.0.0/24"}
OWN = {"clusterNetwork": "mgmt", "vlan": 301, "range": "192.168.1.0/24"}
MIGRATION = {"clusterNetwork": "mgmt", "vlan": 302, "range": "192.168.2.0/24"}
SHARED = {"shareStorageNetwork": True}


@dataclass
class Site:
    """A cluster, a run of Pulumi on it, and an administrator beside it."""

    lab: LabCluster
    api: Api
    cluster: Cluster
    plan: DesiredState = field(default_factory=DesiredState)
    told: list[str] = field(default_factory=list)

    def call(self, token: str, **more: Any) -> Call:
        urn = urn_of(KINDS[token], "mine")
        deadline, told = Deadline(SECONDS), self.told.append
        return Call(
            urn,
            self.cluster,
            deadline,
            tell=told,
            inform=told,
            desired_state=self.plan,
            **more,
        )

    async def create(self, token: str, inputs: Object) -> Live:
        kind = KINDS[token]
        kind.check(inputs, self.plan)
        return await kind.create(checked(kind, inputs), self.call(token))

    async def update(self, token: str, old: Object, new: Object) -> Live:
        kind = KINDS[token]
        return await kind.update(kind.key(new) or "", old, new, {}, self.call(token))

    async def delete(self, token: str) -> None:
        kind = KINDS[token]
        await kind.delete(kind.key({}) or "", {}, self.call(token))

    async def value(self, setting: str) -> str:
        return str((await self.api.get(f"{SETTINGS}/{setting}")).get("value") or "")

    async def networks_of_pods(self) -> dict[str, set[str]]:
        """By node the networks that its virt-handler says it is on, besides the pods' own."""
        pods = (await self.api.get(PODS))["items"]
        return {
            pod["spec"]["nodeName"]: {
                one["name"]
                for one in json.loads(pod["metadata"]["annotations"][NETWORK_STATUS])
                if not one.get("default")
            }
            for pod in pods
            if pod["metadata"]["labels"].get("kubevirt.io") == "virt-handler"
        }


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with LabCluster(timings=AT_ONCE) as lab, lab.api() as api:
        access = AccessSettings(str(lab.kubeconfig), environment="")
        cluster = Cluster(access, timings=QUICK)
        try:
            yield Site(lab, api, cluster)
        finally:
            await cluster.close()


async def test_migrations_go_over_it_on_every_node_when_it_is_made_and_changed(
    site: Site,
) -> None:
    made = await site.create(MIGRATION_NETWORK, MIGRATION)
    nad = made.outputs["vmNetwork"]
    assert nad.startswith("harvester-system/vm-migration-network-")
    nodes = {f"node{number}" for number in (1, 2, 3)}
    assert await site.networks_of_pods() == {node: {nad} for node in nodes}
    changed = MIGRATION | {"range": "192.168.3.0/24"}
    again = (await site.update(MIGRATION_NETWORK, MIGRATION, changed)).outputs["vmNetwork"]
    assert again != nad
    assert await site.networks_of_pods() == {node: {again} for node in nodes}
    names = {one["metadata"]["name"] for one in (await site.api.get(NADS))["items"]}
    assert names == {again.partition("/")[2]}
    await site.delete(MIGRATION_NETWORK)
    assert await site.value(MIGRATION_SETTING) == ""
    assert await site.networks_of_pods() == {node: set() for node in nodes}


async def test_what_harvester_gave_up_is_told_at_once_and_tried_again_by_the_next_up(
    site: Site,
) -> None:
    kubevirt = await site.api.get(f"{KUBEVIRTS}/kubevirt")
    await site.api.delete(f"{KUBEVIRTS}/kubevirt")
    with pytest.raises(Unfinished) as gave_up:
        await site.create(MIGRATION_NETWORK, MIGRATION)
    assert gave_up.value.reasons == [
        "Harvester could not set the VM migration network, and does not try again by itself: "
        "GetKubeVirtError: get kubevirt error not found; the next `pulumi up` clears it and "
        "sets it again"
    ]
    kind = KINDS[MIGRATION_NETWORK]
    with pytest.raises(Unfinished) as seen:
        await kind.read(MIGRATION_SETTING, MIGRATION, {}, site.call(MIGRATION_NETWORK))
    assert seen.value.reasons == ["failed: GetKubeVirtError: get kubevirt error not found"]
    metadata = {key: kubevirt["metadata"][key] for key in ("name", "namespace")}
    back = {k: kubevirt[k] for k in ("apiVersion", "kind", "spec")} | {"metadata": metadata}
    await site.api.create(KUBEVIRTS, back)
    site.cluster.invalidate(SETTING)
    made = await site.update(MIGRATION_NETWORK, MIGRATION, MIGRATION)
    assert (
        "GetKubeVirtError: get kubevirt error not found; it is cleared and set again, for "
        "Harvester tries once"
    ) in site.told
    assert made.outputs["vmNetwork"].startswith("harvester-system/vm-migration-network-")


async def test_configs_of_the_run_that_never_become_ready_are_named(site: Site) -> None:
    site.plan.configs_of["mgmt"] = {"rack-a", "rack-b"}
    hasten(site.cluster, configs_ready=0.2)
    with pytest.raises(Refused) as refusal:
        await site.create(STORAGE_NETWORK, STORAGE)
    assert str(refusal.value).startswith("network configs are not ready: rack-a, rack-b (")
    assert "waiting for network configs to be ready: rack-a, rack-b" in site.told
    assert await site.value(STORAGE_SETTING) == ""


async def test_rwx_volumes_share_the_storage_network_that_the_same_run_makes(
    site: Site,
) -> None:
    for token, inputs in ((STORAGE_NETWORK, STORAGE), (RWX_NETWORK, SHARED)):
        KINDS[token].check(inputs, site.plan)
    sharing = asyncio.create_task(site.create(RWX_NETWORK, SHARED))
    await asyncio.sleep(QUICK.poll)
    storage = await site.create(STORAGE_NETWORK, STORAGE)
    made = await sharing
    nad = storage.outputs["vmNetwork"]
    assert made.outputs == SHARED | {"uid": made.outputs["uid"], "vmNetwork": nad}
    assert (await site.api.get(RWX_TOLD))["value"] == nad
    # And together they go again, in the order that Harvester wants.
    await asyncio.gather(site.delete(STORAGE_NETWORK), site.delete(RWX_NETWORK))
    assert await site.value(STORAGE_SETTING) == ""
    assert json.loads(await site.value(RWX_SETTING)) == {"share-storage-network": False}
    assert (await site.api.get(RWX_TOLD)).get("value", "") == ""


async def test_storage_network_that_others_share_is_not_cleared(site: Site) -> None:
    await site.create(STORAGE_NETWORK, STORAGE)
    await site.create(RWX_NETWORK, SHARED)
    with pytest.raises(Refused) as refusal:
        await site.delete(STORAGE_NETWORK)
    assert str(refusal.value) == (
        "clusterNetwork: cannot be cleared while RWX volumes share it; set "
        "share-storage-network to false in the setting rwx-network first"
    )


async def test_rwx_network_of_its_own_is_made_changed_and_given_up(site: Site) -> None:
    made = await site.create(RWX_NETWORK, OWN)
    first = made.outputs["vmNetwork"]
    assert first.startswith("harvester-system/rwx-network-")
    assert (await site.api.get(RWX_TOLD))["value"] == first
    changed = OWN | {"vlan": 303}
    second = (await site.update(RWX_NETWORK, OWN, changed)).outputs["vmNetwork"]
    assert second != first
    assert (await site.api.get(RWX_TOLD))["value"] == second
    kind = KINDS[RWX_NETWORK]
    seen = await kind.read(RWX_SETTING, changed, {}, site.call(RWX_NETWORK))
    assert seen is not None
    assert seen.inputs == changed
    await site.delete(RWX_NETWORK)
    assert (await site.api.get(NADS))["items"] == []
    assert await kind.read(RWX_SETTING, {}, {}, site.call(RWX_NETWORK)) is None


DATA = {"name": "data", "mtu": 1500, "disruption": {"cycleStorageNetwork": True}}
CARRIED: dict[str, Object] = {
    CLUSTER_NETWORK: DATA,
    NETWORK_CONFIG: {"name": "all", "clusterNetwork": "data", "uplink": {"nics": ["eno2"]}},
    STORAGE_NETWORK: STORAGE | {"clusterNetwork": "data"},
    RWX_NETWORK: SHARED,
    MIGRATION_NETWORK: MIGRATION | {"clusterNetwork": "data"},
}
"""A cluster network with the networks of all Settings on it."""
ON_IT = (STORAGE_NETWORK, RWX_NETWORK, MIGRATION_NETWORK)


async def test_change_that_sets_networks_again_renews_what_the_state_has_of_them(
    site: Site,
) -> None:
    """The engine reads all resources before the first one changes."""
    made = {token: await site.create(token, inputs) for token, inputs in CARRIED.items()}
    state = {token: made[token].outputs for token in ON_IT}
    changed = DATA | {"mtu": 9000}
    for preview in (True, False):
        site.plan = DesiredState()
        assert renewed(site, state) == {token: [] for token in ON_IT}
        call = site.call(CLUSTER_NETWORK, preview=preview)
        outputs = made[CLUSTER_NETWORK].outputs
        await KINDS[CLUSTER_NETWORK].update("data", DATA, changed, outputs, call)
        assert renewed(site, state) == {token: ["vmNetwork"] for token in ON_IT}
        for token in ON_IT:
            kind, inputs = KINDS[token], CARRIED[token]
            key, call = kind.key(inputs) or "", site.call(token, preview=preview)
            live = await kind.update(key, inputs, inputs, state[token], call)
            before, after = state[token]["vmNetwork"], live.outputs["vmNetwork"]
            assert (after is UNKNOWN) if preview else after not in ("", before)
            if not preview:
                state[token] = live.outputs
    assert renewed(site, state) == {token: [] for token in ON_IT}
    assert state[RWX_NETWORK]["vmNetwork"] == state[STORAGE_NETWORK]["vmNetwork"]
    for token in ON_IT:
        seen = await KINDS[token].read(KINDS[token].key({}) or "", {}, {}, site.call(token))
        assert seen is not None
        assert seen.outputs["vmNetwork"] == state[token]["vmNetwork"]


def renewed(site: Site, state: dict[str, Object]) -> dict[str, list[str]]:
    """The outputs of the state that are to be renewed, by type."""
    return {
        token: KINDS[token].outputs_to_renew(outputs, site.call(token))
        for token, outputs in state.items()
    }


async def test_another_storage_network_renews_the_rwx_network_that_shares_it(
    site: Site,
) -> None:
    made = await site.create(STORAGE_NETWORK, STORAGE)
    shared = await site.create(RWX_NETWORK, SHARED)
    assert shared.outputs["vmNetwork"] == made.outputs["vmNetwork"]
    site.plan.renewed_networks.add(STORAGE_SETTING)
    kind = KINDS[RWX_NETWORK]
    call = site.call(RWX_NETWORK, preview=True)
    assert kind.outputs_to_renew(shared.outputs, call) == ["vmNetwork"]
    shown = await kind.update(RWX_SETTING, SHARED, SHARED, shared.outputs, call)
    assert shown.outputs["vmNetwork"] is UNKNOWN


async def test_network_of_somebody_else_is_refused_with_the_way_to_import_it(
    site: Site,
) -> None:
    await site.create(MIGRATION_NETWORK, MIGRATION)
    with pytest.raises(Refused) as refusal:
        await site.create(MIGRATION_NETWORK, MIGRATION | {"vlan": 400})
    assert str(refusal.value) == (
        'the cluster has a VM migration network already: {"clusterNetwork":"mgmt","vlan":302,'
        '"range":"192.168.2.0/24"}; to manage it: pulumi import '
        "harvester-net:index:VmMigrationNetwork mine vm-migration-network"
    )


async def test_harvester_before_the_setting_is_named() -> None:
    async with LabCluster(timings=AT_ONCE, version="v1.7.1") as lab, lab.api() as api:
        access = AccessSettings(str(lab.kubeconfig), environment="")
        site = Site(lab, api, Cluster(access, timings=QUICK))
        with pytest.raises(Refused) as refusal:
            await site.create(RWX_NETWORK, OWN)
        await site.cluster.close()
    assert str(refusal.value) == (
        "the server has no Setting rwx-network; is this Harvester 1.8 or newer?"
    )
