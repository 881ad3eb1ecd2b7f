"""Rules for VM networks, NetworkAttachmentDefinitions on the server (H3.3, H3.4)."""

from __future__ import annotations

from collections.abc import Iterable

from ..cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    SETTING,
    Object,
    annotations_of,
    key_of,
    labels_of,
)
from ..harvester.cni import (
    BRIDGES,
    KUBE_OVN,
    mtu_keys,
    net_conf,
    network_of_bridge,
    readable_conf,
)
from ..harvester.gojson import Undecodable
from ..harvester.names import (
    CLUSTER_NETWORK_LABEL,
    ROUTE,
    RWX_PREFIX,
    RWX_SETTING,
    STORAGE_PREFIX,
    STORAGE_SETTING,
    UPLINK_MTU,
)
from ..harvester.snapshot import VMIS_ON, VMS_ON, Snapshot
from ..harvester.wording import listed
from ..specs.limits import mtu_or_default
from . import mtus, routes, sources
from .nad_writes import conf_of, config_changes, is_bridged, is_overlay, network_of, vlan_of
from .network_configs import missing_network
from .rule import Objection, Write, rule
from .system_networks import is_protected


@rule(
    NAD,
    "create update delete",
    fact="H3.4",
    source=sources.NAD_VALIDATOR,
    on_terminating=False,
)
def config_is_cni_json(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The CNI config is JSON with the types that Harvester knows; so is that of the object
    before.
    """
    for nad in filter(None, (write.old, write.new)):
        try:
            net_conf(nad)
        except Undecodable as error:
            yield Objection(f"the CNI config {error}")


@rule(NAD, "create update", "clusterNetwork", fact="H3.4", source=sources.NAD_VALIDATOR)
def bridge_is_of_a_cluster_network(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The bridge is `<cluster network>-br`, of at most 15 characters."""
    conf = conf_of(write)
    if is_bridged(conf) and network_of_bridge(conf["bridge"]) is None:
        yield Objection(f"'{conf['bridge']}' is not the bridge of a cluster network")


@rule(
    NAD,
    "create update",
    "clusterNetwork",
    fact="H3.4",
    source=sources.NAD_VALIDATOR,
    since=(1, 4),
)
def cluster_network_of_vm_network_exists(
    write: Write, snapshot: Snapshot
) -> Iterable[Objection]:
    """The cluster network exists."""
    name = network_of(write)
    if name is not None and name not in snapshot.of(CLUSTER_NETWORK):
        yield missing_network(name, snapshot)


@rule(NAD, "create", "clusterNetwork", fact="H3.4", source=sources.NAD_VALIDATOR, since=(1, 6))
def label_is_of_the_bridge(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The label `clusternetwork`, if it is given, is that of the bridge."""
    label, name = labels_of(write.object).get(CLUSTER_NETWORK_LABEL), network_of(write)
    if label and name is not None and label != name:
        yield Objection(f"the label {CLUSTER_NETWORK_LABEL} must be {name}, not {label}")


@rule(
    NAD,
    "create update",
    "mtu",
    fact="H3.4",
    source=sources.NAD_VALIDATOR,
    since=(1, 6),
    handled_by_change=True,
)
def mtu_is_that_of_the_cluster_network(
    write: Write, snapshot: Snapshot
) -> Iterable[Objection]:
    """The MTU is the cluster network's. On a create the server writes it, but looks it up by
    the label, which harvester-net always sends.
    """
    network = snapshot.of(CLUSTER_NETWORK).get(network_of(write) or "")
    if network is None or not config_changes(write):
        return
    name, label = key_of(network), labels_of(write.object).get(CLUSTER_NETWORK_LABEL)
    written = mtus.of_vm_networks(network, name, snapshot)
    creates = write.old is None
    wanted = mtus.of_vm_networks(network, label or "" if creates else name, snapshot)
    if written is None or wanted is None:
        yield Objection(
            f"cluster network {name} has no readable MTU: "
            f"'{annotations_of(network).get(UPLINK_MTU)}'",
            cured_by=((CLUSTER_NETWORK, name),),
        )
        return
    sent = mtu_or_default(conf_of(write)["mtu"])
    given = written if creates and not _outlives(write.object) else sent
    if given != wanted:
        yield Objection(
            f"{given} is not the {wanted} of cluster network {name}",
            cured_by=((CLUSTER_NETWORK, name),),
        )


def _outlives(nad: Object) -> bool:
    """Whether an MTU in another spelling comes after the one that the server writes."""
    spelled = mtu_keys(nad)
    return "mtu" in spelled and spelled[-1:] != ["mtu"]


@rule(
    NAD,
    "create update",
    "route",
    fact="H3.4",
    source=sources.NAD_VALIDATOR,
    on_terminating=False,
)
def route_is_valid(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The route is JSON, its mode is auto or manual, and manual has a CIDR and a gateway."""
    old, new = write.old, write.object
    untagged_now = old is not None and vlan_of(new) == 0 and vlan_of(old) != 0
    text = annotations_of(new).get(ROUTE) or ""
    # The server takes the route of a VLAN away before it looks, when the VLAN goes.
    if not (untagged_now and is_bridged(conf_of(write))):
        for path, sentence in routes.problems(text):
            yield Objection(sentence, path)
    before = annotations_of(old).get(ROUTE) if old is not None else None
    compared = old is not None and vlan_of(new) == vlan_of(old) and text and before
    if compared and is_bridged(conf_of(write)) and not routes.is_readable(before or ""):
        yield Objection("the route before is no JSON, and Harvester cannot compare them")


@rule(
    NAD,
    "update",
    "type",
    fact="H3.4",
    source=sources.NAD_VALIDATOR,
    since=(1, 6),
    on_terminating=False,
)
def type_of_config_stays(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The CNI type does not change, and only `bridge` and `kube-ovn` can be updated at all."""
    before, after = readable_conf(write.old), conf_of(write)
    if before and after and before["type"] != after["type"]:
        yield Objection(f"cannot change from '{before['type']}' to '{after['type']}'")
    elif after and after["type"] not in (*BRIDGES, KUBE_OVN):
        yield Objection(f"Harvester knows no network of CNI type '{after['type']}'")


@rule(
    NAD,
    "update",
    "clusterNetwork",
    fact="H3.4",
    source=sources.NAD_VALIDATOR,
    since=(1, 6),
    on_terminating=False,
)
def bridge_stays(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """A VM network does not move to another cluster network."""
    before, after = readable_conf(write.old), conf_of(write)
    if before and after and before["bridge"] != after["bridge"]:
        yield Objection(f"cannot change from {before['bridge']} to {after['bridge']}")


@rule(NAD, "update", "vlan", fact="H3.4", source=sources.NAD_VALIDATOR, handled_by_change=True)
def vms_of_a_changed_network_are_stopped(
    write: Write, snapshot: Snapshot
) -> Iterable[Objection]:
    """No VM instance uses a VM network that changes, wherever it runs and in any phase."""
    if config_changes(write) and (users := _instances(write, snapshot)):
        yield Objection(f"cannot change while VMs use it; stop {listed(users)}")


@rule(NAD, "update", "name", fact="H3.4", source=sources.NAD_VALIDATOR, since=(1, 6))
def system_network_does_not_change(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The VM networks that Harvester made for storage are changed by the setting only."""
    if config_changes(write) and is_protected(write.object, snapshot.version):
        yield Objection("belongs to a setting of Harvester and changes only with it")


@rule(NAD, "delete", "name", fact="H3.4", source=sources.NAD_VALIDATOR)
def deleted_network_has_no_instances(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """A VM network cannot be deleted while a VM instance uses it."""
    if not is_overlay(write) and (users := _instances(write, snapshot)):
        yield Objection(f"cannot be deleted while VMs use it; stop {listed(users)}")


@rule(NAD, "delete", "name", fact="H3.4", source=sources.NAD_VALIDATOR, since=(1, 6))
def deleted_network_is_in_no_vm(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """A VM network cannot be deleted while a VM's spec names it, stopped or not."""
    if is_overlay(write):
        return
    if vms := sorted(map(key_of, snapshot.group(VMS_ON, write.key))):
        yield Objection(
            f"cannot be deleted while VMs name it; remove the network from {listed(vms)}"
        )


@rule(NAD, "delete", "name", fact="H3.4", source=sources.HARVESTER_NAD_VALIDATOR, since=(1, 8))
def network_of_a_setting_stays(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The current network of the storage-network or rwx-network setting cannot be deleted."""
    for name, prefix in ((STORAGE_SETTING, STORAGE_PREFIX), (RWX_SETTING, RWX_PREFIX)):
        setting = snapshot.of(SETTING).get(name)
        if setting and annotations_of(setting).get(prefix + "net-attach-def") == write.key:
            yield Objection(
                f"is the network of the setting {name}; clear the setting instead",
                cured_by=((SETTING, name),),
            )


def _instances(write: Write, snapshot: Snapshot) -> list[str]:
    return sorted(map(key_of, snapshot.group(VMIS_ON, write.key)))
