"""Rules for the VLANs of VM networks (H3.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..cluster.resources import (
    NAD,
    Object,
    is_terminating,
    key_of,
    labels_of,
)
from ..harvester.cni import network_of_bridge, readable_conf, vlan_problems, vlans_of
from ..harvester.names import EXCLUSIVE_LABEL
from ..harvester.snapshot import Grouping, Snapshot
from ..harvester.versions import TRUNKS, UNTAGGED_IS_APART
from ..harvester.wording import listed
from . import sources
from .nad_writes import conf_of, config_changes, is_bridged, network_of
from .rule import Objection, Severity, Write, rule
from .system_networks import is_protected

UNTAGGED = 1
"""The VLAN in which a bridge has what comes without a tag."""


@rule(NAD, "create update", "vlan", fact="H3.4", source=sources.NAD_VALIDATOR)
def vlans_are_valid(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """VLAN IDs are 1 to 4094 (0 means untagged), and VLAN and trunk do not stand together."""
    conf = conf_of(write)
    if is_bridged(conf) and config_changes(write):
        for path, sentence in vlan_problems(conf):
            yield Objection(sentence, path)


@rule(
    NAD,
    "create update",
    "vlanTrunk",
    fact="H7",
    source=sources.NAD_UTILITIES,
    severity=Severity.STRICTER,
    until=(1, 7),
)
def trunks_are_known(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """Harvester up to 1.6 takes a trunk for an untagged network without a word."""
    conf = conf_of(write)
    if conf and conf["vlanTrunk"] and not TRUNKS.on(snapshot.version):
        yield Objection("needs Harvester 1.7; this one would carry untagged traffic only")


@rule(
    NAD,
    "create update",
    "vlan",
    fact="H3.4",
    source=sources.NAD_VALIDATOR.at("v1.9.0-rc6"),
    since=(1, 9),
)
def vlan_is_not_the_storage_networks_own(
    write: Write, snapshot: Snapshot
) -> Iterable[Objection]:
    """No VM network uses the VLAN that the storage network has for itself."""
    conf = conf_of(write)
    if not is_bridged(conf) or not config_changes(write):
        return
    if is_protected(write.object, snapshot.version):
        return
    for nad in snapshot.group(EXCLUSIVE, "true"):
        vlan = (readable_conf(nad) or {}).get("vlan", 0)
        if any(vlan in vlans for vlans in vlans_of(conf)):
            yield Objection(
                f"VLAN {vlan} belongs to the storage network alone (exclusiveVlan)",
                cured_by=((NAD, key_of(nad)),),
            )


@rule(
    NAD,
    "create update",
    "vlan",
    fact="H1.6",
    source=sources.CLUSTER_NETWORK_AGENT,
    severity=Severity.WARNING,
)
def vlan_is_used_once(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """Two VM networks with one VLAN on the same cluster network are one network for all that
    is on it.
    """
    conf = conf_of(write)
    if not is_bridged(conf) or not conf["vlan"] or not config_changes(write):
        return
    group = (network_of(write), conf["vlan"])
    others = sorted(k for k in snapshot.keyed(BY_VLAN, group) if k != write.key)
    if others:
        owners = [_words(key, snapshot) for key in others]
        yield Objection(
            f"VLAN {conf['vlan']} of cluster network {group[0]} is used by {listed(owners)} "
            "too; VMs on both are in one network",
            cured_by=tuple((NAD, key) for key in others),
        )


@rule(
    NAD,
    "create update",
    "vlan",
    fact="H9",
    source=sources.CLUSTER_NETWORK_AGENT,
    severity=Severity.WARNING,
)
def vlan_1_is_untagged(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """VLAN 1 leaves the uplink without a tag: it is the untagged network of the cluster
    network.
    """
    conf = conf_of(write)
    if is_bridged(conf) and conf["vlan"] == UNTAGGED and config_changes(write):
        yield Objection(
            "VLAN 1 leaves the uplink without a tag, and a switch port that takes tagged "
            "frames alone drops it; use another VLAN, or type: UntaggedNetwork if untagged "
            "traffic is meant"
        )


@rule(
    NAD,
    "create update",
    "vlan",
    fact="H9",
    source=sources.CLUSTER_NETWORK_AGENT,
    severity=Severity.WARNING,
    until=(1, 7),
)
def untagged_traffic_is_apart(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """Up to 1.6.0 the VMs of VLAN networks hear the untagged traffic of their cluster network
    too.
    """
    network, conf = network_of(write), conf_of(write)
    if snapshot.release >= UNTAGGED_IS_APART or network is None or not config_changes(write):
        return
    tagged = conf["vlan"] > UNTAGGED
    others = sorted(k for k in snapshot.keyed(BY_TAG, (network, not tagged)) if k != write.key)
    if not others:
        return
    names = listed([_words(key, snapshot) for key in others])
    what = (
        f"its VMs hear the untagged traffic of {names} too"
        if tagged
        else f"VMs on {names} hear its traffic too"
    )
    yield Objection(
        f"{what}: Harvester keeps untagged traffic apart from 1.6.1 on; until then give it a "
        "cluster network of its own",
        "vlan" if conf["vlan"] else "type",
        cured_by=tuple((NAD, key) for key in others),
    )


def _words(key: str, snapshot: Snapshot) -> str:
    nad = snapshot.of(NAD)[key]
    protected = is_protected(nad, snapshot.version)
    return f"the storage network ({key})" if protected else key


def _group_by_vlan(nad: Object) -> Iterator[tuple[str, int]]:
    conf = readable_conf(nad)
    network = network_of_bridge(conf["bridge"]) if conf else None
    if conf and network and conf["vlan"] and not is_terminating(nad):
        yield network, conf["vlan"]


def _group_by_tag(nad: Object) -> Iterator[tuple[str, bool]]:
    conf = readable_conf(nad)
    network = network_of_bridge(conf["bridge"]) if conf else None
    if conf and network and not is_terminating(nad):
        yield network, conf["vlan"] > UNTAGGED


def _group_by_exclusive(nad: Object) -> Iterator[str]:
    if (value := labels_of(nad).get(EXCLUSIVE_LABEL)) is not None:
        yield value


BY_VLAN = Grouping(NAD, _group_by_vlan)
"""VM networks by cluster network and VLAN."""


BY_TAG = Grouping(NAD, _group_by_tag)
"""VM networks by cluster network, and whether their frames have a tag on the uplink."""


EXCLUSIVE = Grouping(NAD, _group_by_exclusive)
"""The networks with a VLAN for themselves."""
