"""Rules for VM networks, NetworkAttachmentDefinitions on the server (H3.3, H3.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..cluster.resources import (
    CLUSTER_NETWORK,
    HOST_NETWORK_CONFIG,
    NAD,
    SETTING,
    SUBNET,
    Object,
    annotations_of,
    is_terminating,
    key_of,
    labels_of,
)
from ..specs.limits import MGMT, mtu_or_default
from . import mtus, routes
from .attachments import CLUSTER_NETWORK_LABEL
from .cni import (
    BRIDGES,
    KUBE_OVN,
    mtu_keys,
    net_conf,
    network_of_bridge,
    vlan_problems,
    vlans_of,
)
from .gojson import Undecodable
from .network_configs import missing_network
from .reading import RWX_PREFIX, STORAGE_PREFIX, UPLINK_MTU
from .rule import Objection, Severity, Write, rule
from .situation import VMIS_ON, VMS_ON, Grouping, Situation
from .system_networks import is_protected
from .versions import TRUNKS
from .words import listed

EXCLUSIVE_LABEL = "storage-network.settings.harvesterhci.io/exclusivevlan"


@rule(NAD, "create update delete", source="H3.4")
def config_is_cni_json(write: Write, situation: Situation) -> Iterable[Objection]:
    """The CNI config is JSON with the types that Harvester knows; so is that of the object
    before.
    """
    if _is_leaving(write):
        return
    for nad in filter(None, (write.old, write.new)):
        try:
            net_conf(nad)
        except Undecodable as error:
            yield Objection(f"the CNI config {error}")


@rule(NAD, "create update", "clusterNetwork", source="H3.3, H3.4")
def bridge_is_of_a_cluster_network(write: Write, situation: Situation) -> Iterable[Objection]:
    """The bridge is `<cluster network>-br`, of at most 15 characters."""
    conf = _conf(write)
    if _bridged(conf) and network_of_bridge(conf["bridge"]) is None:
        yield Objection(f"'{conf['bridge']}' is not the bridge of a cluster network")


@rule(NAD, "create update", "clusterNetwork", source="H3.3, H3.4", since=(1, 4))
def cluster_network_of_vm_network_exists(
    write: Write, situation: Situation
) -> Iterable[Objection]:
    """The cluster network exists."""
    name = _network(write)
    if name is not None and name not in situation.of(CLUSTER_NETWORK):
        yield missing_network(name, situation)


@rule(NAD, "create", "clusterNetwork", source="H3.4", since=(1, 6))
def label_is_of_the_bridge(write: Write, situation: Situation) -> Iterable[Objection]:
    """The label `clusternetwork`, if it is given, is that of the bridge."""
    label, name = labels_of(write.object).get(CLUSTER_NETWORK_LABEL), _network(write)
    if label and name is not None and label != name:
        yield Objection(f"the label {CLUSTER_NETWORK_LABEL} must be {name}, not {label}")


@rule(NAD, "create update", "vlan", source="H3.4")
def vlans_are_valid(write: Write, situation: Situation) -> Iterable[Objection]:
    """VLAN IDs are 1 to 4094 (0 means untagged), and VLAN and trunk do not stand together."""
    conf = _conf(write)
    if _bridged(conf) and _config_changes(write):
        for path, sentence in vlan_problems(conf):
            yield Objection(sentence, path)


@rule(NAD, "create update", "mtu", source="H3.3, H3.4", since=(1, 6), of_the_change=True)
def mtu_is_that_of_the_cluster_network(
    write: Write, situation: Situation
) -> Iterable[Objection]:
    """The MTU is the cluster network's. On a create the server writes it, but looks it up by
    the label, which harvester-net always sends.
    """
    network = situation.of(CLUSTER_NETWORK).get(_network(write) or "")
    if network is None or not _config_changes(write):
        return
    name, label = key_of(network), labels_of(write.object).get(CLUSTER_NETWORK_LABEL)
    written = mtus.of_vm_networks(network, name, situation)
    creates = write.old is None
    wanted = mtus.of_vm_networks(network, label or "" if creates else name, situation)
    if written is None or wanted is None:
        yield Objection(
            f"cluster network {name} has no readable MTU: "
            f"'{annotations_of(network).get(UPLINK_MTU)}'",
            others=((CLUSTER_NETWORK, name),),
        )
        return
    sent = mtu_or_default(_conf(write)["mtu"])
    given = written if creates and not _outlives(write.object) else sent
    if given != wanted:
        yield Objection(
            f"{given} is not the {wanted} of cluster network {name}",
            others=((CLUSTER_NETWORK, name),),
        )


def _outlives(nad: Object) -> bool:
    """Whether an MTU in another spelling comes after the one that the server writes."""
    spelled = mtu_keys(nad)
    return "mtu" in spelled and spelled[-1:] != ["mtu"]


@rule(NAD, "create update", "route", source="H3.4")
def route_is_valid(write: Write, situation: Situation) -> Iterable[Objection]:
    """The route is JSON, its mode is auto or manual, and manual has a CIDR and a gateway."""
    if _is_leaving(write):
        return
    old, new = write.old, write.object
    untagged_now = old is not None and _vlan(new) == 0 and _vlan(old) != 0
    text = annotations_of(new).get(routes.ROUTE) or ""
    # The server takes the route of a VLAN away before it looks, when the VLAN goes.
    if not (untagged_now and _bridged(_conf(write))):
        for path, sentence in routes.problems(text):
            yield Objection(sentence, path)
    before = annotations_of(old).get(routes.ROUTE) if old is not None else None
    compared = old is not None and _vlan(new) == _vlan(old) and text and before
    if compared and _bridged(_conf(write)) and not routes.is_readable(before or ""):
        yield Objection("the route before is no JSON, and Harvester cannot compare them")


@rule(NAD, "update", "type", source="H3.4", since=(1, 6))
def type_of_config_stays(write: Write, situation: Situation) -> Iterable[Objection]:
    """The CNI type does not change, and only `bridge` and `kube-ovn` can be updated at all."""
    if _is_leaving(write):
        return
    before, after = _readable(write.old), _conf(write)
    if before and after and before["type"] != after["type"]:
        yield Objection(f"cannot change from '{before['type']}' to '{after['type']}'")
    elif after and after["type"] not in (*BRIDGES, KUBE_OVN):
        yield Objection(f"Harvester knows no network of CNI type '{after['type']}'")


@rule(NAD, "update", "clusterNetwork", source="H3.4", since=(1, 6))
def bridge_stays(write: Write, situation: Situation) -> Iterable[Objection]:
    """A VM network does not move to another cluster network."""
    if _is_leaving(write):
        return
    before, after = _readable(write.old), _conf(write)
    if before and after and before["bridge"] != after["bridge"]:
        yield Objection(f"cannot change from {before['bridge']} to {after['bridge']}")


@rule(NAD, "update", "vlan", source="H3.4", of_the_change=True)
def vms_of_a_changed_network_are_stopped(
    write: Write, situation: Situation
) -> Iterable[Objection]:
    """No VM instance uses a VM network that changes, wherever it runs and in any phase."""
    if _config_changes(write) and (users := _instances(write, situation)):
        yield Objection(f"cannot change while VMs use it; stop {listed(users)}")


@rule(NAD, "update", "name", source="H3.4", since=(1, 6))
def system_network_does_not_change(write: Write, situation: Situation) -> Iterable[Objection]:
    """The VM networks that Harvester made for storage are changed by the setting only."""
    if _config_changes(write) and is_protected(write.object, situation.version):
        yield Objection("belongs to a setting of Harvester and changes only with it")


@rule(NAD, "delete", "name", source="H3.4")
def deleted_network_has_no_instances(
    write: Write, situation: Situation
) -> Iterable[Objection]:
    """A VM network cannot be deleted while a VM instance uses it."""
    if _deletable(write) and (users := _instances(write, situation)):
        yield Objection(f"cannot be deleted while VMs use it; stop {listed(users)}")


@rule(NAD, "delete", "name", source="H3.4", since=(1, 6))
def deleted_network_is_in_no_vm(write: Write, situation: Situation) -> Iterable[Objection]:
    """A VM network cannot be deleted while a VM's spec names it, stopped or not."""
    if not _deletable(write):
        return
    if vms := sorted(map(key_of, situation.group(VMS_ON, write.key))):
        yield Objection(
            f"cannot be deleted while VMs name it; remove the network from {listed(vms)}"
        )


