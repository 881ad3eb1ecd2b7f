"""A site comes up as it was at home, and with what machines need besides."""

from __future__ import annotations

from collections import Counter

import pytest

from harvester_net.cluster.resources import (
    CLAIM,
    CLUSTER_NETWORK,
    LINK_MONITOR,
    NAD,
    SUBNET,
    VLAN_CONFIG,
    VM,
    VMI,
    VOLUME,
    Object,
    key_of,
)
from harvester_net.harvester.site.document import Document
from harvester_net.lab import faults
from harvester_net.lab.likeness import Site
from harvester_net.lab.likeness.guests import claims_used
from harvester_net.lab.likeness.site import HELD

from ... import objects
from ...sites import VERSION, runs, site
from .likenesses import SIZE, TIME, Kinds, document, up


def test_every_object_of_the_site_comes_up_as_it_was() -> None:
    found = up()
    for resource, listed in document().objects.items():
        for obj in listed:
            come = found[resource.kind, key_of(obj)]
            assert come["metadata"].items() >= _without_owners(obj).items()
            assert come.get("spec") == obj.get("spec")
            if resource not in (LINK_MONITOR, VM, VMI):
                assert come.get("status") == obj.get("status")


def _without_owners(obj: Object) -> Object:
    written_by_controllers = ("ownerReferences", "annotations", "finalizers")
    meta = obj["metadata"].items()
    return {name: item for name, item in meta if name not in written_by_controllers}


def test_dependents_name_the_new_uids_of_their_owners() -> None:
    found = up()
    uids = [obj["metadata"].get("uid") for obj in found.values()]
    assert max(Counter(uid for uid in uids if uid).values()) == 1
    for obj in found.values():
        for owner in obj["metadata"].get("ownerReferences", ()):
            namespace = obj["metadata"].get("namespace")
            key = owner["name"] if owner["kind"] in ("Node", "VlanConfig") else None
            key = key or f"{namespace}/{owner['name']}"
            assert owner["uid"] == found[owner["kind"], key]["metadata"]["uid"]
    assert found["VirtualMachineInstance", "shop/vm-0000"]["metadata"]["ownerReferences"]


def test_uids_are_new_each_time() -> None:
    made = Site(document())
    first, second = (
        {obj["metadata"].get("uid") for obj in made.objects()} - {None} for _ in range(2)
    )
    assert first.isdisjoint(second)


def test_an_owner_that_was_gone_is_not_named() -> None:
    found = site()
    found[VLAN_CONFIG] = []
    status = next(obj for (kind, _), obj in up(found).items() if kind == "VlanStatus")
    assert status["metadata"]["ownerReferences"] == []


def test_a_deletion_that_unknown_finalizers_hold_is_held_here_too() -> None:
    going = objects.going(objects.cluster_network("gone", finalizers=["alice.io/mine"]))
    come = up({CLUSTER_NETWORK: [going]})["ClusterNetwork", "gone"]
    assert come["metadata"]["finalizers"] == [HELD]


def test_all_namespaces_are_there() -> None:
    found = up()
    names = {name for kind, name in found if kind == "Namespace"}
    needed = {obj["metadata"].get("namespace") for obj in found.values()} - {None}
    assert names == needed | {faults.NAMESPACE}


def pods_of(found: dict[tuple[str, str], Object]) -> dict[str, Object]:
    """The pods that come up, by the instance that they are of."""
    pods = [obj for (kind, _), obj in found.items() if kind == "Pod"]
    return {pod["metadata"]["ownerReferences"][0]["name"]: pod for pod in pods}


def test_running_instances_have_pods_that_use_their_claims() -> None:
    found = up()
    pods = pods_of(found)
    assert list(pods) == [SIZE.vm(number) for number in range(SIZE.vms) if runs(number)]
    pod, vmi = pods[SIZE.vm(1)], found["VirtualMachineInstance", f"shop/{SIZE.vm(1)}"]
    assert pod["spec"]["nodeName"] == vmi["status"]["nodeName"] == "node001"
    assert pod["status"]["phase"] == "Running"
    assert list(claims_used(pod)) == ["shop/disk-0001"]
    assert vmi["status"]["activePods"] == {pod["metadata"]["uid"]: "node001"}
    assert vmi["metadata"]["labels"] == {"kubevirt.io/nodeName": "node001"}


@pytest.mark.parametrize(
    ("phase", "node", "pod"),
    [
        ("Running", "node1", "Running"),
        ("Scheduled", "node1", "Running"),
        ("Scheduling", None, "Pending"),
        ("Pending", None, None),
        ("Succeeded", "node1", None),
        ("Failed", "node1", None),
        (None, None, None),
    ],
)
def test_pods_are_as_far_as_their_instances(
    phase: str | None, node: str | None, pod: str | None
) -> None:
    status = {"phase": phase, "nodeName": node}
    vmi = objects.vmi("a") | {"status": {k: v for k, v in status.items() if v}}
    made = pods_of(up({VMI: [vmi]})).get("a")
    assert (made and made["status"]["phase"]) == pod
    assert (made or {"spec": {}})["spec"].get("nodeName") == (node if pod else None)


