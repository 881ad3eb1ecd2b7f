"""What stands against a change, each reason a sentence with the way out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    NODE,
    SETTING,
    VLAN_STATUS,
    Object,
    annotations_of,
    condition,
    is_terminating,
    key_of,
    labels_of,
)
from ..harvester.link_monitors import nics_of
from ..harvester.names import MATCHED_NODES, RWX_SETTING, STORAGE_SETTING, WITNESS
from ..harvester.network_configs import matched_nodes, nodes_not_ready
from ..harvester.settings import leaked, storage_progress
from ..harvester.snapshot import Snapshot
from ..harvester.versions import CONFIGS_WITHOUT_NODES, STORAGE_BESIDE_THEM, VM_NETWORKS_FOLLOW
from ..harvester.workloads import nads_of
from ..specs.limits import MGMT
from .consent import Consent
from .record import Goal, Record
from .storage import needs_storage_cleared
from .targets import (
    configs_of,
    kept_config,
    selector_after,
    touched_network,
)


def not_possible(snapshot: Snapshot, goal: Goal, targets: list[Object]) -> Iterator[str]:
    """Why the server would refuse the change, or could not come back from it."""
    if goal.kind == "mtu" and goal.cluster_network not in snapshot.of(CLUSTER_NETWORK):
        yield f"there is no cluster network {goal.cluster_network}"
    for config in targets:
        yield from _config_in_trouble(snapshot, config)
        if goal.kind == "mtu":
            yield from _without_nics(snapshot, config)
    shares = snapshot.setting_value(RWX_SETTING).get("share-storage-network") is True
    if goal.kind == "storageNetwork" and not goal.text and shares:
        yield (
            "the RWX network shares the storage network, and Harvester does not clear it "
            f"then; set share-storage-network to false in the Setting {RWX_SETTING} first"
        )
    yield from _without_nodes(snapshot, goal, targets)
    yield from _storage_could_not_return(snapshot, goal)
    setting = snapshot.of(SETTING).get(STORAGE_SETTING)
    network = touched_network(snapshot, goal)
    if setting and needs_storage_cleared(snapshot, goal):
        state = storage_progress(setting)
        if not state.done:
            # Cleared half way, Harvester would lose a network that then blocks the configs.
            yield f"the storage network is still being configured ({state.words}); wait for it"
    for nad in leaked(setting, snapshot.of(NAD)) if setting and network else ():
        if nad in nads_of(network, snapshot.of(NAD).values()):
            yield (
                f"{nad} is left over from an earlier storage network and blocks every network "
                "config; delete it: kubectl -n harvester-system delete "
                f"network-attachment-definitions {nad.partition('/')[2]}"
            )


def _without_nodes(snapshot: Snapshot, goal: Goal, targets: list[Object]) -> Iterator[str]:
    """The configs without nodes over which older servers fall (H3.2, H7)."""
    if goal.kind == "configDeletion" or CONFIGS_WITHOUT_NODES.on(snapshot.version):
        return
    # From 1.6 on such a config can at least be made, so that only the kept one is a problem.
    made = VM_NETWORKS_FOLLOW.on(snapshot.version) and goal.kind == "mtu"
    kept = kept_config(snapshot, goal, targets)
    for key in (key_of(config) for config in targets if not matched_nodes(config)):
        if not made or key == kept:
            yield (
                f"network config {key} matches no node, and Harvester of this version cannot "
                "change such a config; delete it, or let it match a node"
            )


def _storage_could_not_return(snapshot: Snapshot, goal: Goal) -> Iterator[str]:
    """Why Harvester would not take the storage network back afterwards (H3.5, check 9)."""
    network = touched_network(snapshot, goal)
    cycled = needs_storage_cleared(snapshot, goal) and goal.kind != "configDeletion"
    if not cycled or network == MGMT:
        return
    configs = configs_of(snapshot, network)
    covered = {node for config in configs for node in _nodes_after(snapshot, goal, config)}
    for key, node in sorted(snapshot.of(NODE).items()):
        if labels_of(node).get(WITNESS) != "true" and key not in covered:
            yield (
                f"node {key} would have no network config of cluster network {network}, and "
                "Harvester would not take the storage or RWX network back; give it one first"
            )
    for config in configs if not STORAGE_BESIDE_THEM.on(snapshot.version) else ():
        if MATCHED_NODES not in annotations_of(config):
            yield (
                f"network config {key_of(config)} matches no node, and Harvester would not "
                "take the storage or RWX network back; delete it, or let it match a node"
            )


def _nodes_after(snapshot: Snapshot, goal: Goal, config: Object) -> set[str]:
    if goal.kind != "config" or key_of(config) != goal.key:
        return set(matched_nodes(config))
    if goal.patch.get("clusterNetwork"):
        return set()
    if "nodeSelector" not in goal.patch:
        return set(matched_nodes(config))
    selector = selector_after(config, goal.patch["nodeSelector"])
    return set(snapshot.matching(selector))


def _config_in_trouble(snapshot: Snapshot, config: Object) -> Iterator[str]:
    if is_terminating(config):
        yield f"network config {key_of(config)} is being deleted; wait until it is gone"
        return
    failed = nodes_not_ready(config, snapshot.of(VLAN_STATUS))
    nodes = snapshot.of(NODE)
    for node in matched_nodes(config):
        ready = condition(nodes[node], "Ready").get("status") if node in nodes else None
        if ready not in (None, "True"):
            yield (
                f"node {node} (network config {key_of(config)}) is not ready; bring it back "
                "first"
            )
        elif node in failed:
            yield (
                f"network config {key_of(config)} is not set up on {node}: {failed[node]}; "
                "repair it first"
            )


def _without_nics(snapshot: Snapshot, config: Object) -> Iterator[str]:
    """The nodes on which the bond could not be made anew: with another MTU it is (H4.1)."""
    wanted = config["spec"]["uplink"].get("nics") or []
    for node in matched_nodes(config):
        there = nics_of(node, snapshot)
        gone = [nic for nic in wanted if there is not None and nic not in there]
        if gone:
            yield (
                f"{node} has no {', '.join(gone)}, which network config {key_of(config)} "
                "wants, and could not make its bond anew; put it back, or change uplink.nics "
                "first"
            )


def of_standalone(standalone: Iterable[str]) -> Iterator[str]:
    """Instances without a VM: nobody could start them again."""
    for key in standalone:
        yield (
            f"VM instance {key} has no VM that could start it again; stop it: "
            f"kubectl -n {key.partition('/')[0]} delete vmi {key.partition('/')[2]}"
        )


def not_consented(
    record: Record, goal: Goal, consent: Consent, *, cycles: bool
) -> Iterator[str]:
    """What the user has not allowed, with the input that allows it."""
    stopping = [key for key, vm in record.vms.items() if not vm.finished]
    if stopping and not consent.stop_vms:
        yield (
            f"{_counted(stopping, 'VM')} must be stopped: {', '.join(stopping)}; allow it "
            "with disruption.stopVms: true"
        )
    others = [key for key in stopping if not consent.covers(key)]
    if others and consent.stop_vms:
        yield (
            f"{_counted(others, 'VM')} outside disruption.onlyVms must be stopped: "
            f"{', '.join(others)}"
        )
    if cycles and not consent.cycle_storage_network:
        yield (
            "the storage or RWX network is on this cluster network and must be cleared and "
            "set again; allow it with disruption.cycleStorageNetwork: true"
        )


def _counted(names: list[str], what: str) -> str:
    return f"{len(names)} {what}" + ("s" if len(names) != 1 else "")
