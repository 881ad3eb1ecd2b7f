"""A likeness in a cluster: quiet, ruled as at home, and good for a rehearsal."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvester_net.change.apply import apply_change, fresh_snapshot
from harvester_net.change.consent import Consent
from harvester_net.change.context import ChangeContext
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.change.plan import plan
from harvester_net.change.steps.order import steps_of
from harvester_net.cluster.access import AccessSettings
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline
from harvester_net.cluster.resources import NAD, NODE, VLAN_STATUS, VM, VMI, key_of
from harvester_net.harvester.site.anonymous import anonymized
from harvester_net.harvester.site.document import Document
from harvester_net.harvester.site.kinds import SITE_KINDS, kept
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.lab import faults
from harvester_net.lab.api import Api, ApiError
from harvester_net.lab.apiserver import ControlPlane
from harvester_net.lab.cluster import LabCluster
from harvester_net.lab.likeness import Site
from harvester_net.lab.manifests import base_objects, namespaces
from harvester_net.lab.manifests.definitions import definitions
from harvester_net.lab.rehearsal import Recorder, summary

from ...sites import VERSION, site
from ...timing import AT_ONCE
from ..change.clusters import Case, cases
from .likenesses import SIZE, TIME, Kinds, document

STOPPED = {"spec": {"runStrategy": "Halted"}}
VOLUMES = "/apis/longhorn.io/v1beta2/namespaces/longhorn-system/volumes"
VM_PATH = "/apis/kubevirt.io/v1/namespaces/shop/virtualmachines"


def cluster_like(found: Kinds | None = None) -> LabCluster:
    made = Site(document(found))
    return LabCluster(version=made.version, objects=made.objects(), timings=AT_ONCE)


def filled(found: Kinds, *, others: bool = False) -> ControlPlane:
    """A store with all that comes up of a site, under other names if asked for."""
    objects = kept(found)
    made = Site(Document(VERSION, TIME, anonymized(objects) if others else objects))
    plane = ControlPlane()
    plane.prepare()
    plane.load([*namespaces(), *definitions(VERSION), *base_objects(VERSION)])
    plane.restore(made.objects())
    return plane


@settings(max_examples=15)
@given(cases(), st.booleans())
def test_every_site_fits_its_types(case: Case, others: bool) -> None:
    found = {kind: list(case.world.of(kind).values()) for kind in SITE_KINDS}
    plane = filled(found, others=others)
    for kind in (NODE, VM, VMI, NAD, VLAN_STATUS):
        served = plane.catalog.of_kind(kind.api, kind.kind)
        assert served is not None
        assert len(plane.store.list(served)) == len(found[kind])


async def test_a_likeness_comes_up_quietly() -> None:
    writes: set[str] = set()
    async with cluster_like() as cluster:
        cluster.plane.store.subscribe(
            lambda resource, event: writes.add(f"{resource.id} {event.key}")
        )
        async with cluster.api() as api:
            await faults.set_faults(api, await faults.read_faults(api))
            await asyncio.sleep(0.3)  # Nothing happens, and that takes its time.
    assert writes <= {
        f"configmaps {faults.NAMESPACE}/{faults.NAME}",
        # Of the lab itself.
        "persistentvolumeclaims cattle-monitoring-system/prometheus-data",
        "volumes.longhorn.io longhorn-system/pvc-prom",
        # The label that names a node's config: it has two, and each agent names both (H2).
        *(f"nodes {node}" for node in SIZE.node_names),
    }


async def test_rules_of_the_site_hold_in_its_likeness() -> None:
    async with cluster_like() as cluster, cluster.api() as api:
        path = "/apis/network.harvesterhci.io/v1beta1/vlanconfigs/rack-00"
        with pytest.raises(ApiError, match="shop/vm-0000"):
            await api.delete(path)


async def test_a_vm_that_is_stopped_lets_its_volume_go() -> None:
    async with cluster_like() as cluster, cluster.api() as api:
        states = [await _state(api, f"pvc-{name}") for name in ("0000", "0001", "other")]
        assert states == ["attached"] * 3
        await api.merge_patch(f"{VM_PATH}/vm-0000", STOPPED)
        async with asyncio.timeout(20):
            async for _, obj in api.watch(VOLUMES, fieldSelector="metadata.name=pvc-0000"):
                if obj["status"]["state"] == "detached":
                    break
        assert await _state(api, "pvc-other") == "attached"


async def _state(api: Api, name: str) -> str:
    return str((await api.get(f"{VOLUMES}/{name}"))["status"]["state"])


async def test_a_change_at_home_is_the_change_here() -> None:
    """The MTU of a network in use: same plan, and VMs are back at the end."""
    goal, consent = MtuGoal(cluster_network="data", mtu=9000), Consent(stop_vms=True)
    found = kept(site())
    home = Snapshot({r: {key_of(obj): obj for obj in listed} for r, listed in found.items()})
    at_home = plan(home, goal, consent)
    assert not at_home.refusals
    async with cluster_like() as cluster:
        recorder = Recorder(cluster.plane.store)
        client = Cluster(AccessSettings(str(cluster.kubeconfig)))
        deadline = Deadline(60)
        try:
            here = plan(await fresh_snapshot(client, deadline), goal, consent)
            await apply_change(ChangeContext(client, deadline, "a test"), goal, consent)
        finally:
            await client.close()
        seen = summary(recorder.record)
    assert [step.title for step in steps_of(here.record)] == [
        step.title for step in steps_of(at_home.record)
    ]
    assert sorted(vm.vm for vm in seen.vms if vm.is_back) == sorted(at_home.record.vms)
    assert seen.never_back == []
    assert {(one.cluster_network, one.node) for one in seen.uplinks} == {
        ("data", node) for node in SIZE.node_names
    }
    assert all(one.is_back and one.seconds < 30 for one in seen.uplinks)
