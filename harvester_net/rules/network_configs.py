"""Rules for network configs, VlanConfigs on the server (H3.2)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ..cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    VLAN_CONFIG,
    Object,
    annotations_of,
    is_terminating,
    key_of,
    labels_of,
)
from ..specs.limits import LONGEST_CLUSTER_NETWORK, LONGEST_LABEL, MGMT
from . import gojson
from .attachments import CLUSTER_NETWORK_LABEL, networks_of
from .mtus import compared_mtu, differing, in_range, sent_mtu
from .reading import MATCHED_NODES
from .rule import Objection, Severity, Write, rule
from .situation import CONFIGS_OF, VMIS_AT, Situation
from .system_networks import active_system_nad
from .versions import CONFIGS_WITHOUT_NODES, UPLINKS_ARE_GUARDED
from .words import listed


@rule(VLAN_CONFIG, "create update", "clusterNetwork", source="H3.2")
def config_is_not_for_mgmt(write: Write, situation: Situation) -> Iterable[Objection]:
    """`mgmt` is built in and takes no network config of a user."""
    if _network(write) == MGMT and not _is_leaving(write):
        yield Objection("mgmt is built in; it takes no network config")


@rule(VLAN_CONFIG, "create", "clusterNetwork", source="H3.2")
def config_names_a_short_cluster_network(
    write: Write, situation: Situation
) -> Iterable[Objection]:
    """The cluster network's name has at most 12 characters."""
    if len(_network(write).encode()) > LONGEST_CLUSTER_NETWORK:
        yield Objection(f"'{_network(write)}' is longer than {LONGEST_CLUSTER_NETWORK}")


@rule(VLAN_CONFIG, "create update", "clusterNetwork", source="H3.2", since=(1, 6))
def cluster_network_of_config_exists(
    write: Write, situation: Situation
) -> Iterable[Objection]:
    """The cluster network exists."""
    name = _network(write)
    if name not in situation.of(CLUSTER_NETWORK) and not _is_leaving(write):
        yield missing_network(name, situation)


def missing_network(name: str, situation: Situation) -> Objection:
    """What is said of a cluster network that nobody has made."""
    there = listed(sorted(situation.of(CLUSTER_NETWORK))) or "none"
    return Objection(
        f"there is no cluster network '{name}'; the cluster has {there}",
        others=((CLUSTER_NETWORK, name),),
    )


@rule(VLAN_CONFIG, "create update", "mtu", source="H3.2", since=(1, 6))
def config_mtu_is_in_range(write: Write, situation: Situation) -> Iterable[Objection]:
    """The MTU is 0 (for 1500) or 576 to 9000 bytes."""
    mtu = sent_mtu(write.object)
    if not in_range(mtu) and not _is_leaving(write):
        yield Objection(f"{mtu} is out of range; use 576 to 9000 bytes, or 0 for 1500")


@rule(VLAN_CONFIG, "create update", "mtu", source="H3.2", since=(1, 2), of_the_change=True)
def configs_have_one_mtu(write: Write, situation: Situation) -> Iterable[Objection]:
    """All network configs of a cluster network have the same MTU; up to 1.5 also the same
    spelling of 1500.
    """
    if _is_leaving(write):
        return
    for other in differing(write.object, situation):
        yield Objection(
            f"{compared_mtu(write.object, situation)} is not the "
            f"{compared_mtu(other, situation)} of network config {key_of(other)} on the same "
            "cluster network",
            others=((VLAN_CONFIG, key_of(other)), (CLUSTER_NETWORK, _network(write))),
        )


@rule(VLAN_CONFIG, "create update delete", "nodeSelector", source="H3.2")
def matched_nodes_are_readable(write: Write, situation: Situation) -> Iterable[Objection]:
    """The annotation `matched-nodes`, which is the server's own, is a JSON list of names."""
    if _is_leaving(write) and write.operation == "update":
        return
    for obj in filter(None, (write.old, _admitted(write, situation))):
        try:
            annotated_nodes(obj)
        except ValueError:
            yield Objection(f"the annotation {MATCHED_NODES} is no JSON list of node names")


