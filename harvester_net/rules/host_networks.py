"""Rules for host network configs: the nodes' own devices in VLANs (B1.2, B1.5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Interface, IPv4Network

from ..cluster.resources import (
    CLUSTER_NETWORK,
    HOST_NETWORK_CONFIG,
    NODE,
    VLAN_CONFIG,
    Object,
    condition,
    is_terminating,
    key_of,
)
from ..harvester.host_networks import (
    configs_against_underlay,
    device_of,
    is_management_allowed,
    management_nodes,
    network_of,
    nodes_against_underlay,
    selected_nodes,
    static_addresses,
    vlan_of,
)
from ..harvester.overlays import overlay_vms
from ..harvester.snapshot import CONFIGS_OF, STATUSES_OF, Snapshot
from ..harvester.wording import listed
from ..specs.limits import LONGEST_CLUSTER_NETWORK, LONGEST_DEVICE_NAME, MGMT
from ..specs.parse import path_text
from . import sources
from .network_configs import missing_network
from .rule import Objection, Severity, Write, rule

_VALIDATOR = sources.HOST_NETWORK_VALIDATOR
_AGENT = sources.HOST_NETWORK_AGENT
_SINCE = (1, 8)
_SHORTEST_WITH_HOSTS = 31
"""From this prefix length on there is neither a network address nor a broadcast address."""
UNTAGGED = 1


@rule(
    HOST_NETWORK_CONFIG,
    "create",
    "clusterNetwork",
    fact="B1.2 (1)",
    source=_VALIDATOR,
    since=_SINCE,
)
def host_network_names_a_short_cluster_network(
    write: Write, snapshot: Snapshot
) -> Iterable[Objection]:
    """The cluster network's name has at most 12 characters."""
    network = network_of(write.object)
    if len(network.encode()) > LONGEST_CLUSTER_NETWORK:
        yield Objection(f"'{network}' is longer than {LONGEST_CLUSTER_NETWORK}")


