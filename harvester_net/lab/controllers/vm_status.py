"""The status of a VM: what virt-controller says of it and of its instance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from harvester_net.cluster.resources import (
    CLAIM,
    Object,
    annotations_of,
    condition,
    is_terminating,
)
from harvester_net.lab.controllers.changes import (
    Conditions,
    is_true,
    with_condition,
    with_same,
    without_condition,
)
from harvester_net.lab.controllers.controller import State
from harvester_net.lab.controllers.instances import (
    NEW,
    PVC_MISSING,
    RUNNING,
    SCHEDULED,
    SCHEDULING,
    is_final,
    phase_of,
)
from harvester_net.lab.controllers.launchers import GENERATION, claims_of
from harvester_net.lab.controllers.strategies import (
    ALWAYS,
    HALTED,
    MANUAL,
    ONCE,
    RERUN,
    START,
    Decision,
    asks_to_start,
    asks_to_stop,
    requests_of,
    strategy_of,
)

RESTART_REQUIRED = "RestartRequired"
BACKOFF_SECONDS = 10
"""How long a VM waits at most after an instance that never ran; KubeVirt waits longer each
time.
"""

_OWN = ("Ready", "Failure", RESTART_REQUIRED)
"""Conditions that are not simply those of the instance."""


@dataclass(frozen=True)
class Seen:
    """A VM at one moment, and what is about to be done."""

    state: State
    vm: Object
    vmi: Object | None
    decision: Decision
    restart_required: bool = False


def status_of(seen: Seen) -> Object:
    """The whole status as it should be."""
    vm, vmi = seen.vm, seen.vmi
    status = dict(vm.get("status") or {})
    _set(status, "created", vmi is not None or None)
    _set(status, "ready", is_true(condition(vmi or {}, "Ready")) or None)
    generation = annotations_of(vmi).get(GENERATION, "") if vmi else ""
    if generation.isdecimal():
        status["observedGeneration"] = int(generation)
        status["desiredGeneration"] = vm["metadata"].get("generation", 0)
    if status.get("runStrategy") or vmi is not None:
        status["runStrategy"] = strategy_of(vm)
    _set(status, "stateChangeRequests", _requests(seen) or None)
    _set(status, "startFailure", _start_failure(seen))
    status["conditions"] = _conditions(seen)
    _set(status, "volumeSnapshotStatuses", _snapshots(vm) or None)
    status["printableStatus"] = _printable(seen, status)
    return status


def _set(status: Object, name: str, value: object) -> None:
    """None takes a field out."""
    status.pop(name, None)
    if value is not None:
        status[name] = value


def _snapshots(vm: Object) -> list[Object]:
    """Whether snapshots can be made of the volumes; in the lab there is no class for them."""
    spec = (vm["spec"].get("template") or {}).get("spec") or {}
    why = "No VolumeSnapshotClass: Volume snapshots are not configured for this StorageClass"
    return [
        {"name": volume["name"], "enabled": False, "reason": f"{why} [] [{volume['name']}]"}
        for volume in spec.get("volumes") or ()
        if "persistentVolumeClaim" in volume
    ]


def _requests(seen: Seen) -> list[Object]:
    """The requests without the one that is done."""
    requests, vmi = requests_of(seen.vm), seen.vmi
    if asks_to_start(seen.vm):
        running = vmi is not None and not is_terminating(vmi) and not is_final(vmi)
        left = requests[1:] if running else requests
    elif requests:
        left = requests if vmi is not None and asks_to_stop(seen.vm, vmi) else requests[1:]
    else:
        left = []
    return [*left, {"action": START}] if seen.decision.request_start else left


def _start_failure(seen: Seen) -> Object | None:
    known: Object | None = (seen.vm.get("status") or {}).get("startFailure")
    vmi = seen.vmi
    if _ran(vmi) or strategy_of(seen.vm) in (HALTED, MANUAL):
        return None
    if vmi is None or not is_final(vmi):
        return known
    uid = vmi["metadata"]["uid"]
    if known and known["lastFailedVMIUID"] == uid:
        return known
    again = datetime.now(UTC) + timedelta(seconds=BACKOFF_SECONDS)
    return {
        "consecutiveFailCount": (known or {}).get("consecutiveFailCount", 0) + 1,
        "lastFailedVMIUID": uid,
        "retryAfterTimestamp": f"{again:%Y-%m-%dT%H:%M:%SZ}",
    }


def _ran(vmi: Object | None) -> bool:
    passed = ((vmi or {}).get("status") or {}).get("phaseTransitionTimestamps") or []
    return any(each["phase"] == RUNNING for each in passed)


def _conditions(seen: Seen) -> Conditions:
    conditions: Conditions = (seen.vm.get("status") or {}).get("conditions") or []
    vmi = seen.vmi
    conditions = _with_ready(conditions, vmi)
    if seen.decision.start or seen.decision.stop:
        conditions = without_condition(conditions, RESTART_REQUIRED)
    elif seen.restart_required:
        why = "a non-live-updatable field was changed in the template spec"
        conditions = with_condition(conditions, RESTART_REQUIRED, "True", "", why)
    if vmi is None:
        return conditions
    told = [
        each
        for each in (vmi.get("status") or {}).get("conditions") or []
        if each["type"] not in _OWN
    ]
    for one in told:
        conditions = with_same(conditions, one)
    kept = {*_OWN, *(each["type"] for each in told)}
    return [each for each in conditions if each["type"] in kept]


def _with_ready(conditions: Conditions, vmi: Object | None) -> Conditions:
    if vmi is None:
        why = ("VMINotExists", "VMI does not exist")
        return with_condition(conditions, "Ready", "False", *why)
    ready = condition(vmi or {}, "Ready")
    if not ready:
        why = ("VMIConditionMissing", "VMI is missing the Ready condition")
        return with_condition(conditions, "Ready", "False", *why)
    return with_same(conditions, ready)


def _printable(seen: Seen, status: Object) -> str:
    """What `kubectl get vm` shows, the first that holds."""
    if is_terminating(seen.vm):
        return "Terminating"
    if seen.vmi is not None and not is_final(seen.vmi):
        return _of_living(seen, seen.vmi)
    vmi = seen.vmi
    if vmi is not None and (hindrance := _hindrance(vmi)):
        return hindrance
    if _waits_for_binding(seen):
        return "WaitingForVolumeBinding"
    if seen.decision.start:
        return "Starting"
    if status.get("startFailure") and strategy_of(seen.vm) in (ALWAYS, RERUN, ONCE):
        return "CrashLoopBackOff"
    return "Stopped"


def _of_living(seen: Seen, vmi: Object) -> str:
    if is_terminating(vmi) or seen.decision.stop:
        return "Stopping"
    if _migrates(vmi):
        return "Migrating"
    phase = phase_of(vmi)
    if phase == RUNNING:
        return "Paused" if is_true(condition(vmi, "Paused")) else "Running"
    if hindrance := _hindrance(vmi):
        return hindrance
    if _waits_for_binding(seen):
        return "WaitingForVolumeBinding"
    return "Starting" if phase in (NEW, SCHEDULING, SCHEDULED) else "Unknown"


def _hindrance(vmi: Object) -> str:
    found = condition(vmi, "Synchronized")
    if (found.get("status"), found.get("reason")) == ("False", PVC_MISSING):
        return "ErrorPvcNotFound"
    found = condition(vmi, "PodScheduled")
    if (found.get("status"), found.get("reason")) == ("False", "Unschedulable"):
        return "ErrorUnschedulable"
    return ""


def _migrates(vmi: Object) -> bool:
    state = (vmi.get("status") or {}).get("migrationState") or {}
    return bool(state.get("startTimestamp")) and not state.get("endTimestamp")


def _waits_for_binding(seen: Seen) -> bool:
    if not _is_to_start(seen):
        return False
    spec, namespace = seen.vm["spec"]["template"]["spec"], seen.vm["metadata"]["namespace"]
    claims = (seen.state.get(CLAIM, f"{namespace}/{name}") for name in claims_of(spec))
    phases = [(claim.get("status") or {}).get("phase") for claim in claims if claim]
    return any(phase != "Bound" for phase in phases)


def _is_to_start(seen: Seen) -> bool:
    vm, vmi = seen.vm, seen.vmi
    strategy = strategy_of(vm)
    if strategy == MANUAL:
        return asks_to_start(vm) if vmi is None else not asks_to_stop(vm, vmi)
    if strategy == RERUN:
        return phase_of(vmi) != "Succeeded"
    return strategy == ALWAYS or (strategy == ONCE and vmi is None)