@rule(VLAN_CONFIG, "create update", "nodeSelector", source="H3.2")
def nodes_have_no_other_uplink(write: Write, situation: Situation) -> Iterable[Objection]:
    """No matched node has set up another network config of the same cluster network."""
    if _is_leaving(write):
        return
    network, name = _network(write), write.key
    taken: dict[str, list[str]] = {}
    for node in sorted(_nodes_after(write, situation) or ()):
        status = situation.status_on(network, node)
        if status is not None and (status.get("status") or {}).get("vlanConfig") != name:
            other = (status.get("status") or {}).get("vlanConfig") or ""
            taken.setdefault(other, []).append(node)
    for other, nodes in sorted(taken.items()):
        yield _overlap(nodes, other, network, situation)


def _overlap(nodes: list[str], other: str, network: str, situation: Situation) -> Objection:
    where = listed(nodes)
    if other not in situation.of(VLAN_CONFIG):
        return Objection(
            f"matches {where}, which still {_has(nodes)} the uplink of network config "
            f"'{other}', long deleted: the agent there was down. Delete the VlanStatus of "
            f"{network} on {where} when it is back",
        )
    return Objection(
        f"matches {where}, which {_has(nodes)} network config {other} of the same cluster "
        "network already",
        others=((VLAN_CONFIG, other),),
    )


def _has(nodes: list[str]) -> str:
    return "has" if len(nodes) == 1 else "have"


@rule(
    VLAN_CONFIG,
    "create update",
    "nodeSelector",
    source="H3.2, notes",
    severity=Severity.STRICTER,
)
def configs_share_no_node(write: Write, situation: Situation) -> Iterable[Objection]:
    """Network configs of one cluster network match different nodes. The server looks only at
    what agents have applied, so that two made at once would both pass and fight for the node.
    """
    if _is_leaving(write):
        return
    shared: dict[str, list[str]] = {}
    for node in situation.matching(write.object["spec"].get("nodeSelector")):
        if not _has_status_of_another(node, write, situation):
            for key in _others_at(node, write, situation):
                shared.setdefault(key, []).append(node)
    for key, nodes in sorted(shared.items()):
        yield Objection(
            f"matches {listed(nodes)}, which network config {key} of the same cluster network "
            "matches too",
            others=((VLAN_CONFIG, key),),
        )


def _others_at(node: str, write: Write, situation: Situation) -> Iterable[str]:
    for key, config in situation.configs_at(node).items():
        same = labels_of(config).get(CLUSTER_NETWORK_LABEL) == _network(write)
        if same and key != write.key and not is_terminating(config):
            yield key


def _has_status_of_another(node: str, write: Write, situation: Situation) -> bool:
    status = situation.status_on(_network(write), node)
    return status is not None and (status.get("status") or {}).get("vlanConfig") != write.key


@rule(
    VLAN_CONFIG,
    "update",
    "nodeSelector",
    source="H3.2, H7",
    since=(1, 6),
    until=(1, 8),
)
def config_without_nodes_stays(write: Write, situation: Situation) -> Iterable[Objection]:
    """A network config that matches no node, before or after, cannot be changed on 1.6 and
    1.7: the webhook crashes.
    """
    if _is_leaving(write) or CONFIGS_WITHOUT_NODES.on(situation.version):
        return
    if _uplink_changes(write) or (situation.version < (1, 7) and not _spec_changes(write)):
        return
    old = write.old
    before = annotations_of(old).get(MATCHED_NODES) if old is not None else None
    after = annotations_of(_admitted(write, situation) or {"metadata": {}}).get(MATCHED_NODES)
    if not before or not after:
        yield Objection(
            "a network config that matches no node cannot be changed on this version of "
            "Harvester; let it match a node, or delete it"
        )


