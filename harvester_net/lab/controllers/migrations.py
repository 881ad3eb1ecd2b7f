"""Migrations: the part of virt-controller that makes a target and follows the move.

Pending until there is a pod to move to, Scheduling until it runs, Scheduled until the instance
names it; what comes then, virt-handler does and says in the instance's `migrationState`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from harvester_net.cluster.merge_patch import difference
from harvester_net.cluster.resources import (
    MIGRATION,
    POD,
    VMI,
    Object,
    annotations_of,
    condition,
    is_terminating,
    key_of,
    labels_of,
)
from harvester_net.harvester.snapshot import Grouping
from harvester_net.lab.apiserver.objects import copied
from harvester_net.lab.controllers.changes import with_condition
from harvester_net.lab.controllers.controller import (
    Action,
    Controller,
    Create,
    Delete,
    Patch,
    State,
    own_key,
)
from harvester_net.lab.controllers.instances import OBSERVED, is_final, phase_of
from harvester_net.lab.controllers.instances import RUNNING as GUEST_RUNS
from harvester_net.lab.controllers.launchers import (
    JOB,
    current_pod,
    is_down,
    is_ready,
    is_unschedulable,
    pods_of,
    target_launcher,
)
from harvester_net.lab.simulators.moves import TARGET_NODE
from harvester_net.lab.simulators.timings import now

FINALIZER = "kubevirt.io/migrationJobFinalize"
SELECTOR = "kubevirt.io/vmi-name"
ABORT_REQUESTED = "migrationAbortRequested"

PENDING, SCHEDULING, SCHEDULED = "Pending", "Scheduling", "Scheduled"
PREPARING, READY, RUNNING = "PreparingTarget", "TargetReady", "Running"
SUCCEEDED, FAILED = "Succeeded", "Failed"
ENDED = (SUCCEEDED, FAILED)
HANDED_OVER = (PREPARING, READY, RUNNING)

UNSCHEDULABLE_SECONDS = 300
"""How long a target may wait for a node that fits."""
AT_A_TIME, FROM_A_NODE = 5, 2
"""Migrations of a cluster, and from one node, that run side by side."""
KEPT = 5
"""Migrations of an instance that have ended and are kept."""

_USER = "kubevirt-controller"
_CONFIGURATION = {
    "allowAutoConverge": False,
    "allowPostCopy": False,
    "allowWorkloadDisruption": False,
    "bandwidthPerMigration": "0",
    "completionTimeoutPerGiB": 150,
    "nodeDrainTaintKey": "kubevirt.io/drain",
    "parallelMigrationsPerCluster": AT_A_TIME,
    "parallelOutboundMigrationsPerNode": FROM_A_NODE,
    "progressTimeout": 150,
    "unsafeMigrationOverride": False,
}


def _instance_key(migration: Object) -> str:
    return f"{migration['metadata']['namespace']}/{migration['spec']['vmiName']}"


MIGRATIONS_OF = Grouping(MIGRATION, lambda migration: (_instance_key(migration),))
"""Migrations by the key of their instance."""


def phase(migration: Object) -> str:
    return str((migration.get("status") or {}).get("phase") or "")


def reconcile(state: State, key: str) -> list[Action]:
    """The next phase of a migration, and what it needs for the one after."""
    migration = state.get(MIGRATION, key)
    if migration is None:
        return []
    vmi = state.get(VMI, _instance_key(migration))
    if vmi is None:
        return [*_without_instance(migration)]
    if phase(migration) in ENDED:
        return [*_finish(migration, vmi), *_clean_up(state, migration, vmi)]
    pod = _target(state, vmi, migration)
    return [
        *_claimed(migration),
        *_work(state, migration, vmi, pod),
        *_advance(state, migration, vmi, pod),
    ]


def give_up(state: State, key: str) -> list[Action]:
    """Removes a target that has waited too long for a node; then its migration fails."""
    migration = state.get(MIGRATION, key)
    vmi = state.get(VMI, _instance_key(migration)) if migration else None
    if migration is None or vmi is None:
        return []
    pod = _target(state, vmi, migration)
    if pod is None or is_terminating(pod) or not is_unschedulable(pod):
        return []
    waited = datetime.now(UTC) - datetime.fromisoformat(pod["metadata"]["creationTimestamp"])
    if waited.total_seconds() < UNSCHEDULABLE_SECONDS - 1:
        return []
    return [Delete(POD, key_of(pod), pod["metadata"]["uid"])]


def _target(state: State, vmi: Object, migration: Object) -> Object | None:
    uid = migration["metadata"]["uid"]
    found = (pod for pod in pods_of(state, vmi) if labels_of(pod).get(JOB) == uid)
    return next(found, None)


def _moves(vmi: Object, migration: Object) -> Object:
    """The instance's account of this very migration; empty if it is of another."""
    found: Object = (vmi.get("status") or {}).get("migrationState") or {}
    return found if found.get("migrationUid") == migration["metadata"]["uid"] else {}


