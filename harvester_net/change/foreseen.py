"""What would stop a change in the middle, known before it begins: pure.

Whatever is found here would else be found when VMs are down: a volume that a pod holds, a
backup that is broken off, a VM that no node takes, an owner that puts back what is away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from ..cluster.resources import (
    BACKUP,
    CLAIM,
    CLUSTER_NETWORK,
    HOST_NETWORK_CONFIG,
    NAD,
    NODE,
    RESTORE,
    SETTING,
    UPGRADE,
    VLAN_CONFIG,
    VM,
    VMI,
    VOLUME,
    Object,
    Resource,
)
from ..harvester.gitops import keeper_of
from ..harvester.names import STORAGE_SETTING
from ..harvester.placing import places_of, requirements_of, why_closed
from ..harvester.snapshot import Snapshot
from ..harvester.under_way import backups_under_way, restores_under_way, upgrades_under_way
from ..harvester.wording import counted, listed
from ..harvester.workloads import FINAL_PHASES, VolumeUser, attached, users_of, volume_words
from .kinds import UNDER_WAY
from .record import Record

_WORDS: Mapping[Resource, str] = {
    CLUSTER_NETWORK: "cluster network",
    VLAN_CONFIG: "network config",
    HOST_NETWORK_CONFIG: "host network config",
    NAD: "VM network",
    SETTING: "Setting",
    VM: "VM",
}


def foreseen_refusals(snapshot: Snapshot, record: Record) -> Iterator[str]:
    """What is sure to stop the change, or to be broken by it, each with the way out."""
    yield from _volumes_held(snapshot, record)
    yield from _broken_off(snapshot, record)
    yield from _without_a_place(snapshot, record)


def foreseen_warnings(snapshot: Snapshot, record: Record) -> Iterator[str]:
    """What may be in the way of the change, for the plan."""
    yield from _from_closed_nodes(snapshot, record)
    yield from _put_back(snapshot, record)
    unseen = [kind.plural for kind in UNDER_WAY if kind not in snapshot.objects]
    if unseen:
        yield (
            f"the user of the kubeconfig may not list {', '.join(unseen)}, or the server does "
            "not have them: see that no backup, restore or upgrade of Harvester is under way"
        )


def _detaches_all(record: Record) -> bool:
    """Whether Harvester wants every volume detached for it (H3.5 f)."""
    return record.storage is not None or record.goal.stops_all_vms


def _volumes_held(snapshot: Snapshot, record: Record) -> Iterator[str]:
    """Volumes that stay attached although the VMs of the change are down."""
    if not (_detaches_all(record) or record.rwx is not None):
        return
    for volume in attached(snapshot.of(VOLUME).values(), snapshot.of(CLAIM)):
        # For the RWX network alone those that several may mount at once (H3.5).
        if not _detaches_all(record) and not _is_shared(volume):
            continue
        holders = [user for user in users_of(volume) if _holds(user, snapshot, record)]
        if holders:
            yield (
                f"volume {volume_words(volume)} is attached by "
                f"{listed([str(user) for user in holders], 3)}, which the change does not "
                "stop, and must be detached for it; scale that down first"
            )


def _is_shared(volume: Object) -> bool:
    spec = volume.get("spec") or {}
    return spec.get("accessMode") == "rwx" and spec.get("migratable") is not True


def _holds(user: VolumeUser, snapshot: Snapshot, record: Record) -> bool:
    """Whether a pod has its volume still when the VMs of the change are down."""
    if not user.vm:
        return not user.is_beside_a_vm
    instance = snapshot.of(VMI).get(user.vm)
    phase = ((instance or {}).get("status") or {}).get("phase")
    # One without an instance is on its way down already.
    return instance is not None and phase not in FINAL_PHASES and user.vm not in record.vms


def _broken_off(snapshot: Snapshot, record: Record) -> Iterator[str]:
    """Backups, restores and upgrades that would be left half done."""
    for what in upgrades_under_way(snapshot.of(UPGRADE)):
        yield f"Harvester is being upgraded ({what}); wait until that is done"
    everything = _detaches_all(record)
    found = (
        *backups_under_way(snapshot.of(BACKUP)),
        *restores_under_way(snapshot.of(RESTORE)),
    )
    for what, vm in found:
        if everything or vm in record.vms:
            of = f" of VM {vm}" if vm else ""
            yield f"{what}{of} is under way; wait until it is done, or delete it, first"


# --- where the VMs come up again -------------------------------------------------------------


def _closed(snapshot: Snapshot) -> dict[str, str]:
    """The nodes that take no VM now, and why."""
    nodes = sorted(snapshot.of(NODE).items())
    return {key: why for key, node in nodes if (why := why_closed(node))}


def _without_a_place(snapshot: Snapshot, record: Record) -> Iterator[str]:
    """VMs that no node would take that they may run on."""
    closed, stranded = _closed(snapshot), defaultdict[tuple[str, ...], list[str]](list)
    if not closed:
        return
    places: dict[str, tuple[str, ...]] = {}
    for key in _started_again(record):
        vm = snapshot.of(VM)[key]
        asked = requirements_of(vm)
        if asked not in places:
            places[asked] = tuple(places_of(vm, snapshot.of(NODE)))
        if places[asked] and closed.keys() >= set(places[asked]):
            stranded[places[asked]].append(key)
    for nodes, keys in stranded.items():
        why = [f"{node} {closed[node]}" for node in nodes]
        yield (
            f"{counted(len(keys), 'VM')} could not start again: {listed(keys)}; of the nodes "
            f"to run on, {listed(why)}; let VMs onto one of them first"
        )


def _from_closed_nodes(snapshot: Snapshot, record: Record) -> Iterator[str]:
    """VMs that run where they cannot start again."""
    vmis, at = snapshot.of(VMI), defaultdict[str, int](int)
    for key in _started_again(record):
        at[((vmis.get(key) or {}).get("status") or {}).get("nodeName") or ""] += 1
    for node, why in _closed(snapshot).items():
        if node in at:
            yield (
                f"{node} {why}: {counted(at[node], 'VM')} of the change cannot come back to "
                "it, and must find room elsewhere"
            )


def _started_again(record: Record) -> list[str]:
    """The VMs that come up again, at the end or on the way back."""
    return [key for key, vm in record.vms.items() if vm.comes_back]


# --- owners that put things back -------------------------------------------------------------


def _put_back(snapshot: Snapshot, record: Record) -> Iterator[str]:
    """Who keeps what the change takes away, edits or stops."""
    kept = defaultdict[str, list[str]](list)
    for resource, keys in _touched(snapshot, record).items():
        for key in keys:
            obj = snapshot.of(resource).get(key)
            if obj is not None and (keeper := keeper_of(obj)):
                kept[keeper].append(f"{_WORDS[resource]} {key}")
    for keeper, names in kept.items():
        yield (
            f"{keeper} keeps {listed(names, 3)} as its repository says, and may put that back "
            "while the change has it otherwise; suspend it first"
        )


def _touched(snapshot: Snapshot, record: Record) -> dict[Resource, Collection[str]]:
    """The objects that the change itself writes."""
    settings = {STORAGE_SETTING} if record.goal.stops_all_vms else set()
    alone = record.goal.mtu_network and not record.kept
    return {
        CLUSTER_NETWORK: [record.goal.mtu_network] if alone else [],
        VLAN_CONFIG: sorted(record.configs),
        HOST_NETWORK_CONFIG: sorted(record.host_networks),
        NAD: sorted(record.vm_networks),
        SETTING: sorted(settings | record.cleared.keys()),
        VM: sorted(record.vms),
    }
