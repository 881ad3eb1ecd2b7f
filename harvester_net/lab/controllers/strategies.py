"""What a run strategy asks for: whether a VM's instance is started or stopped now (H5.6)."""

from __future__ import annotations

from dataclasses import dataclass

from harvester_net.cluster.resources import Object, is_terminating
from harvester_net.harvester.workloads import FINAL_PHASES

ALWAYS, RERUN, MANUAL, HALTED, ONCE = (
    "Always",
    "RerunOnFailure",
    "Manual",
    "Halted",
    "Once",
)
STRATEGIES = (HALTED, MANUAL, ALWAYS, RERUN, ONCE)
START, STOP = "Start", "Stop"
"""Actions of `stateChangeRequests`."""


@dataclass(frozen=True)
class Decision:
    """What is to be done about an instance."""

    start: bool = False
    stop: bool = False
    request_start: bool = False
    """Whether it is to be started again once it is gone."""
    becomes_always: bool = False
    """Whether the VM is no longer halted, because it was asked to start."""


NOTHING = Decision()


def strategy_of(vm: Object) -> str:
    """The run strategy, also of a VM that uses the old field `running`."""
    spec = vm["spec"]
    if "running" in spec:
        return ALWAYS if spec["running"] else HALTED
    return str(spec.get("runStrategy") or HALTED)


def requests_of(vm: Object) -> list[Object]:
    """What virt-api has asked for and is not done yet; only the first one counts."""
    return (vm.get("status") or {}).get("stateChangeRequests") or []


def asks_to_start(vm: Object) -> bool:
    requests = requests_of(vm)
    return bool(requests) and requests[0]["action"] == START


def asks_to_stop(vm: Object, vmi: Object) -> bool:
    requests = requests_of(vm)
    return bool(requests) and requests[0] == {"action": STOP, "uid": vmi["metadata"]["uid"]}


def decide(vm: Object, vmi: Object | None, *, patient: bool = True) -> Decision:
    """What a VM's run strategy asks for.

    After an instance that failed before its guest ran, only who is not patient starts the
    next one.
    """
    strategy = strategy_of(vm)
    if vmi is None:
        return _without_instance(vm, strategy, patient)
    if is_terminating(vmi):
        return NOTHING
    phase = (vmi.get("status") or {}).get("phase")
    if strategy == HALTED:
        return Decision(stop=True)
    if strategy == ONCE:
        return NOTHING
    asked, ended = asks_to_stop(vm, vmi), phase in FINAL_PHASES
    if strategy == MANUAL:
        return Decision(stop=asked)
    again = strategy == RERUN and phase == "Failed"
    return Decision(stop=asked or ended, request_start=again)


def _without_instance(vm: Object, strategy: str, patient: bool) -> Decision:
    if strategy == HALTED:
        return Decision(becomes_always=asks_to_start(vm))
    status = vm.get("status") or {}
    waits = patient and bool(status.get("startFailure"))
    if strategy == ALWAYS:
        return Decision(start=not waits)
    if strategy == RERUN:
        # One that comes from another strategy is started, as if it had been asked for.
        arrives = status.get("runStrategy") != strategy
        return Decision(start=(asks_to_start(vm) or arrives) and not waits)
    return Decision(start=strategy == ONCE or asks_to_start(vm))
