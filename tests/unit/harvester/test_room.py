"""Room on nodes, counted as the scheduler does."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from harvester_net.cluster.resources import Object
from harvester_net.harvester.room import Room, asked_by, free_on, launchers_in, quantity

from ... import objects

GIB = 1024**3


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2", 2),
        ("500m", Fraction(1, 2)),
        ("1.5", Fraction(3, 2)),
        ("64Ki", 65536),
        ("4Gi", 4 * GIB),
        ("4G", 4 * 10**9),
        (3, 3),
        (None, 0),
        ("", 0),
        ("much", 0),
        ("1e3", 0),
        ("-1", 0),
    ],
)
def test_quantities_of_kubernetes(text: object, number: Fraction) -> None:
    assert quantity(text) == number


def pod(
    name: str, node: str, *requests: Object, phase: str = "Running", **meta: Any
) -> Object:
    return {
        "metadata": {"name": name, "namespace": "default", **meta},
        "spec": {
            "nodeName": node,
            "containers": [{"resources": {"requests": asked}} for asked in requests],
        },
        "status": {"phase": phase},
    }


NODE = objects.node("n1", allocatable={"cpu": "4", "memory": "8Gi"})


def test_what_pods_ask_for_is_not_free() -> None:
    pods = [
        pod("a", "n1", {"cpu": "1", "memory": "1Gi"}, {"cpu": "500m"}),
        pod("ended", "n1", {"cpu": "2"}, phase="Succeeded"),
        pod("elsewhere", "n2", {"cpu": "2"}),
        pod("asks for nothing", "n1", {}),
    ]
    assert free_on(NODE, pods) == Room(Fraction(5, 2), Fraction(7 * GIB))
    assert str(free_on(NODE, pods)) == "2.5 CPUs and 7.0 GiB"


def test_a_node_that_says_nothing_is_not_known() -> None:
    assert free_on(objects.node("n1"), []) is None


def test_overhead_of_a_pod_counts() -> None:
    asked = pod("a", "n1", {"cpu": "1"})
    asked["spec"]["overhead"] = {"memory": "1Gi"}
    assert asked_by(asked) == Room(Fraction(1), Fraction(GIB))


def test_a_node_that_is_overdrawn_has_nothing_left() -> None:
    free = free_on(NODE, [pod("a", "n1", {"cpu": "9", "memory": "9Gi"})])
    assert str(free) == "0 CPUs and 0.0 GiB"


def test_room_must_hold_both() -> None:
    assert Room(Fraction(2), Fraction(2)).holds(Room(Fraction(2), Fraction(2)))
    assert not Room(Fraction(2), Fraction(2)).holds(Room(Fraction(1), Fraction(3)))
    assert not Room(Fraction(2), Fraction(2)).holds(Room(Fraction(3), Fraction(1)))


def test_launchers_are_found_by_instance_and_node() -> None:
    mine: Any = {"ownerReferences": [{"kind": "VirtualMachineInstance", "name": "a"}]}
    theirs: Any = {"ownerReferences": [{"kind": "VirtualMachineInstance", "name": "b"}]}
    pods = [
        pod("of b", "node1", **theirs),
        pod("ended", "node1", phase="Failed", **mine),
        pod("target", "node2", **mine),
        pod("source", "node1", **mine),
    ]
    found = launchers_in(pods)
    assert {key: found[key]["metadata"]["name"] for key in found} == {
        ("default/b", "node1"): "of b",
        ("default/a", "node2"): "target",
        ("default/a", "node1"): "source",
    }