@rule(VLAN_CONFIG, "update", "clusterNetwork", source="H3.2", since=(1, 9))
def label_of_config_follows(write: Write, situation: Situation) -> Iterable[Objection]:
    """The label `clusternetwork`, which is the server's own, is not changed by hand."""
    if _is_leaving(write) or write.old is None:
        return
    follows = _network(write) != write.old["spec"].get("clusterNetwork")
    label = labels_of(write.object).get(CLUSTER_NETWORK_LABEL)
    if not follows and label != _network(write):
        yield Objection(f"the label {CLUSTER_NETWORK_LABEL} must stay {_network(write)}")


@rule(
    VLAN_CONFIG,
    "update delete",
    "uplink",
    source="H3.2",
    since=(1, 2),
    of_the_change=True,
)
def vms_on_the_nodes_are_stopped(write: Write, situation: Situation) -> Iterable[Objection]:
    """No VM instance uses the cluster network on a node that loses or changes its uplink."""
    network = _network_before(write)
    users = {
        f"{key_of(vmi)} on {node}"
        for node in _affected(write, situation)
        for vmi in situation.group(VMIS_AT, node)
        if _is_on(network, vmi, situation)
    }
    if users:
        yield Objection(f"is in use by VMs; stop {listed(sorted(users))}")


def _is_on(cluster_network: str, vmi: Object, situation: Situation) -> bool:
    nads = situation.of(NAD)
    return any(
        key in nads and labels_of(nads[key]).get(CLUSTER_NETWORK_LABEL) == cluster_network
        for key in networks_of(vmi["spec"], vmi["metadata"]["namespace"])
    )


@rule(
    VLAN_CONFIG,
    "update delete",
    "uplink",
    source="H3.2",
    since=(1, 4),
    of_the_change=True,
)
def system_network_is_cleared(write: Write, situation: Situation) -> Iterable[Objection]:
    """The storage network (and from 1.9 on the RWX network) is not on the cluster network of a
    config that changes or goes.
    """
    only_deletions = not UPLINKS_ARE_GUARDED.on(situation.version)
    if not _affected(write, situation) or (only_deletions and write.new is not None):
        return
    if nad := active_system_nad(_network_before(write), situation):
        yield Objection(
            f"carries the storage or RWX network ({nad}); clear it first", others=((NAD, nad),)
        )


@rule(VLAN_CONFIG, "delete", "name", source="H3.2", since=(1, 9))
def config_of_mgmt_stays(write: Write, situation: Situation) -> Iterable[Objection]:
    """The configs of `mgmt` belong to the agents."""
    if _network(write) == MGMT:
        yield Objection("belongs to the agent of its node and cannot be deleted")


@rule(VLAN_CONFIG, "create", "name", source="H1.2", severity=Severity.STRICTER)
def config_name_is_a_label(write: Write, situation: Situation) -> Iterable[Objection]:
    """The name has at most 63 characters: the agent uses it as a label value and fails
    otherwise.
    """
    if len(write.key) > LONGEST_LABEL:
        yield Objection(f"'{write.key}' is longer than {LONGEST_LABEL} characters")


@rule(VLAN_CONFIG, "create update", "nodeSelector", source="H1.2", severity=Severity.WARNING)
def config_matches_a_node(write: Write, situation: Situation) -> Iterable[Objection]:
    """A network config that matches no node does nothing until one fits."""
    if _is_leaving(write) or (write.old is not None and not _spec_changes(write)):
        return
    if not situation.matching(write.object["spec"].get("nodeSelector")):
        yield Objection("matches no node; the config does nothing until one fits")


