"""Stopping VMs, and starting exactly those again (H5.6)."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from ...cluster.connection import START
from ...cluster.errors import Conflict
from ...cluster.resources import (
    VM,
    VM_ACTIONS,
    VMI,
    Object,
    annotations_of,
    is_terminating,
    split_key,
)
from ...cluster.rights import Right, rights
from ...harvester.names import LAST_STRATEGY
from ...harvester.snapshot import Snapshot
from ...harvester.workloads import FINAL_PHASES, is_stopped
from ..context import ChangeContext
from ..record import HALTED, Record, VmRecord
from ..vms import vm_record
from .step import Step

STOPPED_FOR = "harvester-net/stopped-for"
"""Annotation of a VM that is down for a change: what its owner reads who wonders why."""
UP = ("Running", *FINAL_PHASES)
"""Phases of an instance that has come up."""
WRITE = rights("patch", VM)
REMOVE = rights("delete", VMI)
ASK_TO_START = Right("update", VM_ACTIONS, subresource=START)


@dataclass(frozen=True)
class VmStep(Step):
    """A step about one VM; of each class only a few are done at once."""

    key: str

    watches = (VM, VMI)

    @property
    def original(self) -> VmRecord:
        """The VM as it was."""
        return self.record.vms[self.key]

    @property
    def needs(self) -> tuple[Right, ...]:
        namespace, _ = split_key(self.key)
        return tuple(right.within(namespace) for right in self._asked)

    @abstractmethod
    def begun(self, now: Snapshot) -> bool:
        """Whether the VM is on its way already, by us or by others."""

    @property
    @abstractmethod
    def _asked(self) -> tuple[Right, ...]:
        """Those of the rights that this VM asks for."""


@dataclass(frozen=True)
class StopVm(VmStep):
    """Stop a VM, or remove the finished instance of one whose guest has shut down."""

    ends_without_vms = True
    rights = (*WRITE, *REMOVE)

    @property
    def _asked(self) -> tuple[Right, ...]:
        return REMOVE if self.original.finished else WRITE

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

    def begun(self, now: Snapshot) -> bool:
        vm, vmi = now.of(VM).get(self.key), now.of(VMI).get(self.key)
        if self.original.finished:
            return vmi is not None and is_terminating(vmi)
        return vm is not None and is_halted(vm)

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        vm, vmi = now.of(VM).get(self.key), now.of(VMI).get(self.key)
        original = self.original
        if vm is not None and self._is_changed(vm, vmi):
            # Its owner was at it since: that is what comes back.
            original = vm_record(vm, vmi)
            await context.remember(partial(Record.with_vms, vms={self.key: original}))
        if original.finished:
            if vmi is not None:
                uid = vmi["metadata"]["uid"]
                await context.cluster.delete(VMI, self.key, uid, context.deadline)
        elif vm is not None and not is_halted(vm):
            note = {STOPPED_FOR: self._why} if self.record.restart else {}
            patch = {"metadata": {"annotations": note}, "spec": halted(vm)}
            await context.cluster.patch(VM, self.key, patch, context.deadline)

    def _is_changed(self, vm: Object, vmi: Object | None) -> bool:
        """Whether its owner has started it, or given it another strategy, before our stop."""
        if is_halted(vm) or STOPPED_FOR in annotations_of(vm):
            return False
        live, original = vm_record(vm, vmi), self.original
        woken = original.finished and vmi is not None and not live.finished
        return woken or live.strategy != original.strategy

    @property
    def _why(self) -> str:
        return f"{self.record.goal.headline(self.record)}; harvester-net mtu status"

    def waits_for(self, now: Snapshot) -> str:
        return f"VM {self.key} to stop"

    def limit(self, now: Snapshot) -> float:
        vmi = now.of(VMI).get(self.key) or {}
        grace = (vmi.get("spec") or {}).get("terminationGracePeriodSeconds") or 0
        return float(self.record.stop_timeout + grace)


@dataclass(frozen=True)
class StartVm(VmStep):
    """Start a VM again with the run strategy that it had."""

    rights = (*WRITE, ASK_TO_START)

    @property
    def _asked(self) -> tuple[Right, ...]:
        return (*WRITE, ASK_TO_START) if self._is_asked_to else WRITE

    @property
    def _is_asked_to(self) -> bool:
        """Whether its run strategy alone does not start it."""
        return self.original.strategy == "Manual" and bool(self.original.phase)

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
        if is_halted(vm) or STOPPED_FOR in annotations_of(vm):
            return False
        if not self.original.phase:
            return True
        if vmi is None or is_terminating(vmi):
            return False
        phase = (vmi.get("status") or {}).get("phase")
        return phase in UP or self.original.phase not in UP

    def begun(self, now: Snapshot) -> bool:
        vm = now.of(VM).get(self.key)
        return vm is not None and not is_halted(vm)

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        vm = now.of(VM).get(self.key)
        if vm is None:
            return
        if is_halted(vm):
            vm = await context.cluster.patch(
                VM, self.key, restored(self.original), context.deadline
            )
        elif STOPPED_FOR in annotations_of(vm):
            note = {"metadata": {"annotations": {STOPPED_FOR: None}}}
            await context.cluster.patch(VM, self.key, note, context.deadline)
        if self._is_asked_to:
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
    notes: dict[str, str | None] = {STOPPED_FOR: None}
    if original.strategy is None:
        return {"metadata": {"annotations": notes}, "spec": {"running": True}}
    notes[LAST_STRATEGY] = original.strategy
    return {
        "metadata": {"annotations": notes},
        "spec": {"runStrategy": original.strategy},
    }
