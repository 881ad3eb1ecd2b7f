"""Rules for overlay networks, VM networks of kube-ovn (H3.4)."""

from __future__ import annotations

from collections.abc import Iterable

from ..cluster.resources import (
    HOST_NETWORK_CONFIG,
    NAD,
    SUBNET,
    key_of,
    labels_of,
)
from ..harvester.cni import KUBE_OVN, network_of_bridge, own_provider, readable_conf
from ..harvester.names import CLUSTER_NETWORK_LABEL
from ..harvester.snapshot import VMIS_ON, Snapshot
from ..harvester.wording import listed
from ..specs.limits import MGMT
from . import sources
from .nad_writes import conf_of, config_changes, is_overlay
from .rule import Objection, Severity, Write, rule

_NO_KUBE_OVN = (
    "kube-ovn is not enabled on this cluster; enable the add-on kubeovn-operator first"
)


@rule(NAD, "create update", "type", fact="H3.4", source=sources.NAD_VALIDATOR)
def overlay_is_named_by_its_provider(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The provider of an overlay network is `<name>.<namespace>.ovn` of its own."""
    conf = conf_of(write)
    if not conf or conf["type"] != KUBE_OVN or not config_changes(write):
        return
    parts = conf["provider"].split(".")
    if len(parts) < 3 or f"{parts[1]}/{parts[0]}" != write.key:
        yield Objection(f"'{conf['provider']}' is not the provider of this network")


@rule(
    NAD, "create", "type", fact="H3.4", source=sources.NAD_VALIDATOR.at("v1.8.0"), since=(1, 8)
)
def overlay_needs_kube_ovn(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """An overlay network needs the add-on kube-ovn."""
    if conf_of(write).get("type") == KUBE_OVN and not snapshot.serves(SUBNET):
        yield Objection(_NO_KUBE_OVN)


@rule(
    NAD,
    "create",
    "type",
    fact="H1.6",
    source=sources.NAD_UTILITIES,
    severity=Severity.STRICTER,
    until=(1, 6),
)
def overlays_are_known(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """Harvester up to 1.5 knows no overlay networks."""
    if conf_of(write).get("type") == KUBE_OVN:
        yield Objection("needs Harvester 1.6; this one knows no overlay networks")


@rule(
    NAD,
    "create",
    "type",
    fact="H3.4",
    source=sources.NAD_VALIDATOR,
    severity=Severity.STRICTER,
    since=(1, 6),
    until=(1, 8),
)
def overlay_waits_for_kube_ovn(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """Harvester 1.6 and 1.7 take an overlay network without kube-ovn: nothing carries it, and
    it cannot be deleted.
    """
    if conf_of(write).get("type") == KUBE_OVN and not snapshot.serves(SUBNET):
        yield Objection(_NO_KUBE_OVN)


@rule(
    NAD,
    "create update",
    "clusterNetwork",
    fact="H3.4",
    source=sources.NAD_VALIDATOR,
    since=(1, 6),
    until=(1, 8),
)
def overlay_is_on_mgmt(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """An overlay network is on `mgmt`."""
    conf, label = conf_of(write), labels_of(write.object).get(CLUSTER_NETWORK_LABEL)
    overlay = conf.get("type") == KUBE_OVN and config_changes(write)
    if overlay and label and label != MGMT:
        yield Objection(f"an overlay network is on {MGMT}, not on {label}")


@rule(NAD, "delete", "name", fact="H3.4", source=sources.NAD_VALIDATOR, since=(1, 6))
def deleted_overlay_has_no_subnet(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """An overlay network cannot be deleted while a subnet of kube-ovn uses it, nor without
    kube-ovn.
    """
    if not is_overlay(write) or not readable_conf(write.old):
        return
    if not snapshot.serves(SUBNET):
        yield Objection("kube-ovn is not enabled, and Harvester asks it about this network")
        return
    namespace, _, name = write.key.partition("/")
    for subnet in snapshot.of(SUBNET).values():
        if (subnet.get("spec") or {}).get("provider") == own_provider(namespace, name):
            yield Objection(f"the subnet {key_of(subnet)} uses it")


@rule(
    NAD, "delete", "name", fact="H3.4", source=sources.NAD_VALIDATOR.at("v1.8.0"), since=(1, 8)
)
def network_under_overlays_stays(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """A VM network cannot be deleted while a host network config makes its VLAN the underlay
    of overlay networks that VMs use.
    """
    conf = readable_conf(write.old)
    if not conf or not conf["vlan"]:
        return
    carrier = (network_of_bridge(conf["bridge"]), conf["vlan"])
    for key, config in snapshot.of(HOST_NETWORK_CONFIG).items():
        spec = config["spec"]
        under = (spec.get("clusterNetwork"), spec.get("vlanID")) == carrier
        if spec.get("underlay") and under and (users := _users_of_overlays(snapshot)):
            yield Objection(
                f"cannot be deleted while the host network config {key} has it under the "
                f"overlay networks of {listed(users)}",
                cured_by=((HOST_NETWORK_CONFIG, key),),
            )


def _users_of_overlays(snapshot: Snapshot) -> list[str]:
    users = {
        key_of(vmi)
        for key, nad in snapshot.of(NAD).items()
        if readable_conf(nad).get("type") == KUBE_OVN
        for vmi in snapshot.group(VMIS_ON, key)
    }
    return sorted(users)
