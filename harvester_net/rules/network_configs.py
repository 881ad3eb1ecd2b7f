"""Rules for network configs, VlanConfigs on the server (H3.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

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
from ..harvester.names import CLUSTER_NETWORK_LABEL, MATCHED_NODES
from ..harvester.snapshot import CONFIGS_OF, VMIS_AT, Snapshot
from ..harvester.versions import CONFIGS_WITHOUT_NODES, UPLINKS_ARE_GUARDED
from ..harvester.wording import listed
from ..harvester.workloads import networks_of
from ..specs.limits import LONGEST_CLUSTER_NETWORK, LONGEST_LABEL, MGMT
from ..specs.network_config import DEFAULT_BOND_MODE, DEFAULT_MIIMON, UNCHANGED_QUEUE
from . import sources
from .config_writes import (
    admitted_write,
    affected_nodes,
    annotated_nodes,
    network_before,
    network_of,
    nodes_after,
    spec_changes,
    uplink_changes,
)
from .mtus import compared_mtu, differing, in_range, sent_mtu
from .rule import Objection, Severity, Write, rule
from .system_networks import active_system_nad


@rule(
    VLAN_CONFIG,
    "create update",
    "clusterNetwork",
    fact="H3.2",
    source=sources.VLAN_CONFIG_VALIDATOR,
    on_terminating=False,
)
def config_is_not_for_mgmt(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """`mgmt` is built in and takes no network config of a user."""
    if network_of(write) == MGMT:
        yield Objection("mgmt is built in; it takes no network config")


@rule(
    VLAN_CONFIG, "create", "clusterNetwork", fact="H3.2", source=sources.VLAN_CONFIG_VALIDATOR
)
def config_names_a_short_cluster_network(
    write: Write, snapshot: Snapshot
) -> Iterable[Objection]:
    """The cluster network's name has at most 12 characters."""
    if len(network_of(write).encode()) > LONGEST_CLUSTER_NETWORK:
        yield Objection(f"'{network_of(write)}' is longer than {LONGEST_CLUSTER_NETWORK}")


