"""VMs and their instances: the part of virt-controller that follows the run strategy (H5.6).

As there, a VM is restarted by nobody but its run strategy and who asks for it: of a change of
its template it only says that it needs a restart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harvester_net.cluster.merge_patch import difference
from harvester_net.cluster.resources import (
    CLAIM,
    VM,
    VMI,
    Object,
    annotations_of,
    is_terminating,
    key_of,
)
from harvester_net.harvester.snapshot import Grouping
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
from harvester_net.lab.controllers.instances import OBSERVED, VM_CONTROLLER, controls, is_final
from harvester_net.lab.controllers.kinds import REVISION
from harvester_net.lab.controllers.launchers import GENERATION, claims_of, owner_reference
from harvester_net.lab.controllers.strategies import NOTHING, Decision, decide, requests_of
from harvester_net.lab.controllers.vm_status import BACKOFF_SECONDS, Seen, status_of

_USER = "kubevirt-controller"
_LIVE = ("affinity", "nodeSelector", "tolerations")
"""Fields of a template that take effect without a restart."""


def _claim_keys(vm: Object) -> Iterator[str]:
    namespace = vm["metadata"]["namespace"]
    spec = (vm["spec"].get("template") or {}).get("spec") or {}
    return (f"{namespace}/{name}" for name in claims_of(spec))


VMS_WITH = Grouping(VM, _claim_keys)
"""VMs by the claims that their volumes are on."""


def instance_of(state: State, vm: Object) -> Object | None:
    """The instance that a VM controls; not one that only has its name."""
    vmi = state.get(VMI, key_of(vm))
    return vmi if vmi is not None and controls(vm, vmi) else None


def reconcile(state: State, key: str) -> list[Action]:
    """What the run strategy asks for, and what the VM says of it."""
    vm = state.get(VM, key)
    if vm is None or "template" not in vm["spec"]:
        return []
    vmi = instance_of(state, vm)
    if is_terminating(vm):
        return [*_end(vm, vmi), *_status(Seen(state, vm, vmi, NOTHING)), *_seen_off(vm, vmi)]
    decision = _possible(state, vm, decide(vm, vmi))
    required = vmi is not None and _is_restart_required(state, vm, vmi)
    return [
        *_claimed(vm),
        *_generation(state, vm, vmi),
        *_writes(state, vm, vmi, decision),
        *_status(Seen(state, vm, vmi, decision, required)),
        *_seen_off(vm, vmi),
        *_old_revision(state, vm, vmi),
    ]


def try_again(state: State, key: str) -> list[Action]:
    """Starts a VM whose last instance failed before its guest ran."""
    vm = state.get(VM, key)
    if vm is None or is_terminating(vm) or not (vm.get("status") or {}).get("startFailure"):
        return []
    vmi = instance_of(state, vm)
    decision = _possible(state, vm, decide(vm, vmi, patient=False))
    return [*_writes(state, vm, vmi, decision)] if decision.start else []


def _possible(state: State, vm: Object, decision: Decision) -> Decision:
    """Nothing is started while somebody else's instance has the name."""
    return NOTHING if decision.start and state.get(VMI, key_of(vm)) else decision


def _claimed(vm: Object) -> Iterator[Action]:
    """Makes the VM this controller's."""
    finalizers = vm["metadata"].get("finalizers") or []
    changes: Object = {}
    if VM_CONTROLLER not in finalizers:
        changes["finalizers"] = [*finalizers, VM_CONTROLLER]
    if not OBSERVED.items() <= annotations_of(vm).items():
        changes["annotations"] = OBSERVED
    if changes:
        yield Patch(VM, key_of(vm), {"metadata": changes})


def _end(vm: Object, vmi: Object | None) -> Iterator[Action]:
    finalizers = vm["metadata"].get("finalizers") or []
    if vmi is not None:
        if not is_terminating(vmi):
            yield Delete(VMI, key_of(vmi), vmi["metadata"]["uid"])
    elif VM_CONTROLLER in finalizers:
        kept = [name for name in finalizers if name != VM_CONTROLLER]
        yield Patch(VM, key_of(vm), {"metadata": {"finalizers": kept}})


def _writes(
    state: State, vm: Object, vmi: Object | None, decision: Decision
) -> Iterator[Action]:
    if decision.becomes_always:
        field = {"running": True} if "running" in vm["spec"] else {"runStrategy": "Always"}
        yield Patch(VM, key_of(vm), {"spec": field})
    if decision.start:
        revision = _revision(vm)
        if state.get(REVISION, key_of(revision)) is None:
            yield Create(REVISION, revision)
        yield Create(VMI, _instance(vm, revision))
    if decision.stop and vmi is not None:
        yield Delete(VMI, key_of(vmi), vmi["metadata"]["uid"])


def _status(seen: Seen) -> Iterator[Action]:
    vm = seen.vm
    finalizers = vm["metadata"].get("finalizers")
    if is_terminating(vm) and seen.vmi is None and finalizers == [VM_CONTROLLER]:
        # It is gone with its last finalizer.
        return
    if change := difference(vm.get("status") or {}, status_of(seen)):
        yield Patch(VM, key_of(vm), {"status": change}, status=True)