def _claimed(migration: Object) -> Iterator[Action]:
    wanted = {SELECTOR: migration["spec"]["vmiName"]}
    changes: Object = {}
    if not wanted.items() <= labels_of(migration).items():
        changes["labels"] = wanted
    if not OBSERVED.items() <= annotations_of(migration).items():
        changes["annotations"] = OBSERVED
    if changes:
        yield Patch(MIGRATION, key_of(migration), {"metadata": changes})


def _without_instance(migration: Object) -> Iterator[Action]:
    key, meta = key_of(migration), migration["metadata"]
    if not is_terminating(migration):
        yield Delete(MIGRATION, key, meta["uid"])
    elif FINALIZER in (meta.get("finalizers") or []):
        yield Patch(MIGRATION, key, {"metadata": {"finalizers": _released(migration)}})


def _work(
    state: State, migration: Object, vmi: Object, pod: Object | None
) -> Iterator[Action]:
    """What the phase that a migration is in asks for."""
    known, over = phase(migration), _moves(vmi, migration)
    if is_terminating(vmi) or over.get("completed"):
        return
    if is_terminating(migration):
        yield from _abort(vmi, pod, over)
    elif known == PENDING and pod is None and _may_begin(state, migration, vmi):
        yield Create(POD, target_launcher(vmi, migration))
    elif known == SCHEDULED and pod is not None and is_ready(pod) and not over:
        yield from _hand_over(migration, vmi, pod)


def _abort(vmi: Object, pod: Object | None, over: Object) -> Iterator[Action]:
    if over:
        if not over.get("abortRequested"):
            asked = {"migrationState": {"abortRequested": True}}
            yield Patch(VMI, key_of(vmi), {"status": asked})
    elif pod is not None and not is_terminating(pod):
        yield Delete(POD, key_of(pod), pod["metadata"]["uid"])


def _may_begin(state: State, migration: Object, vmi: Object) -> bool:
    """Whether there is room for one more, and the guest runs in one pod only."""
    if phase_of(vmi) != GUEST_RUNS:
        return False
    if sum(not is_down(pod) for pod in pods_of(state, vmi)) > 1:
        return False
    begun = [*_begun(state)]
    leaving = [each for each in begun if each == vmi["status"].get("nodeName")]
    return len(begun) < AT_A_TIME and len(leaving) < FROM_A_NODE


def _begun(state: State) -> Iterator[str]:
    """The nodes of the guests that have a place to go to."""
    for migration in state.of(MIGRATION).values():
        vmi = state.get(VMI, _instance_key(migration))
        if vmi is None or phase(migration) in ENDED:
            continue
        if phase(migration) not in ("", PENDING) or _target(state, vmi, migration):
            yield str((vmi.get("status") or {}).get("nodeName", ""))


_NOT_ROOT = "kubevirt.io/nonroot"
"""As whom the guest runs on the target."""


def _hand_over(migration: Object, vmi: Object, pod: Object) -> Iterator[Action]:
    """Tells virt-handler where the guest shall go."""
    node = pod["spec"]["nodeName"]
    moves = {
        "migrationUid": migration["metadata"]["uid"],
        "sourceNode": vmi["status"].get("nodeName", ""),
        "sourcePod": _source_of(migration),
        "targetNode": node,
        "targetPod": pod["metadata"]["name"],
        "migrationConfiguration": _CONFIGURATION,
    }
    status = (vmi.get("status") or {}) | {"migrationState": moves}
    labels = labels_of(vmi) | {TARGET_NODE: node}
    notes = annotations_of(vmi) | {_NOT_ROOT: "true"}
    meta = vmi["metadata"] | {"labels": labels, "annotations": notes}
    after = vmi | {"metadata": meta, "status": status}
    yield Patch(VMI, key_of(vmi), difference(vmi, after))


def _source_of(migration: Object) -> str:
    state = (migration.get("status") or {}).get("migrationState") or {}
    return str(state.get("sourcePod", ""))


def _advance(
    state: State, migration: Object, vmi: Object, pod: Object | None
) -> Iterator[Action]:
    """The migration's status as it is now."""
    status = copied(migration.get("status") or {})
    old = phase(migration)
    new = FAILED if _fails(state, migration, vmi, pod) else _next(migration, vmi, pod)
    if is_terminating(migration) and not condition(migration, ABORT_REQUESTED):
        known = status.get("conditions") or []
        status["conditions"] = with_condition(known, ABORT_REQUESTED, "True")
    if new != old:
        entry = {"phase": new, "phaseTransitionTimestamp": now()}
        passed = status.get("phaseTransitionTimestamps") or []
        status |= {"phase": new, "phaseTransitionTimestamps": [*passed, entry]}
    if not _source_of(migration) and (source := current_pod(vmi, pods_of(state, vmi))):
        status["migrationState"] = {"sourcePod": source["metadata"]["name"]}
    if change := difference(migration.get("status") or {}, status):
        yield Patch(MIGRATION, key_of(migration), {"status": change}, status=True)


