"""What the plan of an ordered change says, read from its outputs or its words.

The events of a preview carry the plan as outputs of the resource; the one document has it in
words only, as `change/report.py` writes them, and of a long one not the middle.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

_STOPS = re.compile(r"(?:stop VM (\S+) \(|remove the finished instance of VM (\S+)$)")
_STARTS = re.compile(r"start VM (\S+) \(")
_CLEARS = {
    "clear the storage network": "storage network",
    "reset the RWX network": "RWX network",
    "clear the VM migration network": "VM migration network",
}
_HEAD = re.compile(r"(?P<headline>.+), in \d+ steps?:")
_BEGUN = re.compile(r"(?P<headline>.+): begun .+, \d+ of \d+ steps done; left:")
_ITEM = "  - "
_STEP = re.compile(r" *(\d+)\. (.+)")
_GAP = re.compile(r" *\.\.\. (\d+) more steps \.\.\.")
_MARKS = ("warning", "estimate", "note", "plan id", "cluster")
_ONCE_ALLOWED = "\nOnce allowed: "
"""Comes between the reasons against a change and its plan."""


@dataclass(frozen=True)
class ChangePlan:
    """The steps of an ordered change."""

    steps: tuple[tuple[int, str], ...]
    """Numbered from 1."""
    headline: str = ""
    vms: tuple[str, ...] | None = None
    """The VMs that stop, where the plan names them beside its steps."""
    left_out: int = 0
    """How many steps are not known."""
    warnings: tuple[str, ...] = ()
    estimate: str = ""
    """How long it takes, and how long VMs are down."""
    notes: tuple[str, ...] = ()
    id: str = ""
    """By which `up` is told to carry out this plan and no other; empty if nobody needs to."""

    @classmethod
    def of_outputs(cls, titles: Iterable[str], vms: Iterable[str]) -> ChangePlan:
        """The plan of the outputs `plan` and `affectedVms`."""
        return cls(tuple(enumerate(titles, start=1)), vms=tuple(sorted(vms)))

    @property
    def affected_vms(self) -> tuple[str, ...]:
        """The VMs that it stops, as ``namespace/name``; of what is left out not all."""
        return self._stopped if self.vms is None else self.vms

    @property
    def _stopped(self) -> tuple[str, ...]:
        found = {key for key in map(_stopped_by, self._titles) if key}
        # Of the middle that is left out, the end still tells who comes back.
        found |= set(self.started_vms) if self.left_out else set()
        return tuple(sorted(found))

    @property
    def started_vms(self) -> tuple[str, ...]:
        """The VMs that it starts again."""
        matches = map(_STARTS.match, self._titles)
        return tuple(sorted(match[1] for match in matches if match))

    @property
    def cleared(self) -> tuple[str, ...]:
        """The networks of Harvester's Settings that are down meanwhile."""
        return tuple(_CLEARS[title] for title in self._titles if title in _CLEARS)

    @property
    def _titles(self) -> tuple[str, ...]:
        return tuple(title for _, title in self.steps)

    def with_words_of(self, told: ChangePlan) -> ChangePlan:
        """The plan with what only its words have."""
        return replace(told, steps=self.steps, vms=self.vms, left_out=0)


def _stopped_by(title: str) -> str:
    match = _STOPS.match(title)
    return (match[1] or match[2]) if match else ""


def plan_in(text: str) -> ChangePlan | None:
    """The plan that a text of the plugin is, or what is left of one; None if it is another
    text.
    """
    first, *lines = text.strip("\n").split("\n")
    if begun := _BEGUN.fullmatch(first):
        left = enumerate((line.removeprefix(_ITEM) for line in lines), start=1)
        return ChangePlan(tuple(left), f"{begun['headline']}, which is not finished")
    head = _HEAD.fullmatch(first)
    return None if head is None else _planned(head["headline"], lines)


def _planned(headline: str, lines: Iterable[str]) -> ChangePlan:
    steps, left_out = [], 0
    said: dict[str, list[str]] = {mark: [] for mark in _MARKS}
    for line in lines:
        if step := _STEP.fullmatch(line):
            steps.append((int(step[1]), step[2]))
        elif gap := _GAP.fullmatch(line):
            left_out += int(gap[1])
        else:
            mark, _, words = line.partition(": ")
            said.get(mark, []).append(words)
    return ChangePlan(
        tuple(steps),
        headline,
        left_out=left_out,
        warnings=tuple(said["warning"]),
        estimate="".join(said["estimate"]),
        notes=tuple(said["note"]),
        id="".join(said["plan id"]),
    )


def refusal_and_plan(text: str) -> tuple[str, ChangePlan | None]:
    """The reasons against a change, and its plan if the text has that too."""
    refusal, _, planned = text.partition(_ONCE_ALLOWED)
    return refusal, plan_in(planned) if planned else None
