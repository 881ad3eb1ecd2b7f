"""From what is there and what is wanted to a record of the change, or to the reasons against
it.

Pure: the same snapshot, goal and consent always give the same plan. It covers every network
config of the cluster network, also those that no program manages.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..cluster.resources import key_of
from ..harvester.snapshot import Snapshot
from .consent import Consent
from .continuation import continued
from .duration import duration, estimate
from .errors import Refusal
from .foreseen import foreseen_refusals, foreseen_warnings
from .goals import AnyGoal
from .goals.goal import Goal
from .moves import Moves, emptying_of, moves_refusals, moves_warnings, planned_moves
from .record import ConfigRecord, Emptying, HostNetworkRecord, Record
from .refusals import (
    CLEARED,
    in_the_middle,
    migrating,
    not_consented,
    not_consented_now,
    not_possible,
    of_standalone,
)
from .reviewed import not_reviewed
from .storage import migration_text, needs_storage_cleared, rwx_text, storage_text
from .vms import parallel_on, vms_to_stop


@dataclass(frozen=True)
class Plan:
    """A change that can be carried out, or the reasons why it is not."""

    record: Record
    refusals: list[Refusal] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    """What may be in its way, and does not keep it from being carried out."""
    estimate: str = ""
    """How long it takes and how long VMs are down, where anything else is interrupted."""

    @property
    def lacks_only_consent(self) -> bool:
        """Whether the user may allow it, as it is."""
        return bool(self.refusals) and all(one.allowed_by for one in self.refusals)


def plan(snapshot: Snapshot, goal: AnyGoal, consent: Consent, who: str = "") -> Plan:
    """The plan to reach the goal from this snapshot under this consent."""
    network = goal.interrupted_network(snapshot)
    cycles = needs_storage_cleared(snapshot, network)
    storage = storage_text(snapshot, network) if cycles else None
    stopping, standalone = vms_to_stop(snapshot, goal, everything=storage is not None)
    moves = None if cycles else planned_moves(snapshot, goal, consent)
    if moves is not None:
        stopping = {key: vm for key, vm in stopping.items() if key in moves.staying}
        standalone = [key for key in standalone if key in moves.staying]
    record = Record(
        goal=goal,
        who=who,
        version=snapshot.version,
        old_mtu=goal.old_mtu(snapshot),
        kept=goal.kept_config(snapshot),
        configs={key_of(c): ConfigRecord.of(c, snapshot) for c in goal.configs(snapshot)},
        host_networks={
            key_of(c): HostNetworkRecord.of(c, snapshot) for c in goal.host_networks(snapshot)
        },
        vm_networks=goal.vm_networks_to_write(snapshot),
        vms=stopping,
        restart=consent.restart_vms,
        emptying=_emptying(moves, snapshot, goal, consent),
        max_parallel=parallel_on(snapshot),
        storage=storage,
        storage_before=goal.storage_before(snapshot),
        rwx=rwx_text(snapshot, network) if cycles else None,
        migration=migration_text(snapshot, goal.mtu_network),
    ).with_limits_of(consent)
    refusals = [
        *map(Refusal, not_possible(snapshot, goal)),
        *map(Refusal, of_standalone(standalone)),
        *map(Refusal, in_the_middle(snapshot, stopping)),
        *map(Refusal, migrating(snapshot, record)),
        *map(Refusal, foreseen_refusals(snapshot, record)),
        *not_consented(
            record,
            consent,
            cycles=cycles,
            staying=moves.staying if moves else {},
            why_stop=CLEARED if cycles else goal.why_vms_stop(snapshot),
        ),
        *(moves_refusals(snapshot, goal, moves, consent) if moves and moves.going else ()),
        *(not_reviewed(record, consent) if is_interrupting(record) else ()),
    ]
    warnings = [*foreseen_warnings(snapshot, record), *moves_warnings(snapshot, goal, record)]
    if moves is not None and consent.stop_vms:
        warnings += [_stopped_all_the_same(key, moves) for key in record.vms]
    told = estimate(duration(record, snapshot)) if is_interrupting(record) else ""
    return Plan(record, refusals, warnings, told)


def _emptying(
    moves: Moves | None, snapshot: Snapshot, goal: Goal, consent: Consent
) -> Emptying | None:
    """How the nodes are emptied; None if no VM is to go."""
    if moves is None or not moves.going:
        return None
    return emptying_of(moves, snapshot, goal, consent)


def _stopped_all_the_same(key: str, moves: Moves) -> str:
    return f"VM {key} is stopped, for it cannot be migrated: {moves.staying[key]}"


def extend(
    record: Record, snapshot: Snapshot, consent: Consent
) -> tuple[Record, list[Refusal]]:
    """A record that goes on after a break, with what has come in its way meanwhile.

    And the reasons against it, if the consent does not cover what is to be stopped or cleared
    now: what was agreed to when it began is not asked for, but what is down is down.
    """
    going = continued(record, snapshot)
    vms = {key: going.record.vms[key] for key in going.stopping}
    refusals = not_consented_now(
        going.record, vms, consent, cycles=going.clears_settings, staying=going.staying
    )
    return going.record, [*map(Refusal, of_standalone(going.standalone)), *refusals]


def is_interrupting(record: Record) -> bool:
    """Whether a plan interrupts more than the object that it is about."""
    moves = record.emptying is not None
    anew = record.raises_mtu and record.host_networks
    return bool(record.vms or moves or record.cleared or anew or len(record.configs) > 1)
