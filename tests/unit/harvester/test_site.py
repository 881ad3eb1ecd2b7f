"""What a site keeps of a cluster, and how it is written."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings

from harvester_net.cluster.resources import (
    BACKUP,
    CLAIM,
    CLUSTER_NETWORK,
    LINK_MONITOR,
    LONGHORN_NODE,
    LONGHORN_SETTING,
    NAD,
    NODE,
    RESTORE,
    SETTING,
    SUBNET,
    UPGRADE,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
    VOLUME,
    Object,
    Resource,
    key_of,
)
from harvester_net.harvester.gitops import keeper_of
from harvester_net.harvester.placing import why_closed
from harvester_net.harvester.site.document import FORMAT, Document, written
from harvester_net.harvester.site.kinds import SITE_KINDS, kept
from harvester_net.harvester.under_way import (
    backups_under_way,
    restores_under_way,
    upgrades_under_way,
)
from harvester_net.harvester.workloads import users_of

from ... import objects
from ...sites import PRIVATE, Size, site
from ..change.clusters import Case, cases
from .judging import plans, snapshot, verdicts


def one(resource: Resource, obj: Object) -> Any:
    """What is kept of one object; None if nothing is."""
    found = kept({resource: [obj]})[resource]
    return found[0] if found else None


def text_of(found: dict[Resource, list[Object]], time: str = "2026-01-01T00:00:00Z") -> str:
    return written(Document("v1.8.0", time, kept(found)))


def test_nothing_private_is_kept() -> None:
    assert PRIVATE in json.dumps([*site().values()])
    assert PRIVATE not in text_of(site())


def test_every_object_of_a_site_is_kept_but_other_settings() -> None:
    before, after = site(), kept(site())
    left_out = {
        (resource.kind, key_of(obj))
        for resource, found in before.items()
        for obj in found
        if key_of(obj) not in map(key_of, after[resource])
    }
    assert left_out == {
        ("Setting", "ssl-certificates"),
        ("Setting", "http-proxy"),
        ("Setting", "longhorn-system/backup-target-credential-secret"),
    }


def test_rules_and_plans_find_a_site_as_they_find_the_cluster() -> None:
    before, after = snapshot(site()), snapshot(kept(site()))
    assert verdicts(after) == verdicts(before)
    assert plans(after) == plans(before)
    assert any(findings for _, findings in verdicts(before))


@settings(max_examples=25)
@given(cases())
def test_random_clusters_are_judged_and_planned_as_before(case: Case) -> None:
    found = {
        resource: list(case.world.of(resource).values())
        for resource in SITE_KINDS
        if case.world.of(resource)
    }
    before, after = snapshot(found), snapshot(kept(found))
    assert verdicts(after) == verdicts(before)
    assert plans(after) == plans(before)


@settings(max_examples=25)
@given(cases())
def test_what_is_kept_is_kept_again(case: Case) -> None:
    found = {resource: list(case.world.of(resource).values()) for resource in SITE_KINDS}
    once = kept(found)
    assert kept(once) == once


def test_a_site_is_kept_as_it_is_when_it_is_read_again() -> None:
    assert kept(kept(site())) == kept(site())


def test_equal_clusters_give_equal_texts_whatever_order_and_versions() -> None:
    found, other = site(), copy.deepcopy(site())
    for resource, listed in other.items():
        listed.reverse()
        for obj in listed:
            obj["metadata"]["resourceVersion"] = "99999"
            obj["metadata"]["uid"] = f"another-{resource.plural}"
            obj["metadata"]["creationTimestamp"] = "2027-01-01T00:00:00Z"
    assert text_of(found) == text_of(other)
    later = text_of(other, "2026-01-02T00:00:00Z").splitlines()
    unlike = [b for a, b in zip(text_of(found).splitlines(), later, strict=True) if a != b]
    assert unlike == ['"time": "2026-01-02T00:00:00Z",']


def test_document_has_one_object_a_line_and_says_what_is_missing() -> None:
    found = kept({NODE: [objects.node("n2"), objects.node("n1")], SUBNET: []})
    left_out = {VM: "the user may not list it", LONGHORN_NODE: "the server does not know it"}
    text = written(Document("v1.7.1", "2026-01-01T00:00:00Z", found, left_out))
    assert text.splitlines()[:8] == [
        "{",
        f'"format": {FORMAT},',
        '"harvester": "v1.7.1",',
        '"time": "2026-01-01T00:00:00Z",',
        '"anonymized": false,',
        '"leftOut": {"nodes.longhorn.io":"the server does not know it",'
        '"virtualmachines.kubevirt.io":"the user may not list it"},',
        '"objects": {',
        '"nodes": [',
    ]
    lines = text.splitlines()[8:10]
    names = [json.loads(line.rstrip(","))["metadata"]["name"] for line in lines]
    assert names == ["n1", "n2"]
    assert json.loads(text)["objects"]["subnets.kubeovn.io"] == []


# --- fields ----------------------------------------------------------------------------------


def labelled(labels: dict[str, str]) -> dict[str, str]:
    """What is kept of a node's labels where a config selects by `rack`."""
    config = objects.new_config("nc", spec={"nodeSelector": {"rack": "a"}})
    node = objects.node("n1", labels)
    found = kept({NODE: [node], VLAN_CONFIG: [config]})[NODE][0]["metadata"]["labels"]
    assert found.pop("kubernetes.io/hostname") == "n1"
    return dict(found)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rack", "b"),
        ("network.harvesterhci.io/data", "true"),
        ("network.harvesterhci.io/vlanconfig", "nc"),
        ("node-role.harvesterhci.io/witness", "true"),
        ("node-role.kubernetes.io/control-plane", ""),
        ("topology.kubernetes.io/zone", "hall-2"),
        ("kubernetes.io/arch", "arm64"),
    ],
)
def test_labels_of_a_node_that_are_looked_at_are_kept(key: str, value: str) -> None:
    assert labelled({key: value}) == {key: value}


