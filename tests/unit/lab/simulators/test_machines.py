"""The decisions of the simulated kubelet, virt-handler, agent and whereabouts."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.lab.api import Object
from harvester_net.lab.faults import (
    AgentDown,
    AgentSlow,
    Fault,
    LinkDown,
    NicEnslaved,
    NicMissing,
    VmDoesNotMove,
    VmDoesNotStop,
    VolumeStaysAttached,
    agent_delay,
    format_faults,
    parse_fault,
    parse_faults,
)
from harvester_net.lab.simulators.kubelet import next_step
from harvester_net.lab.simulators.machines import NICS, base_objects, machine, nics_of
from harvester_net.lab.simulators.placement import accepts, suitable_nodes
from harvester_net.lab.simulators.virt_handler import GUEST_SHUTDOWN, next_phase
from harvester_net.lab.simulators.vlan_status import (
    is_of,
    new_status,
    status_name,
    with_result,
)
from harvester_net.lab.simulators.whereabouts import allocations, pool_name

ALL_FAULTS: list[Fault] = [
    NicMissing("node3", "eno2"),
    NicEnslaved("node3", "eno2"),
    LinkDown("node1", "eno2"),
    AgentDown("node2"),
    AgentSlow("node1", 2.5),
    VmDoesNotStop("default", "vm1"),
    VmDoesNotMove("default", "vm1"),
    VolumeStaysAttached("pvc-1"),
]
CONFIG = {
    "apiVersion": "network.harvesterhci.io/v1beta1",
    "kind": "VlanConfig",
    "metadata": {"name": "nc-1", "uid": "u1"},
    "spec": {"clusterNetwork": "cn-data"},
}


def test_faults_are_read_as_they_are_written() -> None:
    assert parse_faults(format_faults(ALL_FAULTS)) == frozenset(ALL_FAULTS)


def test_faults_are_plain_lines() -> None:
    text = format_faults([NicMissing("node3", "eno2"), AgentSlow("node1", 2)])
    assert text == "agent-slow node=node1 seconds=2\nnic-missing node=node3 nic=eno2\n"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("nic-lost node=node1", "unknown fault 'nic-lost'"),
        ("nic-missing node=node1", "should read nic-missing node=... nic=..."),
        ("nic-missing node=node1 nic=", "should read nic-missing node=... nic=..."),
        ("agent-slow node=node1 seconds=some", "could not convert"),
    ],
)
def test_wrong_fault_is_explained(line: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_fault(line)


def test_only_the_slow_agent_is_slow() -> None:
    faults = frozenset(ALL_FAULTS)
    assert (agent_delay(faults, "node1"), agent_delay(faults, "node2")) == (2.5, 0)


@pytest.mark.parametrize(
    ("network", "node", "name"),
    [
        ("cn-data", "harvester-0", "cn-data-harvester-0-05e8c44a"),
        ("stor", "node1", "stor-node1-d9787394"),
    ],
)
def test_status_is_named_as_the_agent_names_it(network: str, node: str, name: str) -> None:
    assert status_name(network, node) == name


def test_long_status_name_is_cut() -> None:
    name = status_name("cn-data", "n" * 60)
    assert len(name) == 63
    assert name.startswith("cn-data-nnn")


def test_new_status_belongs_to_its_config() -> None:
    status = with_result(new_status(CONFIG, "node1"), CONFIG, "node1", "")
    assert status["metadata"]["ownerReferences"] == [
        {"apiVersion": CONFIG["apiVersion"], "kind": "VlanConfig", "name": "nc-1", "uid": "u1"}
    ]
    assert is_of(status, "nc-1", "node1")
    assert not is_of(status, "nc-1", "node2")
    assert status["status"]["linkMonitor"] == "cn-data"
    assert condition(status) == {"type": "ready", "status": "True"}


def test_failure_is_told_and_forgotten() -> None:
    status = with_result(new_status(CONFIG, "node1"), CONFIG, "node1", "no link")
    assert condition(status) == {"type": "ready", "status": "False", "message": "no link"}
    repaired = with_result(status, CONFIG, "node1", "")
    assert condition(repaired) == {"type": "ready", "status": "True"}


def test_status_does_not_change_when_nothing_new_is_to_say() -> None:
    status = with_result(new_status(CONFIG, "node1"), CONFIG, "node1", "")
    status["status"]["conditions"][0]["lastUpdateTime"] = "2025-01-01T00:00:00Z"
    assert with_result(status, CONFIG, "node1", "") == status


def test_owner_of_a_status_stays_when_a_config_of_that_name_is_made_anew() -> None:
    status = with_result(new_status(CONFIG, "node1"), CONFIG, "node1", "")
    anew = CONFIG | {"metadata": {"name": "nc-1", "uid": "u2"}}
    assert with_result(status, anew, "node1", "")["metadata"] == status["metadata"]


def condition(status: Object) -> Object:
    [said] = status["status"]["conditions"]
    return {key: value for key, value in said.items() if key != "lastUpdateTime"}


def test_machines_have_a_node_and_a_longhorn_node() -> None:
    kinds = [(obj["apiVersion"], obj["metadata"]["name"]) for obj in base_objects(2)]
    assert kinds == [
        ("v1", "harvester-net-lab"),
        ("v1", "node1"),
        ("longhorn.io/v1beta2", "node1"),
        ("v1", "node2"),
        ("longhorn.io/v1beta2", "node2"),
    ]


@pytest.mark.parametrize(
    ("annotations", "nics"),
    [(None, ()), ({}, ()), ({NICS: "a, b,"}, ("a", "b"))],
)
def test_only_annotated_nodes_are_simulated(annotations: Any, nics: tuple[str, ...]) -> None:
    assert nics_of({"metadata": {"annotations": annotations}}) == nics


def node(name: str, **labels: str) -> Object:
    obj: Object = machine(name)[0]
    obj["metadata"]["labels"] |= labels
    return obj


def pod(**spec: Any) -> Object:
    return {"metadata": {}, "spec": spec}


def needing(*terms: list[Object]) -> Object:
    required = {"nodeSelectorTerms": [{"matchExpressions": term} for term in terms]}
    affinity = {"requiredDuringSchedulingIgnoredDuringExecution": required}
    return pod(affinity={"nodeAffinity": affinity})


def expression(key: str, operator: str, *values: str) -> Object:
    return {"key": key, "operator": operator, "values": list(values)}


@pytest.mark.parametrize(
    ("desired", "accepted"),
    [
        (pod(), True),
        (pod(nodeSelector={"net": "true"}), True),
        (pod(nodeSelector={"other": "true"}), False),
        (pod(nodeSelector={"kubevirt.io/schedulable": "true"}), True),
        (needing([expression("net", "In", "true", "yes")]), True),
        (needing([expression("net", "In", "no")]), False),
        (needing([expression("net", "NotIn", "true")]), False),
        (needing([expression("net", "Exists")]), True),
        (needing([expression("other", "Exists")]), False),
        (needing([expression("other", "DoesNotExist")]), True),
        (needing([expression("cpu-model.node.kubevirt.io/x", "Exists")]), True),
        (needing([expression("net", "Exists"), expression("other", "Exists")]), False),
        (needing([expression("other", "Exists")], [expression("net", "Exists")]), True),
    ],
)
def test_pod_accepts_the_nodes_it_asks_for(desired: Object, accepted: bool) -> None:
    assert accepts(desired, {"net": "true"}) is accepted


def test_nodes_that_take_no_pods_are_left_out() -> None:
    cordoned = node("b") | {"spec": {"unschedulable": True}}
    leaving = node("c")
    leaving["metadata"]["deletionTimestamp"] = "2025-01-01T00:00:00Z"
    foreign = {"metadata": {"name": "d"}}
    nodes = [node("a"), cordoned, leaving, foreign, node("e")]
    assert suitable_nodes(pod(), nodes) == ["a", "e"]


def some_pod(phase: str = "Pending", node: str = "node1", deleting: bool = False) -> Object:
    metadata = {"deletionTimestamp": "2025-01-01T00:00:00Z"} if deleting else {}
    return {"metadata": metadata, "spec": {"nodeName": node}, "status": {"phase": phase}}


@pytest.mark.parametrize(
    ("pod", "guest", "step"),
    [
        (some_pod(node=""), "", "place"),
        (some_pod(), "Scheduling", "run"),
        (some_pod(node="foreign"), "", ""),
        (some_pod("Running"), "Running", ""),
        (some_pod("Running"), "Succeeded", "end"),
        (some_pod("Succeeded"), "Succeeded", ""),
        (some_pod("Running", deleting=True), "Running", ""),
        (some_pod("Running", deleting=True), "Succeeded", "remove"),
        (some_pod(deleting=True), "Scheduling", "remove"),
        (some_pod("Running", deleting=True), "", "remove"),
    ],
)
def test_kubelet_takes_the_next_step(pod: Object, guest: str, step: str) -> None:
    assert next_step(pod, guest, {"node1"}) == step


def vmi(phase: str, deleting: bool = False, shutdown: str = "") -> Object:
    metadata: Object = {"namespace": "default", "name": "vm1"}
    metadata["annotations"] = {GUEST_SHUTDOWN: shutdown}
    if deleting:
        metadata["deletionTimestamp"] = "2025-01-01T00:00:00Z"
    return {"metadata": metadata, "status": {"phase": phase}}


@pytest.mark.parametrize(
    ("guest", "phase"),
    [
        (vmi("Pending"), ""),
        (vmi("Scheduling"), ""),
        (vmi("Scheduled"), "Running"),
        (vmi("Running"), ""),
        (vmi("Running", shutdown="true"), "Succeeded"),
        (vmi("Running", deleting=True), "Succeeded"),
        (vmi("Scheduled", deleting=True), "Succeeded"),
        (vmi("Scheduling", deleting=True), ""),
        (vmi("Succeeded", deleting=True), ""),
    ],
)
def test_guest_goes_to_its_next_phase(guest: Object, phase: str) -> None:
    assert next_phase(guest, frozenset()) == phase


@pytest.mark.parametrize("why", [{"deleting": True}, {"shutdown": "true"}])
def test_guest_that_does_not_stop_stays(why: Any) -> None:
    guest = vmi("Running", **why)
    assert next_phase(guest, frozenset([VmDoesNotStop("default", "vm1")])) == ""
    assert next_phase(guest, frozenset([VmDoesNotStop("default", "vm2")])) == "Succeeded"


def test_every_node_gets_an_address() -> None:
    given = allocations("192.168.0.0/24", [], ["a", "b"])
    assert {offset: entry["id"] for offset, entry in given.items()} == {
        "1": "instance-manager-a",
        "2": "instance-manager-b",
    }
    assert pool_name("192.168.0.0/24") == "192.168.0.0-24"


def test_excluded_addresses_are_not_given() -> None:
    assert list(allocations("192.168.0.0/24", ["192.168.0.0/30"], ["a", "b"])) == ["4", "5"]
    assert list(allocations("192.168.0.0/24", ["192.168.0.1/30"], ["a", "b"])) == ["4", "5"]


def test_small_range_leaves_nodes_without_address() -> None:
    assert list(allocations("192.168.0.0/30", [], ["a", "b", "c"])) == ["1", "2"]
