"""What the virt-handlers of two nodes do when a guest moves from one to the other.

virt-controller makes a pod on the target and names it in the VMI's `migrationState`. Then the
target listens, the source sends, the guest arrives, and who has it says so: one step each.
"""

from __future__ import annotations

from harvester_net.lab.api import Object
from harvester_net.lab.faults import Faults, VmDoesNotMove

NODE = "kubevirt.io/nodeName"
TARGET_NODE = "kubevirt.io/migrationTargetNodeName"
"""Labels of a VMI: the virt-handlers that look after it."""

_PORTS = {"49152": 0}
_ABORTED = "Live migration aborted"
_STUCK = "Live migration stuck"


def next_move(vmi: Object, now: str, faults: Faults = frozenset()) -> Object:
    """The fields of the VMI that its virt-handlers write now; empty if none."""
    status = vmi.get("status") or {}
    state = status.get("migrationState") or {}
    if status.get("phase") != "Running" or not state.get("targetNode"):
        return {}
    if state.get("completed"):
        return _forgotten(vmi)
    if state.get("abortRequested") and not state.get("endTimestamp"):
        return _failed(now, _ABORTED, abortStatus="Succeeded")
    if not state.get("targetNodeAddress"):
        listening = {"targetDirectMigrationNodePorts": _PORTS}
        return _moving({"targetNodeAddress": "10.52.0.9"} | listening)
    if not state.get("startTimestamp"):
        return _moving({"startTimestamp": now})
    if not state.get("endTimestamp"):
        meta = vmi["metadata"]
        if VmDoesNotMove(meta["namespace"], meta["name"]) in faults:
            return _failed(now, _STUCK)
        return _arrived(vmi, str(state["targetNode"]), now)
    return _moving({"completed": True})


def _failed(now: str, why: str, **more: str) -> Object:
    over = {"completed": True, "endTimestamp": now, "failed": True, "failureReason": why}
    return _moving(over | more)


def _moving(state: Object) -> Object:
    return {"status": {"migrationState": state}}


def _arrived(vmi: Object, node: str, now: str) -> Object:
    state = {
        "targetNodeDomainDetected": True,
        "targetNodeDomainReadyTimestamp": now,
        "endTimestamp": now,
    }
    status: Object = {"nodeName": node, "migrationState": state}
    if seen := _interfaces(vmi):
        status["interfaces"] = seen
    return {"metadata": {"labels": {NODE: node}}, "status": status}


def _interfaces(vmi: Object) -> list[Object]:
    """The NICs of the guest, as its domain has them. virt-controller takes one that nobody has
    seen 15 s after its start for one to be plugged in, and no migration for over meanwhile.
    """
    known = (vmi.get("status") or {}).get("interfaces") or []
    names = {each["name"] for each in known}
    networks = (vmi.get("spec") or {}).get("networks") or []
    new = [each["name"] for each in networks if each["name"] not in names]
    return [*known, *({"name": name, "infoSource": "domain"} for name in new)]


def _forgotten(vmi: Object) -> Object:
    """The target has nothing to look out for any more."""
    found = (vmi["metadata"].get("labels") or {}).get(TARGET_NODE)
    return {"metadata": {"labels": {TARGET_NODE: None}}} if found else {}


def phase_in(pod: Object, vmi: Object) -> str:
    """The phase of a guest as one of its pods sees it: "" if it is not, or not yet, in there.

    A pod that the guest has left is at its end, and so is one that it was sent to in vain.
    """
    status = vmi.get("status") or {}
    phase, home = str(status.get("phase", "")), status.get("nodeName")
    if not home or home == pod["spec"].get("nodeName"):
        return phase
    state = status.get("migrationState") or {}
    name = pod["metadata"]["name"]
    if state.get("targetPod") == name and state.get("failed"):
        return "Failed"
    left = state.get("sourcePod") == name and state.get("completed")
    return "Succeeded" if left else ""
