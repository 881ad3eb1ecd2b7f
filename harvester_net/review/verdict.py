"""What a preview comes to: how bad it is, and one line that says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from ..harvester.wording import counted
from .preview import Operation, Preview

_DONE = {
    Operation.DELETE: "deleted",
    Operation.REPLACE: "replaced",
    Operation.UPDATE: "changed",
    Operation.CREATE: "created",
    Operation.IMPORT: "imported",
}
_LOSING = (Operation.DELETE, Operation.REPLACE)
_UNSEEN = "made without the cluster, so that nobody knows what stands against it"


class Level(IntEnum):
    """How much a preview does, from nothing to what cannot be done."""

    NOTHING = 0
    CHANGES = 1
    INTERRUPTS = 2
    """VMs stop, or a network of Harvester's Settings is down for a while."""
    REFUSED = 3
    """It cannot be carried out as it is, or nobody knows what it does."""


def level_of(preview: Preview) -> Level:
    """How much it does."""
    if preview.errors or not preview.complete:
        return Level.REFUSED
    if preview.affected_vms or cleared_networks(preview):
        return Level.INTERRUPTS
    changes = preview.changes or preview.plans or sum(preview.others.values())
    return Level.CHANGES if changes else Level.NOTHING


def cleared_networks(preview: Preview) -> list[str]:
    """The networks of Harvester's Settings that are down while it is carried out."""
    found = (name for plan in preview.plans.values() for name in plan.cleared)
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Verdict:
    """What a preview comes to, in plain words."""

    sign: str
    """A picture for it; empty where none is fit."""
    head: str
    more: str = ""
    """What follows the head in its sentence."""
    counts: str = ""
    """How many resources are created, changed and so on."""
    caveat: str = ""

    @property
    def markdown(self) -> str:
        """It in one line of Markdown."""
        sign = f"{self.sign} " if self.sign else ""
        more = self.more.replace(COMMAND, f"`{COMMAND}`")
        after = [words for words in (self.counts, self.caveat) if words]
        return " · ".join([f"{sign}**{self.head}**{more}", *after])


COMMAND = "pulumi up"
_GOOD, _BEWARE, _STOP = "✅", "⚠️", "🛑"


def verdict(preview: Preview) -> Verdict:
    """The preview in one line."""
    level = level_of(preview)
    caveat = "" if preview.saw_the_cluster else _UNSEEN
    if level is Level.NOTHING:
        return Verdict(_GOOD, "Nothing changes.", caveat=caveat)
    if level is Level.REFUSED:
        return Verdict(_STOP, _refused(preview), caveat=caveat)
    counts = _counts(preview)
    if level is Level.INTERRUPTS:
        return Verdict(_BEWARE, _interrupted(preview), "", counts, caveat)
    if any(change.operation in _LOSING for change in preview.changes):
        # Pulumi asks no provider about deletions.
        more = f"; what stands against it, only {COMMAND} tells"
        return Verdict(_BEWARE, "Networks are deleted or replaced", more, counts, caveat)
    if preview.saw_the_cluster:
        return Verdict(_GOOD, "No VM is stopped", "", counts, caveat)
    return Verdict("", "Changes", "", counts, caveat)


def _refused(preview: Preview) -> str:
    if any(said.urn.is_ours for said in preview.errors):
        return "Refused: nothing can be applied until this is resolved"
    if preview.errors:
        return "The preview failed: what would change is not known"
    return "The preview did not come to its end: what would change is not known"


def _interrupted(preview: Preview) -> str:
    told = [*_stopped(preview)]
    while_ = "meanwhile" if told else "for a while"
    told += [f"the {name} is down {while_}" for name in cleared_networks(preview)]
    words = ", ".join(told)
    return f"{words[:1].upper()}{words[1:]}"


def _stopped(preview: Preview) -> Iterator[str]:
    vms, down = preview.affected_vms, preview.vms_that_stay_down
    if not vms:
        return
    # What the words of a long plan leave out may stop more.
    least = "at least " if any(plan.left_out for plan in preview.plans.values()) else ""
    verb, again = ("stops", "starts") if len(vms) == 1 else ("stop", "start")
    stopped = f"{least}{counted(len(vms), 'VM')} {verb}"
    if not down:
        yield f"{stopped} and {again} again"
    elif len(down) == len(vms):
        yield f"{stopped}, and nothing starts {'it' if len(vms) == 1 else 'them'} again"
    else:
        yield f"{stopped}, {len(down)} of them {'stays' if len(down) == 1 else 'stay'} down"


def _counts(preview: Preview) -> str:
    ours = Counter(change.operation for change in preview.changes)
    total = ours + Counter(preview.others)
    counts = [f"{total[it]} {_DONE[it]}" for it in Operation if total[it]]
    return ", ".join(counts)
