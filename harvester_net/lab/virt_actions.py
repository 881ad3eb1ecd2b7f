"""What virt-api makes of a request to start, stop, restart, migrate or pause (H5.6, O4.4).

Each action looks at the VM, its instance and the request's body, and gives the writes that do
it; it raises StatusError in virt-api's words where it is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harvester_net.cluster.resources import MIGRATION, POD, VM, VMI, Object, condition, key_of
from harvester_net.lab.apiserver.errors import StatusError, bad_request, status
from harvester_net.lab.controllers.changes import is_true, with_condition, without_condition
from harvester_net.lab.controllers.controller import Action, Create, Delete, Patch, State
from harvester_net.lab.controllers.instances import RUNNING, is_final, phase_of
from harvester_net.lab.controllers.launchers import current_pod, pods_of
from harvester_net.lab.controllers.strategies import (
    ALWAYS,
    HALTED,
    ONCE,
    RERUN,
    START,
    STOP,
    requests_of,
    strategy_of,
)
from harvester_net.lab.webhooks.answers import internal

PAUSED = "Paused"
"""The condition of an instance whose guest is paused."""

_GROUP = "kubevirt.io"
_UNDERWAY = "unable to complete request: stop/start already underway"
_STOPPED = "VM is not running"


@dataclass(frozen=True)
class Asked:
    """A request for one VM or one instance."""

    state: State
    key: str
    body: Object

    @property
    def name(self) -> str:
        return self.key.rpartition("/")[2]

    @property
    def vm(self) -> Object:
        """Raises 404."""
        return self._found("virtualmachine", self.state.get(VM, self.key))

    @property
    def vmi(self) -> Object:
        """Raises 404."""
        return self._found("virtualmachineinstance", self.instance)

    @property
    def instance(self) -> Object | None:
        return self.state.get(VMI, self.key)

    def _found(self, kind: str, obj: Object | None) -> Object:
        if obj is None:
            what = {"name": self.name, "group": _GROUP, "kind": kind}
            message = f'{kind}.{_GROUP} "{self.name}" not found'
            raise StatusError(status(404, "NotFound", message, what))
        return obj

    def conflict(self, why: str, kind: str = "virtualmachine") -> StatusError:
        what = {"name": self.name, "group": _GROUP, "kind": kind}
        message = f'Operation cannot be fulfilled on {kind}.{_GROUP} "{self.name}": {why}'
        return StatusError(status(409, "Conflict", message, what))

    def instance_conflict(self, why: str) -> StatusError:
        return self.conflict(why, "virtualmachineinstance")


@dataclass(frozen=True)
class VmAction:
    """One of the things that may be asked."""

    options: str
    """The type of the body."""
    fields: Mapping[str, str]
    """The fields of the body with Go's types."""
    writes: Callable[[Asked], list[Action]]


def start(asked: Asked) -> list[Action]:
    vm, vmi = asked.vm, asked.instance
    if vmi is not None and not is_final(vmi) and (vmi.get("status") or {}).get("phase"):
        raise asked.conflict("VM is already running")
    request: Object = {"action": START}
    if asked.body.get("paused"):
        request["data"] = {"paused": "true"}
    strategy = strategy_of(vm)
    if strategy in (ALWAYS, ONCE):
        raise asked.conflict(f"{strategy} does not support manual start requests")
    if strategy == HALTED and not asked.body.get("paused"):
        return [_runs(vm, True)]
    if vmi is None or strategy == HALTED:
        return [_requests(vm, request)]
    if strategy == RERUN and phase_of(vmi) == "Failed":
        raise asked.conflict(f"{RERUN} does not support starting VM from failed state")
    return [_requests(vm, *([_stop(vmi)] if is_final(vmi) else []), request)]


def stop(asked: Asked) -> list[Action]:
    vm, vmi = asked.vm, asked.instance
    alive = vmi is not None and not is_final(vmi)
    grace = asked.body.get("gracePeriod")
    writes: list[Action] = []
    if vmi is not None and alive and grace is not None:
        fields = {"spec": {"terminationGracePeriodSeconds": grace}}
        writes.append(Patch(VMI, asked.key, fields))
    strategy = strategy_of(vm)
    if strategy in (ALWAYS, ONCE):
        return [*writes, _runs(vm, False)]
    if vmi is None or not alive:
        raise asked.conflict(_STOPPED)
    if strategy == HALTED and not _is_shorter(grace, vmi):
        raise asked.conflict(
            f"{HALTED} only supports manual stop requests with a shorter graceperiod"
        )
    return [*writes, _requests(vm, _stop(vmi))]


def _is_shorter(grace: int | None, vmi: Object) -> bool:
    known = vmi["spec"].get("terminationGracePeriodSeconds")
    return grace is not None and (known is None or grace < known)


def restart(asked: Asked) -> list[Action]:
    grace = asked.body.get("gracePeriodSeconds")
    if grace is not None and grace > 0:
        raise bad_request("For force restart, only gracePeriod=0 is supported for now")
    if grace is not None and grace < 0:
        raise bad_request("gracePeriod has to be greater or equal to 0")
    vm, vmi = asked.vm, asked.instance
    strategy = strategy_of(vm)
    if strategy in (HALTED, ONCE):
        raise asked.conflict(f"RunStategy {strategy} does not support manual restart requests")
    if vmi is None:
        raise asked.conflict(f"{_STOPPED}: {HALTED}")
    writes: list[Action] = [_requests(vm, _stop(vmi), {"action": START})]
    pod = current_pod(vmi, pods_of(asked.state, vmi))
    if grace == 0 and pod is not None:
        writes.append(Delete(POD, key_of(pod), pod["metadata"]["uid"]))
    return writes