@rule(NAD, "delete", "name", source="H3.4", since=(1, 8))
def network_of_a_setting_stays(write: Write, situation: Situation) -> Iterable[Objection]:
    """The current network of the storage-network or rwx-network setting cannot be deleted."""
    for name, prefix in (("storage-network", STORAGE_PREFIX), ("rwx-network", RWX_PREFIX)):
        setting = situation.of(SETTING).get(name)
        if setting and annotations_of(setting).get(prefix + "net-attach-def") == write.key:
            yield Objection(
                f"is the network of the setting {name}; clear the setting instead",
                others=((SETTING, name),),
            )


@rule(NAD, "delete", "name", source="H3.4", since=(1, 8))
def network_under_overlays_stays(write: Write, situation: Situation) -> Iterable[Objection]:
    """A VM network cannot be deleted while a host network config makes its VLAN the underlay
    of overlay networks that VMs use.
    """
    conf = _readable(write.old)
    if not conf or not conf["vlan"]:
        return
    carrier = (network_of_bridge(conf["bridge"]), conf["vlan"])
    for key, config in situation.of(HOST_NETWORK_CONFIG).items():
        spec = config["spec"]
        under = (spec.get("clusterNetwork"), spec.get("vlanID")) == carrier
        if spec.get("underlay") and under and (users := _users_of_overlays(situation)):
            yield Objection(
                f"cannot be deleted while the host network config {key} has it under the "
                f"overlay networks of {listed(users)}",
                others=((HOST_NETWORK_CONFIG, key),),
            )


