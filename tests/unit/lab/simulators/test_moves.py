"""A guest that moves: what both virt-handlers say, and what its pods see of it."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.lab.api import Object
from harvester_net.lab.faults import VmDoesNotMove
from harvester_net.lab.simulators.moves import NODE, TARGET_NODE, next_move, phase_in
from harvester_net.lab.simulators.placement import suitable_nodes

from .test_machines import node

NOW = "2026-01-01T00:00:00Z"


def guest(phase: str = "Running", labels: Any = None, **state: Any) -> Object:
    status = {"phase": phase, "nodeName": "node1", "migrationState": state}
    meta = {"name": "vm1", "namespace": "default", "labels": labels}
    return {"metadata": meta, "status": status}


def moving(**state: Any) -> Object:
    return guest(targetNode="node2", **state)


LISTENING = {"targetNodeAddress": "10.52.0.9"}
STARTED = LISTENING | {"startTimestamp": NOW}
ARRIVED = STARTED | {"endTimestamp": NOW}
ABORTED = {
    "completed": True,
    "failed": True,
    "abortStatus": "Succeeded",
    "failureReason": "Live migration aborted",
    "endTimestamp": NOW,
}


@pytest.mark.parametrize(
    ("state", "written"),
    [
        ({}, LISTENING | {"targetDirectMigrationNodePorts": {"49152": 0}}),
        (LISTENING, {"startTimestamp": NOW}),
        (ARRIVED, {"completed": True}),
        (STARTED | {"abortRequested": True}, ABORTED),
        ({"abortRequested": True}, ABORTED),
        (ARRIVED | {"abortRequested": True}, {"completed": True}),
    ],
)
def test_migration_goes_on_step_by_step(state: Object, written: Object) -> None:
    assert next_move(moving(**state), NOW) == {"status": {"migrationState": written}}


STUCK = frozenset([VmDoesNotMove("default", "vm1")])
NOT_ARRIVED = {
    "completed": True,
    "failed": True,
    "failureReason": "Live migration stuck",
    "endTimestamp": NOW,
}


@pytest.mark.parametrize(
    ("state", "written"),
    [(LISTENING, {"startTimestamp": NOW}), (STARTED, NOT_ARRIVED)],
)
def test_guest_that_does_not_move_is_sent_in_vain(state: Object, written: Object) -> None:
    assert next_move(moving(**state), NOW, STUCK) == {"status": {"migrationState": written}}


def test_guest_that_arrives_has_another_node() -> None:
    move = next_move(moving(**STARTED), NOW)
    assert move["metadata"] == {"labels": {NODE: "node2"}}
    assert move["status"]["nodeName"] == "node2"
    assert move["status"]["migrationState"]["endTimestamp"] == NOW
    assert "interfaces" not in move["status"]


@pytest.mark.parametrize(
    ("seen", "written"),
    [
        ([], [{"name": "a", "infoSource": "domain"}, {"name": "b", "infoSource": "domain"}]),
        (
            [{"name": "b", "mac": "02:00:00:00:00:01"}],
            [{"name": "b", "mac": "02:00:00:00:00:01"}, {"name": "a", "infoSource": "domain"}],
        ),
    ],
)
def test_guest_that_arrives_has_the_nics_that_it_left_with(
    seen: list[Object], written: list[Object]
) -> None:
    vmi = moving(**STARTED) | {"spec": {"networks": [{"name": "a"}, {"name": "b"}]}}
    vmi["status"]["interfaces"] = seen
    assert next_move(vmi, NOW)["status"]["interfaces"] == written


@pytest.mark.parametrize(
    "vmi",
    [
        {"metadata": {}},
        {"metadata": {}, "status": {"phase": "Running"}},
        guest(),
        guest("Succeeded", targetNode="node2"),
        moving(**ARRIVED, completed=True),
    ],
)
def test_guest_that_does_not_migrate_stays(vmi: Object) -> None:
    assert next_move(vmi, NOW) == {}


def test_target_forgets_a_migration_that_is_over() -> None:
    vmi = guest(labels={TARGET_NODE: "node2"}, targetNode="node2", completed=True)
    assert next_move(vmi, NOW) == {"metadata": {"labels": {TARGET_NODE: None}}}


def pod(name: str, on: str) -> Object:
    return {"metadata": {"name": name}, "spec": {"nodeName": on}}


@pytest.mark.parametrize(
    ("name", "on", "state", "phase"),
    [
        ("source", "node1", {}, "Running"),
        ("target", "node2", {}, ""),
        ("source", "node0", {"sourcePod": "source"}, ""),
        ("source", "node0", {"sourcePod": "source", "completed": True}, "Succeeded"),
        ("older", "node0", {"sourcePod": "source", "completed": True}, ""),
        ("target", "node2", {"targetPod": "target", "failed": True}, "Failed"),
        ("next", "node2", {"targetPod": "target", "failed": True}, ""),
    ],
)
def test_guest_is_in_one_of_its_pods(name: str, on: str, state: Any, phase: str) -> None:
    assert phase_in(pod(name, on), guest(**state)) == phase


def test_guest_without_a_node_is_in_each_of_its_pods() -> None:
    scheduling = {"metadata": {}, "status": {"phase": "Scheduling"}}
    assert phase_in(pod("source", "node1"), scheduling) == "Scheduling"


def launcher(created_by: str, on: str = "", **spec: Any) -> Object:
    labels = {"kubevirt.io/created-by": created_by}
    return {"metadata": {"labels": labels}, "spec": spec | ({"nodeName": on} if on else {})}


def test_target_of_a_migration_is_not_placed_beside_its_source() -> None:
    term = {"labelSelector": {"matchLabels": {"kubevirt.io/created-by": "u1"}}}
    rule = {"requiredDuringSchedulingIgnoredDuringExecution": [term]}
    target = launcher("u1", affinity={"podAntiAffinity": rule})
    others = [launcher("u1", "a"), launcher("u2", "b"), launcher("u1")]
    nodes = [node("a"), node("b")]
    assert suitable_nodes(target, nodes, others) == ["b"]
    assert suitable_nodes(launcher("u1"), nodes, others) == ["a", "b"]
    ended = launcher("u1", "a") | {"status": {"phase": "Succeeded"}}
    assert suitable_nodes(target, nodes, [ended]) == ["a", "b"]
