"""From what is there and what is wanted to a record of the change, or to the reasons against
it.

Pure: the same situation, goal and consent always give the same plan. It covers every network
config of the cluster network, also those that no program manages.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from ..cluster.merge_patch import contains
from ..cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    VLAN_CONFIG,
    key_of,
)
from ..harvester.cni import cni_config
from ..harvester.mtus import config_mtu, nad_mtu, uplink_mtu
from ..harvester.names import STORAGE_SETTING
from ..harvester.snapshot import Snapshot
from ..harvester.versions import VM_NETWORKS_FOLLOW
from ..harvester.workloads import is_system_nad
from .consent import Consent
from .record import Goal, Record
from .refusals import not_consented, not_possible, of_standalone
from .storage import needs_storage_cleared, rwx_text, storage_text
from .targets import (
    config_record,
    configs_of,
    configs_touched,
    kept_config,
    old_mtu,
    vm_networks_of,
    vm_networks_to_write,
)
from .vms import vms_to_stop


@dataclass(frozen=True)
class Plan:
    """A change that can be carried out, or the reasons why it is not."""

    record: Record
    refusals: list[str] = field(default_factory=list)


def plan(snapshot: Snapshot, goal: Goal, consent: Consent, who: str = "") -> Plan:
    """The plan to reach the goal from this situation under this consent."""
    targets = configs_touched(snapshot, goal)
    cycles = needs_storage_cleared(snapshot, goal)
    storage = storage_text(snapshot, goal) if cycles else None
    stopping, standalone = vms_to_stop(snapshot, goal, everything=storage is not None)
    record = Record(
        goal=goal,
        who=who,
        version=snapshot.version,
        old_mtu=old_mtu(snapshot, goal),
        kept=kept_config(snapshot, goal, targets),
        configs={key_of(config): config_record(snapshot, config) for config in targets},
        vm_networks=vm_networks_to_write(snapshot, goal),
        vms=stopping,
        restart=consent.restart_vms,
        storage=storage,
        storage_before=snapshot.setting(STORAGE_SETTING) * (goal.kind == "storageNetwork"),
        rwx=rwx_text(snapshot, goal) if cycles else None,
    ).with_limits_of(consent)
    refusals = [
        *not_possible(snapshot, goal, targets),
        *of_standalone(standalone),
        *not_consented(record, goal, consent, cycles=cycles),
    ]
    return Plan(record, refusals)


def reached(snapshot: Snapshot, goal: Goal) -> bool:
    """Whether a goal is reached already, so that nothing may be interrupted for it."""
    if goal.kind == "mtu":
        return _mtu_reached(snapshot, goal)
    if goal.kind == "storageNetwork":
        return snapshot.setting(STORAGE_SETTING) == goal.text
    if goal.kind == "vmNetwork":
        nad = snapshot.of(NAD).get(goal.key)
        text = (goal.patch.get("spec") or {}).get("config") or "{}"
        return nad is not None and cni_config(nad) == json.loads(text)
    config = snapshot.of(VLAN_CONFIG).get(goal.key)
    if goal.kind == "configDeletion":
        return config is None
    return config is not None and contains(config["spec"], goal.patch)


def _mtu_reached(snapshot: Snapshot, goal: Goal) -> bool:
    network = snapshot.of(CLUSTER_NETWORK).get(goal.cluster_network)
    configs = configs_of(snapshot, goal.cluster_network)
    follow, nads = VM_NETWORKS_FOLLOW.on(snapshot.version), snapshot.of(NAD)
    own = [nads[key] for key in vm_networks_of(snapshot, goal.cluster_network)]
    seen = {config_mtu(config) for config in configs}
    # Up to 1.5 nobody may write the storage network's own, and it follows nothing (H7).
    seen |= {nad_mtu(nad) for nad in own if follow or not is_system_nad(nad)}
    if network is not None and (follow or not configs):
        seen.add(uplink_mtu(network))
    return seen == {goal.mtu}


def extended(record: Record, snapshot: Snapshot, consent: Consent) -> tuple[Record, list[str]]:
    """A record that goes on after a break, with the VMs that have come in the way meanwhile.

    And the reasons, if the consent does not cover them.
    """
    cleared = record.storage is not None
    found, standalone = vms_to_stop(snapshot, record.goal, everything=cleared)
    more = {key: vm for key, vm in found.items() if key not in record.vms}
    longer = record.model_copy(update={"vms": record.vms | more})
    asked = longer.model_copy(update={"vms": more})
    refusals = not_consented(asked, record.goal, consent, cycles=False)
    return longer, [*of_standalone(standalone), *refusals]


def is_interrupting(record: Record) -> bool:
    """Whether a plan interrupts more than the object that it is about."""
    cycles = record.storage is not None or record.rwx is not None
    return bool(record.vms or cycles or len(record.configs) > 1)
