"""Host network configs made again after a higher MTU: which, in which order, and which not."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from harvester_net.change.context import ChangeContext
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.change.journal_checks import objections
from harvester_net.change.plan import plan
from harvester_net.change.record import Record
from harvester_net.change.steps.host_networks import HostNetworkStep
from harvester_net.change.steps.order import steps_of
from harvester_net.cluster.errors import AlreadyExists
from harvester_net.cluster.merge_patch import applied
from harvester_net.cluster.resources import (
    HOST_NETWORK_CONFIG,
    LINK_MONITOR,
    NAD,
    NODE,
    VLAN_CONFIG,
    VM,
    Object,
)
from harvester_net.harvester.names import MATCHED_NODES

from ... import objects
from .controllers import settled
from .model import ModelCluster, ModelPatience
from .sites import FULL, UP, reasons, site
from .world import World

DELETE, CREATE = "delete host network backup", "create host network backup"
IPS = {"node0": "10.0.0.10/24", "node1": "10.0.0.11/24"}
ON_MGMT = MtuGoal(cluster_network="mgmt", mtu=9000)


def with_hosts(*configs: Object, **more: Any) -> World:
    world = site(**more)
    for config in configs or (objects.new_host_network(ips=IPS),):
        world = world.put(HOST_NETWORK_CONFIG, config)
    return settled(world)


def record_of(world: World, goal: MtuGoal = UP) -> Record:
    return plan(world.snapshot, goal, FULL).record


def step_of(record: Record, step_id: str) -> HostNetworkStep:
    step = next(step for step in steps_of(record) if step.id == step_id)
    assert isinstance(step, HostNetworkStep)
    return step


def hosts_in(record: Record) -> dict[str, tuple[str, ...]]:
    """The steps about host networks, each with those that it comes after."""
    steps = steps_of(record)
    return {step.id: step.after for step in steps if isinstance(step, HostNetworkStep)}


async def done(world: World, record: Record, step_id: str) -> tuple[World, Record]:
    """The world after a step, and the record with what the step remembered."""
    cluster, known = ModelCluster(world), [record]

    async def remember(change: Any) -> None:
        known.append(change(known[-1]))

    context = ChangeContext(
        cast(Any, cluster), cast(Any, ModelPatience(cluster)), "the test", remember=remember
    )
    await step_of(record, step_id).act(world.snapshot, context)
    return settled(cluster.world), known[-1]


def test_a_higher_mtu_makes_them_again_when_the_uplinks_have_it() -> None:
    world = with_hosts(vms={"default/vm1": "Always"})
    record = record_of(world)
    core = ("delete nc-1", "set mtu nc-0", "create nc-1")
    assert hosts_in(record) == {DELETE: core, CREATE: (DELETE,)}
    # No VM waits for them.
    start = next(step for step in steps_of(record) if step.id == "start default/vm1")
    assert not {DELETE, CREATE} & set(start.after)
    titles = [step_of(record, step).title for step in (DELETE, CREATE)]
    assert titles == [
        "delete host network config backup (data-br.400), which keeps its MTU",
        "create host network config backup (data-br.400) again",
    ]


def test_a_lower_mtu_needs_none_and_its_way_back_makes_them_again() -> None:
    record = record_of(with_hosts(), MtuGoal(cluster_network="data", mtu=1400))
    assert list(record.host_networks) == ["backup"]
    assert hosts_in(record) == {}
    assert list(hosts_in(record.turned_back())) == [DELETE, CREATE]


def test_the_way_back_from_a_higher_mtu_only_puts_them_back() -> None:
    assert list(hosts_in(record_of(with_hosts()).turned_back())) == [CREATE]


def test_those_of_other_cluster_networks_are_no_part_of_it() -> None:
    other = objects.new_host_network("other", "other", 400)
    assert list(record_of(with_hosts(other)).host_networks) == []


@pytest.mark.parametrize(
    ("notes", "touched"),
    [
        ({}, []),
        ({"harvester-net/allow-management-vlan": "true"}, []),
        ({"harvester-net/not-management-vlan": "true"}, ["backup"]),
    ],
)
def test_the_nodes_own_management_is_never_touched(
    notes: dict[str, str], touched: list[str]
) -> None:
    config = objects.host_network(
        cluster_network="mgmt", said={"node0": ""}, annotations=notes
    )
    there = objects.link_monitor("mgmt", {"node0": [objects.link("mgmt-br.400", 5)]})
    world = site().put(HOST_NETWORK_CONFIG, config).put(LINK_MONITOR, there)
    assert list(record_of(world, ON_MGMT).host_networks) == touched


def test_an_underlay_that_vms_use_refuses_a_higher_mtu() -> None:
    overlay = {"cniVersion": "0.3.1", "type": "kube-ovn", "provider": "tenants.default.ovn"}
    under = objects.new_host_network("tunnels", spec={"underlay": True})
    world = with_hosts(under).put(NAD, objects.nad("tenants", config=overlay, labels={}))
    world = world.put(VM, objects.vm("vm9", "tenants", strategy="Halted"))
    assert reasons(plan(world.snapshot, UP, FULL).refusals) == [
        "host network config tunnels is the underlay of the overlay networks of default/vm9: "
        "for data-br.400 to have MTU 9000 it must be made again, and Harvester does not "
        "delete it before; remove these NICs first"
    ]
    lower = MtuGoal(cluster_network="data", mtu=1400)
    assert plan(world.snapshot, lower, FULL).refusals == []


@pytest.mark.parametrize(
    ("nodes", "reason"),
    [
        (
            [],
            "Harvester does not make one while network config nc-0 matches no node; delete "
            "it, or let it match a node",
        ),
        (
            ["node1"],
            "Harvester does not make one that does not reach every node; no network config of "
            "data matches node0",
        ),
    ],
)
def test_an_underlay_that_would_not_be_made_again_refuses_a_higher_mtu(
    nodes: list[str], reason: str
) -> None:
    world = with_hosts(objects.new_host_network(spec={"underlay": True}))
    matched = {"metadata": {"annotations": {MATCHED_NODES: json.dumps(nodes)}}}
    world = world.changed(VLAN_CONFIG, "nc-0", matched)
    said = reasons(plan(world.snapshot, UP, FULL).refusals)
    why = (
        "host network config backup is an underlay: for data-br.400 to have MTU 9000 it must "
        f"be made again, and {reason}"
    )
    assert why in said
    lower = MtuGoal(cluster_network="data", mtu=1400)
    assert why.replace("9000", "1400") not in reasons(
        plan(world.snapshot, lower, FULL).refusals
    )


async def test_an_underlay_that_nobody_uses_comes_back_as_one() -> None:
    world = with_hosts(objects.new_host_network(spec={"underlay": True}))
    gone, record = await done(world, record_of(world), DELETE)
    assert gone.get(HOST_NETWORK_CONFIG, "backup") is None
    back, _ = await done(gone, record, CREATE)
    assert back.of(HOST_NETWORK_CONFIG)["backup"]["spec"]["underlay"] is True


async def test_what_others_have_changed_meanwhile_comes_back() -> None:
    world = with_hosts()
    record = record_of(world)
    changed = world.changed(HOST_NETWORK_CONFIG, "backup", {"spec": {"description": "new"}})
    gone, remembered = await done(changed, record, DELETE)
    assert step_of(remembered, DELETE).done(gone.snapshot)
    back, _ = await done(gone, remembered, CREATE)
    assert back.of(HOST_NETWORK_CONFIG)["backup"]["spec"]["description"] == "new"
    assert step_of(remembered, CREATE).done(back.snapshot)
    assert step_of(remembered, CREATE).unproven(back.snapshot) == []


async def test_another_object_of_its_name_stays() -> None:
    world = with_hosts()
    record = record_of(world)
    anew = settled(world.without(HOST_NETWORK_CONFIG, "backup"))
    anew = settled(anew.put(HOST_NETWORK_CONFIG, objects.new_host_network(ips=IPS)))
    after, _ = await done(anew, record, DELETE)
    assert after.get(HOST_NETWORK_CONFIG, "backup") == anew.get(HOST_NETWORK_CONFIG, "backup")
    assert step_of(record, DELETE).done(after.snapshot)


async def test_one_that_is_still_going_is_made_when_it_is_gone() -> None:
    """The server has the name until the finalizers of the old object are done."""
    world = with_hosts()
    record = record_of(world)
    terminating = {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}
    going = world.changed(HOST_NETWORK_CONFIG, "backup", terminating)
    seen: list[Object | None] = [going.get(HOST_NETWORK_CONFIG, "backup"), None]

    class Busy(ModelCluster):
        async def create(self, resource: Any, manifest: Object, deadline: Any) -> Object:
            if seen:
                raise AlreadyExists("backup")
            made: Object = await super().create(resource, manifest, deadline)
            return made

        async def get(self, resource: Any, key: str, deadline: Any) -> Object | None:
            return seen.pop(0)

    cluster = Busy(world.without(HOST_NETWORK_CONFIG, "backup"))
    patience = ModelPatience(cluster)
    context = ChangeContext(cast(Any, cluster), cast(Any, patience), "the test")
    await step_of(record, CREATE).act(world.snapshot, context)
    assert seen == []
    assert cluster.world.get(HOST_NETWORK_CONFIG, "backup") is not None


def test_an_old_device_is_waited_for_unless_its_node_is_down() -> None:
    world = with_hosts()
    record = record_of(world)
    delete = step_of(record, DELETE)
    gone = world.without(HOST_NETWORK_CONFIG, "backup")
    assert not delete.done(gone.snapshot)
    assert delete.waits_for(gone.snapshot) == "node0, node1 to remove data-br.400"
    for node in ("node0", "node1"):
        down = {"status": {"conditions": [{"type": "Ready", "status": "False"}]}}
        gone = gone.changed(NODE, node, down)
    assert delete.done(gone.snapshot)


def test_one_that_is_made_again_waits_for_the_nodes_that_had_it() -> None:
    world = with_hosts()
    create = step_of(record_of(world), CREATE)
    fields = {"status": {"nodeStatus": {"node1": None}}}
    waiting = world.changed(HOST_NETWORK_CONFIG, "backup", fields)
    assert not create.done(waiting.snapshot)
    assert create.waits_for(waiting.snapshot) == (
        "host network config backup: node1: its agent has not set up the device yet"
    )
    # Of a node that did not have it before nobody expects it.
    others = step_of(record_of(waiting), CREATE)
    assert others.done(waiting.snapshot)
    assert others.waits_for(world.without(HOST_NETWORK_CONFIG, "backup").snapshot) == (
        "host network config backup to be made again"
    )


def tampered(**fields: Any) -> Record:
    record = record_of(with_hosts()).model_dump(mode="json")
    changed = {"host_networks": {"backup": {"manifest": fields}}}
    return Record.model_validate(applied(record, changed))


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "DaemonSet"},
        {"metadata": {"name": "other"}},
        {"metadata": {"ownerReferences": []}},
        {"metadata": {"annotations": {"harvester-net/allow-management-vlan": "true"}}},
        {"spec": {"clusterNetwork": "mgmt"}},
        {"spec": {"template": {}}},
        {"spec": {"vlanID": "400"}},
        {"spec": {"vlanID": True}},
        {"spec": None},
    ],
)
def test_a_journal_that_reaches_further_is_not_trusted(fields: Object) -> None:
    assert list(objections(tampered())) == []
    assert list(objections(tampered(**fields)))


def test_a_path_in_place_of_its_name_is_not_trusted() -> None:
    record = record_of(with_hosts())
    evil = {"../../x": record.host_networks["backup"]}
    assert list(objections(record.model_copy(update={"host_networks": evil})))
