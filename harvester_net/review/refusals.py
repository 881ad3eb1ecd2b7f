"""Why a preview is refused, and what it warns of: each with its resource and property."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .preview import Diagnostic, Preview
from .properties import drift

_PROBLEM = re.compile(r"(?:\S+ )?resource '(?P<name>.*?)' has a problem: (?P<words>.*)", re.S)
_PROPERTY = re.compile(r"(?P<path>[a-z]\w*(?:\.\w+|\[\w+\])*): (?P<words>\S.*)", re.S)
_LIST = re.compile(r"(?P<head>.*: refused, and nothing was changed):\n(?P<items>  - .*)", re.S)
_ITEM = "  - "


@dataclass(frozen=True)
class Reason:
    """One reason, in the plugin's words, which say also what to do."""

    resource: str
    property: str
    """Path of the property that it is about; empty if about none."""
    words: str


def reasons(said: Iterable[Diagnostic]) -> list[Reason]:
    """All that was said, each reason once and for itself."""
    return list(dict.fromkeys(reason for it in said for reason in _reasons_of(it)))


def warnings(preview: Preview) -> list[Reason]:
    """What a preview warns of: in sentences, in plans, and by what somebody has changed."""
    told = reasons(preview.warnings)
    told += [
        Reason(who.name, "", words)
        for who, plan in preview.plans.items()
        for words in plan.warnings
    ]
    told += [
        Reason(it.urn.name, "", f"changed since the last up: {drift(it)}")
        for it in preview.changes
        if it.recorded is not None
    ]
    return told


def _reasons_of(said: Diagnostic) -> Iterator[Reason]:
    text, name = said.text, said.urn.name
    if problem := _PROBLEM.fullmatch(text):
        text, name = problem["words"], name or problem["name"]
    if many := _LIST.fullmatch(text):
        for item in many["items"].removeprefix(_ITEM).split(f"\n{_ITEM}"):
            yield Reason(name, "", f"{many['head'].partition(': refused')[0]}: {item}")
    elif said.urn.is_ours and (about := _PROPERTY.fullmatch(text)):
        yield Reason(name, about["path"], about["words"])
    else:
        yield Reason(name, "", text)
