"""What stands against a change, each reason a sentence with the way out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ..cluster.resources import (
    NAD,
    NODE,
    SETTING,
    VMI,
    Object,
    annotations_of,
    condition,
    is_terminating,
    key_of,
    labels_of,
)
from ..harvester.names import MATCHED_NODES, STORAGE_SETTING, WITNESS
from ..harvester.network_configs import configs_of, nodes_not_ready, present_nodes
from ..harvester.network_settings import STORAGE
from ..harvester.nodes import is_ready
from ..harvester.setting_progress import describe_leaked, leaked, storage_progress
from ..harvester.snapshot import Snapshot
from ..harvester.versions import STORAGE_BESIDE_THEM
from ..harvester.vm_networks import nads_of
from ..harvester.wording import counted
from ..harvester.workloads import is_migrating
from ..specs.limits import MGMT
from .consent import Consent
from .errors import Refusal
from .goals.goal import Goal
from .record import Record, VmRecord
from .storage import needs_storage_cleared

BEGUN_BY_STOPPING = "the change has begun by stopping them"
CLEARED = (
    "the storage or RWX network is on this cluster network, and Harvester clears it only "
    "while every VM is stopped"
)
"""Why it does not help to migrate VMs."""


def not_possible(snapshot: Snapshot, goal: Goal) -> Iterator[str]:
    """Why the server would refuse the change, or could not come back from it."""
    for config in goal.configs(snapshot):
        yield from _config_in_trouble(snapshot, config)
    yield from goal.refusals(snapshot)
    network = goal.interrupted_network(snapshot)
    yield from _storage_could_not_return(snapshot, goal, network)
    setting = snapshot.of(SETTING).get(STORAGE_SETTING)
    if setting and needs_storage_cleared(snapshot, network):
        state = storage_progress(setting)
        if not state.done:
            # Cleared half way, Harvester would lose a network that then blocks the configs.
            yield f"the storage network is still being configured ({state.words}); wait for it"
    for nad in leaked(STORAGE, setting, snapshot.of(NAD)) if network else ():
        if nad in nads_of(network, snapshot.of(NAD).values()):
            yield describe_leaked(STORAGE, nad)


def _storage_could_not_return(snapshot: Snapshot, goal: Goal, network: str) -> Iterator[str]:
    """Why Harvester would not take the storage network back afterwards (H3.5, check 9)."""
    cycled = needs_storage_cleared(snapshot, network) and goal.restores_configs
    if not cycled or network == MGMT:
        return
    configs = configs_of(snapshot, network)
    covered = {node for config in configs for node in goal.nodes_after(snapshot, config)}
    for key, node in sorted(snapshot.of(NODE).items()):
        if labels_of(node).get(WITNESS) != "true" and key not in covered:
            yield (
                f"node {key} would have no network config of cluster network {network}, and "
                "Harvester would not take the storage or RWX network back; give it one first"
            )
    for config in configs if not STORAGE_BESIDE_THEM.on(snapshot.version) else ():
        if MATCHED_NODES not in annotations_of(config):
            yield (
                f"network config {key_of(config)} matches no node, and Harvester would not "
                "take the storage or RWX network back; delete it, or let it match a node"
            )


def _config_in_trouble(snapshot: Snapshot, config: Object) -> Iterator[str]:
    if is_terminating(config):
        yield f"network config {key_of(config)} is being deleted; wait until it is gone"
        return
    nodes = snapshot.of(NODE)
    failed = nodes_not_ready(config, snapshot)
    for node in present_nodes(config, snapshot):
        if not is_ready(nodes.get(node)):
            yield (
                f"node {node} (network config {key_of(config)}) is not ready; bring it back "
                "first"
            )
        elif node in failed:
            yield (
                f"network config {key_of(config)} is not set up on {node}: {failed[node]}; "
                "repair it first"
            )


def in_the_middle(snapshot: Snapshot, vms: Iterable[str]) -> Iterator[str]:
    """VMs to be stopped that are in the middle of something that a stop would break off."""
    for key in vms:
        vmi = snapshot.of(VMI).get(key) or {}
        if is_migrating(vmi):
            yield f"VM {key} is being migrated; wait until that is over"
        if condition(vmi, "Paused").get("status") == "True":
            # Its guest could not shut down, and it would come back running.
            yield f"VM {key} is paused; let it run, or stop it, first"


def migrating(snapshot: Snapshot, record: Record) -> Iterator[str]:
    """VMs that stay up, and are on their way over the VM migration network that changes."""
    if record.migration is None:
        return
    for key, vmi in sorted(snapshot.of(VMI).items()):
        if key not in record.vms and is_migrating(vmi):
            yield (
                f"VM {key} is being migrated over the VM migration network, which is on this "
                "cluster network; wait until that is over"
            )


def of_standalone(standalone: Iterable[str]) -> Iterator[str]:
    """Instances without a VM: nobody could start them again."""
    for key in standalone:
        yield (
            f"VM instance {key} has no VM that could start it again; stop it: "
            f"kubectl -n {key.partition('/')[0]} delete vmi {key.partition('/')[2]}"
        )


def not_consented_now(
    record: Record,
    vms: dict[str, VmRecord],
    consent: Consent,
    *,
    cycles: bool = False,
    staying: Mapping[str, str] | None = None,
) -> Iterator[Refusal]:
    """The same for the VMs that have come in the way of a change that has begun."""
    asked, why_stop = record.model_copy(update={"vms": vms}), BEGUN_BY_STOPPING
    if record.emptying is not None:
        # Whoever goes on by hand has not said that VMs may be stopped where none were to be.
        consent = replace(consent, migrate_vms=True, stop_vms=record.emptying.stops)
        why_stop = ""
    return not_consented(asked, consent, cycles=cycles, why_stop=why_stop, staying=staying)


def _vms_not_stopped(
    stopping: list[str], consent: Consent, staying: Mapping[str, str], why_stop: str
) -> Refusal:
    many, named = counted(len(stopping), "VM"), ", ".join(stopping)
    if not why_stop and not consent.migrate_vms:
        return Refusal(f"{many} must be migrated or stopped: {named}", "stopVms or migrateVms")
    if not why_stop:
        said = [f"{key} ({staying[key]})" if key in staying else key for key in stopping]
        return Refusal(
            f"{many} cannot be migrated and must be stopped: {', '.join(said)}", "stopVms"
        )
    vain = f"; migrating them does not help: {why_stop}" if consent.migrate_vms else ""
    return Refusal(f"{many} must be stopped: {named}{vain}", "stopVms")


def not_consented(
    record: Record,
    consent: Consent,
    *,
    cycles: bool,
    why_stop: str,
    staying: Mapping[str, str] | None = None,
) -> Iterator[Refusal]:
    """What the user has not allowed, with the input that allows it.

    ``why_stop``: why it does not help to migrate VMs; without, that is offered. ``staying``:
    those that cannot be migrated, each with the reason.
    """
    stopping = [key for key, vm in record.vms.items() if not vm.finished]
    if stopping and not consent.stop_vms:
        yield _vms_not_stopped(stopping, consent, staying or {}, why_stop)
    others = [key for key in stopping if not consent.covers(key)]
    if others and consent.stop_vms:
        said = f"{counted(len(others), 'VM')} must be stopped that no pattern names"
        yield Refusal(f"{said}: {', '.join(others)}", "onlyVms")
    if cycles and not consent.cycle_storage_network:
        yield Refusal(
            "the storage or RWX network is on this cluster network and must be cleared and "
            "set again",
            "cycleStorageNetwork",
        )
