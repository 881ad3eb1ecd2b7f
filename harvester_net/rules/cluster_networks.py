"""Rules for cluster networks (H3.1)."""

from __future__ import annotations

from collections.abc import Iterable

from ..cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    VLAN_CONFIG,
    annotations_of,
    key_of,
)
from ..harvester.mtus import config_mtu
from ..harvester.names import UPLINK_MTU
from ..harvester.snapshot import CONFIGS_OF, NADS_OF, VMIS_ON, Snapshot
from ..harvester.wording import listed
from ..specs.limits import LONGEST_CLUSTER_NETWORK, MGMT, mtu_or_default
from . import sources
from .mtus import counted_configs, from_annotation
from .rule import Objection, Write, rule
from .system_networks import active_system_nad


@rule(
    CLUSTER_NETWORK,
    "create",
    "name",
    fact="H3.1",
    source=sources.CLUSTER_NETWORK_VALIDATOR,
    since=(1, 4),
)
def cluster_network_name_is_short(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The name has at most 12 characters: its bridge is `<name>-br`, and Linux allows 15 for a
    device.
    """
    name = write.key
    if len(name.encode()) > LONGEST_CLUSTER_NETWORK:
        yield Objection(
            f"'{name}' has {len(name)} characters; the name of a cluster network has at most "
            f"{LONGEST_CLUSTER_NETWORK}"
        )


@rule(
    CLUSTER_NETWORK,
    "create",
    "mtu",
    fact="H3.1",
    source=sources.CLUSTER_NETWORK_VALIDATOR,
    since=(1, 6),
)
def new_cluster_network_has_no_mtu_yet(
    write: Write, snapshot: Snapshot
) -> Iterable[Objection]:
    """A new cluster network may not carry its MTU yet; harvester-net writes it right after."""
    if UPLINK_MTU in annotations_of(write.object):
        yield Objection("cannot be given when the cluster network is made, only afterwards")


@rule(
    CLUSTER_NETWORK,
    "update",
    "mtu",
    fact="H3.1",
    source=sources.CLUSTER_NETWORK_VALIDATOR,
    since=(1, 6),
    on_terminating=False,
)
def mtu_annotation_is_readable(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The annotation `uplink-mtu` is 0 or 576 to 9000; on `mgmt` the one before as well."""
    versions = (write.old, write.new) if write.key == MGMT else (write.new,)
    for obj in filter(None, versions):
        text = annotations_of(obj).get(UPLINK_MTU)
        if text is not None and from_annotation(text) is None:
            yield Objection(f"'{text}' is no MTU of 576 to 9000 bytes")


@rule(
    CLUSTER_NETWORK,
    "update",
    "mtu",
    fact="H3.1",
    source=sources.CLUSTER_NETWORK_VALIDATOR,
    since=(1, 6),
    handled_by_change=True,
    on_terminating=False,
)
def mtu_is_that_of_all_configs(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The MTU of a cluster network is that of all its network configs, at any update."""
    if write.key == MGMT:
        return
    mtu = _mtu(write.object)
    for config in counted_configs(write.key, snapshot):
        if mtu is not None and config_mtu(config) != mtu:
            yield Objection(
                f"{mtu} is not the {config_mtu(config)} of network config {key_of(config)}",
                cured_by=((VLAN_CONFIG, key_of(config)),),
            )


@rule(
    CLUSTER_NETWORK,
    "update",
    "mtu",
    fact="H3.1",
    source=sources.CLUSTER_NETWORK_VALIDATOR,
    since=(1, 6),
    only=(MGMT,),
    handled_by_change=True,
)
def mgmt_mtu_changes_without_system_network(
    write: Write, snapshot: Snapshot
) -> Iterable[Objection]:
    """The MTU of `mgmt` does not change while the storage or RWX network is on it."""
    if _mtu_changes(write) and (nad := active_system_nad(MGMT, snapshot)):
        yield Objection(
            f"cannot change while the storage or RWX network ({nad}) is on mgmt; clear it "
            "first",
            cured_by=((NAD, nad),),
        )


@rule(
    CLUSTER_NETWORK,
    "update",
    "mtu",
    fact="H3.1",
    source=sources.CLUSTER_NETWORK_VALIDATOR,
    since=(1, 6),
    only=(MGMT,),
    handled_by_change=True,
)
def mgmt_mtu_changes_without_vms(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The MTU of `mgmt` does not change while there is a VM instance on its VM networks."""
    if not _mtu_changes(write):
        return
    users = {
        key_of(vmi)
        for nad in snapshot.group(NADS_OF, MGMT)
        for vmi in snapshot.group(VMIS_ON, key_of(nad))
    }
    if users:
        yield Objection(f"cannot change while VMs use mgmt; stop {listed(sorted(users))}")


@rule(
    CLUSTER_NETWORK,
    "delete",
    "name",
    fact="H3.1",
    source=sources.CLUSTER_NETWORK_VALIDATOR,
    only=(MGMT,),
)
def mgmt_stays(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """`mgmt` is built in and cannot be deleted."""
    yield Objection("mgmt is built in and cannot be deleted")


@rule(CLUSTER_NETWORK, "delete", "name", fact="H3.1", source=sources.CLUSTER_NETWORK_VALIDATOR)
def deleted_cluster_network_has_no_configs(
    write: Write, snapshot: Snapshot
) -> Iterable[Objection]:
    """A cluster network cannot be deleted while it has network configs, even terminating
    ones.
    """
    if configs := sorted(map(key_of, snapshot.group(CONFIGS_OF, write.key))):
        yield Objection(
            f"cannot be deleted while it has network configs: {listed(configs)}",
            cured_by=tuple((VLAN_CONFIG, key) for key in configs),
        )


@rule(
    CLUSTER_NETWORK,
    "delete",
    "name",
    fact="H3.1",
    source=sources.CLUSTER_NETWORK_VALIDATOR,
    since=(1, 6),
)
def deleted_cluster_network_has_no_vm_networks(
    write: Write, snapshot: Snapshot
) -> Iterable[Objection]:
    """A cluster network cannot be deleted while it has VM networks."""
    if nads := sorted(map(key_of, snapshot.group(NADS_OF, write.key))):
        yield Objection(
            f"cannot be deleted while it has VM networks: {listed(nads)}",
            cured_by=tuple((NAD, key) for key in nads),
        )


def _mtu(obj: object) -> int | None:
    assert isinstance(obj, dict)
    mtu = from_annotation(annotations_of(obj).get(UPLINK_MTU, "0"))
    return None if mtu is None else mtu_or_default(mtu)


def _mtu_changes(write: Write) -> bool:
    if write.updates_terminating:
        return False
    before, after = _mtu(write.old), _mtu(write.new)
    return None not in (before, after) and before != after
