"""Instances and their launchers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harvester_net.cluster.resources import CLAIM, POD, VMI, Object
from harvester_net.lab.controllers.instances import FOREGROUND, OBSERVED, VM_CONTROLLER
from harvester_net.lab.controllers.launchers import current_pod, is_ready, launcher
from harvester_net.lab.simulators.machines import architecture

from .vm_state import VmLife, claim, completed

KEY = "default/vm1"


def instance(**spec: Any) -> Object:
    return completed(
        {
            "apiVersion": "kubevirt.io/v1",
            "kind": "VirtualMachineInstance",
            "metadata": {"name": "vm1", "namespace": "default", "uid": "u1"},
            "spec": {"domain": {"devices": {}}} | spec,
        }
    )


DISK = {"name": "disk", "persistentVolumeClaim": {"claimName": "disk-1"}}
IMAGE = {"name": "image", "dataVolume": {"name": "disk-2"}}


def reason(life: VmLife, kind: str = "Ready") -> str:
    found = {each["type"]: each for each in life.vmi()["status"]["conditions"]}
    return str(found[kind].get("reason", found[kind]["status"]))


def test_instance_goes_through_its_phases() -> None:
    life = VmLife(instance())
    life.run()
    phases = ["Pending", "Scheduling", "Scheduled", "Running"]
    assert life.passed(VMI, KEY) == phases
    status = life.vmi()["status"]
    assert [each["phase"] for each in status["phaseTransitionTimestamps"]] == phases
    (pod,) = life.of(POD).values()
    assert status["nodeName"] == pod["spec"]["nodeName"] == "node1"
    assert status["activePods"] == {pod["metadata"]["uid"]: "node1"}
    assert life.vmi()["metadata"]["labels"]["kubevirt.io/nodeName"] == "node1"
    assert (reason(life), reason(life, "LiveMigratable")) == ("True", "True")


@pytest.mark.parametrize(("network", "so"), [({"multus": {}}, True), ({"pod": {}}, False)])
def test_instance_on_a_vm_network_says_that_it_need_not_move(
    network: Object, so: bool
) -> None:
    life = VmLife(instance(networks=[{"name": "nic-1"} | network]))
    life.run()
    types = {each["type"] for each in life.vmi()["status"]["conditions"]}
    assert ("MigrationRequired" in types) is so
    if so:
        assert reason(life, "MigrationRequired") == "AutoMigrationPending"


def test_instance_notes_the_version_of_its_api() -> None:
    life = VmLife(instance())
    life.run()
    assert OBSERVED.items() <= life.vmi()["metadata"]["annotations"].items()


@pytest.mark.parametrize(
    ("guest", "most"), [("1Gi", "4Gi"), ("768Mi", "3Gi"), ("500M", "2G"), ("1", "4")]
)
def test_instance_may_be_given_four_times_its_memory(guest: str, most: str) -> None:
    domain = instance(domain={"devices": {}, "memory": {"guest": guest}})["spec"]["domain"]
    assert domain["memory"] == {"guest": guest, "maxGuest": most}


def test_most_memory_that_is_given_stays() -> None:
    memory = {"guest": "1Gi", "maxGuest": "2Gi"}
    assert instance(domain={"memory": memory})["spec"]["domain"]["memory"] == memory


def test_instance_waits_for_all_its_claims() -> None:
    life = VmLife(instance(volumes=[DISK, IMAGE]), claim("disk-1"))
    life.run()
    assert (life.has(POD), reason(life, "Synchronized")) == ([], "FailedPvcNotFound")
    missing = life.vmi()["status"]["conditions"][1]["message"]
    assert missing == "PVC default/disk-2 does not exist, waiting for it to appear"
    life.put(claim("disk-2"))
    life.run()
    assert life.vmi()["status"]["phase"] == "Running"
    (used, _) = life.vmi()["status"]["volumeStatus"]
    assert used["persistentVolumeClaimInfo"]["claimName"] == "disk-1"
    assert life.of(CLAIM).keys() == {"default/disk-1", "default/disk-2"}


def test_instance_that_no_node_takes_stays_at_scheduling() -> None:
    life = VmLife(instance(nodeSelector={"zone": "b"}))
    life.run()
    assert life.passed(VMI, KEY) == ["Pending", "Scheduling"]
    assert (reason(life), reason(life, "PodScheduled")) == ("GuestNotRunning", "Unschedulable")


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_instance_without_its_pod_has_failed(steps: int) -> None:
    life = VmLife(instance())
    life.settle()
    for _ in range(steps):
        life.step()
        life.settle()
    life.crash()
    life.run()
    assert life.vmi()["status"]["phase"] == "Failed"
    assert life.has(POD) == []
    assert FOREGROUND not in life.vmi()["metadata"]["finalizers"]


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_instance_that_is_deleted_takes_its_pod_with_it(steps: int) -> None:
    life = VmLife(instance())
    life.settle()
    for _ in range(steps):
        life.step()
        life.settle()
    life.delete(VMI, KEY)
    life.run()
    assert (life.has(VMI), life.has(POD)) == ([], [])


def test_guest_that_is_deleted_ends_before_its_pod() -> None:
    life = VmLife(instance())
    life.run()
    life.delete(VMI, KEY)
    life.settle()
    assert life.vmi()["status"]["phase"] == "Running"
    assert reason(life) == "PodTerminating"
    (pod,) = life.of(POD).values()
    assert pod["metadata"]["deletionTimestamp"]


def test_instance_that_ended_keeps_its_pod() -> None:
    life = VmLife(instance())
    life.run()
    life.shut_down()
    life.run()
    assert life.vmi()["status"]["phase"] == "Succeeded"
    (pod,) = life.of(POD).values()
    assert pod["status"]["phase"] == "Succeeded"


def test_instance_of_a_vm_that_is_gone_is_let_go() -> None:
    orphan = instance()
    orphan["metadata"]["finalizers"].append(VM_CONTROLLER)
    life = VmLife(orphan)
    life.run()
    life.delete(VMI, KEY)
    life.run()
    assert life.has(VMI) == []


def test_pod_is_for_the_lab_to_place_and_to_count() -> None:
    spec: Object = {
        "networks": [
            {"name": "default", "pod": {}},
            {"name": "a", "multus": {"networkName": "vlan-1"}},
            {"name": "b", "multus": {"networkName": "other/vlan-2"}},
        ],
        "volumes": [DISK, IMAGE, {"name": "user", "cloudInitNoCloud": {}}],
        "nodeSelector": {"zone": "a"},
        "terminationGracePeriodSeconds": 120,
        "tolerations": [{"operator": "Exists"}],
    }
    nics = [{"name": "default"}, {"name": "a", "macAddress": "02:00:00:00:00:01"}]
    vmi = instance(**spec, domain={"devices": {"interfaces": [*nics, {"name": "b"}]}})
    vmi["metadata"]["labels"] = {"mine": "x", "kubevirt.io/created-by": "nobody"}
    pod = launcher(vmi)
    labels = pod["metadata"]["labels"]
    assert (labels["mine"], labels["kubevirt.io/created-by"]) == ("x", "u1")
    attached = json.loads(pod["metadata"]["annotations"]["k8s.v1.cni.cncf.io/networks"])
    assert [(each["namespace"], each["name"], each.get("mac")) for each in attached] == [
        ("default", "vlan-1", "02:00:00:00:00:01"),
        ("other", "vlan-2", None),
    ]
    claims = [each.get("persistentVolumeClaim") for each in pod["spec"]["volumes"]]
    assert claims == [None, {"claimName": "disk-1"}, {"claimName": "disk-2"}]
    selector = pod["spec"]["nodeSelector"]
    assert (selector["zone"], selector["kubernetes.io/arch"]) == ("a", architecture())
    assert pod["spec"]["terminationGracePeriodSeconds"] == 150
    assert pod["spec"]["tolerations"] == spec["tolerations"]
    (owner,) = pod["metadata"]["ownerReferences"]
    assert (owner["uid"], owner["controller"], owner["kind"]) == ("u1", True, VMI.kind)


def test_pod_has_a_name_that_only_one_instance_can_have() -> None:
    first, second = instance(), instance()
    second["metadata"]["uid"] = "u2"
    names = [launcher(each)["metadata"]["name"] for each in (first, first, second)]
    assert names[0] == names[1] != names[2]
    assert names[0].startswith("virt-launcher-vm1-")


def pod(name: str, on: str = "", created: str = "2026-01-01T00:00:00Z") -> Object:
    meta = {"name": name, "creationTimestamp": created}
    return {"metadata": meta, "spec": {"nodeName": on} if on else {}}


@pytest.mark.parametrize(
    ("home", "found"), [("node1", "old"), ("node2", "new"), ("node3", None), ("", "new")]
)
def test_guest_is_in_the_newest_pod_of_its_node(home: str, found: str | None) -> None:
    pods = [pod("old", "node1"), pod("new", "node2", "2026-01-02T00:00:00Z")]
    vmi = {"status": {"nodeName": home}}
    here = current_pod(vmi, pods)
    assert (here["metadata"]["name"] if here else None) == found


@pytest.mark.parametrize(
    ("phase", "state", "going", "ready"),
    [
        ("Running", {"running": {}}, False, True),
        ("Running", {"running": {"startedAt": "now"}}, False, True),
        ("Running", {"running": {"startedAt": "now"}}, True, False),
        ("Running", {"terminated": {"exitCode": 1}}, False, False),
        ("Pending", {}, False, False),
        ("Succeeded", {"running": {"startedAt": "now"}}, False, False),
    ],
)
def test_pod_is_ready_when_its_containers_run(
    phase: str, state: Object, going: bool, ready: bool
) -> None:
    meta = {"deletionTimestamp": "now"} if going else {}
    status = {"phase": phase, "containerStatuses": [{"state": state}]}
    assert is_ready({"metadata": meta, "status": status}) is ready