@rule(NAD, "create update", "type", source="H3.4")
def overlay_is_named_by_its_provider(
    write: Write, situation: Situation
) -> Iterable[Objection]:
    """The provider of an overlay network is `<name>.<namespace>.ovn` of its own."""
    conf = _conf(write)
    if not conf or conf["type"] != KUBE_OVN or not _config_changes(write):
        return
    parts = conf["provider"].split(".")
    if len(parts) < 3 or f"{parts[1]}/{parts[0]}" != write.key:
        yield Objection(f"'{conf['provider']}' is not the provider of this network")


@rule(NAD, "create", "type", source="H3.4", since=(1, 8))
def overlay_needs_kube_ovn(write: Write, situation: Situation) -> Iterable[Objection]:
    """An overlay network needs the add-on kube-ovn."""
    if _conf(write).get("type") == KUBE_OVN and SUBNET not in situation.objects:
        yield Objection("kube-ovn is not enabled on this cluster")


@rule(NAD, "delete", "name", source="H3.4", since=(1, 6))
def deleted_overlay_has_no_subnet(write: Write, situation: Situation) -> Iterable[Objection]:
    """An overlay network cannot be deleted while a subnet of kube-ovn uses it, nor without
    kube-ovn.
    """
    if _deletable(write) or not _readable(write.old):
        return
    if SUBNET not in situation.objects:
        yield Objection("kube-ovn is not enabled, and Harvester asks it about this network")
        return
    namespace, _, name = write.key.partition("/")
    for subnet in situation.of(SUBNET).values():
        if (subnet.get("spec") or {}).get("provider") == f"{name}.{namespace}.ovn":
            yield Objection(f"the subnet {key_of(subnet)} uses it")


@rule(NAD, "create update", "clusterNetwork", source="H3.4", since=(1, 6), until=(1, 8))
def overlay_is_on_mgmt(write: Write, situation: Situation) -> Iterable[Objection]:
    """An overlay network is on `mgmt`."""
    conf, label = _conf(write), labels_of(write.object).get(CLUSTER_NETWORK_LABEL)
    overlay = conf.get("type") == KUBE_OVN and _config_changes(write)
    if overlay and label and label != MGMT:
        yield Objection(f"an overlay network is on {MGMT}, not on {label}")


@rule(NAD, "create update", "vlanTrunk", source="H7", severity=Severity.STRICTER, until=(1, 7))
def trunks_are_known(write: Write, situation: Situation) -> Iterable[Objection]:
    """Harvester up to 1.6 takes a trunk for an untagged network without a word."""
    conf = _conf(write)
    if conf and conf["vlanTrunk"] and not TRUNKS.on(situation.version):
        yield Objection("needs Harvester 1.7; this one would carry untagged traffic only")


