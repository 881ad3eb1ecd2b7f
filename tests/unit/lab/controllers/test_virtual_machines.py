"""Whole lives of VMs, by what they are asked and by what their guests do."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import CLAIM, POD, VM, VMI, Object
from harvester_net.lab.controllers.kinds import REVISION
from harvester_net.lab.controllers.virtual_machines import try_again

from .vm_state import VmLife, asked, claim, node, vm

KEY = "default/vm1"


def running(strategy: str | bool = "Always") -> VmLife:
    life = VmLife(vm(strategy))
    if strategy == "Manual":
        life.settle()
        life.ask(asked(KEY, "Start"))
    life.run()
    assert life.printed() == "Running"
    return life


@pytest.mark.parametrize("strategy", ["Always", "RerunOnFailure", "Once", True])
def test_vm_starts_by_itself(strategy: str | bool) -> None:
    life = running(strategy)
    assert life.passed(VM, KEY) == ["Starting", "Running"]
    status = life.vm()["status"]
    assert (status["created"], status["ready"]) == (True, True)
    conditions = {each["type"]: each["status"] for each in status["conditions"]}
    assert conditions == {"Ready": "True", "LiveMigratable": "True"}
    assert "stateChangeRequests" not in status


@pytest.mark.parametrize("strategy", ["Halted", "Manual", False])
def test_vm_waits_to_be_started(strategy: str | bool) -> None:
    life = VmLife(vm(strategy))
    life.run()
    assert life.printed() == "Stopped"
    assert life.of(VMI) == {}
    (ready,) = life.vm()["status"]["conditions"]
    assert (ready["status"], ready["reason"]) == ("False", "VMINotExists")


@pytest.mark.parametrize(
    ("strategy", "field"),
    [("Always", {"runStrategy": "Halted"}), (True, {"running": False})],
)
def test_halted_vm_stops(strategy: str | bool, field: dict[str, object]) -> None:
    life = running(strategy)
    life.patch(VM, KEY, {"spec": field})
    life.run()
    assert life.passed(VM, KEY)[-2:] == ["Stopping", "Stopped"]
    assert (life.has(VMI), life.has(POD)) == ([], [])
    assert {"created", "ready"}.isdisjoint(life.vm()["status"])


@pytest.mark.parametrize("strategy", ["RerunOnFailure", "Manual"])
def test_vm_stops_when_asked(strategy: str) -> None:
    life = running(strategy)
    life.ask(asked(KEY, "Stop", uid=life.vmi()["metadata"]["uid"]))
    life.run()
    assert (life.printed(), life.has(VMI)) == ("Stopped", [])
    assert "stateChangeRequests" not in life.vm()["status"]


@pytest.mark.parametrize("strategy", ["Always", "RerunOnFailure", "Manual"])
def test_vm_restarts_when_asked(strategy: str) -> None:
    life = running(strategy)
    before = life.vmi()["metadata"]["uid"]
    life.ask(asked(KEY, "Stop", "Start", uid=before))
    life.run()
    assert life.printed() == "Running"
    assert life.vmi()["metadata"]["uid"] != before
    assert "stateChangeRequests" not in life.vm()["status"]


def test_request_for_an_instance_of_before_stops_nothing() -> None:
    life = running("Manual")
    life.ask(asked(KEY, "Stop", uid="of before"))
    life.run()
    assert life.printed() == "Running"
    assert "stateChangeRequests" not in life.vm()["status"]


def test_halted_vm_that_is_asked_to_start_runs_always() -> None:
    life = VmLife(vm("Halted"))
    life.run()
    life.ask(asked(KEY, "Start"))
    life.run()
    assert (life.printed(), life.vm()["spec"]["runStrategy"]) == ("Running", "Always")


@pytest.mark.parametrize(
    ("strategy", "printed", "again"),
    [
        ("Always", "Running", True),
        ("RerunOnFailure", "Stopped", False),
        ("Manual", "Stopped", False),
        ("Once", "Stopped", False),
    ],
)
def test_guest_that_shuts_down_is_followed_by_another_if_it_must_run(
    strategy: str, printed: str, again: bool
) -> None:
    life = running(strategy)
    before = life.vmi()["metadata"]["uid"]
    life.shut_down()
    life.run()
    assert life.printed() == printed
    uids = [vmi["metadata"]["uid"] for vmi in life.of(VMI).values()]
    assert (bool(uids) and before not in uids) is again


@pytest.mark.parametrize(
    ("strategy", "printed"),
    [
        ("Always", "Running"),
        ("RerunOnFailure", "Running"),
        ("Manual", "Stopped"),
        ("Once", "Stopped"),
    ],
)
def test_vm_whose_pod_dies_runs_again_unless_it_must_not(strategy: str, printed: str) -> None:
    life = running(strategy)
    life.crash()
    life.run()
    assert life.printed() == printed
    assert "startFailure" not in life.vm()["status"]


def test_once_vm_runs_again_when_its_instance_is_removed() -> None:
    life = running("Once")
    before = life.vmi()["metadata"]["uid"]
    life.shut_down()
    life.run()
    life.delete(VMI, KEY)
    life.run()
    assert life.printed() == "Running"
    assert life.vmi()["metadata"]["uid"] != before


def test_vm_that_failed_to_start_waits_before_it_tries_again() -> None:
    life = VmLife(vm())
    life.settle()
    life.crash()
    life.run()
    assert life.printed() == "CrashLoopBackOff"
    failure = life.vm()["status"]["startFailure"]
    assert failure["consecutiveFailCount"] == 1
    assert life.has(VMI) == []
    life.look_late(VM)
    life.run()
    assert life.printed() == "Running"
    assert "startFailure" not in life.vm()["status"]


def test_failures_to_start_are_counted() -> None:
    life = VmLife(vm())
    for _ in range(2):
        life.settle()
        life.crash()
        life.run()
        life.look_late(VM)
    assert life.vm()["status"]["startFailure"]["consecutiveFailCount"] == 2


def test_vm_that_runs_is_not_started_once_more() -> None:
    assert try_again(running(), KEY) == []


@pytest.mark.parametrize("strategy", ["Always", "Halted"])
def test_vm_that_is_deleted_takes_its_guest_with_it(strategy: str) -> None:
    life = VmLife(vm(strategy))
    life.run()
    life.delete(VM, KEY)
    life.run()
    assert (life.has(VM), life.has(VMI), life.has(POD)) == ([], [], [])
    assert life.passed(VM, KEY)[-1] == ("Terminating" if strategy == "Always" else "Stopped")


def test_change_of_the_template_waits_for_a_restart() -> None:
    life = running()
    uid = life.vmi()["metadata"]["uid"]
    change: Object = {"template": {"spec": {"domain": {"devices": {"rng": {}}}}}}
    life.patch(VM, KEY, {"spec": change})
    life.run()
    assert life.vmi()["metadata"]["uid"] == uid
    conditions = {each["type"]: each["status"] for each in life.vm()["status"]["conditions"]}
    assert conditions["RestartRequired"] == "True"
    life.ask(asked(KEY, "Stop", "Start", uid=uid))
    life.run()
    assert "rng" in life.vmi()["spec"]["domain"]["devices"]
    kinds = {each["type"] for each in life.vm()["status"]["conditions"]}
    assert "RestartRequired" not in kinds


@pytest.mark.parametrize(
    "change",
    [{"nodeSelector": {"a": "b"}}, {"domain": {"cpu": {"sockets": 2}}}, {"tolerations": []}],
)
def test_change_that_takes_effect_at_once_needs_no_restart(change: dict[str, object]) -> None:
    life = VmLife(vm(domain={"devices": {}, "cpu": {"cores": 1, "sockets": 1}}))
    life.run()
    life.patch(VM, KEY, {"spec": {"template": {"spec": change}}})
    life.run()
    kinds = {each["type"] for each in life.vm()["status"]["conditions"]}
    assert "RestartRequired" not in kinds


def test_instance_of_the_same_name_that_is_not_the_vms_is_left_alone() -> None:
    alone = {
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachineInstance",
        "metadata": {"name": "vm1", "namespace": "default"},
        "spec": {"domain": {"devices": {}}},
        "status": {"phase": "Running"},
    }
    life = VmLife(alone, vm())
    life.settle()
    assert "ownerReferences" not in life.vmi()["metadata"]
    assert life.printed() == "Stopped"


def test_vm_tells_of_a_claim_that_is_missing_until_it_is_there() -> None:
    volumes = [{"name": "disk", "persistentVolumeClaim": {"claimName": "disk-1"}}]
    life = VmLife(vm(volumes=volumes))
    life.run()
    assert life.printed() == "ErrorPvcNotFound"
    life.put(claim("disk-1", "Pending"))
    life.settle()
    assert life.printed() == "WaitingForVolumeBinding"
    life.patch(CLAIM, "default/disk-1", {"status": {"phase": "Bound"}})
    life.run()
    assert life.printed() == "Running"


def test_vm_tells_that_no_node_takes_it() -> None:
    life = VmLife(vm(nodeSelector={"zone": "b"}))
    life.run()
    assert life.printed() == "ErrorUnschedulable"
    life.put(node("node3", zone="b"))
    life.run()
    assert life.printed() == "Running"


def test_vm_without_a_network_is_on_that_of_the_pods() -> None:
    assert running().vmi()["spec"]["networks"] == [{"name": "default", "pod": {}}]
    devices = {"autoattachPodInterface": False}
    life = VmLife(vm(domain={"devices": devices}))
    life.run()
    assert "networks" not in life.vmi()["spec"]


def test_vm_that_is_started_paused_says_so_to_its_guest() -> None:
    life = VmLife(vm("Manual"))
    life.settle()
    paused = [{"action": "Start", "data": {"paused": "true"}}]
    life.patch(VM, KEY, {"status": {"stateChangeRequests": paused}})
    life.run()
    assert life.vmi()["spec"]["startStrategy"] == "Paused"


def test_revision_of_an_instance_goes_when_the_next_one_has_another() -> None:
    life = running()
    first = life.has(REVISION)
    life.patch(VM, KEY, {"spec": {"template": {"spec": {"hostname": "new"}}}})
    life.ask(asked(KEY, "Stop", "Start", uid=life.vmi()["metadata"]["uid"]))
    life.run()
    second = life.has(REVISION)
    assert (len(first), len(second)) == (1, 1)
    assert first != second
