"""The one document of `pulumi preview --json`."""

from __future__ import annotations

from typing import Any

from ..harvester.json_texts import fields_in, items_in
from .gathering import Step, gathered
from .preview import Preview


def is_digest(value: dict[str, Any]) -> bool:
    """Whether an object is such a document: a preview that finds nothing has hardly a field
    besides its duration.
    """
    return "changeSummary" in value or ("duration" in value and "sequence" not in value)


def preview_of_digest(document: dict[str, Any]) -> Preview:
    """The preview that it describes."""
    steps = (_step(fields_in(step)) for step in items_in(document.get("steps")))
    told = map(fields_in, items_in(document.get("diagnostics")))
    said = ((it.get("severity"), it.get("urn"), _words(it)) for it in told)
    return gathered(steps, said, complete=document.get("maybeCorrupt") is not True)


def _step(step: dict[str, Any]) -> Step:
    old, new = fields_in(step.get("oldState")), fields_in(step.get("newState"))
    return Step(
        urn=str(step.get("urn") or ""),
        operation=str(step.get("op") or ""),
        old=fields_in(old.get("inputs")),
        new=fields_in(new.get("inputs")),
        paths=tuple(fields_in(step.get("detailedDiff")) or items_in(step.get("diffReasons"))),
        outputs=fields_in(new.get("outputs")),
    )


def _words(item: dict[str, Any]) -> str:
    """The message, which begins with its severity here."""
    return str(item.get("message") or "").removeprefix(f"{item.get('severity')}: ")
