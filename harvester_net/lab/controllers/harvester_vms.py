"""Harvester's own controllers of VMs: what they remember in annotations, and clean up.

They keep the run strategy of a VM that is stopped (H5.6), make the volumes that an annotation
asks for and remove those that another one names, and keep labels and MAC addresses in step.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from harvester_net.cluster.resources import (
    CLAIM,
    VM,
    VMI,
    Object,
    Resource,
    annotations_of,
    is_terminating,
    key_of,
    labels_of,
)
from harvester_net.harvester.names import LAST_STRATEGY
from harvester_net.lab.apiserver.objects import copied
from harvester_net.lab.controllers.controller import (
    Action,
    Controller,
    Create,
    Delete,
    Patch,
    State,
    own_key,
)
from harvester_net.lab.controllers.instances import RUNNING, phase_of
from harvester_net.lab.controllers.strategies import HALTED, strategy_of

CLEAN_UP = "wrangler.cattle.io/VMController.CleanupPVCAndSnapshot"
BACKFILL = "wrangler.cattle.io/VMController.BackfillObservedNetworkMacAddress"
"""Finalizers of a VM, until its volumes are cleaned up, and of an instance."""

CLAIM_TEMPLATES = "harvesterhci.io/volumeClaimTemplates"
REMOVED_CLAIMS = "harvesterhci.io/removedPersistentVolumeClaims"
MAC_ADDRESSES = "harvesterhci.io/mac-address"
MAINTENANCE = "harvesterhci.io/maintain-mode-strategy"

_USER = "harvester"
_KUBEVIRT = "kubevirt.io"


def reconcile(state: State, key: str) -> list[Action]:
    """What Harvester does about a VM."""
    vm = state.get(VM, key)
    if vm is None:
        return []
    if is_terminating(vm):
        return [*_removed_claims(state, vm), *_released(VM, vm, CLEAN_UP)]
    changes = _remembered(vm) if "template" in vm["spec"] else {}
    finalizers = vm["metadata"].get("finalizers") or []
    if CLEAN_UP not in finalizers:
        changes["finalizers"] = [*finalizers, CLEAN_UP]
    writes: list[Action] = [Patch(VM, key, {"metadata": changes})] if changes else []
    return [*writes, *_missing_claims(state, vm), *_labels(state, vm)]


def _remembered(vm: Object) -> Object:
    """The run strategy, as the webhook puts it back at the next start."""
    strategy = strategy_of(vm)
    if strategy == HALTED or annotations_of(vm).get(LAST_STRATEGY) == strategy:
        return {}
    return {"annotations": {LAST_STRATEGY: strategy}}


def _missing_claims(state: State, vm: Object) -> Iterator[Action]:
    """The claims that the VM brings with it, and that are not there yet."""
    namespace = vm["metadata"]["namespace"]
    for template in claim_templates(vm):
        claim = copied({name: template[name] for name in ("metadata", "spec")})
        claim["metadata"]["namespace"] = namespace
        if state.get(CLAIM, key_of(claim)) is None:
            yield Create(CLAIM, {"apiVersion": CLAIM.api, "kind": CLAIM.kind} | claim)


def claim_templates(vm: Object) -> list[Object]:
    """The claims that a VM's annotation describes; none if it cannot be read."""
    try:
        found = json.loads(annotations_of(vm).get(CLAIM_TEMPLATES) or "[]")
    except ValueError:
        return []
    entries = found if isinstance(found, list) else []
    return [
        each
        for each in entries
        if isinstance(each, dict) and (each.get("metadata") or {}).get("name")
        if isinstance(each.get("spec"), dict)
    ]


def _removed_claims(state: State, vm: Object) -> Iterator[Action]:
    """The claims that go with their VM."""
    names = annotations_of(vm).get(REMOVED_CLAIMS, "").split(",")
    for name in filter(None, map(str.strip, names)):
        key = f"{vm['metadata']['namespace']}/{name}"
        claim = state.get(CLAIM, key)
        if claim is not None and not is_terminating(claim):
            yield Delete(CLAIM, key, claim["metadata"]["uid"])


