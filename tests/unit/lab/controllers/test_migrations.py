"""Guests that move, and those that do not come to it."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import MIGRATION, NODE, POD, VM, VMI, Object
from harvester_net.lab.controllers.controller import Delete
from harvester_net.lab.controllers.migrations import KEPT, give_up

from .vm_state import VmLife, migration, vm

KEY, FIRST = "default/vm1", "default/m1"
PHASES = [
    "Pending",
    "Scheduling",
    "Scheduled",
    "PreparingTarget",
    "TargetReady",
    "Running",
    "Succeeded",
]


def running(*names: str) -> VmLife:
    life = VmLife(*(vm(name=name) for name in names or ("vm1",)))
    life.run()
    return life


def node_of(life: VmLife, name: str = "vm1") -> str:
    return str(life.vmi(name)["status"]["nodeName"])


def test_guest_moves_to_another_node() -> None:
    life = running()
    assert node_of(life) == "node1"
    life.put(migration("m1"))
    life.run()
    assert life.passed(MIGRATION, FIRST) == PHASES
    assert node_of(life) == "node2"
    vmi = life.vmi()
    assert vmi["metadata"]["labels"]["kubevirt.io/nodeName"] == "node2"
    assert "kubevirt.io/migrationTargetNodeName" not in vmi["metadata"]["labels"]
    moved = vmi["status"]["migrationState"]
    assert (moved["sourceNode"], moved["targetNode"]) == ("node1", "node2")
    assert moved["completed"]
    assert not moved.get("failed")
    pods = {pod["spec"]["nodeName"]: pod["status"]["phase"] for pod in life.of(POD).values()}
    assert pods == {"node1": "Succeeded", "node2": "Running"}


def test_migration_tells_what_came_of_it() -> None:
    life = running()
    life.put(migration("m1"))
    life.run()
    told = life.there(MIGRATION, FIRST)
    assert told["status"]["migrationState"]["targetNode"] == "node2"
    assert told["metadata"]["labels"]["kubevirt.io/vmi-name"] == "vm1"
    assert told["metadata"]["finalizers"] == []


def test_vm_prints_that_it_migrates() -> None:
    life = running()
    life.put(migration("m1"))
    life.run()
    assert life.passed(VM, KEY) == ["Starting", "Running", "Migrating", "Running"]


def test_guest_that_moved_still_stops() -> None:
    life = running()
    life.put(migration("m1"))
    life.run()
    life.patch(VM, KEY, {"spec": {"runStrategy": "Halted"}})
    life.run()
    assert (life.printed(), life.has(POD)) == ("Stopped", [])


def test_guest_moves_back() -> None:
    life = running()
    for name in ("m1", "m2"):
        life.put(migration(name))
        life.run()
    assert node_of(life) == "node1"


def test_second_migration_at_once_fails() -> None:
    life = running()
    life.put(migration("m1"))
    # As far as to the instance that names the first one.
    for _ in range(2):
        life.settle()
        life.step()
    life.settle()
    assert life.vmi()["status"]["migrationState"]["targetNode"] == "node2"
    life.put(migration("m2"))
    life.run()
    assert life.passed(MIGRATION, FIRST)[-1] == "Succeeded"
    assert life.passed(MIGRATION, "default/m2") == ["Failed"]


def test_migration_waits_for_a_node_and_fails_without_one() -> None:
    life = running()
    life.patch(NODE, "node2", {"spec": {"unschedulable": True}})
    life.put(migration("m1"))
    life.run()
    assert life.passed(MIGRATION, FIRST) == ["Pending", "Scheduling"]
    life.look_late(MIGRATION)
    life.run()
    assert life.passed(MIGRATION, FIRST)[-1] == "Failed"
    assert (life.printed(), node_of(life)) == ("Running", "node1")
    assert len(life.of(POD)) == 1


def test_target_that_waits_for_its_node_only_for_a_while_is_left_alone() -> None:
    life = running()
    life.patch(NODE, "node2", {"spec": {"unschedulable": True}})
    life.put(migration("m1"))
    life.run()
    target = next(pod for pod in life.of(POD).values() if "nodeName" not in pod["spec"])
    key = f"default/{target['metadata']['name']}"
    assert give_up(life, FIRST) == [Delete(POD, key, target["metadata"]["uid"])]
    life.patch(POD, key, {"metadata": {"creationTimestamp": "2999-01-01T00:00:00Z"}})
    assert give_up(life, FIRST) == []


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_migration_that_is_deleted_leaves_the_guest_where_it_is(steps: int) -> None:
    life = running()
    life.put(migration("m1"))
    for _ in range(steps):
        life.settle()
        life.step()
    life.settle()
    life.delete(MIGRATION, FIRST)
    life.run()
    assert life.has(MIGRATION) == []
    assert (life.printed(), node_of(life), len(life.of(POD))) == ("Running", "node1", 1)


def test_migration_ends_with_its_guest() -> None:
    life = running()
    life.put(migration("m1"))
    life.settle()
    life.patch(VM, KEY, {"spec": {"runStrategy": "Halted"}})
    life.run()
    assert life.passed(MIGRATION, FIRST)[-1] != "Succeeded"
    assert (life.printed(), life.has(POD), life.has(VMI)) == ("Stopped", [], [])


def test_migration_of_nothing_is_removed() -> None:
    life = VmLife(migration("m1", of="nobody"))
    life.run()
    assert life.has(MIGRATION) == []


def test_only_two_guests_leave_a_node_at_once() -> None:
    names = ["a", "b", "c"]
    life = running(*names)
    assert {node_of(life, name) for name in names} == {"node1"}
    for name in names:
        life.put(migration(name, of=name))
    life.settle()
    phases = [life.there(MIGRATION, f"default/{each}")["status"]["phase"] for each in names]
    assert sorted(phases) == ["Pending", "Scheduling", "Scheduling"]
    life.run()
    assert {node_of(life, name) for name in names} == {"node2"}


def test_old_migrations_are_forgotten() -> None:
    life = running()
    names = [f"m{number}" for number in range(KEPT + 2)]
    for name in names:
        life.put(migration(name))
        life.run()
    assert sorted(life.has(MIGRATION)) == names[2:]


def test_target_keeps_to_the_nodes_that_are_asked_for() -> None:
    life = running()
    asked: Object = migration("m1")
    asked["spec"]["addedNodeSelector"] = {"zone": "b"}
    life.put(asked)
    life.run()
    assert life.passed(MIGRATION, FIRST)[-1] == "Scheduling"
    life.patch(NODE, "node2", {"metadata": {"labels": {"zone": "b"}}})
    life.run()
    assert node_of(life) == "node2"
