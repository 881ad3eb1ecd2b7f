"""Stopping VMs, and starting exactly those again (H5.6)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from ...cluster.errors import Conflict
from ...cluster.resources import VM, VMI, Object, is_terminating
from ...harvester.names import LAST_STRATEGY
from ...harvester.snapshot import Snapshot
from ...harvester.workloads import FINAL_PHASES, is_stopped
from ..context import ChangeContext
from ..record import VmRecord
from ..vms import HALTED
from .step import Step

UP = ("Running", *FINAL_PHASES)
"""Phases of an instance that has come up."""


@dataclass(frozen=True)
class VmStep(Step):
    """A step about one VM."""

    key: str

    watches = (VM, VMI)

    @property
    def original(self) -> VmRecord:
        """The VM as it was."""
        return self.record.vms[self.key]


@dataclass(frozen=True)
class StopVm(VmStep):
    """Stop a VM, or remove the finished instance of one whose guest has shut down."""

    @property
    def id(self) -> str:
        return f"stop {self.key}"

    @property
    def title(self) -> str:
        if self.original.finished:
            return f"remove the finished instance of VM {self.key}"
        return f"stop VM {self.key} ({self.original.strategy or 'running'})"

    def done(self, now: Snapshot) -> bool:
        vm = now.of(VM).get(self.key)
        if self.key in now.of(VMI):
            return False
        if vm is None or self.original.finished:
            return True
        # Right after a start its status still speaks of the time before.
        return is_halted(vm) and is_stopped(vm, None)

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        vm, vmi = now.of(VM).get(self.key), now.of(VMI).get(self.key)
        if self.original.finished:
            if vmi is not None:
                uid = vmi["metadata"]["uid"]
                await context.cluster.delete(VMI, self.key, uid, context.deadline)
        elif vm is not None and not is_halted(vm):
            await context.cluster.patch(VM, self.key, {"spec": halted(vm)}, context.deadline)

    def waits_for(self, now: Snapshot) -> str:
        return f"VM {self.key} to stop"

    def limit(self, now: Snapshot) -> float:
        vmi = now.of(VMI).get(self.key) or {}
        grace = (vmi.get("spec") or {}).get("terminationGracePeriodSeconds") or 0
        return float(self.record.stop_timeout + grace)


@dataclass(frozen=True)
class StartVm(VmStep):
    """Start a VM again with the run strategy that it had."""

    @property
    def id(self) -> str:
        return f"start {self.key}"

    @property
    def title(self) -> str:
        return f"start VM {self.key} ({self.original.strategy or 'running'})"

    def done(self, now: Snapshot) -> bool:
        vm, vmi = now.of(VM).get(self.key), now.of(VMI).get(self.key)
        if vm is None:
            return True  # Somebody deleted it meanwhile; there is nothing to bring back.
        if is_halted(vm):
            return False
        if not self.original.phase:
            return True
        if vmi is None or is_terminating(vmi):
            return False
        phase = (vmi.get("status") or {}).get("phase")
        return phase in UP or self.original.phase not in UP

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        vm = now.of(VM).get(self.key)
        if vm is None:
            return
        if is_halted(vm):
            vm = await context.cluster.patch(
                VM, self.key, restored(self.original), context.deadline
            )
        if self.original.strategy == "Manual" and self.original.phase:
            # An instance that is still going would swallow the request.
            while self._is_going(context):
                await context.deadline.sleep(context.cluster.timings.step_poll)
            if self.key not in context.cluster.cached(VMI):
                await self._ask_to_start(context)

    def _is_going(self, context: ChangeContext) -> bool:
        instance = context.cluster.cached(VMI).get(self.key)
        return instance is not None and is_terminating(instance)

    async def _ask_to_start(self, context: ChangeContext) -> None:
        # A conflict: it has been asked already, by us before a kill or by somebody else.
        with suppress(Conflict):
            await context.cluster.connection.start_vm(self.key, context.deadline)

    def limit(self, now: Snapshot) -> float:
        return float(self.record.start_timeout)

    def waits_for(self, now: Snapshot) -> str:
        vm = now.of(VM).get(self.key) or {}
        status = (vm.get("status") or {}).get("printableStatus") or "not started yet"
        return f"VM {self.key} to run ({status})"


def is_halted(vm: Object) -> bool:
    """Whether a VM is not meant to run."""
    return vm["spec"].get("running") is False or vm["spec"].get("runStrategy") == HALTED


def halted(vm: Object) -> Object:
    """The change of a VM's spec that stops it; the old field stays the old field (H5.6)."""
    return {"running": False} if "running" in vm["spec"] else {"runStrategy": HALTED}


def restored(original: VmRecord) -> Object:
    """The merge patch that gives a VM back its run strategy.

    The annotation goes with it: Harvester's webhook would put the strategy that it remembers,
    or RerunOnFailure, in place of ours (H5.6).
    """
    if original.strategy is None:
        return {"spec": {"running": True}}
    return {
        "metadata": {"annotations": {LAST_STRATEGY: original.strategy}},
        "spec": {"runStrategy": original.strategy},
    }