def _labels(state: State, vm: Object) -> Iterator[Action]:
    """Gives the instance the labels of the VM's template, all but KubeVirt's own."""
    vmi = state.get(VMI, key_of(vm))
    if vmi is None or "template" not in vm["spec"]:
        return
    wanted = dict((vm["spec"]["template"].get("metadata") or {}).get("labels") or {})
    if MAINTENANCE in labels_of(vm):
        wanted[MAINTENANCE] = labels_of(vm)[MAINTENANCE]
    known = labels_of(vmi)
    changes: dict[str, str | None] = {k: v for k, v in wanted.items() if known.get(k) != v}
    changes |= dict.fromkeys(name for name in known if name not in wanted)
    changes = {k: v for k, v in changes.items() if not k.startswith(_KUBEVIRT)}
    if changes:
        yield Patch(VMI, key_of(vmi), {"metadata": {"labels": changes}})


def reconcile_instance(state: State, key: str) -> list[Action]:
    """What Harvester does about an instance: it keeps the MAC addresses of its NICs.

    An instance without a VM is never let go, as by Harvester itself, which looks for the VM
    for ever.
    """
    vmi, vm = state.get(VMI, key), state.get(VM, key)
    if vmi is None:
        return []
    if is_terminating(vmi):
        if vm is None:
            return []
        return [*_backfilled(vm), *_released(VMI, vmi, BACKFILL)]
    writes: list[Action] = []
    finalizers = vmi["metadata"].get("finalizers") or []
    if BACKFILL not in finalizers:
        kept = [*finalizers, BACKFILL]
        writes.append(Patch(VMI, key, {"metadata": {"finalizers": kept}}))
    if vm is not None and not is_terminating(vm):
        writes += _observed(vm, vmi)
    return writes


def _observed(vm: Object, vmi: Object) -> Iterator[Action]:
    interfaces = (vmi.get("status") or {}).get("interfaces") or []
    if phase_of(vmi) != RUNNING or not interfaces:
        return
    macs = {each["name"]: each["mac"] for each in interfaces if each.get("mac")}
    text = json.dumps(macs, separators=(",", ":"), sort_keys=True)
    if annotations_of(vm).get(MAC_ADDRESSES) != text:
        yield Patch(VM, key_of(vm), {"metadata": {"annotations": {MAC_ADDRESSES: text}}})


def _backfilled(vm: Object) -> Iterator[Action]:
    """Writes the addresses that a guest had into its VM, so that it keeps them."""
    if is_terminating(vm) or "template" not in vm["spec"]:
        return
    macs = json.loads(annotations_of(vm).get(MAC_ADDRESSES) or "{}")
    devices = vm["spec"]["template"]["spec"]["domain"].get("devices") or {}
    interfaces = devices.get("interfaces") or []
    filled = [
        {"macAddress": macs[each["name"]]} | each if each["name"] in macs else each
        for each in interfaces
    ]
    if filled != interfaces:
        domain = {"devices": {"interfaces": filled}}
        yield Patch(VM, key_of(vm), {"spec": {"template": {"spec": {"domain": domain}}}})


def _released(resource: Resource, obj: Object, finalizer: str) -> Iterator[Action]:
    finalizers = obj["metadata"].get("finalizers") or []
    if finalizer in finalizers:
        kept = [name for name in finalizers if name != finalizer]
        yield Patch(resource, key_of(obj), {"metadata": {"finalizers": kept}})


VIRTUAL_MACHINES = Controller(
    "harvester-virtual-machines", _USER, reconcile, {VM: own_key, VMI: own_key}
)
INSTANCES = Controller(
    "harvester-instances", _USER, reconcile_instance, {VMI: own_key, VM: own_key}
)