def _fails(state: State, migration: Object, vmi: Object, pod: Object | None) -> bool:
    known, over = phase(migration), _moves(vmi, migration)
    if is_final(vmi) or over.get("failed"):
        return True
    if is_terminating(migration) and not over:
        return True
    if pod is not None and is_down(pod):
        return True
    if known in (SCHEDULING, SCHEDULED, *HANDED_OVER) and pod is None:
        return True
    if known in HANDED_OVER and not over:
        return True
    return not known and _is_taken(state, migration, vmi)


def _is_taken(state: State, migration: Object, vmi: Object) -> bool:
    """Whether another migration of the same instance is on its way."""
    uid = migration["metadata"]["uid"]
    others = state.snapshot.keyed(MIGRATIONS_OF, key_of(vmi)).values()
    moved = ((vmi.get("status") or {}).get("migrationState") or {}).get("migrationUid")
    return any(
        other["metadata"]["uid"] == moved != uid and phase(other) not in ENDED
        for other in others
    )


def _next(migration: Object, vmi: Object, pod: Object | None) -> str:
    known, over = phase(migration), _moves(vmi, migration)
    match known:
        case "":
            return PENDING
        case "Pending" if pod is not None:
            return SCHEDULING
        case "Scheduling" if pod is not None and is_ready(pod):
            return SCHEDULED
        case "Scheduled" if over.get("targetNode"):
            return PREPARING
        case "PreparingTarget" if over.get("targetNodeAddress"):
            return READY
        case "TargetReady" if over.get("startTimestamp"):
            return RUNNING
        case "Running" if over.get("completed"):
            return SUCCEEDED
    return known


def _finish(migration: Object, vmi: Object) -> Iterator[Action]:
    """Keeps the account of a migration that has ended, and lets it go."""
    key, over = key_of(migration), _moves(vmi, migration)
    known = (migration.get("status") or {}).get("migrationState") or {}
    if over and (change := difference(known, over)):
        yield Patch(MIGRATION, key, {"status": {"migrationState": change}}, status=True)
    if FINALIZER in (migration["metadata"].get("finalizers") or []):
        yield Patch(MIGRATION, key, {"metadata": {"finalizers": _released(migration)}})


def _released(migration: Object) -> list[str]:
    finalizers = migration["metadata"].get("finalizers") or []
    return [name for name in finalizers if name != FINALIZER]


def _clean_up(state: State, migration: Object, vmi: Object) -> Iterator[Action]:
    """Removes the target of a migration that failed, and migrations of long ago."""
    pod = _target(state, vmi, migration)
    if phase(migration) == FAILED and pod is not None and not is_terminating(pod):
        yield Delete(POD, key_of(pod), pod["metadata"]["uid"])
    ended = [
        each
        for each in state.snapshot.keyed(MIGRATIONS_OF, key_of(vmi)).values()
        if phase(each) in ENDED and not is_terminating(each)
    ]
    ended.sort(key=lambda each: (each["metadata"]["creationTimestamp"], key_of(each)))
    for old in ended[:-KEPT]:
        yield Delete(MIGRATION, key_of(old), old["metadata"]["uid"])


def _keys_of_instance(vmi: Object, state: State) -> Iterable[str]:
    return list(state.snapshot.keyed(MIGRATIONS_OF, key_of(vmi)))


def _keys_of_pod(pod: Object, state: State) -> Iterable[str]:
    """The migrations of the pod's instance, of which it may be source or target."""
    for owner in pod["metadata"].get("ownerReferences") or ():
        if owner.get("kind") == VMI.kind:
            key = f"{pod['metadata']['namespace']}/{owner['name']}"
            yield from list(state.snapshot.keyed(MIGRATIONS_OF, key))


def _keys_of_migration(migration: Object, state: State) -> Iterable[str]:
    """Itself; and once it has ended, those that wait for room."""
    yield key_of(migration)
    if phase(migration) in ENDED:
        waiting = state.of(MIGRATION)
        yield from [key for key, each in waiting.items() if phase(each) == PENDING]


MIGRATIONS = Controller(
    "migrations",
    _USER,
    reconcile,
    {MIGRATION: _keys_of_migration, VMI: _keys_of_instance, POD: _keys_of_pod},
)
UNSCHEDULABLE_TARGETS = Controller(
    "unschedulable-targets",
    _USER,
    give_up,
    {MIGRATION: own_key, POD: _keys_of_pod},
    delay=UNSCHEDULABLE_SECONDS,
)