@rule(HOST_NETWORK_CONFIG, "create", "vlan", fact="B1.2 (2)", source=_VALIDATOR, since=_SINCE)
def host_device_has_a_short_name(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The device is `<cluster network>-br.<VLAN>`, and Linux allows 15 characters."""
    device = device_of(write.object)
    if len(device.encode()) > LONGEST_DEVICE_NAME:
        yield Objection(
            f"the device {device} would have {len(device)} characters, more than "
            f"{LONGEST_DEVICE_NAME}"
        )


@rule(
    HOST_NETWORK_CONFIG,
    "create",
    "clusterNetwork",
    fact="B1.2 (3)",
    source=_VALIDATOR,
    since=_SINCE,
)
def cluster_network_of_host_network_exists(
    write: Write, snapshot: Snapshot
) -> Iterable[Objection]:
    """The cluster network exists."""
    name = network_of(write.object)
    if name not in snapshot.of(CLUSTER_NETWORK):
        yield missing_network(name, snapshot)


@rule(
    HOST_NETWORK_CONFIG,
    "create update",
    "underlay",
    fact="B1.2 (4)",
    source=_VALIDATOR,
    since=_SINCE,
)
def one_host_network_is_the_underlay(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """At most one host network config is the underlay of overlay networks."""
    if not _is_underlay(write.object) or not _spec_changes(write):
        return
    for key, other in _others(write, snapshot):
        if _is_underlay(other):
            yield Objection(
                f"host network config {key} is the underlay already",
                cured_by=((HOST_NETWORK_CONFIG, key),),
            )


@rule(
    HOST_NETWORK_CONFIG,
    "update",
    "underlay",
    fact="B1.2 (update)",
    source=_VALIDATOR,
    since=_SINCE,
)
def underlay_stays_as_it_is(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """A host network config that is the underlay before and after cannot change: the webhook
    takes it for a second one (I#11603).
    """
    if _was_underlay(write) and _is_underlay(write.object) and _spec_changes(write):
        yield Objection(
            "nothing of the underlay can change while it is one; set underlay to false with "
            "the change, and to true again after it"
        )


@rule(HOST_NETWORK_CONFIG, "create", "vlan", fact="B1.2 (4)", source=_VALIDATOR, since=_SINCE)
def vlan_has_one_host_network(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """A VLAN of a cluster network has at most one host network config."""
    new = write.object
    for key, other in _others(write, snapshot):
        if device_of(other) == device_of(new):
            yield Objection(
                f"host network config {key} has VLAN {vlan_of(new)} of cluster network "
                f"{network_of(new)} already",
                cured_by=((HOST_NETWORK_CONFIG, key),),
            )


@rule(
    HOST_NETWORK_CONFIG,
    "create update",
    "ips",
    fact="B1.2 (5)",
    source=_VALIDATOR,
    since=_SINCE,
)
def every_node_has_an_address(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """With mode static every selected node has an address, witness nodes too."""
    if write.object["spec"].get("mode") != "static" or not _spec_changes(write):
        return
    given = static_addresses(write.object)
    missing = [node for node in _addressed(write.object, snapshot) if node not in given]
    if missing:
        yield Objection(
            f"{listed(missing)} {_has(missing)} no address; give one, or select other nodes"
        )


@rule(
    HOST_NETWORK_CONFIG,
    "create update",
    "ips",
    fact="B1.2 (5)",
    source=_VALIDATOR,
    since=_SINCE,
)
def addresses_are_in_one_network(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The addresses of the selected nodes are in one network."""
    if not _spec_changes(write):
        return
    given = static_addresses(write.object)
    nodes = [node for node in _addressed(write.object, snapshot) if node in given]
    networks = {node: _network(given[node]) for node in nodes}
    if len(found := {str(each) for each in networks.values() if each}) > 1:
        yield Objection(f"the addresses are in several networks: {listed(sorted(found))}")


@rule(
    HOST_NETWORK_CONFIG,
    "create",
    "clusterNetwork",
    fact="B1.2 (6)",
    source=_VALIDATOR,
    since=_SINCE,
    transient=True,
)
def nodes_have_the_cluster_network(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The cluster network is on a node, and ready on all nodes that it is on."""
    network = network_of(write.object)
    if network == MGMT or network not in snapshot.of(CLUSTER_NETWORK):
        return
    statuses = snapshot.group(STATUSES_OF, network)
    if not statuses:
        yield Objection(f"no node has cluster network {network} yet")
    for status in statuses:
        if condition(status, "ready").get("status") != "True":
            yield Objection(f"{key_of(status)} is not ready yet")


@rule(
    HOST_NETWORK_CONFIG,
    "create update",
    "underlay",
    fact="B1.2 (7)",
    source=_VALIDATOR,
    since=_SINCE,
)
def underlay_is_on_every_node(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The underlay selects every node, and its cluster network is on each of them but witness
    nodes.
    """
    new = write.object
    if not _is_underlay(new) or not _spec_changes(write):
        return
    yield from _nodes_without_configs(network_of(new), snapshot)
    left_out = sorted(snapshot.of(NODE).keys() - set(selected_nodes(new, snapshot)))
    if left_out:
        yield Objection(f"the underlay must select {listed(left_out)} too", "nodeSelector")


def _nodes_without_configs(network: str, snapshot: Snapshot) -> Iterator[Objection]:
    if network == MGMT:
        return
    configs = snapshot.group(CONFIGS_OF, network)
    if not configs:
        yield Objection(f"no network config carries cluster network {network}")
        return
    for config in configs_against_underlay(network, snapshot):
        yield Objection(
            f"network config {config} of the same cluster network matches no node",
            cured_by=((VLAN_CONFIG, config),),
        )
    if missing := nodes_against_underlay(network, snapshot):
        yield Objection(f"no network config of {network} matches {listed(missing)}")


@rule(
    HOST_NETWORK_CONFIG,
    "update",
    "clusterNetwork",
    fact="B1.2 (update)",
    source=_VALIDATOR,
    since=_SINCE,
)
def place_of_host_network_stays(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """Cluster network and VLAN never change."""
    old = write.old or write.object
    if network_of(old) != network_of(write.object):
        yield Objection("cannot change; make another host network config")
    if vlan_of(old) != vlan_of(write.object):
        yield Objection("cannot change; make another host network config", "vlan")


@rule(
    HOST_NETWORK_CONFIG,
    "update",
    "underlay",
    fact="B1.2 (update)",
    source=_VALIDATOR,
    since=_SINCE,
)
def underlay_in_use_stays(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The underlay stays one while a VM, running or not, names an overlay network."""
    if not _was_underlay(write) or _is_underlay(write.object):
        return
    if users := overlay_vms(snapshot):
        yield Objection(
            f"{listed(users)} {_has(users)} NICs on overlay networks, which need it; remove "
            "these first"
        )


@rule(
    HOST_NETWORK_CONFIG,
    "delete",
    "underlay",
    fact="B1.2 (delete)",
    source=_VALIDATOR,
    since=_SINCE,
)
def underlay_is_not_deleted(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The underlay is not deleted; harvester-net sets `underlay` to false first."""
    if _is_underlay(write.object):
        yield Objection("is the underlay; set underlay to false first")


@rule(
    HOST_NETWORK_CONFIG,
    "create update delete",
    "vlan",
    fact="B1.5",
    source=_AGENT,
    severity=Severity.STRICTER,
    since=_SINCE,
)
def management_vlan_is_left_alone(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """The VLAN over which the nodes themselves are managed is no host network's: with it, or
    with a node that it no longer selects, Harvester would delete the node's own device.
    """
    config = write.old or write.object
    # What the program says of a deletion is on the object already.
    if is_management_allowed(write.object):
        return
    nodes = management_nodes(config, snapshot, is_made=write.old is not None)
    if write.operation == "update":
        kept = selected_nodes(write.object, snapshot)
        nodes = [node for node in nodes if node not in kept]
    if nodes:
        yield Objection(on_management_vlan(config, nodes))


def on_management_vlan(config: Object, nodes: list[str]) -> str:
    """What is said of one on the management VLAN of these nodes."""
    return (
        f"{device_of(config)} on {listed(nodes)} is, or cannot be told from, the device over "
        "which the node itself is managed: Harvester would delete it together with this "
        "object, and cut the node off. Use another VLAN; if it is meant, set "
        "allowManagementVlan: true"
    )


@rule(
    HOST_NETWORK_CONFIG,
    "create update",
    "ips",
    fact="B1.5",
    source=_VALIDATOR,
    severity=Severity.STRICTER,
    since=_SINCE,
)
def addresses_are_different(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """No two nodes have the same address; Harvester does not look."""
    if not _spec_changes(write):
        return
    given = static_addresses(write.object)
    used = Counter(text.partition("/")[0] for text in given.values())
    for address in sorted(address for address, times in used.items() if times > 1):
        nodes = sorted(n for n, text in given.items() if text.partition("/")[0] == address)
        yield Objection(f"{listed(nodes)} have the same address {address}")


@rule(
    HOST_NETWORK_CONFIG,
    "create update",
    "ips",
    fact="B1.5",
    source=_VALIDATOR,
    severity=Severity.STRICTER,
    since=_SINCE,
)
def addresses_are_of_hosts(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """No node has the network's own or its broadcast address; Harvester does not look."""
    if not _spec_changes(write):
        return
    for node, text in sorted(static_addresses(write.object).items()):
        if what := _nobodys(text):
            yield Objection(f"{text} is {what}", path_text(("ips", node)))


def _nobodys(text: str) -> str:
    """What an address is if no host can have it; empty if one can."""
    network = _network(text)
    if network is None or network.prefixlen >= _SHORTEST_WITH_HOSTS:
        return ""
    address = IPv4Interface(text).ip
    if address == network.network_address:
        return f"the address of the network {network} itself"
    if address == network.broadcast_address:
        return f"the broadcast address of {network}"
    return ""


@rule(
    HOST_NETWORK_CONFIG,
    "create update",
    "ips",
    fact="B1.5",
    source=_AGENT,
    severity=Severity.STRICTER,
    since=_SINCE,
)
def node_has_one_device_in_a_network(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """A node has one device in an IP network: with two of them Linux answers for either on
    both, and replies go out over the wrong one.
    """
    new = write.object
    if not _spec_changes(write) or is_management_allowed(new):
        return
    mine = static_addresses(new)
    nodes = [node for node in selected_nodes(new, snapshot) if node in mine]
    for key, other in _others(write, snapshot):
        theirs = static_addresses(other)
        shared = set(nodes) & set(selected_nodes(other, snapshot)) & theirs.keys()
        if both := sorted(n for n in shared if _overlap(mine[n], theirs[n])):
            yield Objection(
                f"{listed(both)} would have a second device in {_network(mine[both[0]])}, "
                f"beside that of host network config {key}",
                cured_by=((HOST_NETWORK_CONFIG, key),),
            )
    for node in nodes:
        for own in _addresses_of_node(snapshot.of(NODE)[node]):
            if _overlap(mine[node], f"{own}/32"):
                yield Objection(
                    f"{node} would have a second device in {_network(mine[node])}, where its "
                    f"own address {own} is"
                )


@rule(
    HOST_NETWORK_CONFIG,
    "create update",
    "ips",
    fact="B1.2 (5)",
    source=_VALIDATOR,
    severity=Severity.WARNING,
    since=_SINCE,
)
def addresses_are_of_selected_nodes(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """An address of a node that is not selected does nothing."""
    if not _spec_changes(write):
        return
    given = static_addresses(write.object)
    unused = sorted(given.keys() - set(selected_nodes(write.object, snapshot)))
    if unused:
        yield Objection(
            f"{listed(unused)} {_has(unused)} an address and {_is(unused)} not "
            "selected, or not there"
        )


@rule(
    HOST_NETWORK_CONFIG,
    "create update",
    "nodeSelector",
    fact="B1.1",
    source=_AGENT,
    severity=Severity.WARNING,
    since=_SINCE,
)
def selected_nodes_have_the_network(write: Write, snapshot: Snapshot) -> Iterable[Objection]:
    """A selected node without the cluster network, such as a witness node, gets no device, and
    nobody says so.
    """
    new = write.object
    if not _spec_changes(write):
        return
    nodes = selected_nodes(new, snapshot)
    if not nodes:
        yield Objection("selects no node; nothing happens until one fits")
    if network_of(new) == MGMT:
        return
    configs = snapshot.group(CONFIGS_OF, network_of(new))
    spanned = {
        node
        for config in configs
        for node in snapshot.matching(config["spec"].get("nodeSelector"))
    }
    if without := [node for node in nodes if node not in spanned]:
        yield Objection(
            f"{listed(without)} {_is(without)} selected and {_has(without)} no cluster "
            f"network {network_of(new)}: no device there until a network config matches",
            cured_by=tuple((VLAN_CONFIG, key_of(config)) for config in configs),
        )


@rule(
    HOST_NETWORK_CONFIG,
    "create",
    "vlan",
    fact="B1.5",
    source=_AGENT,
    severity=Severity.WARNING,
    since=_SINCE,
)
def host_network_in_vlan_1_is_untagged(
    write: Write, snapshot: Snapshot
) -> Iterable[Objection]:
    """VLAN 1 leaves the uplink without a tag, where the nodes' own untagged traffic is."""
    if vlan_of(write.object) == UNTAGGED:
        yield Objection(
            "VLAN 1 leaves the uplink without a tag: the device is in the untagged network, "
            "where the node may have one already (I#10802); use another VLAN"
        )


def _others(write: Write, snapshot: Snapshot) -> Iterator[tuple[str, Object]]:
    for key, other in sorted(snapshot.of(HOST_NETWORK_CONFIG).items()):
        if key != write.key:
            yield key, other


def _spec_changes(write: Write) -> bool:
    """Whether it says something new; the server passes the same spec at once."""
    return write.old is None or write.new is None or write.old["spec"] != write.new["spec"]


def _is_underlay(config: Object) -> bool:
    return bool(config["spec"].get("underlay"))


def _was_underlay(write: Write) -> bool:
    return write.old is not None and _is_underlay(write.old)


def _addressed(config: Object, snapshot: Snapshot) -> list[str]:
    """The nodes that must have an address: with a selector none that is being deleted."""
    nodes = selected_nodes(config, snapshot)
    if config["spec"].get("nodeSelector") is None:
        return nodes
    return [node for node in nodes if not is_terminating(snapshot.of(NODE)[node])]


def _network(text: str) -> IPv4Network | None:
    try:
        return IPv4Interface(text).network
    except ValueError:
        return None


def _overlap(one: str, other: str) -> bool:
    a, b = _network(one), _network(other)
    return a is not None and b is not None and a.overlaps(b)


def _addresses_of_node(node: Object) -> Iterator[str]:
    for each in (node.get("status") or {}).get("addresses") or []:
        if each.get("type") == "InternalIP":
            yield str(each.get("address"))


def _has(names: list[str]) -> str:
    return "has" if len(names) == 1 else "have"


def _is(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"