@pytest.mark.parametrize(
    "key",
    [
        "team",
        "example.com/rack",
        "node-role.kubernetes.io/for-alice",
        "topology.kubernetes.io/desk",
        "beta.kubernetes.io/instance-type",
    ],
)
def test_other_labels_of_a_node_are_not_kept(key: str) -> None:
    assert labelled({key: "x"}) == {}


def test_keys_that_vms_and_monitors_select_by_are_kept_too() -> None:
    vm = objects.vm("a")
    term = {"matchExpressions": [{"key": "gpu", "operator": "Exists"}]}
    required = {
        "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}
    }
    vm["spec"]["template"]["spec"] |= {
        "affinity": {"nodeAffinity": required},
        "nodeSelector": {"disk": "fast"},
    }
    monitor = objects.link_monitor("data", {}) | {"spec": {"nodeSelector": {"nic": "x"}}}
    labels = {"gpu": "a100", "disk": "fast", "nic": "x", "pet": "cat"}
    node = objects.node("n1", labels)
    found = kept({NODE: [node], VM: [vm], LINK_MONITOR: [monitor]})
    assert found[NODE][0]["metadata"]["labels"].keys() == {
        "kubernetes.io/hostname",
        "gpu",
        "disk",
        "nic",
    }
    assert found[VM][0]["spec"]["template"]["spec"]["affinity"] == {"nodeAffinity": required}


@pytest.mark.parametrize(
    "part",
    [
        {"cloudInitNoCloud": {"userData": "x"}},
        {"cloudInitConfigDrive": {"secretRef": {"name": "x"}}},
        {"secret": {"secretName": "x"}},
        {"configMap": {"name": "x"}},
        {"sysprep": {"secret": {"name": "x"}}},
        {"containerDisk": {"image": "x"}},
        {"serviceAccount": {"serviceAccountName": "x"}},
        {},
    ],
)
def test_volumes_of_a_vm_that_are_no_claims_are_not_kept(part: Object) -> None:
    vm = objects.vm("a")
    disk = {"name": "root", "persistentVolumeClaim": {"claimName": "disk"}}
    vm["spec"]["template"]["spec"]["volumes"] = [{"name": "x"} | part, disk]
    assert one(VM, vm)["spec"]["template"]["spec"]["volumes"] == [disk]


def test_a_data_volume_is_kept_as_the_claim_that_it_makes() -> None:
    vmi = objects.vmi("a")
    volume = {"name": "root", "dataVolume": {"name": "disk", "hotpluggable": True}}
    vmi["spec"]["volumes"] = [volume]
    found = one(VMI, vmi)["spec"]["volumes"]
    assert found == [{"name": "root", "dataVolume": {"name": "disk"}}]


@pytest.mark.parametrize("uplink", [{}, {"linkAttributes": {}}, {"bondOptions": {}}])
def test_empty_parts_of_an_uplink_are_not_absent_ones(uplink: Object) -> None:
    config = objects.new_config("nc", uplink={"nics": ["eno1"]} | uplink)
    assert one(VLAN_CONFIG, config)["spec"]["uplink"] == {"nics": ["eno1"]} | uplink


@pytest.mark.parametrize(
    ("resource", "obj"),
    [
        (VLAN_CONFIG, {"metadata": {"name": "a"}}),
        (VLAN_CONFIG, {"metadata": {"name": "a"}, "spec": {"clusterNetwork": "data"}}),
        (VLAN_STATUS, {"metadata": {"name": "a"}, "status": {"node": "n1"}}),
        (NAD, {"metadata": {"name": "a"}, "spec": {"config": "{}"}}),
        (NODE, {"metadata": "n1"}),
        (NODE, {"metadata": {"name": 1}}),
        (NODE, {}),
        (NODE, ["n1"]),
        (SETTING, {"metadata": {"name": "containerd-registry"}, "value": "x"}),
        (LONGHORN_SETTING, {"metadata": {"name": "backup-target", "namespace": "l"}}),
        (
            LINK_MONITOR,
            {"metadata": {"name": "m"}, "spec": {"targetLinkRule": {"nameRule": "alice.*"}}},
        ),
    ],
)
def test_what_is_no_object_of_its_kind_is_not_kept(resource: Resource, obj: Any) -> None:
    assert one(resource, obj) is None


