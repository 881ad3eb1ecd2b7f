"""What a deletion does to an object: conditions, grace, and the finalizers of its policy."""

from __future__ import annotations

from dataclasses import dataclass

from harvester_net.lab.apiserver import errors
from harvester_net.lab.apiserver.objects import Object, finalizers, is_deleting, now
from harvester_net.lab.apiserver.resources import Resource

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"
_POLICIES = {"Foreground": FOREGROUND, "Orphan": ORPHAN}
# Their deletion is the business of a controller each, from the first to the last.
_CONTROLLED = ("Namespace", "CustomResourceDefinition")


@dataclass(frozen=True)
class Deletion:
    """The conditions of a deletion, and what becomes of dependents and grace (seconds)."""

    uid: str | None = None
    version: str | None = None
    propagation: str = "Background"
    grace: int | None = None


PLAIN = Deletion()


def check_conditions(resource: Resource, current: Object, how: Deletion) -> None:
    meta = current["metadata"]
    if how.uid not in (None, meta["uid"]):
        why = (
            f"the UID in the precondition ({how.uid}) does not match the UID in record"
            f" ({meta['uid']}). The object might have been deleted and then recreated"
        )
        raise errors.conflict(resource, meta["name"], why, of_kind=True)
    if how.version not in (None, meta["resourceVersion"]):
        why = (
            f"the ResourceVersion in the precondition ({how.version}) does not match the"
            f" ResourceVersion in record ({meta['resourceVersion']}). The object might have"
            " been modified"
        )
        raise errors.conflict(resource, meta["name"], why, of_kind=True)


def grace_period(resource: Resource, obj: Object, how: Deletion) -> int:
    """Seconds; only a pod that runs on a node is given time to end."""
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    ended = status.get("phase") in ("Succeeded", "Failed")
    if not resource.graceful or not spec.get("nodeName") or ended:
        return 0
    if how.grace is not None:
        return how.grace
    return int(spec.get("terminationGracePeriodSeconds", 30))


def grace_left(obj: Object) -> int:
    return int(obj["metadata"].get("deletionGracePeriodSeconds") or 0)


def begun(current: Object, propagation: str, grace: int) -> Object:
    """The object with its deletion begun."""
    obj = current | {"metadata": dict(current["metadata"])}
    meta = obj["metadata"]
    held = [name for name in finalizers(obj) if name not in _POLICIES.values()]
    if propagation in _POLICIES:
        held.append(_POLICIES[propagation])
    meta["finalizers"] = held
    if not held:
        del meta["finalizers"]
    if not is_deleting(obj):
        meta["deletionTimestamp"] = now(grace)
        if "generation" in meta and obj["kind"] not in _CONTROLLED:
            meta["generation"] += 1
    if obj["kind"] not in _CONTROLLED:
        longest = meta.get("deletionGracePeriodSeconds", grace)
        meta["deletionGracePeriodSeconds"] = min(grace, longest)
    if obj["kind"] == "Namespace":
        obj["status"] = (obj.get("status") or {}) | {"phase": "Terminating"}
    return obj
