"""Instances and their launchers: the part of virt-controller that makes a guest's pod.

An instance waits for its claims (Pending), for a node and its pod (Scheduling), and is then
virt-handler's (Scheduled, Running), which says when the guest has ended. Without its pod it
has failed. It is gone when its pods are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harvester_net.cluster.merge_patch import difference
from harvester_net.cluster.resources import (
    CLAIM,
    POD,
    VM,
    VMI,
    Object,
    annotations_of,
    condition,
    is_terminating,
    key_of,
    labels_of,
)
from harvester_net.harvester.snapshot import Grouping
from harvester_net.harvester.workloads import FINAL_PHASES
from harvester_net.lab.controllers.changes import with_condition, with_same, without_condition
from harvester_net.lab.controllers.controller import (
    Action,
    Controller,
    Create,
    Delete,
    Patch,
    State,
    own_key,
)
from harvester_net.lab.controllers.launchers import (
    COMPUTE,
    NODE_NAME,
    claims_of,
    current_pod,
    is_going,
    is_ready,
    launcher,
    pods_of,
)
from harvester_net.lab.simulators.timings import now

FOREGROUND = "kubevirt.io/foregroundDeleteVirtualMachine"
VM_CONTROLLER = "kubevirt.io/virtualMachineControllerFinalize"
OBSERVED = {
    "kubevirt.io/latest-observed-api-version": "v1",
    "kubevirt.io/storage-observed-api-version": "v1",
}
"""Annotations of all that virt-controller looks after."""
"""Finalizers of an instance: until its pods are gone, and until its VM has seen its end."""

NEW, SCHEDULING, SCHEDULED, RUNNING = "Pending", "Scheduling", "Scheduled", "Running"
FAILED = "Failed"
PVC_MISSING = "FailedPvcNotFound"

_USER = "kubevirt-controller"
_NO_NEED_TO_MOVE = {
    "type": "MigrationRequired",
    "status": "False",
    "reason": "AutoMigrationPending",
}


def _claim_keys(vmi: Object) -> Iterator[str]:
    namespace = vmi["metadata"]["namespace"]
    return (f"{namespace}/{name}" for name in claims_of(vmi["spec"]))


INSTANCES_ON = Grouping(VMI, _claim_keys)
"""Instances by the claims that they use."""


def phase_of(vmi: Object | None) -> str:
    """The phase of an instance; "" if there is none, Pending if it has none yet."""
    return str((vmi.get("status") or {}).get("phase") or NEW) if vmi else ""


def is_final(vmi: Object) -> bool:
    return phase_of(vmi) in FINAL_PHASES


def reconcile(state: State, key: str) -> list[Action]:
    """The pod of an instance, and what the instance says of it."""
    vmi = state.get(VMI, key)
    if vmi is None:
        return []
    pods = pods_of(state, vmi)
    pod = current_pod(vmi, pods)
    missing = _missing_claim(state, vmi) if pod is None else ""
    actions = [*_pod_writes(vmi, pods, pod, missing)]
    after = _updated(state, vmi, pods, pod, missing)
    if change := difference(vmi, after):
        actions.append(Patch(VMI, key, change))
    return actions


def _missing_claim(state: State, vmi: Object) -> str:
    claims = state.of(CLAIM)
    return next((key for key in _claim_keys(vmi) if key not in claims), "")


def _pod_writes(
    vmi: Object, pods: list[Object], pod: Object | None, missing: str
) -> Iterator[Action]:
    if is_terminating(vmi):
        for each in pods:
            if not is_terminating(each):
                yield Delete(POD, key_of(each), each["metadata"]["uid"])
    elif pod is None and not missing and phase_of(vmi) == NEW:
        yield Create(POD, launcher(vmi))


def _updated(
    state: State, vmi: Object, pods: list[Object], pod: Object | None, missing: str
) -> Object:
    """The instance as it should be, all but its spec."""
    status = dict(vmi.get("status") or {})
    notes = {"annotations": annotations_of(vmi) | OBSERVED}
    after = vmi | {"metadata": vmi["metadata"] | notes, "status": status}
    if pods or status.get("activePods"):
        active = {p["metadata"]["uid"]: p["spec"].get("nodeName", "") for p in pods}
        status["activePods"] = active
    conditions = status.get("conditions") or []
    ready = _ready(vmi, pod, missing)
    status["conditions"] = with_same(conditions, ready) if ready else conditions
    if pod is not None and not is_final(vmi):
        status["launcherContainerImageVersion"] = _image(pod)
    _set_phase(vmi, after, _next_phase(vmi, pod))
    _set_hindrance(vmi, status, pod, missing)
    if status["phase"] == SCHEDULED and phase_of(vmi) == SCHEDULING and pod is not None:
        _hand_over(state, after, pod)
    if phase_of(vmi) == RUNNING and _has_networks(vmi):
        status["conditions"] = with_same(status["conditions"], _NO_NEED_TO_MOVE)
    if is_final(vmi) and not pods:
        _release(state, after)
    return after


def _has_networks(vmi: Object) -> bool:
    """Whether a VM network could change so that only a migration brings it into effect."""
    return any("multus" in network for network in vmi["spec"].get("networks") or ())


def _next_phase(vmi: Object, pod: Object | None) -> str:
    phase = phase_of(vmi)
    if phase == NEW:
        if pod is not None:
            return SCHEDULING
        return FAILED if is_terminating(vmi) else NEW
    if phase == SCHEDULING:
        if pod is None or is_going(pod):
            return FAILED
        return SCHEDULED if is_ready(pod) and not is_terminating(vmi) else SCHEDULING
    return FAILED if phase in (SCHEDULED, RUNNING) and pod is None else phase


def _ready(vmi: Object, pod: Object | None, missing: str) -> Object:
    """The condition of this name; empty if there is nothing to say yet."""
    if pod is None:
        said = (vmi.get("status") or {}).get("conditions")
        if phase_of(vmi) == NEW and not said and not missing:
            return {}
        return _not_ready("PodNotExists", "virt-launcher pod has not yet been scheduled")
    if is_going(pod):
        return _not_ready("PodTerminating", "virt-launcher pod is terminating")
    if phase_of(vmi) != RUNNING:
        return _not_ready("GuestNotRunning", "Guest VM is not reported as running")
    found = condition(pod, "Ready")
    if found:
        (said,) = with_condition([], "Ready", found["status"])
        return said | {n: found[n] for n in ("reason", "message") if found.get(n)}
    return _not_ready(
        "PodConditionMissing", "virt-launcher pod is missing the Ready condition"
    )


def _not_ready(reason: str, message: str) -> Object:
    (condition,) = with_condition([], "Ready", "False", reason, message)
    return condition


def _set_phase(vmi: Object, after: Object, phase: str) -> None:
    status = after["status"]
    known = status.get("phaseTransitionTimestamps") or []
    if phase != (vmi.get("status") or {}).get("phase"):
        entry = {"phase": phase, "phaseTransitionTimestamp": now()}
        status["phaseTransitionTimestamps"] = [*known, entry]
    status["phase"] = phase


def _set_hindrance(vmi: Object, status: Object, pod: Object | None, missing: str) -> None:
    """Says what an instance waits for: a claim, or a node."""
    phase, conditions = phase_of(vmi), status["conditions"]
    if phase == NEW and missing and not is_terminating(vmi):
        why = f"PVC {missing} does not exist, waiting for it to appear"
        for kind, reason in (("Synchronized", PVC_MISSING), ("PodScheduled", "Unschedulable")):
            conditions = with_condition(conditions, kind, "False", reason, why)
    elif phase in (NEW, SCHEDULING):
        conditions = without_condition(conditions, "Synchronized")
    if phase == SCHEDULING and pod is not None:
        scheduled = condition(pod, "PodScheduled")
        if scheduled.get("status") == "False":
            conditions = with_same(conditions, scheduled)
        else:
            conditions = without_condition(conditions, "PodScheduled")
    status["conditions"] = conditions
    if not conditions:
        del status["conditions"]


def _hand_over(state: State, after: Object, pod: Object) -> None:
    """From now on it is virt-handler's, on the pod's node."""
    node, status = pod["spec"].get("nodeName", ""), after["status"]
    after["metadata"]["labels"] = labels_of(after) | {NODE_NAME: node}
    status |= {"nodeName": node, "migrationTransport": "Unix"}
    if interfaces := [*_interfaces(after["spec"])]:
        status["interfaces"] = interfaces
    if volumes := [*_volumes(state, after)]:
        status["volumeStatus"] = volumes


def _interfaces(spec: Object) -> Iterator[Object]:
    """Those of the pod network; of others Multus tells, which is none of the lab's parts."""
    for network in spec.get("networks") or ():
        if "pod" in network:
            yield {"name": network["name"], "podInterfaceName": "eth0"}


