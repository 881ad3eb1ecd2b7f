"""What a change touches: its network configs, their nodes, and the VM networks on them."""

from __future__ import annotations

from typing import Any

from ..cluster.resources import (
    CLUSTER_NETWORK,
    LINK_MONITOR,
    NAD,
    NODE,
    VLAN_CONFIG,
    Object,
    annotations_of,
    key_of,
    labels_of,
)
from ..harvester.cni import cni_config
from ..harvester.link_monitors import bonds
from ..harvester.mtus import config_mtu, uplink_mtu
from ..harvester.names import MATCHED_NODES, MTU_SOURCE, WITNESS
from ..harvester.network_configs import matched_nodes
from ..harvester.snapshot import Snapshot
from ..harvester.versions import VM_NETWORKS_FOLLOW
from ..harvester.workloads import is_system_nad, nads_of
from ..specs.limits import MGMT
from .record import ConfigRecord, Goal


def configs_touched(snapshot: Snapshot, goal: Goal) -> list[Object]:
    """The network configs that the change touches."""
    configs = snapshot.of(VLAN_CONFIG)
    if goal.kind == "mtu":
        return configs_of(snapshot, goal.cluster_network)
    if goal.kind in ("config", "configDeletion") and goal.key in configs:
        return [configs[goal.key]]
    return []


def configs_of(snapshot: Snapshot, cluster_network: str) -> list[Object]:
    """The network configs of a cluster network, in the order of their names; none for mgmt,
    where they only mirror what the hosts have (H1.2).
    """
    if cluster_network == MGMT:
        return []
    found = snapshot.of(VLAN_CONFIG).values()
    return sorted(
        (c for c in found if c["spec"]["clusterNetwork"] == cluster_network), key=key_of
    )


def kept_config(snapshot: Snapshot, goal: Goal, targets: list[Object]) -> str:
    """The config that stays: the server takes a new MTU only from the last one (H5.0).

    Best the one that the cluster network's MTU comes from, which then need not move (H5.1).
    Never one without nodes while another has some: 1.6 and 1.7 cannot change it (H3.2).
    """
    if goal.kind != "mtu" or not targets:
        return ""
    network = snapshot.of(CLUSTER_NETWORK).get(goal.cluster_network)
    source = annotations_of(network).get(MTU_SOURCE, "") if network else ""
    working = [key_of(config) for config in targets if matched_nodes(config)]
    names = working or [key_of(config) for config in targets]
    return source if source in names else names[0]


def config_record(snapshot: Snapshot, config: Object) -> ConfigRecord:
    """A config as it was, for the record."""
    network = config["spec"]["clusterNetwork"]
    nodes = matched_nodes(config)
    now = bonds(snapshot.of(LINK_MONITOR).get(network), network)
    return ConfigRecord(
        manifest=manifest_of(config),
        nodes=nodes,
        bonds={node: now[node][0] for node in nodes if node in now},
    )


def manifest_of(config: Object) -> Object:
    """An object to make the config again from, without what the server fills in (H2)."""
    meta = config["metadata"]
    notes = {k: v for k, v in annotations_of(config).items() if k != MATCHED_NODES}
    kept = {"name": meta["name"], "labels": labels_of(config), "annotations": notes}
    return {
        "apiVersion": config["apiVersion"],
        "kind": config["kind"],
        "metadata": {key: value for key, value in kept.items() if value},
        "spec": config["spec"],
    }


def old_mtu(snapshot: Snapshot, goal: Goal) -> int:
    """The MTU in bytes before the change; 0 if the change is about something else."""
    if goal.kind == "configDeletion" and goal.key in snapshot.of(VLAN_CONFIG):
        return config_mtu(snapshot.of(VLAN_CONFIG)[goal.key])
    network = snapshot.of(CLUSTER_NETWORK).get(goal.cluster_network)
    if goal.kind != "mtu" or network is None:
        return 0
    # Up to 1.5 the cluster network knows nothing of its MTU; its configs do (H7).
    configs = configs_of(snapshot, goal.cluster_network)
    return config_mtu(configs[0]) if configs else uplink_mtu(network)


def vm_networks_to_write(snapshot: Snapshot, goal: Goal) -> dict[str, str]:
    """The VM networks that the change writes itself, with their config before (H7)."""
    nads = snapshot.of(NAD)
    if goal.kind == "vmNetwork":
        return {goal.key: nads[goal.key]["spec"]["config"]}
    if goal.kind != "mtu" or VM_NETWORKS_FOLLOW.on(snapshot.version):
        return {}
    own = vm_networks_of(snapshot, goal.cluster_network)
    return {key: nads[key]["spec"]["config"] for key in own if not is_system_nad(nads[key])}


def vm_networks_of(snapshot: Snapshot, cluster_network: str) -> list[str]:
    """The VM networks of a cluster network, by label or by the bridge that they name."""
    nads, bridge = snapshot.of(NAD), f"{cluster_network}-br"
    labelled = nads_of(cluster_network, nads.values())
    by_bridge = {
        key
        for key, nad in nads.items()
        # Reading ten thousand configs takes its time; most need not be read.
        if key not in labelled
        and bridge in str(nad["spec"].get("config"))
        and cni_config(nad).get("bridge") == bridge
    }
    return sorted(labelled | by_bridge)


def touched_network(snapshot: Snapshot, goal: Goal) -> str:
    """The cluster network whose devices the change interrupts; empty if none."""
    if goal.kind == "mtu":
        return goal.cluster_network
    if goal.kind in ("config", "configDeletion") and affected_nodes(snapshot, goal):
        return str(snapshot.of(VLAN_CONFIG)[goal.key]["spec"]["clusterNetwork"])
    return ""


def affected_nodes(snapshot: Snapshot, goal: Goal) -> set[str]:
    """The nodes where a change of a config interrupts traffic, as the server counts (H3.2)."""
    config = snapshot.of(VLAN_CONFIG).get(goal.key)
    if config is None:
        return set()
    matched = set(matched_nodes(config))
    if goal.kind == "configDeletion" or {"uplink", "clusterNetwork"} & goal.patch.keys():
        return matched
    if "nodeSelector" not in goal.patch:
        return set()
    selector = selector_after(config, goal.patch["nodeSelector"])
    return {node for node in matched if not matches(snapshot, node, selector)}


def selector_after(config: Object, change: dict[str, Any] | None) -> dict[str, str]:
    """A node selector after a merge patch of it."""
    merged = {**(config["spec"].get("nodeSelector") or {}), **(change or {})}
    return {} if change is None else {k: v for k, v in merged.items() if v is not None}


def matches(snapshot: Snapshot, node: str, selector: dict[str, str]) -> bool:
    """Whether a node has all labels of a selector, and is no witness."""
    found = snapshot.of(NODE).get(node)
    labels = labels_of(found) if found else {}
    return WITNESS not in labels and all(labels.get(k) == v for k, v in selector.items())
