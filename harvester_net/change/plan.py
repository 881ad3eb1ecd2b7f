"""From what is there and what is wanted to a record of the change, or to the reasons against
it.

Pure: the same snapshot, goal and consent always give the same plan. It covers every network
config of the cluster network, also those that no program manages.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..cluster.resources import LINK_MONITOR, Object, annotations_of, key_of, labels_of
from ..harvester.link_monitors import bonds
from ..harvester.names import MATCHED_NODES
from ..harvester.network_configs import matched_nodes
from ..harvester.snapshot import Snapshot
from .consent import Consent
from .errors import Refusal
from .goals import AnyGoal
from .record import ConfigRecord, Record
from .refusals import not_consented, not_possible, of_standalone
from .storage import needs_storage_cleared, rwx_text, storage_text
from .vms import vms_to_stop


@dataclass(frozen=True)
class Plan:
    """A change that can be carried out, or the reasons why it is not."""

    record: Record
    refusals: list[Refusal] = field(default_factory=list)


def plan(snapshot: Snapshot, goal: AnyGoal, consent: Consent, who: str = "") -> Plan:
    """The plan to reach the goal from this snapshot under this consent."""
    network = goal.interrupted_network(snapshot)
    cycles = needs_storage_cleared(snapshot, network)
    storage = storage_text(snapshot, network) if cycles else None
    stopping, standalone = vms_to_stop(snapshot, goal, everything=storage is not None)
    record = Record(
        goal=goal,
        who=who,
        version=snapshot.version,
        old_mtu=goal.old_mtu(snapshot),
        kept=goal.kept_config(snapshot),
        configs={key_of(c): config_record(snapshot, c) for c in goal.configs(snapshot)},
        vm_networks=goal.vm_networks_to_write(snapshot),
        vms=stopping,
        restart=consent.restart_vms,
        storage=storage,
        storage_before=goal.storage_before(snapshot),
        rwx=rwx_text(snapshot, network) if cycles else None,
    ).with_limits_of(consent)
    refusals = [
        *map(Refusal, not_possible(snapshot, goal)),
        *map(Refusal, of_standalone(standalone)),
        *not_consented(record, consent, cycles=cycles),
    ]
    return Plan(record, refusals)


def config_record(snapshot: Snapshot, config: Object) -> ConfigRecord:
    """A network config as it was, for the record."""
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


def extend(
    record: Record, snapshot: Snapshot, consent: Consent
) -> tuple[Record, list[Refusal]]:
    """A record that goes on after a break, with the VMs that have come in the way meanwhile.

    And the reasons, if the consent does not cover them.
    """
    cleared = record.storage is not None
    found, standalone = vms_to_stop(snapshot, record.goal, everything=cleared)
    more = {key: vm for key, vm in found.items() if key not in record.vms}
    longer = record.model_copy(update={"vms": record.vms | more})
    asked = longer.model_copy(update={"vms": more})
    refusals = not_consented(asked, consent, cycles=False)
    return longer, [*map(Refusal, of_standalone(standalone)), *refusals]


def is_interrupting(record: Record) -> bool:
    """Whether a plan interrupts more than the object that it is about."""
    cycles = record.storage is not None or record.rwx is not None
    return bool(record.vms or cycles or len(record.configs) > 1)
