"""The events of a preview, one JSON object each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..harvester.json_texts import fields_in, items_in
from .gathering import Said, Step, gathered
from .preview import Preview, Unfit

_STEPS = ("resourcePreEvent", "resOutputsEvent")
_POLICY = "policyEvent"
_END = "summaryEvent"
_BEGIN = "preludeEvent"

Event = dict[str, Any]


def is_event(value: Event) -> bool:
    """Whether an object is an event of Pulumi's engine."""
    return "sequence" in value and "timestamp" in value


def previews_of_events(events: Iterable[Event]) -> list[Preview]:
    """The previews that these events tell, one after the other. Raises Unfit."""
    return [_preview(run) for run in _runs(events)]


def _runs(events: Iterable[Event]) -> Iterator[list[Event]]:
    """The events of each run of the command."""
    run: list[Event] = []
    for event in events:
        if _BEGIN in event and any(_BEGIN in earlier for earlier in run):
            yield run
            run = []
        run.append(event)
    if run:
        yield run


def _preview(run: list[Event]) -> Preview:
    ends = [fields_in(event[_END]) for event in run if _END in event]
    if any(end.get("isPreview") is False for end in ends):
        raise Unfit("the log of an update, not of a preview")
    steps = (
        _step(fields_in(fields_in(event[name]).get("metadata")))
        for event in run
        for name in _STEPS
        if name in event
    )
    told = (fields_in(event["diagnosticEvent"]) for event in run if "diagnosticEvent" in event)
    said = [
        (it.get("severity"), it.get("urn"), str(it.get("message") or ""))
        for it in told
        if it.get("ephemeral") is not True
    ]
    said += [_violation(fields_in(event[_POLICY])) for event in run if _POLICY in event]
    complete = bool(ends) and not any(end.get("maybeCorrupt") for end in ends)
    return gathered(steps, said, complete=complete)


def _violation(told: dict[str, Any]) -> Said:
    """What a policy says of a resource; a mandatory one stops the update."""
    mandatory = told.get("enforcementLevel") == "mandatory"
    words = f"policy {told.get('policyName')}: {told.get('message')}"
    return "error" if mandatory else "warning", told.get("resourceUrn"), words


def _step(metadata: dict[str, Any]) -> Step:
    old, new = fields_in(metadata.get("old")), fields_in(metadata.get("new"))
    return Step(
        urn=str(metadata.get("urn") or ""),
        operation=str(metadata.get("op") or ""),
        old=fields_in(old.get("inputs")),
        new=fields_in(new.get("inputs")),
        paths=tuple(
            fields_in(metadata.get("detailedDiff")) or items_in(metadata.get("diffs"))
        ),
        outputs=fields_in(new.get("outputs")),
    )