@rule(NAD, "create update", "vlan", source="H3.4", since=(1, 9))
def vlan_is_not_the_storage_networks_own(
    write: Write, situation: Situation
) -> Iterable[Objection]:
    """No VM network uses the VLAN that the storage network has for itself."""
    conf = _conf(write)
    if not _bridged(conf) or not _config_changes(write):
        return
    if is_protected(write.object, situation.version):
        return
    for nad in situation.group(EXCLUSIVE, "true"):
        vlan = (_readable(nad) or {}).get("vlan", 0)
        if any(vlan in vlans for vlans in vlans_of(conf)):
            yield Objection(
                f"VLAN {vlan} belongs to the storage network alone (exclusiveVlan)",
                others=((NAD, key_of(nad)),),
            )


@rule(NAD, "create update", "vlan", source="H1.6", severity=Severity.WARNING)
def vlan_is_used_once(write: Write, situation: Situation) -> Iterable[Objection]:
    """Two VM networks with one VLAN on the same cluster network are one network for all that
    is on it.
    """
    conf = _conf(write)
    if not _bridged(conf) or not conf["vlan"] or not _config_changes(write):
        return
    group = (_network(write), conf["vlan"])
    others = sorted(k for k in situation.keyed(BY_VLAN, group) if k != write.key)
    if others:
        owners = [_words(key, situation) for key in others]
        yield Objection(
            f"VLAN {conf['vlan']} of cluster network {group[0]} is used by {listed(owners)} "
            "too; VMs on both are in one network",
            others=tuple((NAD, key) for key in others),
        )


def _words(key: str, situation: Situation) -> str:
    nad = situation.of(NAD)[key]
    protected = is_protected(nad, situation.version)
    return f"the storage network ({key})" if protected else key


def _group_by_vlan(nad: Object) -> Iterator[tuple[str, int]]:
    conf = _readable(nad)
    network = network_of_bridge(conf["bridge"]) if conf else None
    if conf and network and conf["vlan"] and not is_terminating(nad):
        yield network, conf["vlan"]


def _group_by_exclusive(nad: Object) -> Iterator[str]:
    if (value := labels_of(nad).get(EXCLUSIVE_LABEL)) is not None:
        yield value


BY_VLAN = Grouping(NAD, _group_by_vlan)
"""VM networks by cluster network and VLAN."""
EXCLUSIVE = Grouping(NAD, _group_by_exclusive)
"""The networks with a VLAN for themselves."""


def _is_leaving(write: Write) -> bool:
    return write.operation == "update" and is_terminating(write.object)


def _readable(nad: Object | None) -> dict[str, Any]:
    """The decoded config; empty if there is none that can be decoded."""
    try:
        return net_conf(nad) if nad is not None else {}
    except Undecodable:
        return {}


def _conf(write: Write) -> dict[str, Any]:
    return {} if _is_leaving(write) else _readable(write.object)


def _bridged(conf: dict[str, Any]) -> bool:
    return bool(conf) and conf["type"] != KUBE_OVN


def _vlan(nad: Object) -> int:
    return int(_readable(nad).get("vlan", 0))


def _network(write: Write) -> str | None:
    conf = _conf(write)
    return network_of_bridge(conf["bridge"]) if _bridged(conf) else None


def _config_changes(write: Write) -> bool:
    """Whether the decoded config differs; the server looks no further otherwise."""
    if _is_leaving(write) or write.new is None:
        return False
    return write.old is None or _readable(write.old) != _readable(write.new)


def _deletable(write: Write) -> bool:
    """Whether it is no overlay network, about which kube-ovn has the say."""
    return _readable(write.old).get("type") != KUBE_OVN


def _users_of_overlays(situation: Situation) -> list[str]:
    users = {
        key_of(vmi)
        for key, nad in situation.of(NAD).items()
        if _readable(nad).get("type") == KUBE_OVN
        for vmi in situation.group(VMIS_ON, key)
    }
    return sorted(users)


def _instances(write: Write, situation: Situation) -> list[str]:
    return sorted(map(key_of, situation.group(VMIS_ON, write.key)))