@rule(
    VLAN_CONFIG,
    "create update",
    "clusterNetwork",
    fact="H3.2",
    source=sources.VLAN_CONFIG_VALIDATOR,
    since=(1, 6),
    on_terminating=False,
)
def cluster_network_of_config_exists(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The cluster network exists."""
    name = network_of(write)
    if name not in snapshot.of(CLUSTER_NETWORK):
        yield missing_network(name, snapshot)


def missing_network(name: str, snapshot: Snapshot) -> Objection:
    """What is said of a cluster network that nobody has made."""
    there = listed(sorted(snapshot.of(CLUSTER_NETWORK))) or "none"
    return Objection(
        f"there is no cluster network '{name}'; the cluster has {there}",
        cured_by=((CLUSTER_NETWORK, name),),
    )


@rule(
    VLAN_CONFIG,
    "create update",
    "mtu",
    fact="H3.2",
    source=sources.VLAN_CONFIG_VALIDATOR,
    since=(1, 6),
    on_terminating=False,
)
def config_mtu_is_in_range(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The MTU is 0 (for 1500) or 576 to 9000 bytes."""
    mtu = sent_mtu(write.object)
    if not in_range(mtu):
        yield Objection(f"{mtu} is out of range; use 576 to 9000 bytes, or 0 for 1500")


@rule(
    VLAN_CONFIG,
    "create update",
    "mtu",
    fact="H3.2",
    source=sources.VLAN_CONFIG_VALIDATOR,
    since=(1, 2),
    handled_by_change=True,
    on_terminating=False,
)
def configs_have_one_mtu(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """All network configs of a cluster network have the same MTU; up to 1.5 also the same
    spelling of 1500.
    """
    for other in differing(write.object, snapshot):
        yield Objection(
            f"{compared_mtu(write.object, snapshot)} is not the "
            f"{compared_mtu(other, snapshot)} of network config {key_of(other)} on the same "
            "cluster network",
            cured_by=((VLAN_CONFIG, key_of(other)), (CLUSTER_NETWORK, network_of(write))),
        )


@rule(
    VLAN_CONFIG,
    "create update delete",
    "nodeSelector",
    fact="H3.2",
    source=sources.VLAN_CONFIG_VALIDATOR,
    on_terminating=False,
)
def matched_nodes_are_readable(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The annotation `matched-nodes`, which is the server's own, is a JSON list of names."""
    for obj in filter(None, (write.old, admitted_write(write, snapshot))):
        try:
            annotated_nodes(obj)
        except ValueError:
            yield Objection(f"the annotation {MATCHED_NODES} is no JSON list of node names")


@rule(
    VLAN_CONFIG,
    "create update",
    "nodeSelector",
    fact="H3.2",
    source=sources.VLAN_CONFIG_VALIDATOR,
    on_terminating=False,
)
def nodes_have_no_other_uplink(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """No matched node has set up another network config of the same cluster network."""
    network, name = network_of(write), write.key
    taken: dict[str, list[str]] = {}
    for node in sorted(nodes_after(write, snapshot) or ()):
        status = snapshot.status_on(network, node)
        if status is not None and (status.get("status") or {}).get("vlanConfig") != name:
            other = (status.get("status") or {}).get("vlanConfig") or ""
            taken.setdefault(other, []).append(node)
    for other, nodes in sorted(taken.items()):
        yield _overlap(nodes, other, network, snapshot)


def _overlap(nodes: list[str], other: str, network: str, snapshot: Snapshot) -> Objection:
    where = listed(nodes)
    if other not in snapshot.of(VLAN_CONFIG):
        return Objection(
            f"matches {where}, which still {_has(nodes)} the uplink of network config "
            f"'{other}', long deleted: the agent there was down. Delete the VlanStatus of "
            f"{network} on {where} when it is back",
        )
    return Objection(
        f"matches {where}, which network config {other} of the same cluster network has",
        cured_by=((VLAN_CONFIG, other),),
    )


def _has(nodes: list[str]) -> str:
    return "has" if len(nodes) == 1 else "have"


@rule(
    VLAN_CONFIG,
    "create update",
    "nodeSelector",
    fact="H3.2 notes",
    source=sources.VLAN_CONFIG_VALIDATOR,
    severity=Severity.STRICTER,
    on_terminating=False,
)
def configs_share_no_node(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """Network configs of one cluster network match different nodes. The server looks only at
    what agents have applied, so that two made at once would both pass and fight for the node.
    """
    shared: dict[str, list[str]] = {}
    for node in snapshot.matching(write.object["spec"].get("nodeSelector")):
        if not _has_status_of_another(node, write, snapshot):
            for key in _others_at(node, write, snapshot):
                shared.setdefault(key, []).append(node)
    for key, nodes in sorted(shared.items()):
        yield Objection(
            f"matches {listed(nodes)}, which network config {key} of the same cluster network "
            "matches too",
            cured_by=((VLAN_CONFIG, key),),
        )


def _others_at(node: str, write: Write, snapshot: Snapshot) -> Iterable[str]:
    for key, config in snapshot.configs_at(node).items():
        same = labels_of(config).get(CLUSTER_NETWORK_LABEL) == network_of(write)
        if same and key != write.key and not is_terminating(config):
            yield key


def _has_status_of_another(node: str, write: Write, snapshot: Snapshot) -> bool:
    status = snapshot.status_on(network_of(write), node)
    return status is not None and (status.get("status") or {}).get("vlanConfig") != write.key


@rule(
    VLAN_CONFIG,
    "update",
    "nodeSelector",
    fact="H3.2 notes",
    source=sources.VLAN_CONFIG_VALIDATOR,
    since=(1, 6),
    until=(1, 8),
    on_terminating=False,
)
def config_without_nodes_stays(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """A network config that matches no node, before or after, cannot be changed on 1.6 and
    1.7: the webhook crashes.
    """
    if CONFIGS_WITHOUT_NODES.on(snapshot.version):
        return
    if uplink_changes(write) or (snapshot.version < (1, 7) and not spec_changes(write)):
        return
    old = write.old
    before = annotations_of(old).get(MATCHED_NODES) if old is not None else None
    admitted = admitted_write(write, snapshot) or {"metadata": {}}
    after = annotations_of(admitted).get(MATCHED_NODES)
    if not before or not after:
        yield Objection(
            "a network config that matches no node cannot be changed on this version of "
            "Harvester; let it match a node, or delete it"
        )


@rule(
    VLAN_CONFIG,
    "update",
    "clusterNetwork",
    fact="H3.2",
    source=sources.VLAN_CONFIG_VALIDATOR.at("v1.9.0-rc6"),
    since=(1, 9),
    on_terminating=False,
)
def label_of_config_follows(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The label `clusternetwork`, which is the server's own, is not changed by hand."""
    if write.old is None:
        return
    follows = network_of(write) != write.old["spec"].get("clusterNetwork")
    label = labels_of(write.object).get(CLUSTER_NETWORK_LABEL)
    if not follows and label != network_of(write):
        yield Objection(f"the label {CLUSTER_NETWORK_LABEL} must stay {network_of(write)}")


@rule(
    VLAN_CONFIG,
    "update delete",
    "uplink",
    fact="H3.2",
    source=sources.VLAN_CONFIG_VALIDATOR,
    since=(1, 2),
    handled_by_change=True,
)
def vms_on_the_nodes_are_stopped(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """No VM instance uses the cluster network on a node that loses or changes its uplink."""
    network = network_before(write)
    users = {
        f"{key_of(vmi)} on {node}"
        for node in affected_nodes(write, snapshot)
        for vmi in snapshot.group(VMIS_AT, node)
        if _is_on(network, vmi, snapshot)
    }
    if users:
        yield Objection(f"is in use by VMs; stop {listed(sorted(users))}")


def _is_on(cluster_network: str, vmi: Object, snapshot: Snapshot) -> bool:
    nads = snapshot.of(NAD)
    return any(
        key in nads and labels_of(nads[key]).get(CLUSTER_NETWORK_LABEL) == cluster_network
        for key in networks_of(vmi["spec"], vmi["metadata"]["namespace"])
    )


@rule(
    VLAN_CONFIG,
    "update delete",
    "uplink",
    fact="H3.2",
    source=sources.VLAN_CONFIG_VALIDATOR,
    since=(1, 4),
    handled_by_change=True,
)
def system_network_is_cleared(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The storage network (and from 1.9 on the RWX network) is not on the cluster network of a
    config that changes or goes.
    """
    only_deletions = not UPLINKS_ARE_GUARDED.on(snapshot.version)
    if not affected_nodes(write, snapshot) or (only_deletions and write.new is not None):
        return
    if nad := active_system_nad(network_before(write), snapshot):
        yield Objection(
            f"carries the storage or RWX network ({nad}); clear it first",
            cured_by=((NAD, nad),),
        )


@rule(
    VLAN_CONFIG,
    "delete",
    "name",
    fact="H3.2",
    source=sources.VLAN_CONFIG_VALIDATOR.at("v1.9.0-rc6"),
    since=(1, 9),
)
def config_of_mgmt_stays(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The configs of `mgmt` belong to the agents."""
    if network_of(write) == MGMT:
        yield Objection("belongs to the agent of its node and cannot be deleted")


@rule(
    VLAN_CONFIG,
    "create",
    "name",
    fact="H1.2",
    source=sources.VLAN_CONFIG_AGENT,
    severity=Severity.STRICTER,
)
def config_name_is_a_label(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The name has at most 63 characters: the agent uses it as a label value and fails
    otherwise.
    """
    if len(write.key) > LONGEST_LABEL:
        yield Objection(f"'{write.key}' is longer than {LONGEST_LABEL} characters")


@rule(
    VLAN_CONFIG,
    "create update",
    "nodeSelector",
    fact="H1.2",
    source=sources.VLAN_CONFIG_MUTATOR,
    severity=Severity.WARNING,
    on_terminating=False,
)
def config_matches_a_node(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """A network config that matches no node does nothing until one fits."""
    if write.old is not None and not spec_changes(write):
        return
    if not snapshot.matching(write.object["spec"].get("nodeSelector")):
        yield Objection("matches no node; the config does nothing until one fits")


@rule(
    VLAN_CONFIG,
    "create update",
    "uplink.bondOptions",
    fact="H6 notes",
    source=sources.VLAN_CONFIG_VALIDATOR,
    severity=Severity.WARNING,
    on_terminating=False,
)
def configs_have_the_same_options(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """Harvester's documentation wants the same bond options and link attributes in all configs
    of a cluster network. A MAC address is one bond's own, and not compared.
    """
    if write.old is not None and not uplink_changes(write):
        return
    others = [
        other
        for other in snapshot.group(CONFIGS_OF, network_of(write))
        if key_of(other) != write.key
    ]
    for option in (_MODE, _MIIMON, _QUEUE):
        mine = option.of(write.object)
        other = next((other for other in others if option.of(other) != mine), None)
        if other is not None:
            yield Objection(
                f"{option.name} {mine} is not the {option.of(other)} of network config "
                f"{key_of(other)} on the same cluster network",
                f"uplink.{option.part}",
                cured_by=((VLAN_CONFIG, key_of(other)),),
            )


@dataclass(frozen=True)
class _Option:
    """An option of the uplink, and what its absence means."""

    part: str
    name: str
    default: str | int
    unset: tuple[object, ...] = (None, "")
    """The other spellings of the default."""

    def of(self, config: Object) -> object:
        """What a config has of it; whoever does not say it has the default."""
        part = config["spec"].get("uplink", {}).get(self.part) or {}
        given = part.get(self.name)
        return self.default if given in self.unset else given


# Nobody can store a 0: the server makes -1 of it (H1.2).
_MODE = _Option("bondOptions", "mode", DEFAULT_BOND_MODE)
_MIIMON = _Option("bondOptions", "miimon", DEFAULT_MIIMON, (None, 0, -1))
_QUEUE = _Option("linkAttributes", "txQLen", UNCHANGED_QUEUE, (None, 0))
