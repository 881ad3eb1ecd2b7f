"""From the steps and sentences of a preview, in either form, to the preview itself."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..urns import PROVIDER, Urn
from .preview import STACK, Change, Diagnostic, Operation, Preview
from .steps import ChangePlan, plan_in, refusal_and_plan

_OPERATIONS = {
    "delete": Operation.DELETE,
    "replace": Operation.REPLACE,
    "create-replacement": Operation.REPLACE,
    "delete-replaced": Operation.REPLACE,
    "import-replacement": Operation.REPLACE,
    "update": Operation.UPDATE,
    "create": Operation.CREATE,
    "import": Operation.IMPORT,
}
"""Those that change something; a `refresh` only looks, and `same` is none."""
_ORDER = list(Operation)
_COLOURS = re.compile(r"<\{%.*?%\}>|\x1b\[[0-9;]*m")
_TRACEBACK = "\nTraceback (most recent call last):"
_PREFIXES = ("Preview failed: ", "an unhandled error occurred: ")
"""What Pulumi puts before a sentence of others, or before one that was said already."""
_AFTERMATH = frozenset(("preview failed", "Resource monitor has terminated, shutting down"))
"""What Pulumi says after an error and because of it."""

Said = tuple[object, object, str]
"""Severity, URN and text of a diagnostic."""


@dataclass(frozen=True)
class Step:
    """One step that Pulumi would take for a resource."""

    urn: str
    operation: str
    old: dict[str, Any] = field(default_factory=dict)
    new: dict[str, Any] = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    outputs: dict[str, Any] = field(default_factory=dict)


def gathered(steps: Iterable[Step], said: Iterable[Said], *, complete: bool) -> Preview:
    """The preview of these steps and sentences."""
    by_urn = defaultdict[str, list[Step]](list)
    for step in steps:
        by_urn[step.urn].append(step)
    changes = [it for of_one in by_urn.values() if (it := _change(of_one)) is not None]
    sentences = [it for it in dict.fromkeys(map(_diagnostic, said)) if _is_for_people(it)]
    plans = _plans(step for of_one in by_urn.values() for step in of_one)
    told = _with_words(plans, sentences)
    urns = [*map(Urn.of, by_urn), *(it.urn for it in sentences)]
    where = next((urn for urn in urns if urn.stack), Urn())
    return Preview(
        project=where.project,
        stack=where.stack,
        changes=tuple(sorted((it for it in changes if it.urn.is_ours), key=_place)),
        kept=dict(_kept(by_urn)),
        others=Counter(it.operation for it in changes if not it.urn.is_ours),
        diagnostics=tuple(told),
        plans=dict(sorted(plans.items())),
        complete=complete,
    )


def _with_words(
    plans: dict[Urn, ChangePlan], sentences: Iterable[Diagnostic]
) -> list[Diagnostic]:
    """Adds to the plans what sentences tell of them, and returns the others."""
    others = []
    for it in sentences:
        text, plan = refusal_and_plan(it.text) if it.is_error else ("", plan_in(it.text))
        if plan is None:
            others.append(it)
            continue
        if text:
            others.append(replace(it, text=text))
        known = plans.get(it.urn)
        plans[it.urn] = plan if known is None else known.with_words_of(plan)
    return others


def _is_for_people(said: Diagnostic) -> bool:
    return said.severity in ("error", "warning", "info") and said.text not in _AFTERMATH


def _place(change: Change) -> tuple[int, str, str]:
    return _ORDER.index(change.operation), change.kind, change.urn.name


def _change(steps: list[Step]) -> Change | None:
    """What becomes of one resource, of which a replacement has several steps."""
    changing = [step for step in steps if step.operation in _OPERATIONS]
    if not changing or Urn.of(changing[0].urn).type in (STACK, PROVIDER):
        return None
    old = next((step.old for step in changing if step.old), {})
    # Before anything else the engine reads the object, whose state is then the old one.
    recorded = next((step.old for step in steps if step.operation == "refresh"), old)
    return Change(
        urn=Urn.of(changing[0].urn),
        operation=min((_OPERATIONS[it.operation] for it in changing), key=_ORDER.index),
        old=old,
        new=next((step.new for step in reversed(changing) if step.new), {}),
        paths=tuple(sorted({str(path) for step in changing for path in step.paths})),
        recorded=None if recorded == old else recorded,
    )


def _kept(by_urn: Mapping[str, list[Step]]) -> Iterator[tuple[Urn, dict[str, Any]]]:
    """The resources of which only `same` and `refresh` are told."""
    for text, steps in sorted(by_urn.items()):
        urn = Urn.of(text)
        stays = not any(step.operation in _OPERATIONS for step in steps)
        # After a refresh it is told as the cluster has it, and of what is gone nothing.
        if urn.is_ours and stays and steps[-1].new:
            yield urn, steps[-1].new


def _plans(steps: Iterable[Step]) -> dict[Urn, ChangePlan]:
    """The plans that are outputs."""
    found = {}
    for step in steps:
        urn, titles = Urn.of(step.urn), _texts(step.outputs.get("plan"))
        if urn.is_ours and step.operation in _OPERATIONS and titles:
            vms = _texts(step.outputs.get("affectedVms"))
            found[urn] = ChangePlan.of_outputs(titles, vms)
    return found


def _texts(value: object) -> list[str]:
    return [it for it in value if isinstance(it, str)] if isinstance(value, list) else []


def _diagnostic(said: Said) -> Diagnostic:
    severity, urn, text = said
    text = _COLOURS.sub("", text).strip()
    for prefix in _PREFIXES:
        text = text.removeprefix(prefix)
    known = str(severity).partition("#")[0]
    about = Urn.of(str(urn or ""))
    # Another text in its place is nobody's name.
    about = about if about.stack else Urn()
    return Diagnostic(known, about, text.partition(_TRACEBACK)[0])
