"""The networks of a cluster as they hang together, read from a snapshot. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..cluster.resources import (
    CLUSTER_NETWORK,
    LINK_MONITOR,
    NAD,
    NODE,
    SETTING,
    VLAN_CONFIG,
    Object,
    key_of,
    labels_of,
)
from ..harvester import cni
from ..harvester.cni import readable_conf, tagged_vlans
from ..harvester.gojson import Undecodable
from ..harvester.host_networks import network_of, of_network, selected_nodes, vlan_of
from ..harvester.link_monitors import bonds, nics_of
from ..harvester.mtus import config_mtu, mtu_of, nad_mtu
from ..harvester.names import MIGRATION_SETTING, RWX_SETTING, STORAGE_SETTING, WITNESS
from ..harvester.network_configs import configs_of, present_nodes
from ..harvester.settings import Network, network_set
from ..harvester.snapshot import VMS_ON, Snapshot
from ..harvester.vm_networks import is_of_a_setting
from ..printable import printable
from ..specs.limits import DEFAULT_MTU, MGMT
from ..specs.network_config import DEFAULT_BOND_MODE

NOT_TOLD = "set on the host"
"""In place of the mode of a bond that no API tells."""
SETTINGS = (STORAGE_SETTING, RWX_SETTING, MIGRATION_SETTING)


@dataclass(frozen=True)
class Uplink:
    """The NICs of some nodes, bonded."""

    config: str
    """The network config; empty on mgmt, which has none."""
    nodes: Sequence[str]
    nics: Sequence[str]
    mode: str
    """The bond's."""
    mtu: int
    """In bytes."""


@dataclass(frozen=True)
class VmNetwork:
    """A network that VMs attach to."""

    key: str
    vlans: Sequence[int]
    """Those that it needs tagged; none if its traffic leaves without a tag."""
    has_vlan_1: bool
    """Whether VLAN 1 is among its VLANs, which leaves without a tag."""
    is_untagged: bool
    """Whether it has traffic without a tag: an untagged network, or one with VLAN 1."""
    mtu: int
    vms: Sequence[str]
    """Keys of the VMs that name it, running or not."""
    is_of_harvester: bool = False
    """Whether a Setting has made it."""


@dataclass(frozen=True)
class SettingNetwork:
    """The network of a Setting."""

    setting: str
    vlan: int
    """0 and 1 are untagged."""
    range: str


@dataclass(frozen=True)
class HostNetwork:
    """A network of the nodes themselves: a host network config."""

    config: str
    vlan: int
    mode: str
    """Where the nodes have their addresses from."""
    nodes: Sequence[str]
    """Those that it selects and that have the cluster network; where no node is known, the
    selector in words.
    """


@dataclass(frozen=True)
class ClusterNetwork:
    """A cluster network with all that is on it."""

    name: str
    mtu: int
    uplinks: Sequence[Uplink]
    uncovered: Sequence[str]
    """Nodes, witnesses left out, that have no uplink of it."""
    vm_networks: Sequence[VmNetwork]
    settings: Sequence[SettingNetwork]
    host_networks: Sequence[HostNetwork]


@dataclass(frozen=True)
class Elsewhere:
    """A network of VMs that is on no cluster network, and what it is."""

    key: str
    what: str


@dataclass(frozen=True)
class Topology:
    """All networks of a cluster."""

    nodes: Sequence[str]
    networks: Sequence[ClusterNetwork]
    elsewhere: Sequence[Elsewhere]


def topology(snapshot: Snapshot) -> Topology:
    """The networks of a snapshot, everything in the order of names, mgmt first."""
    nodes = [
        n for n, node in sorted(snapshot.of(NODE).items()) if WITNESS not in labels_of(node)
    ]
    on = _by_network(snapshot)
    names = sorted(snapshot.of(CLUSTER_NETWORK), key=lambda name: (name != MGMT, name))
    return Topology(
        list(map(printable, nodes)),
        [_network(name, nodes, on.get(name, ()), snapshot) for name in names],
        list(_elsewhere(snapshot)),
    )


def _network(
    name: str, nodes: Sequence[str], keys: Sequence[str], snapshot: Snapshot
) -> ClusterNetwork:
    uplinks = [_uplink(config, snapshot) for config in _configs(name, snapshot)]
    if name == MGMT and not uplinks:
        uplinks = list(_seen_on_hosts(nodes, snapshot))
    covered = {node for uplink in uplinks for node in uplink.nodes}
    return ClusterNetwork(
        printable(name),
        mtu_of(name, snapshot) or DEFAULT_MTU,
        uplinks,
        # mgmt is on every node, also where no agent tells of its NICs.
        [node for node in nodes if node not in covered and name != MGMT],
        [_vm_network(key, snapshot) for key in keys],
        list(_settings(name, snapshot)),
        [_host_network(it, covered, snapshot) for it in of_network(name, snapshot)],
    )


