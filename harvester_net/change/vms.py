"""Which VMs are in a change's way, and how each is brought back (H5.0, H5.6)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..cluster.resources import (
    VM,
    VMI,
    Object,
    annotations_of,
)
from ..harvester.migrations import is_coming
from ..harvester.names import LAST_STRATEGY
from ..harvester.snapshot import Snapshot
from ..harvester.vm_networks import vm_networks_of
from ..harvester.workloads import is_stopped, uses
from .goals.goal import Goal
from .moves import moves_of
from .record import HALTED, Record, VmRecord

STAYS_DOWN = {
    "Succeeded": ("RerunOnFailure", "Manual", "Once"),
    "Failed": ("Manual", "Once"),
}
"""Run strategies that leave a VM down whose instance has ended in a phase (H5.6)."""


PARALLEL_ON_A_NODE = 5
"""VMs that start at once for each node: so many guests boot beside what else its disks do."""


def parallel_on(snapshot: Snapshot) -> int:
    """How many VMs start at once on this cluster, if nobody says otherwise."""
    return PARALLEL_ON_A_NODE * max(len(snapshot.matching(None)), 1)


def vms_to_stop(
    snapshot: Snapshot, goal: Goal, *, everything: bool
) -> tuple[dict[str, VmRecord], list[str]]:
    """The VMs that are in the way, as they are now; and instances without a VM (H5.0)."""
    vms, vmis = snapshot.of(VM), snapshot.of(VMI)
    keys = set(_blockers(snapshot, goal))
    if everything or goal.stops_all_vms:
        keys |= {key for key, vm in vms.items() if not _stays_stopped(vm, vmis.get(key))}
    standalone = sorted(keys - vms.keys())
    return {k: vm_record(vms[k], vmis.get(k)) for k in sorted(keys & vms.keys())}, standalone


@dataclass(frozen=True)
class InTheWay:
    """What keeps a change that has begun from going on, and cannot be migrated."""

    vms: dict[str, VmRecord]
    """The VMs that are to be stopped, as they are now."""
    standalone: list[str]
    """Instances without a VM."""
    staying: dict[str, str]
    """Why they cannot be migrated, if others are."""


def in_the_way(
    record: Record, snapshot: Snapshot, nodes: Collection[str] | None = None
) -> InTheWay:
    """The VMs that are in the way of a change that has begun, by what is live; of one that
    migrates VMs, those on these nodes (None: on all that it empties).
    """
    if record.emptying is None:
        everything = record.storage is not None
        return InTheWay(*vms_to_stop(snapshot, record.goal, everything=everything), {})
    network = record.goal.emptied_network(record)
    in_turn = () if record.turns is None else record.turns.nodes
    emptied = record.emptied_nodes if nodes is None else nodes
    found = moves_of(snapshot, network, emptied, in_turn).staying
    # One that has just started is waited for where the nodes are emptied.
    staying = {k: why for k, why in found.items() if not is_coming(snapshot.of(VMI)[k])}
    here = {
        key: vm_record(snapshot.of(VM)[key], snapshot.of(VMI).get(key))
        for key in staying
        if key in snapshot.of(VM)
    }
    return InTheWay(here, sorted(staying.keys() - here.keys()), staying)


def _blockers(snapshot: Snapshot, goal: Goal) -> Iterator[str]:
    """The instances, running or not, over which the server refuses the change."""
    nads, nodes = goal.vm_networks_in_use(snapshot), goal.interrupted_nodes(snapshot)
    if nads is None:
        network = goal.interrupted_network(snapshot)
        nads = set(vm_networks_of(snapshot, network)) if network else set()
    for key, vmi in snapshot.of(VMI).items():
        # One that has no node yet may come up on any of them at any moment.
        node = (vmi.get("status") or {}).get("nodeName")
        if uses(vmi, nads) and (nodes is None or not node or node in nodes):
            yield key


def _stays_stopped(vm: Object, vmi: Object | None) -> bool:
    """Whether a VM is stopped and will not come up by itself."""
    if not is_stopped(vm, vmi):
        return False
    original = vm_record(vm, vmi)
    if original.strategy in (None, "Always"):
        return False
    return original.strategy == HALTED or not original.phase or original.finished


def vm_record(vm: Object, vmi: Object | None) -> VmRecord:
    """How to bring a VM back to what it is now."""
    strategy = vm["spec"].get("runStrategy", HALTED)
    if "running" in vm["spec"]:
        strategy = None if vm["spec"]["running"] else HALTED
    return VmRecord(
        strategy=strategy,
        remembered=annotations_of(vm).get(LAST_STRATEGY),
        phase=_phase(vmi),
        finished=strategy in STAYS_DOWN.get(_phase(vmi), ()),
    )


def _phase(vmi: Object | None) -> str:
    return str((vmi.get("status") or {}).get("phase") or "Pending") if vmi else ""
