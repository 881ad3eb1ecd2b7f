"""The steps of a record in the one order that works (H5.1 to H5.3).

Steps name what must be done before them; what does not depend on each other runs side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...harvester.network_settings import MIGRATION, RWX, STORAGE
from ...specs.limits import MGMT
from ..goals.mtu import MtuGoal
from ..goals.network_config import ConfigDeletionGoal, ConfigGoal
from ..goals.storage_network import StorageNetworkGoal
from ..goals.vm_network import VmNetworkGoal
from ..record import Record
from .configs import CreateConfig, DeleteConfig, PatchConfig, SetMtu
from .host_networks import CreateHostNetwork, DeleteHostNetwork, host_network_steps
from .moving import CordonNode, EmptyNode, UncordonNode, emptying, opening
from .networks import AnnotateMtu, ChangeVmNetwork, SetVmNetworkMtu
from .nodes import VerifyNodes, verify_nodes
from .settings import (
    VirtHandlersFollow,
    VolumesDetached,
    WriteMigration,
    WriteRwx,
    WriteStorage,
)
from .step import Step
from .turn_order import turn_steps
from .turns import TURN_STEPS
from .vms import StartVm, StopVm

STEPS: tuple[type[Step], ...] = (
    CordonNode,
    EmptyNode,
    StopVm,
    VolumesDetached,
    WriteRwx,
    WriteStorage,
    WriteMigration,
    VirtHandlersFollow,
    DeleteConfig,
    SetMtu,
    CreateConfig,
    PatchConfig,
    *TURN_STEPS,
    AnnotateMtu,
    SetVmNetworkMtu,
    ChangeVmNetwork,
    DeleteHostNetwork,
    CreateHostNetwork,
    VerifyNodes,
    UncordonNode,
    StartVm,
)
"""All that there are."""


@dataclass(frozen=True)
class Parts:
    """The steps of a change, part by part."""

    interrupting: list[Step]
    """VMs down, the storage network out of the way."""
    core: list[Step]
    """What the change is about."""
    hosts: list[Step]
    """The nodes' own devices, which do not follow; nothing waits for them."""
    proof: list[Step]
    """A look at the devices, before anything is restored."""
    restoring: list[Step]
    """The storage network back, and the VMs."""


def parts_of(record: Record) -> Parts:
    """The steps of a change, forwards or back, each after those that it needs."""
    if record.turns is not None:
        turns = turn_steps(record)
        return Parts([], turns, [], [], _starts(record, (turns[-1].id,)))
    interrupting = _interrupting(record)
    ready = tuple(step.id for step in interrupting)
    core = _core(record, ready)
    ready = tuple(step.id for step in core) or ready
    hosts = host_network_steps(record, ready)
    # What is found while all is down is cheap to repair.
    proof = verify_nodes(record, ready) if record.goal.mtu_network != MGMT else []
    ready = (*ready, *(step.id for step in proof))
    return Parts(interrupting, core, hosts, proof, _restoring(record, ready))


def steps_of(record: Record) -> list[Step]:
    """All steps of a change in the order of their parts."""
    parts = parts_of(record)
    return [
        *parts.interrupting,
        *parts.core,
        *parts.hosts,
        *parts.proof,
        *parts.restoring,
    ]


def _interrupting(record: Record) -> list[Step]:
    """VMs down, the storage network out of the way."""
    steps = emptying(record)
    emptied = tuple(step.id for step in steps)
    # Those that cannot go are down for a short time only: when all others are gone.
    steps += [StopVm(record, emptied, key) for key in sorted(record.vms)]
    stopped = tuple(step.id for step in steps)
    if record.storage is not None or record.goal.stops_all_vms:
        steps.append(VolumesDetached(record, stopped))
    if record.rwx is not None:
        # Harvester wants the RWX volumes detached for it too (H3.5).
        before = tuple(step.id for step in steps)
        steps.append(WriteRwx(record, before, RWX.off, reset=True))
    if record.storage is not None:
        before = tuple(step.id for step in steps)
        steps.append(WriteStorage(record, before, STORAGE.off))
    if record.migration is not None:
        steps += _migration(record, stopped, MIGRATION.off)
    return steps


def _migration(record: Record, after: tuple[str, ...], text: str) -> list[Step]:
    """The VM migration network cleared or set again, with all that is on it."""
    write = WriteMigration(record, after, text)
    return [write, VirtHandlersFollow(record, (write.id,), back=bool(text))]


def _core(record: Record, ready: tuple[str, ...]) -> list[Step]:
    """What the change is about."""
    match record.goal:
        case MtuGoal(cluster_network=network):
            return _mtu(record, network, ready)
        case ConfigGoal(key=key, patch=patch):
            return [PatchConfig(record, ready, key, patch)]
        case ConfigDeletionGoal(key=key) if record.backwards:
            return [CreateConfig(record, ready, key, sets_mtu=False)]
        case ConfigDeletionGoal(key=key):
            return [DeleteConfig(record, ready, key)]
        case VmNetworkGoal(key=key, config=config):
            return [ChangeVmNetwork(record, ready, key, config)]
        case StorageNetworkGoal(text=text):
            return [WriteStorage(record, ready, _text(record, text))]


def _text(record: Record, wanted: str) -> str:
    return record.storage_before if record.backwards else wanted


def _mtu(record: Record, network: str, ready: tuple[str, ...]) -> list[Step]:
    """One config is left, takes the new MTU, and the others come back with it."""
    if not record.kept:
        # The hosts of mgmt are changed by hand: first see that they are, then say so (H5.3).
        proof = verify_nodes(record, ready) if network == MGMT else []
        annotate = AnnotateMtu(record, (*ready, *(step.id for step in proof)), network)
        return [*proof, annotate, *_vm_networks(record, (annotate.id,))]
    others = [key for key in sorted(record.configs) if key != record.kept]
    deletions = [DeleteConfig(record, ready, key) for key in others]
    change = SetMtu(record, (*ready, *(step.id for step in deletions)), record.kept)
    creations = [CreateConfig(record, (change.id,), key) for key in others]
    configured = (change.id, *(step.id for step in creations))
    return [*deletions, change, *creations, *_vm_networks(record, configured)]


def _vm_networks(record: Record, after: tuple[str, ...]) -> list[Step]:
    return [SetVmNetworkMtu(record, after, key) for key in sorted(record.vm_networks)]


def _restoring(record: Record, after: tuple[str, ...]) -> list[Step]:
    """The networks of the Settings back, and exactly the VMs that ran."""
    steps = opening(record, after)
    if not (record.goal.restores_configs or record.backwards):
        return steps  # What needs the config goes with it.
    if record.storage is not None:
        steps.append(WriteStorage(record, after, record.storage))
    if record.rwx is not None:
        before = (*after, *(step.id for step in steps))
        steps.append(WriteRwx(record, before, record.rwx, reset=False))
    before = (*after, *(step.id for step in steps))
    if record.migration is not None:
        # No VM waits for it.
        steps += _migration(record, after, record.migration)
    return [*steps, *_starts(record, before)]


def _starts(record: Record, after: tuple[str, ...]) -> list[Step]:
    """Exactly the VMs that ran, if they are to run again."""
    vms = sorted(record.vms.items()) if record.restart else []
    return [StartVm(record, after, key) for key, vm in vms if vm.comes_back]
