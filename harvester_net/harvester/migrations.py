"""What KubeVirt says of live migrations: who can go, who is on the way, and why one failed
(B7.2).
"""

from __future__ import annotations

from ..cluster.resources import Object, condition
from ..printable import printable
from .json_texts import fields_in, items_in
from .workloads import FINAL_PHASES, is_migrating

FAILED = "Failed"
ENDED = ("Succeeded", FAILED)
"""Phases of a migration that is over."""
_WITHOUT_TARGET = ("", "Pending")
"""Phases in which no node has been chosen yet: one that is cordoned never will be."""


def why_not_migratable(vmi: Object) -> str:
    """Why an instance cannot be migrated now, in KubeVirt's own words where it has some; empty
    if it can.
    """
    phase = str(fields_in(vmi.get("status")).get("phase") or "Pending")
    if phase in FINAL_PHASES:
        return "its guest has shut down"
    if phase != "Running":
        return f"it does not run yet ({printable(phase)})"
    said = condition(vmi, "LiveMigratable")
    if said.get("status") == "True":
        return ""
    words = ": ".join(filter(None, (said.get("reason"), said.get("message"))))
    return words or "KubeVirt does not say that it can"


def cannot_go(vmi: Object) -> bool:
    """Whether waiting will not help: its guest is gone, or KubeVirt says that it cannot."""
    phase = fields_in(vmi.get("status")).get("phase")
    return phase in FINAL_PHASES or condition(vmi, "LiveMigratable").get("status") == "False"


def is_coming(vmi: Object) -> bool:
    """Whether it cannot be migrated only because it has just started."""
    return bool(why_not_migratable(vmi)) and not cannot_go(vmi)


def target_of(vmi: Object) -> str:
    """The node that an instance is on its way to; empty if it is on none."""
    if not is_migrating(vmi):
        return ""
    return printable(str(_moves(vmi).get("targetNode") or ""))


def instance_of(migration: Object) -> str:
    """The key of the instance that a migration is about."""
    name = printable(str(fields_in(migration.get("spec")).get("vmiName") or ""))
    return f"{migration['metadata'].get('namespace', '')}/{name}"


def phase_of(migration: Object) -> str:
    """The phase of a migration; empty if it has none yet."""
    return printable(str(fields_in(migration.get("status")).get("phase") or ""))


def has_hidden_target(migration: Object, vmi: Object) -> bool:
    """Whether a migration has chosen a node that its instance does not name yet."""
    if phase_of(migration) in (*ENDED, *_WITHOUT_TARGET):
        return False
    return bool(_moves(vmi).get("migrationUid") != migration["metadata"].get("uid"))


def why_failed(migration: Object, vmi: Object) -> str:
    """Why a migration failed, as far as KubeVirt tells; on its instance first."""
    status = fields_in(migration.get("status"))
    told = fields_in(status.get("migrationState"))
    if _moves(vmi).get("migrationUid") == migration["metadata"].get("uid"):
        told = _moves(vmi) | told
    if said := told.get("failureReason"):
        return printable(str(said))
    passed = map(fields_in, items_in(status.get("phaseTransitionTimestamps")))
    phases = [str(each.get("phase")) for each in passed if each.get("phase") != FAILED]
    if phases[-1:] == ["Scheduling"]:
        return "no node had room for it, or could take it"
    last = f" after {printable(phases[-1])}" if phases else ""
    return f"KubeVirt gives no reason{last}"


def _moves(vmi: Object) -> Object:
    return fields_in(fields_in(vmi.get("status")).get("migrationState"))
