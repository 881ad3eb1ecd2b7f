"""Rules of the storage and RWX networks alone, and of the VM migration network (H3.5)."""

from __future__ import annotations

from collections.abc import Iterable

from ..cluster.resources import (
    CLAIM,
    NAD,
    SETTING,
    VM,
    VMI,
    VOLUME,
    Object,
    is_terminating,
    key_of,
)
from ..cluster.resources import (
    MIGRATION as VM_MIGRATION,
)
from ..harvester import gojson
from ..harvester.cni import KUBE_OVN, net_conf, vlans_of
from ..harvester.gojson import Undecodable
from ..harvester.names import (
    LONGHORN_NAMESPACE,
    MIGRATION_SETTING,
    RWX_SETTING,
    STORAGE_SETTING,
)
from ..harvester.settings import RWX_VALUE, effective, shares_storage, value_and_default
from ..harvester.snapshot import Snapshot
from ..harvester.versions import EXCLUSIVE_VLAN
from ..harvester.wording import listed
from ..harvester.workloads import not_detached, not_stopped
from . import sources
from .network_settings import changes, networks
from .rule import Objection, Severity, Write, rule
from .system_networks import is_protected
from .vlans import BY_VLAN


@rule(
    SETTING,
    "create update",
    fact="H3.5 (e)",
    source=sources.SETTING_VALIDATOR,
    only=(STORAGE_SETTING,),
    handled_by_change=True,
)
def all_vms_are_stopped(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """Every VM of the cluster is stopped when the storage network is set, changed or
    cleared.
    """
    if not _looks_at_usage(write):
        return
    vms, vmis = snapshot.of(VM), snapshot.of(VMI)
    if running := not_stopped(vms, vmis):
        yield Objection(
            f"Harvester does not {_verb(write)} the storage network while VMs run; stop "
            f"{listed(running)}, or allow it with disruption.stopVms: true"
        )


@rule(
    SETTING,
    "create update",
    fact="H3.5 (f)",
    source=sources.SETTING_VALIDATOR,
    since=(1, 2),
    only=(STORAGE_SETTING,),
    handled_by_change=True,
)
def all_volumes_are_detached(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """Every Longhorn volume is detached when the storage network is set, changed or cleared,
    but those of Harvester's own monitoring and VM import.
    """
    if not _looks_at_usage(write):
        return
    if busy := not_detached(snapshot.of(VOLUME).values(), snapshot.of(CLAIM)):
        yield Objection(
            f"Harvester does not {_verb(write)} the storage network while volumes are "
            f"attached: {listed(busy)}; stop the workloads that use them"
        )


def _verb(write: Write) -> str:
    return "set" if effective(write.new) else "clear"


def _looks_at_usage(write: Write) -> bool:
    """A new, empty setting is not looked at."""
    return changes(write) and (write.old is not None or any(value_and_default(write.object)))


@rule(
    SETTING,
    "update",
    "clusterNetwork",
    fact="H3.5 (d)",
    source=sources.SETTING_VALIDATOR,
    since=(1, 8),
    only=(STORAGE_SETTING,),
)
def shared_network_is_not_cleared(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The storage network is not cleared while the RWX network shares it."""
    if not changes(write) or effective(write.new):
        return
    try:
        if shares_storage(snapshot):
            yield Objection(
                "cannot be cleared while RWX volumes share it; set share-storage-network to "
                f"false in the setting {RWX_SETTING} first",
                cured_by=((SETTING, RWX_SETTING),),
            )
    except Undecodable as error:
        yield Objection(
            f"the setting {RWX_SETTING} {error}", cured_by=((SETTING, RWX_SETTING),)
        )


@rule(
    SETTING,
    "update",
    fact="H3.5",
    source=sources.SETTING_VALIDATOR,
    since=(1, 8),
    only=(RWX_SETTING,),
)
def storage_network_to_share_is_there(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """RWX volumes can share the storage network only if there is one; both values of the
    setting are plain JSON.
    """
    if not changes(write):
        return
    shared = []
    for setting in (write.old, write.new):
        try:
            text = effective(setting) or "{}"
            shared.append(gojson.decode(text, RWX_VALUE)["share-storage-network"])
        except Undecodable as error:
            yield Objection(f"the value {error}")
            return
    if shared == [False, True] and not effective(snapshot.of(SETTING).get(STORAGE_SETTING)):
        yield Objection(
            "cannot share the storage network: there is none",
            cured_by=((SETTING, STORAGE_SETTING),),
        )


@rule(
    SETTING,
    "update",
    fact="H3.5",
    source=sources.SETTING_VALIDATOR,
    since=(1, 8),
    only=(RWX_SETTING,),
    handled_by_change=True,
)
def rwx_volumes_are_detached(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """RWX volumes, other than migratable ones, are detached when their network changes."""
    if not changes(write):
        return
    busy = sorted(
        key_of(volume).rpartition("/")[2]
        for volume in snapshot.of(VOLUME).values()
        if volume["spec"].get("accessMode") == "rwx"
        and not volume["spec"].get("migratable")
        and volume["metadata"].get("namespace") == LONGHORN_NAMESPACE
        and (volume.get("status") or {}).get("state") != "detached"
    )
    if busy:
        yield Objection(f"RWX volumes are attached: {listed(busy)}; stop what uses them")


@rule(
    SETTING,
    "create",
    fact="H3.5",
    source=sources.SETTING_VALIDATOR,
    since=(1, 6),
    only=(MIGRATION_SETTING,),
)
def no_vm_is_migrating(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The setting is not made while a VM migrates."""
    yield from _migrating(snapshot)


@rule(
    SETTING,
    "update",
    fact="H3.5",
    source=sources.SETTING_VALIDATOR,
    severity=Severity.STRICTER,
    since=(1, 6),
    only=(MIGRATION_SETTING,),
)
def no_vm_migrates_while_its_network_changes(
    write: Write, snapshot: Snapshot
) -> Iterable[Objection]:
    """The VM migration network is changed and cleared only while no VM migrates. Harvester
    takes it, although its documentation wants the same.
    """
    if changes(write):
        yield from _migrating(snapshot)


def _migrating(snapshot: Snapshot) -> Iterable[Objection]:
    moving = sorted(
        key_of(migration)
        for migration in snapshot.of(VM_MIGRATION).values()
        if not is_terminating(migration) and not _is_over(migration)
    )
    if moving:
        yield Objection(f"VMs are migrating: {listed(moving)}; wait for them")


def _is_over(migration: Object) -> bool:
    state = (migration.get("status") or {}).get("migrationState") or {}
    return bool(state.get("completed"))


@rule(
    SETTING,
    "create update",
    "exclusiveVlan",
    fact="H3.5 (c)",
    source=sources.SETTING_VALIDATOR.at("v1.9.0-rc6"),
    since=(1, 9),
    only=(STORAGE_SETTING,),
)
def exclusive_vlan_is_free(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """A VLAN that the storage network has for itself is tagged, and no VM network uses it, on
    any cluster network.
    """
    for network in networks(write, snapshot):
        if not network.exclusive:
            continue
        if network.vlan in (0, 1):
            yield Objection(f"VLAN {network.vlan} is untagged traffic and can't be exclusive")
        elif users := _users_of(network.vlan, snapshot):
            yield Objection(
                f"VLAN {network.vlan} is used by {listed(users)}",
                cured_by=tuple((NAD, key) for key in users),
            )


def _users_of(vlan: int, snapshot: Snapshot) -> list[str]:
    return sorted(
        key
        for key, nad in snapshot.of(NAD).items()
        if not is_protected(nad, snapshot.version) and _carries(nad, vlan)
    )


def _carries(nad: Object, vlan: int) -> bool:
    try:
        conf = net_conf(nad)
    except Undecodable:
        return False
    return conf["type"] != KUBE_OVN and any(vlan in vlans for vlans in vlans_of(conf))


@rule(
    SETTING,
    "create update",
    "exclusiveVlan",
    fact="H7",
    source=sources.NETWORK_UTILITIES,
    severity=Severity.STRICTER,
    until=(1, 9),
    only=(STORAGE_SETTING,),
)
def exclusive_vlan_is_known(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """Harvester up to 1.8 takes `exclusiveVlan` without a word and does nothing of it."""
    if EXCLUSIVE_VLAN.on(snapshot.version) or not changes(write):
        return
    if '"exclusiveVlan":true' in effective(write.new).replace(" ", ""):
        yield Objection("needs Harvester 1.9; this one would ignore it")


@rule(
    SETTING,
    "create update",
    "vlan",
    fact="H3.5 notes",
    source=sources.STORAGE_NETWORK_CONTROLLER,
    severity=Severity.WARNING,
    only=(STORAGE_SETTING,),
)
def storage_vlan_is_not_a_vm_networks(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """VMs on the VLAN of the storage network see its traffic, and can disturb it."""
    for network in networks(write, snapshot):
        group = snapshot.keyed(BY_VLAN, (network.cluster_network, network.vlan))
        users = sorted(k for k, nad in group.items() if not is_protected(nad, (1, 9)))
        if users and not network.exclusive:
            yield Objection(
                f"VLAN {network.vlan} is used by VM networks too: {listed(users)}; VMs on it "
                "are in one network with the storage",
                cured_by=tuple((NAD, key) for key in users),
            )
