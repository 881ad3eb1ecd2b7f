"""What Harvester remembers of VMs, and cleans up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from harvester_net.cluster.resources import CLAIM, VM, VMI, Object
from harvester_net.lab.controllers.controller import Patch
from harvester_net.lab.controllers.harvester_vms import (
    BACKFILL,
    CLEAN_UP,
    claim_templates,
    reconcile_instance,
)
from harvester_net.lab.controllers.kubevirt import (
    HARVESTER_VM_CONTROLLERS,
    KUBEVIRT_CONTROLLERS,
)

from .vm_state import VmLife, claim, completed, vm

KEY = "default/vm1"
STRATEGY = "harvesterhci.io/vmRunStrategy"
TEMPLATES = "harvesterhci.io/volumeClaimTemplates"
REMOVED = "harvesterhci.io/removedPersistentVolumeClaims"
MACS = "harvesterhci.io/mac-address"
MAC = "02:00:00:00:00:01"
BRIDGED = {"name": "a", "bridge": {}}


def noted(obj: Object, **notes: str) -> Object:
    named = {f"harvesterhci.io/{name}": text for name, text in notes.items()}
    return obj | {"metadata": obj["metadata"] | {"annotations": named}}


def life(*objs: Object) -> VmLife:
    return VmLife(*objs, controllers=(*KUBEVIRT_CONTROLLERS, *HARVESTER_VM_CONTROLLERS))


def notes_of(lived: VmLife) -> Mapping[str, str]:
    found: Mapping[str, str] = lived.vm()["metadata"]["annotations"]
    return found


@pytest.mark.parametrize(
    ("strategy", "remembered"),
    [
        ("RerunOnFailure", "RerunOnFailure"),
        ("Manual", "Manual"),
        (True, "Always"),
        ("Halted", None),
        (False, None),
    ],
)
def test_run_strategy_is_remembered(strategy: str | bool, remembered: str | None) -> None:
    lived = life(vm(strategy))
    lived.run()
    assert notes_of(lived).get(STRATEGY) == remembered
    assert CLEAN_UP in lived.vm()["metadata"]["finalizers"]


def test_vm_that_is_halted_keeps_what_is_remembered() -> None:
    lived = life(vm("RerunOnFailure"))
    lived.run()
    lived.patch(VM, KEY, {"spec": {"runStrategy": "Halted"}})
    lived.run()
    assert notes_of(lived)[STRATEGY] == "RerunOnFailure"


def test_claims_of_the_annotation_are_made() -> None:
    size = {"resources": {"requests": {"storage": "1Gi"}}}
    made = {"metadata": {"name": "disk-2", "annotations": {"a": "b"}}, "spec": size}
    there = {"metadata": {"name": "disk-1"}, "spec": size}
    text = json.dumps([there, made])
    lived = life(noted(vm("Halted"), volumeClaimTemplates=text), claim("disk-1"))
    lived.run()
    assert sorted(lived.has(CLAIM)) == ["disk-1", "disk-2"]
    new = lived.there(CLAIM, "default/disk-2")
    assert (new["spec"], new["metadata"]["annotations"]) == (size, {"a": "b"})
    assert lived.there(CLAIM, "default/disk-1")["spec"] == claim("disk-1")["spec"]


@pytest.mark.parametrize(
    "text", ["", "no JSON", "{}", "[1]", '[{"metadata": {}}]', '[{"metadata": {"name": "a"}}]']
)
def test_annotation_that_cannot_be_read_makes_no_claims(text: str) -> None:
    assert claim_templates(noted(vm(), volumeClaimTemplates=text)) == []


def test_claims_that_are_to_go_go_with_the_vm() -> None:
    marked = noted(vm("Halted"), removedPersistentVolumeClaims="disk-1, disk-3,")
    lived = life(marked, claim("disk-1"), claim("disk-2"))
    lived.run()
    lived.delete(VM, KEY)
    lived.run()
    assert lived.has(VM) == []
    assert lived.has(CLAIM) == ["disk-2"]


def labelled(**labels: str) -> Object:
    found = vm()
    found["spec"]["template"]["metadata"]["labels"] = labels
    return found


def test_instance_has_the_labels_of_the_template() -> None:
    lived = life(labelled(one="1", two="2"))
    lived.run()
    changed = {"one": "new", "two": None, "three": "3"}
    template = {"template": {"metadata": {"labels": changed}}}
    lived.patch(VM, KEY, {"spec": template})
    strategy = "harvesterhci.io/maintain-mode-strategy"
    lived.patch(VM, KEY, {"metadata": {"labels": {strategy: "Migrate"}}})
    lived.run()
    labels = lived.vmi()["metadata"]["labels"]
    own = {name: text for name, text in labels.items() if not name.startswith("kubevirt")}
    assert own == {"one": "new", "three": "3", strategy: "Migrate"}
    assert labels["kubevirt.io/nodeName"] == "node1"


def with_nics(strategy: str = "Always", **nic: Any) -> Object:
    network = {"name": "a", "multus": {"networkName": "default/vlan-1"}}
    domain = {"devices": {"interfaces": [BRIDGED | nic]}}
    return vm(strategy, networks=[network], domain=domain)


def seen(mac: str = MAC) -> Object:
    return {"status": {"interfaces": [{"name": "a", "mac": mac}]}}


def nics_of(lived: VmLife) -> list[Object]:
    devices = lived.vm()["spec"]["template"]["spec"]["domain"]["devices"]
    found: list[Object] = devices["interfaces"]
    return found


def test_addresses_that_a_guest_had_are_its_vms() -> None:
    lived = life(with_nics())
    lived.run()
    lived.patch(VMI, KEY, seen())
    lived.run()
    assert json.loads(notes_of(lived)[MACS]) == {"a": MAC}
    assert nics_of(lived) == [BRIDGED]
    lived.patch(VM, KEY, {"spec": {"runStrategy": "Halted"}})
    lived.run()
    assert lived.has(VMI) == []
    assert nics_of(lived) == [BRIDGED | {"macAddress": MAC}]


def test_address_that_is_given_stays() -> None:
    own = "02:00:00:00:00:09"
    lived = life(with_nics(macAddress=own))
    lived.run()
    lived.patch(VMI, KEY, seen())
    lived.patch(VM, KEY, {"spec": {"runStrategy": "Halted"}})
    lived.run()
    assert nics_of(lived) == [BRIDGED | {"macAddress": own}]


def test_instance_without_a_vm_is_never_let_go() -> None:
    alone = completed(
        {
            "apiVersion": "kubevirt.io/v1",
            "kind": "VirtualMachineInstance",
            "metadata": {"name": "vm1", "namespace": "default"},
            "spec": {"domain": {"devices": {}}},
        }
    )
    lived = life(alone)
    lived.run()
    lived.delete(VMI, KEY)
    lived.run()
    assert lived.vmi()["metadata"]["finalizers"] == [BACKFILL]
    assert reconcile_instance(lived, KEY) == []


def test_instance_whose_vm_goes_writes_nothing_into_it() -> None:
    lived = life(with_nics())
    lived.run()
    lived.patch(VMI, KEY, seen())
    lived.settle()
    lived.delete(VM, KEY)
    lived.delete(VMI, KEY)
    writes = reconcile_instance(lived, KEY)
    assert [write.resource for write in writes if isinstance(write, Patch)] == [VMI]
    lived.run()
    assert (lived.has(VM), lived.has(VMI)) == ([], [])
