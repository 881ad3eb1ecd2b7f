"""A journal that somebody else has written leads nowhere: each way that was found, one row."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from harvester_net.change.consent import Consent
from harvester_net.change.errors import UnreadableJournal
from harvester_net.change.goals import AnyGoal
from harvester_net.change.goals.network_config import ConfigDeletionGoal, ConfigGoal
from harvester_net.change.goals.storage_network import StorageNetworkGoal
from harvester_net.change.goals.vm_network import VmNetworkGoal
from harvester_net.change.journal import record_in
from harvester_net.change.journal_checks import objections
from harvester_net.change.plan import plan
from harvester_net.change.record import Record
from harvester_net.cluster.merge_patch import applied

from .sites import FULL, UP, site, wide_site

LONGHORN = "../../../../apis/apps/v1/namespaces/longhorn-system/daemonsets/longhorn-manager"
EVIL_CNI = '{"type": "../../tmp/evil"}'


def planned(goal: AnyGoal = UP) -> Record:
    """The record that a plan makes."""
    return plan(site().snapshot, goal, FULL, "ada").record


def with_fields(**fields: Any) -> Record:
    return Record.model_validate(applied(planned().model_dump(mode="json"), fields))


def with_manifest(**fields: Any) -> Record:
    return with_fields(configs={"nc-0": {"manifest": fields}})


@pytest.mark.parametrize(
    "goal",
    [
        UP,
        ConfigGoal(key="nc-0", patch={"uplink": {"nics": ["eth2"]}}),
        ConfigGoal(key="nc-0", patch={"uplink": {"bondOptions": None}, "nodeSelector": None}),
        ConfigDeletionGoal(key="nc-0"),
        VmNetworkGoal(key="default/net", patch={"spec": {"config": '{"type":"bridge"}'}}),
        VmNetworkGoal(key="default/net", patch={"metadata": {"labels": {"a": "b"}}}),
        StorageNetworkGoal(text='{"vlan":100}'),
        StorageNetworkGoal(),
    ],
)
def test_what_we_write_ourselves_is_trusted(goal: AnyGoal) -> None:
    record = planned(goal)
    assert list(objections(record)) == []
    assert list(objections(record.turned_back())) == []


def moving(**emptying: Any) -> Record:
    """The record of a change that migrates VMs, with these fields of how."""
    goal = ConfigGoal(key="nc-0", patch={"uplink": {"nics": ["eth2"]}})
    world = site(nodes=2, vms={"default/a": "Always"})
    record = plan(world.snapshot, goal, Consent(migrate_vms=True)).record
    assert record.emptying is not None
    return record.model_copy(update={"emptying": record.emptying.model_copy(update=emptying)})


def test_the_nodes_that_we_empty_ourselves_are_trusted() -> None:
    assert list(objections(moving())) == []
    assert list(objections(moving().turned_back())) == []


def in_turn(**turns: Any) -> Record:
    """The record of a change whose nodes take turns, with these fields of how."""
    goal = ConfigGoal(key="wide", patch={"uplink": {"nics": ["eth2"]}})
    world = wide_site(2, vms={"default/a": "node0"})
    record = plan(world.snapshot, goal, Consent(migrate_vms=True)).record
    fields = {"id": "0123abcd", "emptying": {"turns": turns}}
    return Record.model_validate(applied(record.model_dump(mode="json"), fields))


def test_the_turns_that_we_plan_ourselves_are_trusted() -> None:
    assert list(objections(in_turn())) == []
    assert list(objections(in_turn().turned_back())) == []


def of_another_goal(goal: AnyGoal) -> Record:
    return in_turn().model_copy(update={"goal": goal})


TAMPERED: dict[str, Callable[[], Record]] = {
    "another object's path as a config": lambda: with_fields(
        configs={LONGHORN: {"nodes": [], "manifest": {}}}
    ),
    "a path as the config to patch": lambda: Record(
        goal=ConfigGoal(key=LONGHORN, patch={"uplink": {}}), version=(1, 8)
    ),
    "a pod spec as the patch": lambda: Record(
        goal=ConfigGoal(key="nc-0", patch={"template": {"spec": {"hostNetwork": True}}}),
        version=(1, 8),
    ),
    "a path as a VM": lambda: with_fields(vms={"prod/../../x": {"strategy": "Always"}}),
    "a VM without a namespace": lambda: with_fields(vms={"web": {"strategy": "Always"}}),
    "a path as a node": lambda: with_fields(configs={"nc-0": {"nodes": ["a/b"]}}),
    "a path as the cluster network": lambda: with_fields(goal={"cluster_network": "a/b"}),
    "a manifest of another kind": lambda: with_manifest(kind="DaemonSet"),
    "a manifest of another API": lambda: with_manifest(apiVersion="apps/v1"),
    "a manifest of another name": lambda: with_manifest(metadata={"name": "nc-9"}),
    "a manifest with owners": lambda: with_manifest(metadata={"ownerReferences": []}),
    "a manifest with a status": lambda: with_manifest(status={}),
    "a manifest with fields of a pod": lambda: with_manifest(spec={"containers": []}),
    "an uplink with other fields": lambda: with_manifest(spec={"uplink": {"exec": "x"}}),
    "an uplink of another shape": lambda: with_manifest(
        spec={"uplink": {"linkAttributes": [1]}}
    ),
    "a manifest without an uplink": lambda: with_manifest(spec={"uplink": None}),
    "labels that are no texts": lambda: with_manifest(metadata={"labels": {"a": {"b": "c"}}}),
    "another cluster network's config": lambda: with_manifest(
        spec={"clusterNetwork": "other"}
    ),
    "a kept config of nobody": lambda: with_fields(kept="nc-9"),
    "a CNI plugin of its own": lambda: with_fields(vm_networks={"default/x": EVIL_CNI}),
    "a CNI plugin as what is wanted": lambda: Record(
        goal=VmNetworkGoal(key="default/x", patch={"spec": {"config": EVIL_CNI}}),
        vm_networks={"default/x": '{"type": "bridge"}'},
        version=(1, 8),
    ),
    "another VM network than the goal's": lambda: Record(
        goal=ConfigDeletionGoal(key="nc-0"),
        vm_networks={"default/x": '{"type": "bridge"}'},
        version=(1, 8),
    ),
    "another config than the goal's": lambda: planned().model_copy(
        update={"goal": ConfigDeletionGoal(key="nc-9")}
    ),
    "a setting that is no JSON": lambda: with_fields(storage="$(reboot)"),
    "a storage network that is no JSON": lambda: Record(
        goal=StorageNetworkGoal(text="[1"), version=(1, 8)
    ),
    "a node of nobody's config to be emptied": lambda: moving(nodes={"node1": []}),
    "a path as a node to be emptied": lambda: moving(back=["../x"]),
    "a path as a VM to be migrated": lambda: moving(nodes={"node0": ["a/../b"]}),
    "a node of nobody's config in its turn": lambda: in_turn(nodes=["node0", "other"]),
    "no node in its turn": lambda: in_turn(nodes=[]),
    "a path as the second config": lambda: in_turn(second="../x-harvester-net"),
    "somebody's config as the second one": lambda: in_turn(second="narrow"),
    "the config itself as the second one": lambda: in_turn().model_copy(
        update={"configs": {"wide-harvester-net": in_turn().configs["wide"]}}
    ),
    "turns for a deletion": lambda: of_another_goal(ConfigDeletionGoal(key="wide")),
    "turns for another cluster network": lambda: of_another_goal(
        ConfigGoal(key="wide", patch={"clusterNetwork": "other"})
    ),
    "a label of another form": lambda: in_turn().model_copy(update={"id": "a=b"}),
    "nodes emptied for another MTU": lambda: with_fields(emptying={"nodes": {}}),
    "a run strategy that is none": lambda: with_fields(vms={"a/b": {"strategy": "x y"}}),
    "a limit without end": lambda: with_fields(node_timeout=10**9),
    "a limit of nothing": lambda: with_fields(stop_timeout=0),
    "no VM at a time": lambda: with_fields(max_parallel=0),
    "an MTU out of range": lambda: with_fields(goal={"mtu": 10**6}),
    "a time with an escape": lambda: with_fields(began="\x1b[2J"),
}


@pytest.mark.parametrize("tampered", TAMPERED.values(), ids=TAMPERED)
def test_what_somebody_else_wrote_is_not_carried_out(tampered: Callable[[], Record]) -> None:
    record = tampered()
    assert list(objections(record))
    with pytest.raises(UnreadableJournal, match="Somebody else has written it"):
        record_in({"data": {"record": record.model_dump_json()}})


def test_a_journal_full_of_faults_is_refused_in_a_few_words() -> None:
    record = with_fields(vms={f"vm-{number}": {} for number in range(1000)})
    with pytest.raises(UnreadableJournal) as refused:
        record_in({"data": {"record": json.dumps(record.model_dump(mode="json"))}})
    assert len(str(refused.value)) < 1000