@pytest.mark.parametrize(
    ("resource", "obj"),
    [
        (NODE, objects.node("n1") | {"spec": "text", "status": 3}),
        (VM, objects.vm("a") | {"status": ["x"]}),
        (CLUSTER_NETWORK, objects.cluster_network("a", annotations=[1])),
        (VOLUME, objects.volume("v") | {"status": {"state": ["attached"]}}),
        (CLAIM, objects.claim("c", "ns", "app") | {"status": {"phase": {"x": 1}}}),
    ],
)
def test_values_of_the_wrong_type_are_left_out(resource: Resource, obj: Any) -> None:
    found = one(resource, obj)
    assert found is None or found["metadata"]["name"] == obj["metadata"]["name"]
    assert kept({resource: [obj]}) == kept(kept({resource: [obj]}))


def test_an_owner_is_kept_by_name_and_unknown_owners_are_not() -> None:
    owners = [
        {"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine", "name": "a", "uid": "1"},
        {"apiVersion": "v1", "kind": "Secret", "name": "x", "uid": "2"},
    ]
    vmi = objects.vmi("a", ownerReferences=owners)
    owner = {"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine", "name": "a"}
    assert one(VMI, vmi)["metadata"]["ownerReferences"] == [owner]


def test_a_deletion_is_kept_with_the_finalizers_that_are_known() -> None:
    held = ["wrangler.cattle.io/harvester-network-manager-cn-controller", "alice.io/mine"]
    going = objects.going(objects.cluster_network("data", finalizers=held))
    found = one(CLUSTER_NETWORK, going)["metadata"]
    assert found["deletionTimestamp"] == objects.GOING["deletionTimestamp"]
    assert found["finalizers"] == held[:1]


def test_large_sites_are_of_the_size_that_they_are_asked_for() -> None:
    found = site(Size(nodes=4, vms=10, networks=7, rack=2))
    assert [len(found[kind]) for kind in (NODE, VM, VMI, VLAN_CONFIG)] == [4, 10, 8, 3]
    assert len(found[NAD]) == 8


# --- what plans look at besides --------------------------------------------------------------

MARKS = {
    "fleet.cattle.io/bundle-name": "infra",
    "argocd.argoproj.io/instance": "shop",
    "kustomize.toolkit.fluxcd.io/name": "networks",
}


@pytest.mark.parametrize(
    ("resource", "obj"),
    [
        (VM, objects.vm("a", labels=MARKS)),
        (NAD, objects.nad("n", labels=MARKS)),
        (CLUSTER_NETWORK, objects.cluster_network("a", annotations=MARKS)),
    ],
)
def test_who_keeps_an_object_in_a_repository_is_kept(resource: Resource, obj: Object) -> None:
    assert keeper_of(one(resource, obj)) == keeper_of(obj) != ""


def test_a_node_says_that_it_takes_no_vms() -> None:
    node = objects.node("n1") | {"spec": {"unschedulable": True}}
    assert why_closed(one(NODE, node)) == "is cordoned"
    node["metadata"]["annotations"] = {"harvesterhci.io/maintain-status": "completed"}
    assert why_closed(one(NODE, node)) == "is in maintenance mode"


@pytest.mark.parametrize(
    ("pod", "kind", "name", "users"),
    [
        ("pg-0", "StatefulSet", "pg", ["pod default/pg-0 (StatefulSet pg)"]),
        (
            "virt-launcher-a-x",
            "VirtualMachineInstance",
            "a",
            ["pod default/virt-launcher-a-x (VirtualMachineInstance a)"],
        ),
        ("hp-volume-x", "Pod", "virt-launcher-a-x", []),
    ],
)
def test_pods_that_hold_a_volume_are_kept(
    pod: str, kind: str, name: str, users: list[str]
) -> None:
    volume = objects.in_use(objects.volume("pvc-1", claim="default/data"), pod, kind, name)
    assert [str(user) for user in users_of(one(VOLUME, volume))] == users


def test_backups_restores_and_upgrades_are_kept_without_what_they_hold() -> None:
    held: Object = {
        "secretBackups": [{"data": {"password": "c2VjcmV0"}}],
        "error": {"message": "x"},
    }
    backup = one(BACKUP, objects.backup("b", readyToUse=False, **held))
    assert backup["status"] == {"readyToUse": False, "error": {"message": "failed"}}
    for resource, obj, under_way in (
        (BACKUP, objects.backup("b"), backups_under_way),
        (RESTORE, objects.restore("r"), restores_under_way),
        (UPGRADE, objects.upgrade("u", state="UpgradingNodes"), upgrades_under_way),
    ):
        found = {key_of(obj): one(resource, obj)}
        assert list(under_way(found)) == list(under_way({key_of(obj): obj})) != []