def _configs(name: str, snapshot: Snapshot) -> Sequence[Object]:
    """Those of a cluster network; of mgmt those that mirror what the hosts have (H1.2)."""
    if name != MGMT:
        return configs_of(snapshot, name)
    found = snapshot.of(VLAN_CONFIG).values()
    return sorted((c for c in found if c["spec"]["clusterNetwork"] == MGMT), key=key_of)


def _uplink(config: Object, snapshot: Snapshot) -> Uplink:
    spec, uplink = config["spec"], config["spec"]["uplink"]
    mirrors = spec["clusterNetwork"] == MGMT
    nodes = (
        snapshot.matching(spec.get("nodeSelector"))
        if mirrors
        else present_nodes(config, snapshot)
    )
    mode = (uplink.get("bondOptions") or {}).get("mode") or DEFAULT_BOND_MODE
    nics = sorted(map(printable, uplink.get("nics") or ()))
    return Uplink(key_of(config), list(nodes), nics, printable(mode), config_mtu(config))


def _seen_on_hosts(nodes: Sequence[str], snapshot: Snapshot) -> Iterator[Uplink]:
    """The uplinks of mgmt as the agents see them, who do not tell the mode of a bond."""
    bond_of = bonds(snapshot.of(LINK_MONITOR).get(MGMT), MGMT)
    by_nics: dict[tuple[str, ...], list[str]] = {}
    for node in nodes:
        index = bond_of[node][0] if node in bond_of else None
        nics = (nics_of(node, snapshot) or {}).values()
        if names := tuple(sorted(nic.name for nic in nics if nic.master == index)):
            by_nics.setdefault(names, []).append(node)
    mtu = mtu_of(MGMT, snapshot) or DEFAULT_MTU
    for names, of_them in sorted(by_nics.items()):
        yield Uplink("", of_them, names, NOT_TOLD, mtu)


def _by_network(snapshot: Snapshot) -> dict[str, list[str]]:
    """The VM networks by cluster network: the bridge decides, whatever a label says."""
    found: dict[str, list[str]] = {}
    for key, nad in sorted(snapshot.of(NAD).items()):
        if cni.off_bridges(nad) is None:
            found.setdefault(_network_under(nad), []).append(key)
    return found


def _network_under(nad: Object) -> str:
    return cni.network_of_bridge(readable_conf(nad)["bridge"]) or ""


def _vm_network(key: str, snapshot: Snapshot) -> VmNetwork:
    nad = snapshot.of(NAD)[key]
    conf = readable_conf(nad)
    spans = list(cni.vlans_of(conf))
    has_vlan_1 = any(1 in span for span in spans)
    return VmNetwork(
        printable(key),
        sorted(tagged_vlans(nad)),
        has_vlan_1,
        has_vlan_1 or not spans,
        nad_mtu(nad),
        sorted(printable(key_of(vm)) for vm in snapshot.group(VMS_ON, key)),
        is_of_a_setting(nad),
    )


def _settings(name: str, snapshot: Snapshot) -> Iterator[SettingNetwork]:
    for setting in SETTINGS:
        network = _network_of(setting, snapshot)
        if network is not None and network.cluster_network == name:
            yield SettingNetwork(setting, network.vlan, printable(network.range))


def _host_network(config: Object, covered: set[str], snapshot: Snapshot) -> HostNetwork:
    spec = config["spec"]
    nodes = selected_nodes(config, snapshot)
    if network_of(config) != MGMT:
        nodes = [node for node in nodes if node in covered]
    if not snapshot.of(NODE):
        nodes = ["the nodes that it selects" if spec.get("nodeSelector") else "all nodes"]
    return HostNetwork(
        printable(key_of(config)),
        vlan_of(config),
        printable(str(spec.get("mode") or "")),
        list(map(printable, nodes)),
    )


def _network_of(setting: str, snapshot: Snapshot) -> Network | None:
    try:
        return network_set(setting, snapshot, snapshot.of(SETTING).get(setting))
    except Undecodable:
        return None


def _elsewhere(snapshot: Snapshot) -> Iterator[Elsewhere]:
    for key, nad in sorted(snapshot.of(NAD).items()):
        if (what := cni.off_bridges(nad)) is not None:
            yield Elsewhere(printable(key), what)
        elif (name := _network_under(nad)) not in snapshot.of(CLUSTER_NETWORK):
            missing = f"on cluster network {printable(name)}, which is not there"
            yield Elsewhere(printable(key), missing)