def _seen_off(vm: Object, vmi: Object | None) -> Iterator[Action]:
    """Lets an instance go whose end the VM's status tells of."""
    finalizers = (vmi or {"metadata": {}})["metadata"].get("finalizers") or []
    if vmi is not None and is_final(vmi) and VM_CONTROLLER in finalizers:
        kept = [name for name in finalizers if name != VM_CONTROLLER]
        yield Patch(VMI, key_of(vmi), {"metadata": {"finalizers": kept}})


def _generation(state: State, vm: Object, vmi: Object | None) -> Iterator[Action]:
    """Notes on the instance that it is as the VM's template has it."""
    generation = _generation_of(vm)
    if vmi is None or annotations_of(vmi).get(GENERATION) == generation:
        return
    started = _template_at_start(state, vmi)
    if started is not None and started == vm["spec"]["template"]:
        notes = {"annotations": {GENERATION: generation}}
        yield Patch(VMI, key_of(vmi), {"metadata": notes})


def _old_revision(state: State, vm: Object, vmi: Object | None) -> Iterator[Action]:
    """Removes the revision of an instance that has ended, unless the next one has it too."""
    if vmi is None or not is_final(vmi):
        return
    key = _revision_key(vmi)
    found = state.get(REVISION, key)
    if found is not None and key != key_of(_revision(vm)):
        yield Delete(REVISION, key, found["metadata"]["uid"])


def _is_restart_required(state: State, vm: Object, vmi: Object) -> bool:
    started = _template_at_start(state, vmi)
    if started is None:
        return False
    return _without_live(started["spec"]) != _without_live(vm["spec"]["template"]["spec"])


def _without_live(spec: Object) -> Object:
    left = {name: value for name, value in spec.items() if name not in _LIVE}
    domain = dict(left.get("domain") or {})
    for part, live in (("cpu", "sockets"), ("memory", "guest")):
        if part in domain:
            domain[part] = {k: v for k, v in domain[part].items() if k != live}
    return left | {"domain": domain}


def _generation_of(vm: Object) -> str:
    return str(vm["metadata"].get("generation", 1))


def _template_at_start(state: State, vmi: Object) -> Object | None:
    found = state.get(REVISION, _revision_key(vmi))
    template: Object | None = found and found["data"]["spec"]["template"]
    return template


def _revision_key(vmi: Object) -> str:
    name = (vmi.get("status") or {}).get("virtualMachineRevisionName", "")
    return f"{vmi['metadata']['namespace']}/{name}"


def _revision(vm: Object) -> Object:
    """What the VM is like at the start of an instance."""
    meta = vm["metadata"]
    generation = _generation_of(vm)
    return {
        "apiVersion": REVISION.api,
        "kind": REVISION.kind,
        "metadata": {
            "name": f"revision-start-vm-{meta['uid']}-{generation}",
            "namespace": meta["namespace"],
            "ownerReferences": [owner_reference(vm)],
        },
        "data": {"spec": copied(vm["spec"])},
        "revision": int(generation),
    }


def _instance(vm: Object, revision: Object) -> Object:
    template = copied(vm["spec"]["template"])
    meta, name = template.get("metadata") or {}, vm["metadata"]["name"]
    spec = template["spec"]
    if (requests := requests_of(vm)) and requests[0].get("data", {}).get("paused") == "true":
        spec["startStrategy"] = "Paused"
    _add_default_network(spec)
    return {
        "apiVersion": VMI.api,
        "kind": VMI.kind,
        "metadata": {
            "name": name,
            "namespace": vm["metadata"]["namespace"],
            "labels": meta.get("labels") or {},
            "annotations": (meta.get("annotations") or {}) | {GENERATION: _generation_of(vm)},
            "finalizers": [VM_CONTROLLER],
            "ownerReferences": [owner_reference(vm)],
        },
        "spec": spec,
        "status": {"virtualMachineRevisionName": revision["metadata"]["name"]},
    }


def _add_default_network(spec: Object) -> None:
    """A VM that names no network is on the pods' one, unless it does not want to be."""
    devices = spec["domain"].setdefault("devices", {})
    if spec.get("networks") or devices.get("autoattachPodInterface") is False:
        return
    spec["networks"] = [{"name": "default", "pod": {}}]
    devices["interfaces"] = [{"name": "default", "bridge": {}}]


def _keys_of_claim(claim: Object, state: State) -> Iterable[str]:
    return list(state.snapshot.keyed(VMS_WITH, key_of(claim)))


VIRTUAL_MACHINES = Controller(
    "virtual-machines", _USER, reconcile, {VM: own_key, VMI: own_key, CLAIM: _keys_of_claim}
)
FAILED_STARTS = Controller(
    "failed-starts", _USER, try_again, {VM: own_key}, delay=BACKOFF_SECONDS
)