def migrate(asked: Asked) -> list[Action]:
    _, vmi = asked.vm, asked.vmi
    if phase_of(vmi) != RUNNING:
        raise asked.conflict(_STOPPED)
    spec = {"vmiName": asked.name}
    if selector := asked.body.get("addedNodeSelector"):
        spec["addedNodeSelector"] = selector
    meta = {"generateName": "kubevirt-migrate-vm-", "namespace": vmi["metadata"]["namespace"]}
    migration = {"apiVersion": MIGRATION.api, "kind": MIGRATION.kind}
    return [Create(MIGRATION, migration | {"metadata": meta, "spec": spec})]


def pause(asked: Asked) -> list[Action]:
    vmi = asked.vmi
    if phase_of(vmi) != RUNNING:
        raise asked.instance_conflict(_STOPPED)
    if _is_paused(vmi):
        raise asked.instance_conflict("VMI is already paused")
    known = vmi["status"].get("conditions") or []
    why = ("PausedByUser", "VMI was paused by user")
    conditions = with_condition(known, PAUSED, "True", *why)
    return [Patch(VMI, asked.key, {"status": {"conditions": conditions}})]


def unpause(asked: Asked) -> list[Action]:
    vmi = asked.vmi
    if phase_of(vmi) != RUNNING:
        raise asked.instance_conflict("VMI is not running")
    if not _is_paused(vmi):
        raise asked.instance_conflict("VMI is not paused")
    conditions = without_condition(vmi["status"]["conditions"], PAUSED)
    return [Patch(VMI, asked.key, {"status": {"conditions": conditions}})]


def soft_reboot(asked: Asked) -> list[Action]:
    """The guest of a simulated node boots in no time: nothing is to be seen of it."""
    vmi = asked.vmi
    if phase_of(vmi) != RUNNING:
        raise asked.instance_conflict(_STOPPED)
    if _is_paused(vmi):
        raise asked.instance_conflict("VMI is paused")
    return []


def reset(asked: Asked) -> list[Action]:
    phase = phase_of(asked.vmi)
    if phase not in (RUNNING, "Scheduled"):
        raise bad_request(
            f"Failed to reset non-running VMI with phase {phase}: Unable to connect to"
            f" VirtualMachineInstance because phase is {phase} instead of Running or Scheduled"
        )
    return []


def _is_paused(vmi: Object) -> bool:
    return is_true(condition(vmi, PAUSED))


def _stop(vmi: Object) -> Object:
    return {"action": STOP, "uid": vmi["metadata"]["uid"]}


def _runs(vm: Object, runs: bool) -> Action:
    """Changes the field that the VM uses."""
    if "running" in vm["spec"]:
        return Patch(VM, key_of(vm), {"spec": {"running": runs}})
    return Patch(VM, key_of(vm), {"spec": {"runStrategy": ALWAYS if runs else HALTED}})


def _requests(vm: Object, *requests: Object) -> Action:
    """Asks virt-controller for it, which forgets an earlier failure.

    A stop takes the place of whatever is asked already; raises 500 for all else.
    """
    alone = len(requests) == 1 and requests[0]["action"] == STOP
    if requests_of(vm) and not alone:
        raise internal(_UNDERWAY)
    change: dict[str, Any] = {"stateChangeRequests": [*requests]}
    if (vm.get("status") or {}).get("startFailure"):
        change["startFailure"] = None
    return Patch(VM, key_of(vm), {"status": change}, status=True)


_DRY_RUN = {"dryRun": "[]string"}

OF_VMS = {
    "start": VmAction("StartOptions", {"paused": "bool"} | _DRY_RUN, start),
    "stop": VmAction("StopOptions", {"gracePeriod": "int64"} | _DRY_RUN, stop),
    "restart": VmAction("RestartOptions", {"gracePeriodSeconds": "int64"} | _DRY_RUN, restart),
    "migrate": VmAction(
        "MigrateOptions", {"addedNodeSelector": "map[string]string"} | _DRY_RUN, migrate
    ),
}
"""What may be asked of a VM."""

OF_INSTANCES = {
    "pause": VmAction("PauseOptions", _DRY_RUN, pause),
    "unpause": VmAction("UnpauseOptions", _DRY_RUN, unpause),
    "softreboot": VmAction("", {}, soft_reboot),
    "reset": VmAction("", {}, reset),
}
"""What may be asked of an instance, as far as it is simulated."""

_TYPES: dict[str, type] = {
    "bool": bool,
    "int64": int,
    "[]string": list,
    "map[string]string": dict,
}


def checked(action: VmAction, body: Any) -> Object:
    """The body of a request, which may be nothing; raises 400 for one of another form."""
    if body is None or not action.options:
        return {}
    if not isinstance(body, dict):
        raise _unreadable(
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal"
            f" {_kind(body)} into Go value of type v1.{action.options}"
        )
    for name, kind in action.fields.items():
        value = body.get(name)
        if value is not None and type(value) is not _TYPES[kind]:
            raise _unreadable(
                f"json: cannot unmarshal {_kind(value)} into Go struct field"
                f" {action.options}.{name} of type {kind}"
            )
    return body


def _unreadable(why: str) -> StatusError:
    return bad_request(f"Can not unmarshal Request body to struct, error: {why}")


def _kind(value: Any) -> str:
    kinds = {list: "array", str: "string", bool: "bool", dict: "object"}
    return kinds.get(type(value), "number")
