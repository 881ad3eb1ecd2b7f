"""On which nodes a VM may run, and which take none."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster.resources import Object, key_of
from harvester_net.harvester.placing import places_of, requirements_of, why_closed

from ... import objects

NODES = {
    key_of(node): node
    for node in (
        objects.node("node1", {"zone": "a", "gpus": "2"}),
        objects.node("node2", {"zone": "b", "gpus": "8"}),
        objects.node("node3", {"zone": "b"}),
        objects.node("witness", {"node-role.harvesterhci.io/witness": "true"}),
    )
}
ALL = ["node1", "node2", "node3"]


def cordoned(node: Object) -> Object:
    return node | {"spec": {"unschedulable": True}}


def in_maintenance(node: Object, status: str) -> Object:
    notes = {"annotations": {"harvesterhci.io/maintain-status": status}}
    return node | {"metadata": node["metadata"] | notes}


@pytest.mark.parametrize(
    ("node", "why"),
    [
        (objects.node("n"), ""),
        (cordoned(objects.node("n")), "is cordoned"),
        (in_maintenance(objects.node("n"), "running"), "is in maintenance mode"),
        (in_maintenance(cordoned(objects.node("n")), "completed"), "is in maintenance mode"),
        (in_maintenance(objects.node("n"), ""), ""),
        (objects.node("n", ready="Unknown"), "is not ready"),
        (objects.node("n") | {"spec": "?"}, ""),
        (objects.node("n") | {"spec": {"unschedulable": False}}, ""),
    ],
)
def test_why_a_node_takes_no_vm(node: Object, why: str) -> None:
    assert why_closed(node) == why


def vm(**spec: Any) -> Object:
    made = objects.vm("a")
    made["spec"]["template"]["spec"] |= spec
    return made


def affine(*terms: object) -> Object:
    required = {
        "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [*terms]}
    }
    return vm(affinity={"nodeAffinity": required})


def asks(operator: str, *values: str, key: str = "zone") -> Object:
    return {"key": key, "operator": operator, "values": list(values)}


def term(*expressions: object) -> Object:
    return {"matchExpressions": [*expressions]}


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        (vm(), ALL),
        (vm(nodeSelector={"zone": "b"}), ["node2", "node3"]),
        (vm(nodeSelector={"kubernetes.io/hostname": "node3"}), ["node3"]),
        (vm(nodeSelector={"zone": "c"}), []),
        (vm(nodeSelector="?", affinity=["?"]), ALL),
        (affine(), ALL),
        (affine("?"), ALL),
        (affine(term(asks("In", "b"))), ["node2", "node3"]),
        (affine(term(asks("NotIn", "b"))), ["node1"]),
        (affine(term(asks("Exists", key="gpus"))), ["node1", "node2"]),
        (affine(term(asks("DoesNotExist", key="gpus"))), ["node3"]),
        (affine(term(asks("Gt", "2", key="gpus"))), ["node2"]),
        (affine(term(asks("Lt", "8", key="gpus"))), ["node1"]),
        (affine(term(asks("Gt", "many", key="gpus"))), []),
        (affine(term(asks("Of", "b"))), ALL),
        (affine(term(asks("In", "b"), asks("Exists", key="gpus"))), ["node2"]),
        (affine(term(asks("In", "a")), term(asks("In", "b"))), ALL),
        (affine({"matchFields": [asks("In", "node2", key="metadata.name")]}), ["node2"]),
    ],
)
def test_nodes_that_a_vm_may_run_on(machine: Object, expected: list[str]) -> None:
    assert list(places_of(machine, NODES)) == expected


def test_vms_that_may_run_on_the_same_nodes_ask_the_same() -> None:
    selected, other = {"zone": "a", "gpus": "2"}, {"gpus": "2", "zone": "a"}
    assert requirements_of(vm(nodeSelector=selected)) == requirements_of(
        vm(nodeSelector=other)
    )
    assert requirements_of(vm(nodeSelector=selected)) != requirements_of(vm())
