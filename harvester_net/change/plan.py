"""From what is there and what is wanted to a record of the change, or to the reasons against
it.

Pure: the same situation, goal and consent always give the same plan. It covers every network
config of the cluster network, also those that no program manages.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ..cluster.resources import (
    CLUSTER_NETWORK,
    LINK_MONITOR,
    NAD,
    NODE,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
    Object,
    annotations_of,
    condition,
    is_terminating,
    key_of,
    labels_of,
)
from ..rules.attachments import is_stopped, is_system_nad, nads_of, uses
from ..rules.reading import (
    MATCHED_NODES,
    MTU_SOURCE,
    bonds,
    cni_config,
    config_mtu,
    leaked,
    matched_nodes,
    nad_mtu,
    nodes_not_ready,
    storage_progress,
    uplink_mtu,
)
from ..rules.versions import (
    CONFIGS_WITHOUT_NODES,
    RWX_NETWORK,
    STORAGE_BESIDE_THEM,
    VM_NETWORKS_FOLLOW,
)
from .consent import Consent
from .patches import contains
from .record import ConfigRecord, Goal, Record, VmRecord
from .situation import RWX_SETTING, STORAGE_SETTING, Situation

MGMT = "mgmt"
LAST_STRATEGY = "harvesterhci.io/vmRunStrategy"
WITNESS = "node-role.harvesterhci.io/witness"
HALTED = "Halted"
STAYS_DOWN = {
    "Succeeded": ("RerunOnFailure", "Manual", "Once"),
    "Failed": ("Manual", "Once"),
}
"""Run strategies that leave a VM down whose instance has ended in a phase (H5.6)."""


@dataclass(frozen=True)
class Plan:
    """A change that can be carried out, or the reasons why it is not."""

    record: Record
    refusals: list[str] = field(default_factory=list)


def plan(situation: Situation, goal: Goal, consent: Consent, who: str = "") -> Plan:
    """The plan to reach the goal from this situation under this consent."""
    targets = _targets(situation, goal)
    cycles = _needs_storage_cleared(situation, goal)
    storage = _storage_text(situation, goal) if cycles else None
    stopping, standalone = vms_to_stop(situation, goal, everything=storage is not None)
    record = Record(
        goal=goal,
        who=who,
        version=situation.version,
        old_mtu=_old_mtu(situation, goal),
        kept=_kept(situation, goal, targets),
        configs={key_of(config): _config_record(situation, config) for config in targets},
        vm_networks=_vm_networks_to_write(situation, goal),
        vms=stopping,
        restart=consent.restart_vms,
        storage=storage,
        storage_before=situation.setting(STORAGE_SETTING) * (goal.kind == "storageNetwork"),
        rwx=_rwx_text(situation, goal) if cycles else None,
    ).with_limits_of(consent)
    refusals = [
        *_not_possible(situation, goal, targets),
        *_standalone_refusals(standalone),
        *_not_consented(record, goal, consent, cycles=cycles),
    ]
    return Plan(record, refusals)


def reached(situation: Situation, goal: Goal) -> bool:
    """Whether a goal is reached already, so that nothing may be interrupted for it."""
    if goal.kind == "mtu":
        return _mtu_reached(situation, goal)
    if goal.kind == "storageNetwork":
        return situation.setting(STORAGE_SETTING) == goal.text
    if goal.kind == "vmNetwork":
        nad = situation.of(NAD).get(goal.key)
        text = (goal.patch.get("spec") or {}).get("config") or "{}"
        return nad is not None and cni_config(nad) == json.loads(text)
    config = situation.of(VLAN_CONFIG).get(goal.key)
    if goal.kind == "configDeletion":
        return config is None
    return config is not None and contains(config["spec"], goal.patch)


def _mtu_reached(situation: Situation, goal: Goal) -> bool:
    network = situation.of(CLUSTER_NETWORK).get(goal.cluster_network)
    configs = configs_of(situation, goal.cluster_network)
    follow, nads = VM_NETWORKS_FOLLOW.on(situation.version), situation.of(NAD)
    own = [nads[key] for key in vm_networks_of(situation, goal.cluster_network)]
    seen = {config_mtu(config) for config in configs}
    # Up to 1.5 nobody may write the storage network's own, and it follows nothing (H7).
    seen |= {nad_mtu(nad) for nad in own if follow or not is_system_nad(nad)}
    if network is not None and (follow or not configs):
        seen.add(uplink_mtu(network))
    return seen == {goal.mtu}


def extended(
    record: Record, situation: Situation, consent: Consent
) -> tuple[Record, list[str]]:
    """A record that goes on after a break, with the VMs that have come in the way meanwhile.

    And the reasons, if the consent does not cover them.
    """
    cleared = record.storage is not None
    found, standalone = vms_to_stop(situation, record.goal, everything=cleared)
    more = {key: vm for key, vm in found.items() if key not in record.vms}
    longer = record.model_copy(update={"vms": record.vms | more})
    asked = longer.model_copy(update={"vms": more})
    refusals = _not_consented(asked, record.goal, consent, cycles=False)
    return longer, [*_standalone_refusals(standalone), *refusals]


def is_interrupting(record: Record) -> bool:
    """Whether a plan interrupts more than the object that it is about."""
    cycles = record.storage is not None or record.rwx is not None
    return bool(record.vms or cycles or len(record.configs) > 1)


# --- the configs -----------------------------------------------------------------------------


def _targets(situation: Situation, goal: Goal) -> list[Object]:
    """The network configs that the change touches."""
    configs = situation.of(VLAN_CONFIG)
    if goal.kind == "mtu":
        return configs_of(situation, goal.cluster_network)
    if goal.kind in ("config", "configDeletion") and goal.key in configs:
        return [configs[goal.key]]
    return []


def configs_of(situation: Situation, cluster_network: str) -> list[Object]:
    """The network configs of a cluster network, in the order of their names; none for mgmt,
    where they only mirror what the hosts have (H1.2).
    """
    if cluster_network == MGMT:
        return []
    found = situation.of(VLAN_CONFIG).values()
    return sorted(
        (c for c in found if c["spec"]["clusterNetwork"] == cluster_network), key=key_of
    )


def _kept(situation: Situation, goal: Goal, targets: list[Object]) -> str:
    """The config that stays: the server takes a new MTU only from the last one (H5.0).

    Best the one that the cluster network's MTU comes from, which then need not move (H5.1).
    Never one without nodes while another has some: 1.6 and 1.7 cannot change it (H3.2).
    """
    if goal.kind != "mtu" or not targets:
        return ""
    network = situation.of(CLUSTER_NETWORK).get(goal.cluster_network)
    source = annotations_of(network).get(MTU_SOURCE, "") if network else ""
    working = [key_of(config) for config in targets if matched_nodes(config)]
    names = working or [key_of(config) for config in targets]
    return source if source in names else names[0]


def _config_record(situation: Situation, config: Object) -> ConfigRecord:
    network = config["spec"]["clusterNetwork"]
    nodes = matched_nodes(config)
    now = bonds(situation.of(LINK_MONITOR).get(network), network)
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


def _old_mtu(situation: Situation, goal: Goal) -> int:
    if goal.kind == "configDeletion" and goal.key in situation.of(VLAN_CONFIG):
        return config_mtu(situation.of(VLAN_CONFIG)[goal.key])
    network = situation.of(CLUSTER_NETWORK).get(goal.cluster_network)
    if goal.kind != "mtu" or network is None:
        return 0
    # Up to 1.5 the cluster network knows nothing of its MTU; its configs do (H7).
    configs = configs_of(situation, goal.cluster_network)
    return config_mtu(configs[0]) if configs else uplink_mtu(network)


def _vm_networks_to_write(situation: Situation, goal: Goal) -> dict[str, str]:
    """The VM networks that the change writes itself, with their config before (H7)."""
    nads = situation.of(NAD)
    if goal.kind == "vmNetwork":
        return {goal.key: nads[goal.key]["spec"]["config"]}
    if goal.kind != "mtu" or VM_NETWORKS_FOLLOW.on(situation.version):
        return {}
    own = vm_networks_of(situation, goal.cluster_network)
    return {key: nads[key]["spec"]["config"] for key in own if not is_system_nad(nads[key])}


def vm_networks_of(situation: Situation, cluster_network: str) -> list[str]:
    """The VM networks of a cluster network, by label or by the bridge that they name."""
    nads, bridge = situation.of(NAD), f"{cluster_network}-br"
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


# --- the storage network ---------------------------------------------------------------------


def _touched_network(situation: Situation, goal: Goal) -> str:
    """The cluster network whose devices the change interrupts; empty if none."""
    if goal.kind == "mtu":
        return goal.cluster_network
    if goal.kind in ("config", "configDeletion") and affected_nodes(situation, goal):
        return str(situation.of(VLAN_CONFIG)[goal.key]["spec"]["clusterNetwork"])
    return ""


def _needs_storage_cleared(situation: Situation, goal: Goal) -> bool:
    network = _touched_network(situation, goal)
    if not network:
        return False
    value = situation.setting_value(STORAGE_SETTING)
    return value.get("clusterNetwork") == network or _rwx_on(situation, network)


def _rwx_on(situation: Situation, network: str) -> bool:
    rwx = situation.setting_value(RWX_SETTING).get("network") or {}
    return RWX_NETWORK.on(situation.version) and rwx.get("clusterNetwork") == network


def _storage_text(situation: Situation, goal: Goal) -> str | None:
    value = situation.setting_value(STORAGE_SETTING)
    if value.get("clusterNetwork") != _touched_network(situation, goal):
        return None
    return situation.setting(STORAGE_SETTING)


def _rwx_text(situation: Situation, goal: Goal) -> str | None:
    """The RWX setting, where it shares the storage network or has its own on this network."""
    network = _touched_network(situation, goal)
    shares = situation.setting_value(RWX_SETTING).get("share-storage-network") is True
    if (shares and _storage_text(situation, goal)) or _rwx_on(situation, network):
        return situation.setting(RWX_SETTING)
    return None


# --- the VMs ---------------------------------------------------------------------------------


def vms_to_stop(
    situation: Situation, goal: Goal, *, everything: bool
) -> tuple[dict[str, VmRecord], list[str]]:
    """The VMs that are in the way, as they are now; and instances without a VM (H5.0)."""
    vms, vmis = situation.of(VM), situation.of(VMI)
    keys = set(_blockers(situation, goal))
    if everything or goal.kind == "storageNetwork":
        keys |= {key for key, vm in vms.items() if not _stays_stopped(vm, vmis.get(key))}
    standalone = sorted(keys - vms.keys())
    return {k: vm_record(vms[k], vmis.get(k)) for k in sorted(keys & vms.keys())}, standalone


def _blockers(situation: Situation, goal: Goal) -> Iterator[str]:
    """The instances, running or not, over which the server refuses the change."""
    nads, nodes = {goal.key}, None
    if goal.kind != "vmNetwork":
        network = _touched_network(situation, goal)
        nads = set(vm_networks_of(situation, network)) if network else set()
    if goal.kind in ("config", "configDeletion"):
        nodes = affected_nodes(situation, goal)
    for key, vmi in situation.of(VMI).items():
        # One that has no node yet may come up on any of them at any moment.
        node = (vmi.get("status") or {}).get("nodeName")
        if uses(vmi, nads) and (nodes is None or not node or node in nodes):
            yield key


def affected_nodes(situation: Situation, goal: Goal) -> set[str]:
    """The nodes where a change of a config interrupts traffic, as the server counts (H3.2)."""
    config = situation.of(VLAN_CONFIG).get(goal.key)
    if config is None:
        return set()
    matched = set(matched_nodes(config))
    if goal.kind == "configDeletion" or {"uplink", "clusterNetwork"} & goal.patch.keys():
        return matched
    if "nodeSelector" not in goal.patch:
        return set()
    selector = _selector_after(config, goal.patch["nodeSelector"])
    return {node for node in matched if not _matches(situation, node, selector)}


def _selector_after(config: Object, change: dict[str, Any] | None) -> dict[str, str]:
    merged = {**(config["spec"].get("nodeSelector") or {}), **(change or {})}
    return {} if change is None else {k: v for k, v in merged.items() if v is not None}


def _matches(situation: Situation, node: str, selector: dict[str, str]) -> bool:
    found = situation.of(NODE).get(node)
    labels = labels_of(found) if found else {}
    return WITNESS not in labels and all(labels.get(k) == v for k, v in selector.items())


def _stays_stopped(vm: Object, vmi: Object | None) -> bool:
    """Whether a VM is stopped and will not come up by itself."""
    if not is_stopped(vm, vmi):
        return False
    original = vm_record(vm, vmi)
    if original.strategy in (None, "Always"):
        return False
    return original.strategy == HALTED or not original.phase or original.finished


def vm_record(vm: Object, vmi: Object | None) -> VmRecord:
    """How to bring a VM back to what it is now."""
    strategy = vm["spec"].get("runStrategy", HALTED)
    if "running" in vm["spec"]:
        strategy = None if vm["spec"]["running"] else HALTED
    return VmRecord(
        strategy=strategy,
        remembered=annotations_of(vm).get(LAST_STRATEGY),
        phase=_phase(vmi),
        finished=strategy in STAYS_DOWN.get(_phase(vmi), ()),
    )


def _phase(vmi: Object | None) -> str:
    return str((vmi.get("status") or {}).get("phase") or "Pending") if vmi else ""


# --- what stands against it ------------------------------------------------------------------


def _not_possible(situation: Situation, goal: Goal, targets: list[Object]) -> Iterator[str]:
    if goal.kind == "mtu" and goal.cluster_network not in situation.of(CLUSTER_NETWORK):
        yield f"there is no cluster network {goal.cluster_network}"
    for config in targets:
        yield from _config_in_trouble(situation, config)
    shares = situation.setting_value(RWX_SETTING).get("share-storage-network") is True
    if goal.kind == "storageNetwork" and not goal.text and shares:
        yield (
            "the RWX network shares the storage network, and Harvester does not clear it "
            f"then; set share-storage-network to false in the Setting {RWX_SETTING} first"
        )
    yield from _without_nodes(situation, goal, targets)
    yield from _storage_could_not_return(situation, goal)
    setting = situation.of(SETTING).get(STORAGE_SETTING)
    network = _touched_network(situation, goal)
    if setting and _needs_storage_cleared(situation, goal):
        state = storage_progress(setting)
        if not state.done:
            # Cleared half way, Harvester would lose a network that then blocks the configs.
            yield f"the storage network is still being configured ({state.words}); wait for it"
    for nad in leaked(setting, situation.of(NAD)) if setting and network else ():
        if nad in nads_of(network, situation.of(NAD).values()):
            yield (
                f"{nad} is left over from an earlier storage network and blocks every network "
                "config; delete it: kubectl -n harvester-system delete "
                f"network-attachment-definitions {nad.partition('/')[2]}"
            )


def _without_nodes(situation: Situation, goal: Goal, targets: list[Object]) -> Iterator[str]:
    """The configs without nodes over which older servers fall (H3.2, H7)."""
    if goal.kind == "configDeletion" or CONFIGS_WITHOUT_NODES.on(situation.version):
        return
    # From 1.6 on such a config can at least be made, so that only the kept one is a problem.
    made = VM_NETWORKS_FOLLOW.on(situation.version) and goal.kind == "mtu"
    kept = _kept(situation, goal, targets)
    for key in (key_of(config) for config in targets if not matched_nodes(config)):
        if not made or key == kept:
            yield (
                f"network config {key} matches no node, and Harvester of this version cannot "
                "change such a config; delete it, or let it match a node"
            )


def _storage_could_not_return(situation: Situation, goal: Goal) -> Iterator[str]:
    """Why Harvester would not take the storage network back afterwards (H3.5, check 9)."""
    network = _touched_network(situation, goal)
    cycled = _needs_storage_cleared(situation, goal) and goal.kind != "configDeletion"
    if not cycled or network == MGMT:
        return
    configs = configs_of(situation, network)
    covered = {node for config in configs for node in _nodes_after(situation, goal, config)}
    for key, node in sorted(situation.of(NODE).items()):
        if labels_of(node).get(WITNESS) != "true" and key not in covered:
            yield (
                f"node {key} would have no network config of cluster network {network}, and "
                "Harvester would not take the storage or RWX network back; give it one first"
            )
    for config in configs if not STORAGE_BESIDE_THEM.on(situation.version) else ():
        if MATCHED_NODES not in annotations_of(config):
            yield (
                f"network config {key_of(config)} matches no node, and Harvester would not "
                "take the storage or RWX network back; delete it, or let it match a node"
            )


def _nodes_after(situation: Situation, goal: Goal, config: Object) -> set[str]:
    if goal.kind != "config" or key_of(config) != goal.key:
        return set(matched_nodes(config))
    if goal.patch.get("clusterNetwork"):
        return set()
    if "nodeSelector" not in goal.patch:
        return set(matched_nodes(config))
    selector = _selector_after(config, goal.patch["nodeSelector"])
    return {node for node in situation.of(NODE) if _matches(situation, node, selector)}


def _config_in_trouble(situation: Situation, config: Object) -> Iterator[str]:
    if is_terminating(config):
        yield f"network config {key_of(config)} is being deleted; wait until it is gone"
        return
    failed = nodes_not_ready(config, situation.of(VLAN_STATUS))
    nodes = situation.of(NODE)
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


def _standalone_refusals(standalone: Iterable[str]) -> Iterator[str]:
    for key in standalone:
        yield (
            f"VM instance {key} has no VM that could start it again; stop it: "
            f"kubectl -n {key.partition('/')[0]} delete vmi {key.partition('/')[2]}"
        )


def _not_consented(
    record: Record, goal: Goal, consent: Consent, *, cycles: bool
) -> Iterator[str]:
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