@rule(
    VLAN_CONFIG,
    "create update",
    "uplink.bondOptions",
    source="H6, notes",
    severity=Severity.WARNING,
)
def configs_have_one_bond_mode(write: Write, situation: Situation) -> Iterable[Objection]:
    """Harvester's documentation wants the same bond mode in all configs of a cluster
    network.
    """
    if _is_leaving(write) or (write.old is not None and not _uplink_changes(write)):
        return
    mine = _mode(write.object)
    for other in situation.group(CONFIGS_OF, _network(write)):
        if _mode(other) != mine and key_of(other) != write.key:
            yield Objection(
                f"mode {mine} is not the {_mode(other)} of network config {key_of(other)} on "
                "the same cluster network",
                others=((VLAN_CONFIG, key_of(other)),),
            )
            return


def _mode(config: Object) -> str:
    bond = config["spec"].get("uplink", {}).get("bondOptions") or {}
    return str(bond.get("mode") or "active-backup")


def _network(write: Write) -> str:
    return str(write.object["spec"].get("clusterNetwork") or "")


def _network_before(write: Write) -> str:
    old = write.old or write.object
    return str(old["spec"].get("clusterNetwork") or "")


def _is_leaving(write: Write) -> bool:
    """Updates of a config that is being deleted are not looked at (1.7)."""
    return write.operation == "update" and is_terminating(write.object)


def annotated_nodes(config: Object) -> set[str] | None:
    """The nodes of the annotation; None if it is not there. Raises ValueError."""
    text = annotations_of(config).get(MATCHED_NODES)
    if not text:
        return None
    return set(gojson.decode(text, NODE_NAMES) or ())


NODE_NAMES = gojson.array(gojson.string)


def _admitted(write: Write, situation: Situation) -> Object | None:
    """The new object after the webhook has written the matched nodes into it: with none it
    leaves the annotation as it was sent.
    """
    new = write.new
    if new is None or _is_leaving(write):
        return new
    nodes = situation.matching(new["spec"].get("nodeSelector"))
    if not nodes:
        return new
    notes = annotations_of(new) | {MATCHED_NODES: json.dumps(nodes)}
    return new | {"metadata": new["metadata"] | {"annotations": notes}}


def _nodes_after(write: Write, situation: Situation) -> set[str] | None:
    admitted = _admitted(write, situation)
    return _readable_nodes(admitted) if admitted is not None else None


def _readable_nodes(config: Object) -> set[str] | None:
    try:
        return annotated_nodes(config)
    except ValueError:
        return None


def _affected(write: Write, situation: Situation) -> set[str]:
    """The nodes that lose their uplink, or whose uplink is made anew."""
    if _is_leaving(write) or write.old is None:
        return set()
    before = _readable_nodes(write.old) or set()
    if write.new is None or _moves(write):
        return before
    if UPLINKS_ARE_GUARDED.on(situation.version) and _uplink_changes(write):
        return before
    return before - (_nodes_after(write, situation) or set())


def _uplink_changes(write: Write) -> bool:
    """Whether the server takes the uplink for changed: literally, apart from defaults."""
    old, new = write.old, write.new
    if old is None or new is None:
        return False
    return _moves(write) or literal_uplink(old) != literal_uplink(new)


def _moves(write: Write) -> bool:
    """Whether the config goes to another cluster network."""
    return _network_before(write) != _network(write)


def _spec_changes(write: Write) -> bool:
    return bool(write.old and write.new and write.old["spec"] != write.new["spec"])


def literal_uplink(config: Object) -> dict[str, Any]:
    """The uplink as the server compares it: an absent part is another than an empty one."""
    uplink = config["spec"].get("uplink") or {}
    link, bond = uplink.get("linkAttributes"), uplink.get("bondOptions")
    return {
        "nics": uplink.get("nics"),
        "link": link if link is None else _LINK_DEFAULTS | _given(link),
        "bond": bond if bond is None else _BOND_DEFAULTS | _given(bond),
    }


_LINK_DEFAULTS = {"mtu": 0, "txQLen": -1, "hardwareAddr": ""}
_BOND_DEFAULTS = {"mode": "active-backup", "miimon": -1}


def _given(part: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if value is not None}
