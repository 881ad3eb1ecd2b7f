"""An unfinished change, seen anew: what is live wins over what the record says is done.

Between two runs people repair things by hand, start VMs, make configs. A step that is noted as
done is open again when what it wrote is not there any more; and what is in the way now is
stopped now, recorded or not. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..cluster.resources import VMI, is_terminating, key_of
from ..harvester.names import MIGRATION_SETTING, STORAGE_SETTING
from ..harvester.snapshot import Snapshot
from ..harvester.workloads import node_of_vmi
from .record import ConfigRecord, Record
from .steps.configs import CreateConfig, DeleteConfig
from .steps.moving import CordonNode, EmptyNode, UncordonNode
from .steps.order import Parts, parts_of, steps_of
from .steps.settings import (
    VirtHandlersFollow,
    VolumesDetached,
    WriteMigration,
    WriteRwx,
    WriteStorage,
)
from .steps.step import Step
from .steps.vms import StartVm, VmStep
from .storage import needs_storage_cleared, rwx_text, storage_text
from .turns import Standing
from .turns_left import interrupts_in_turns, open_steps, stops_at
from .vms import InTheWay, in_the_way


@dataclass(frozen=True)
class Continuation:
    """How an unfinished change goes on."""

    record: Record
    """With what has come in the way, and with the steps open that are open now."""
    stopping: list[str]
    """The VMs that are to be stopped for it, by key."""
    standalone: list[str]
    """Instances in the way that have no VM, which nobody could start again."""
    staying: dict[str, str]
    """Those of them that cannot be migrated where others are, each with the reason."""
    clears_settings: bool
    """Whether the storage or RWX network is there now, and is to be cleared for it."""


def continued(record: Record, snapshot: Snapshot) -> Continuation:
    """The change as it goes on from this snapshot."""
    if record.turns is not None:
        return _continued_in_turns(record, snapshot)
    record = _with_configs_made_meanwhile(record, snapshot)
    record = _with_storage_set_meanwhile(record, snapshot)
    record = _with_migration_set_meanwhile(record, snapshot)
    parts, done = parts_of(record), set(record.done)
    core = _open(parts.core, done, snapshot)
    done -= core
    done -= {step.id for step in parts.hosts if not step.holds(snapshot)}
    clearing: set[str] = set()
    interrupting = _interrupting(parts, core)
    if not interrupting:
        # What is left needs nothing down: Harvester takes a new config beside running VMs.
        done |= {step.id for step in parts.interrupting}
    else:
        done -= {step.id for step in parts.proof}
        done -= _open(_emptying(parts.interrupting), done, snapshot)
        done -= {step.id for step in parts.restoring if isinstance(step, UncordonNode)}
        clearing = _open(_settings(parts.interrupting), done, snapshot)
        done -= clearing
    setting = _open(_settings(parts.restoring), done, snapshot)
    if clearing:
        setting = {step.id for step in _settings(parts.restoring)}
    done -= setting
    done -= {
        step.id
        for step in parts.restoring
        if isinstance(step, UncordonNode) and not step.done(snapshot)
    }
    way = InTheWay({}, [], {})
    if interrupting or setting & set(_ids(_minding_vms(parts.restoring))):
        way = in_the_way(record, snapshot)
        done -= {
            step.id
            for step in [*parts.interrupting, *parts.restoring]
            if isinstance(step, VolumesDetached)
            or (isinstance(step, VmStep) and step.key in way.vms)
        }
    order = [step.id for step in steps_of(record)]
    longer = record.model_copy(
        update={
            "vms": record.vms | record.coming(way.vms),
            "done": [id_ for id_ in order if id_ in done],
        }
    )
    there = {s.id for s in _minding_vms(parts.interrupting) if not s.holds(snapshot)}
    clears = bool(clearing & there)
    return Continuation(longer, list(way.vms), way.standalone, way.staying, clears)


def _continued_in_turns(record: Record, snapshot: Snapshot) -> Continuation:
    """The same where nodes take turns: which of them has had its turn, its labels tell."""
    standing = Standing(record, snapshot)
    way = in_the_way(record, snapshot, standing.emptied)
    order = steps_of(record)
    on = {node_of_vmi(snapshot.of(VMI)[key]) for key in way.staying}
    turns = {"stops_at": stops_at(order, standing, on)}
    emptying = record.emptying
    assert emptying is not None
    assert emptying.turns is not None
    moved = emptying.turns.model_copy(update=turns) if on else emptying.turns
    longer = record.model_copy(
        update={
            "vms": record.vms | record.coming(way.vms),
            "emptying": emptying.model_copy(update={"turns": moved}),
        }
    )
    order = steps_of(longer)
    left = open_steps(order, Standing(longer, snapshot), set(way.vms))
    done = [step.id for step in order if step.id not in left]
    going = longer.model_copy(update={"done": done})
    return Continuation(going, list(way.vms), way.standalone, way.staying, False)


def way_back(record: Record, snapshot: Snapshot) -> Record:
    """The record of the way back, which leaves out what the change had not touched yet.

    If the MTU that is kept is still the old one, no other config need be deleted: those that
    are gone come back beside it, whatever a dead node keeps from going. If all that the change
    is about is as it was, only the VMs and Settings are restored.
    """
    back = record.turned_back()
    if back.turns is not None:
        return back  # What is to be done for it the labels tell.
    parts = parts_of(back)
    if _is_untouched(back, parts, snapshot):
        return back.model_copy(update={"done": _ids(parts.interrupting + parts.core)})
    makes = {step.key: step for step in parts.core if isinstance(step, CreateConfig)}
    rest = _between(parts)
    if not makes or not all(step.holds(snapshot) for step in rest):
        return back
    needless = [
        step
        for step in parts.core
        if isinstance(step, DeleteConfig)
        and (step.holds(snapshot) or makes[step.key].holds(snapshot))
    ]
    there = [step for step in makes.values() if step.holds(snapshot)]
    return back.model_copy(update={"done": _ids([*rest, *needless, *there])})


def interrupts_still(record: Record) -> bool:
    """Whether a step is open that takes something away, or changes it."""
    parts = parts_of(record)
    if record.turns is not None:
        return interrupts_in_turns(parts.core, set(record.done))
    takes = [s for s in [*parts.interrupting, *parts.core] if not isinstance(s, CreateConfig)]
    return not {step.id for step in takes}.issubset(record.done)


def is_over(record: Record) -> bool:
    """Whether no step is open."""
    return {step.id for step in steps_of(record)}.issubset(record.done)


def not_restored(record: Record, snapshot: Snapshot) -> list[str]:
    """What is not as it was before, although the change is over: others have changed it
    meanwhile, and theirs stays.
    """
    parts, notes = parts_of(record), []
    for made in (step for step in parts.core if isinstance(step, CreateConfig)):
        for field, was in made.differing(snapshot).items():
            notes.append(
                f"network config {made.key} has another {field} than before; it was {was}"
            )
    for started in (step for step in parts.restoring if isinstance(step, StartVm)):
        if not started.done(snapshot):
            notes.append(f"VM {started.key} does not run as before; somebody has stopped it")
    return notes


def _is_untouched(back: Record, parts: Parts, snapshot: Snapshot) -> bool:
    said = back.goal.is_untouched(back, snapshot)
    return all(step.done(snapshot) for step in parts.core) if said is None else said


def _ids(steps: list[Step]) -> list[str]:
    return [step.id for step in steps]


def _open(steps: list[Step], done: set[str], snapshot: Snapshot) -> set[str]:
    """Which of these steps are not done, or not any more."""
    holding = {step.id for step in steps if step.id in done and step.holds(snapshot)}
    made = {s.key for s in steps if isinstance(s, CreateConfig) and s.holds(snapshot)}
    # A config that was deleted and made again is there: that is no reason to delete it again.
    replaced = {s.id for s in steps if isinstance(s, DeleteConfig) and s.key in made}
    return {step.id for step in steps} - holding - (replaced & done)


def _between(parts: Parts) -> list[Step]:
    """What is written after the deletion of configs and before they are made again."""
    return [s for s in parts.core if not isinstance(s, CreateConfig | DeleteConfig)]


def _interrupting(parts: Parts, core: set[str]) -> set[str]:
    """Those of the open steps of the core that take something away, or change it."""
    return core - {step.id for step in parts.core if isinstance(step, CreateConfig)}


def _emptying(steps: list[Step]) -> list[Step]:
    return [step for step in steps if isinstance(step, CordonNode | EmptyNode)]


def _settings(steps: list[Step]) -> list[Step]:
    kinds = WriteStorage | WriteRwx | WriteMigration | VirtHandlersFollow
    return [step for step in steps if isinstance(step, kinds)]


def _minding_vms(steps: list[Step]) -> list[Step]:
    """Of the steps that write a Setting, those that Harvester takes only without VMs."""
    return [step for step in steps if isinstance(step, WriteStorage | WriteRwx)]


def _with_configs_made_meanwhile(record: Record, snapshot: Snapshot) -> Record:
    """The record with the configs that somebody made since, as long as the MTU is the old one:
    the server takes a new MTU only from the last config (H5.0).
    """
    between = _between(parts_of(record))
    if not record.kept or all(step.holds(snapshot) for step in between):
        return record
    for config in record.goal.configs(snapshot):
        if key_of(config) not in record.configs and not is_terminating(config):
            record = record.with_config(key_of(config), ConfigRecord.of(config, snapshot))
    return record


def _with_storage_set_meanwhile(record: Record, snapshot: Snapshot) -> Record:
    """The record with the storage network that somebody has set since: it is cleared if it is
    in the way, and theirs is what comes back.
    """
    live = snapshot.setting(STORAGE_SETTING)
    if not live or live == record.storage:
        return record
    if record.storage is not None:
        return record.model_copy(update={"storage": live})
    parts, network = parts_of(record), record.goal.interrupted_network(snapshot)
    core = _open(parts.core, set(record.done), snapshot)
    if not _interrupting(parts, core) or not needs_storage_cleared(snapshot, network):
        return record
    rwx = rwx_text(snapshot, network) if record.rwx is None else record.rwx
    storage = storage_text(snapshot, network)
    return record.model_copy(update={"storage": storage, "rwx": rwx})


def _with_migration_set_meanwhile(record: Record, snapshot: Snapshot) -> Record:
    """The record with the VM migration network that somebody has set since, which is what
    comes back.
    """
    live = snapshot.setting(MIGRATION_SETTING)
    if record.migration is None or not live or live == record.migration:
        return record
    return record.model_copy(update={"migration": live})