@pytest.mark.parametrize("phase", ["Running", "Succeeded", "Failed"])
def test_an_instance_that_ran_is_known_to_have_run(phase: str) -> None:
    come = up({VMI: [objects.vmi("a", phase=phase)]})["VirtualMachineInstance", "default/a"]
    passed = [each["phase"] for each in come["status"]["phaseTransitionTimestamps"]]
    assert passed == (["Running"] if phase == "Running" else ["Running", phase])


def test_vms_say_what_their_controllers_would_say() -> None:
    found = up()
    running = found["VirtualMachine", f"shop/{SIZE.vm(0)}"]
    stopped = found["VirtualMachine", f"shop/{SIZE.vm(4)}"]
    assert running["status"]["printableStatus"] == "Running"
    assert running["status"]["ready"] is True
    assert stopped["status"]["printableStatus"] == "Stopped"
    assert "ready" not in stopped["status"]
    for vm in (running, stopped):
        assert vm["metadata"]["annotations"]["harvesterhci.io/vmRunStrategy"]
        assert vm["metadata"]["finalizers"][0] == (
            "kubevirt.io/virtualMachineControllerFinalize"
        )


def test_a_vm_that_is_deleted_is_left_to_its_controllers() -> None:
    held = ["kubevirt.io/virtualMachineControllerFinalize"]
    going = objects.going(objects.vm("a", status="Terminating", finalizers=held))
    vmi = objects.going(objects.vmi("a", finalizers=held))
    found = up({VM: [going], VMI: [vmi]})
    vm = found["VirtualMachine", "default/a"]
    assert vm["metadata"]["finalizers"] == held
    assert vm["status"] == {"printableStatus": "Terminating"}
    assert found["VirtualMachineInstance", "default/a"]["metadata"]["finalizers"] == held


def test_vms_and_instances_have_what_their_types_want() -> None:
    found = up({VM: [{"metadata": {"name": "a", "namespace": "n"}}], VMI: [objects.vmi("b")]})
    vm, vmi = found["VirtualMachine", "n/a"], found["VirtualMachineInstance", "default/b"]
    assert vm["spec"]["template"]["spec"]["domain"] == {"devices": {}}
    assert vmi["spec"]["domain"] == {"devices": {}}


def test_the_address_pool_of_the_storage_network_is_full() -> None:
    pool = up()["IPPool", "kube-system/10.7.0.0-22"]
    assert pool["spec"]["range"] == "10.7.0.0/22"
    users = [given["podref"] for given in pool["spec"]["allocations"].values()]
    assert users == [f"longhorn-system/instance-manager-{n}" for n in SIZE.node_names]
    assert min(map(int, pool["spec"]["allocations"])) == 16


@pytest.mark.parametrize(
    "config",
    ["{", "{}", '{"ipam":{"range":7}}', '{"ipam":{"range":"?"}}', '{"ipam":[]}'],
)
def test_a_storage_network_that_cannot_be_read_has_no_pool(config: str) -> None:
    found = site()
    for nad in found[NAD]:
        nad["spec"]["config"] = config
    assert not [kind for kind, _ in up(found) if kind == "IPPool"]


def asked_faults(found: Kinds) -> faults.Faults:
    key = ("ConfigMap", f"{faults.NAMESPACE}/{faults.NAME}")
    made = up(found).get(key)
    return faults.faults_of(made) if made else frozenset()


def test_cables_and_volumes_in_other_hands_are_faults() -> None:
    down = {faults.LinkDown(node, "ens2f1") for node in SIZE.node_names}
    assert asked_faults(site()) == down | {faults.VolumeStaysAttached("pvc-other")}


def test_what_is_explained_is_no_fault() -> None:
    vmi = objects.vmi("a")
    source = {"persistentVolumeClaim": {"claimName": "disk"}}
    vmi["spec"]["volumes"] = [{"name": "root"} | source]
    prometheus = objects.claim("p", "cattle-monitoring-system", "prometheus", "pvc-2")
    found = {
        VMI: [vmi],
        CLAIM: [objects.claim("disk", "default", "x", "pvc-1"), prometheus],
        VOLUME: [objects.volume(f"pvc-{n}", "attached") for n in (1, 2)]
        + [objects.volume("pvc-3", "detached")],
    }
    assert asked_faults(found) == frozenset()


def test_the_version_is_there_also_where_settings_could_not_be_read() -> None:
    come = Site(Document("v1.7.1", TIME, {})).objects()
    settings = [obj for obj in come if obj["kind"] == "Setting"]
    assert [obj["value"] for obj in settings] == ["v1.7.1"]
    assert [obj for obj in Site(Document("", TIME, {})).objects() if "value" in obj] == []


def test_overlays_are_known_where_they_were() -> None:
    assert Site(Document(VERSION, TIME, {SUBNET: []})).overlays
    assert not Site(document()).overlays