def _volumes(state: State, vmi: Object) -> Iterator[Object]:
    for volume in vmi["spec"].get("volumes") or ():
        found: Object = {"name": volume["name"], "target": ""}
        for name in claims_of({"volumes": [volume]}):
            claim = state.get(CLAIM, f"{vmi['metadata']['namespace']}/{name}")
            spec = (claim or {}).get("spec") or {}
            told = {
                "claimName": name,
                "accessModes": spec.get("accessModes"),
                "requests": (spec.get("resources") or {}).get("requests"),
                "volumeMode": spec.get("volumeMode"),
            }
            info = {key: value for key, value in told.items() if value}
            found["persistentVolumeClaimInfo"] = info
        yield found


def _release(state: State, after: Object) -> None:
    """Takes the finalizers off an instance that has ended and has no pod any more."""
    kept = [name for name in after["metadata"].get("finalizers") or [] if name != FOREGROUND]
    if not _has_vm(state, after):
        kept = [name for name in kept if name != VM_CONTROLLER]
    if kept != after["metadata"].get("finalizers"):
        after["metadata"]["finalizers"] = kept
    after["status"].pop("launcherContainerImageVersion", None)
    after["status"].pop("activePods", None)


def _has_vm(state: State, vmi: Object) -> bool:
    vm = state.get(VM, key_of(vmi))
    return vm is not None and controls(vm, vmi)


def controls(owner: Object, owned: Object) -> bool:
    """Whether an object is the other one's controller, by its uid."""
    references = owned["metadata"].get("ownerReferences") or ()
    uid = owner["metadata"]["uid"]
    return any(each.get("controller") and each["uid"] == uid for each in references)


def _image(pod: Object) -> str:
    containers = pod["spec"].get("containers") or ()
    return next((str(c["image"]) for c in containers if c["name"] == COMPUTE), "")


def _keys_of_pod(pod: Object, state: State) -> Iterable[str]:
    for owner in pod["metadata"].get("ownerReferences") or ():
        if owner.get("kind") == VMI.kind:
            yield f"{pod['metadata']['namespace']}/{owner['name']}"


def _keys_of_claim(claim: Object, state: State) -> Iterable[str]:
    return list(state.snapshot.keyed(INSTANCES_ON, key_of(claim)))


INSTANCES = Controller(
    "instances",
    _USER,
    reconcile,
    {VMI: own_key, VM: own_key, POD: _keys_of_pod, CLAIM: _keys_of_claim},
)
