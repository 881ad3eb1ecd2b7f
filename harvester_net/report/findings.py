"""What on a cluster its owner may want to look at, read from a snapshot. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    SETTING,
    VLAN_CONFIG,
    VM,
    Object,
    Resource,
    key_of,
)
from ..harvester.gitops import keeper_of
from ..harvester.gojson import Undecodable
from ..harvester.network_configs import (
    nodes_not_ready,
    present_nodes,
    progress_of_nodes,
)
from ..harvester.network_settings import MIGRATION, NETWORK_SETTINGS, STORAGE, NetworkSetting
from ..harvester.setting_progress import (
    Progress,
    describe_leaked,
    leaked,
    migration_progress,
    storage_progress,
)
from ..harvester.settings import network_set
from ..harvester.snapshot import Snapshot
from ..harvester.wording import listed
from ..harvester.workloads import networks_of
from ..printable import printable
from ..specs.limits import MGMT
from ..topology.model import ClusterNetwork, Topology
from ..topology.words import uncovered_words

_PROGRESS: Mapping[NetworkSetting, Callable[[Object], Progress]] = {
    STORAGE: storage_progress,
    MIGRATION: migration_progress,
}
"""How far Harvester is; of the RWX network Longhorn has to be asked, too."""
_KINDS: Mapping[Resource, str] = {
    CLUSTER_NETWORK: "cluster network",
    VLAN_CONFIG: "network config",
    NAD: "VM network",
}


@dataclass(frozen=True)
class Finding:
    """One thing, and what there is to say about it."""

    about: str
    words: str


def findings(snapshot: Snapshot, topology: Topology) -> list[Finding]:
    """All of a snapshot, of which this is the topology: first what does not work."""
    return [
        *_uplinks(snapshot),
        *_settings(snapshot),
        *_lost_networks(snapshot),
        *(found for network in topology.networks for found in _network(network)),
        *(Finding(f"VM network {it.key}", it.what) for it in topology.elsewhere),
        *_kept(snapshot),
    ]


def _uplinks(snapshot: Snapshot) -> Iterator[Finding]:
    for key, config in sorted(snapshot.of(VLAN_CONFIG).items()):
        if config["spec"]["clusterNetwork"] == MGMT:
            continue  # It only mirrors what the hosts have (H1.2).
        about = f"network config {printable(key)}"
        if not present_nodes(config, snapshot):
            yield Finding(about, "it matches no node")
        elif waiting := nodes_not_ready(config, snapshot):
            yield Finding(about, progress_of_nodes(config, waiting, snapshot))


def _settings(snapshot: Snapshot) -> Iterator[Finding]:
    for kind in NETWORK_SETTINGS:
        about = f"Setting {kind.name}"
        setting = snapshot.of(SETTING).get(kind.name)
        try:
            network_set(kind.name, snapshot, setting)
        except Undecodable as error:
            yield Finding(about, f"its value cannot be read: {error}")
        else:
            yield from _unfinished(about, kind, setting)
        for nad in leaked(kind, setting, snapshot.of(NAD)):
            yield Finding(about, describe_leaked(kind, nad))


def _unfinished(about: str, kind: NetworkSetting, setting: Object | None) -> Iterator[Finding]:
    """That Harvester is not done with a value, where the Setting itself tells."""
    if setting is None or kind not in _PROGRESS:
        return
    progress = _PROGRESS[kind](setting)
    if not progress.done:
        yield Finding(about, progress.words or "Harvester is not done with its value")


def _lost_networks(snapshot: Snapshot) -> Iterator[Finding]:
    """VMs that name a VM network that is not there: they do not start."""
    there = snapshot.of(NAD)
    for key, vm in sorted(snapshot.of(VM).items()):
        spec = vm["spec"].get("template", {}).get("spec", {})
        named = set(networks_of(spec, vm["metadata"]["namespace"]))
        if lost := sorted(map(printable, named - there.keys())):
            words = f"it names VM networks that are not there: {listed(lost, 3)}"
            yield Finding(f"VM {printable(key)}", words)


def _network(network: ClusterNetwork) -> Iterator[Finding]:
    about = f"cluster network {network.name}"
    if network.name != MGMT and not network.uplinks:
        yield Finding(about, "no network config carries it")
    elif network.uncovered:
        yield Finding(about, f"it is {uncovered_words(network.uncovered)}: no VM on it there")
    for uplink in network.uplinks:
        if network.name != MGMT and uplink.mtu != network.mtu:
            yield Finding(f"network config {uplink.config}", _other_mtu(uplink.mtu, network))
    for each in network.vm_networks:
        if each.mtu != network.mtu and not each.is_of_harvester:
            yield Finding(f"VM network {each.key}", _other_mtu(each.mtu, network))


def _other_mtu(mtu: int, network: ClusterNetwork) -> str:
    return f"its MTU is {mtu}, that of {network.name} {network.mtu}"


def _kept(snapshot: Snapshot) -> Iterator[Finding]:
    """Who puts networks back as a repository has them: one line for each."""
    found: dict[str, list[str]] = {}
    for resource, noun in _KINDS.items():
        for obj in _in_order(snapshot.of(resource)):
            if keeper := keeper_of(obj):
                found.setdefault(keeper, []).append(f"{noun} {printable(key_of(obj))}")
    for keeper, objects in sorted(found.items()):
        words = f"keeps as a repository has them: {listed(objects, 5)}"
        yield Finding(keeper, words)


def _in_order(objects: Mapping[str, Object]) -> Sequence[Object]:
    return [obj for _, obj in sorted(objects.items())]
