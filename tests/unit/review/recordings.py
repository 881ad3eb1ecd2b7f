"""What Pulumi wrote of real previews (`tests/e2e/recording.py`), and what is made of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harvester_net.review.preview import Preview
from harvester_net.review.reading import previews

RECORDED = Path(__file__).parent / "recorded"
NAMES = sorted({file.stem for file in RECORDED.iterdir()})
_STEPS = ("resourcePreEvent", "resOutputsEvent")

Event = dict[str, Any]


def text(name: str, form: str = "jsonl") -> str:
    """What Pulumi wrote: ``jsonl`` for its events, ``json`` for its document."""
    return (RECORDED / f"{name}.{form}").read_text()


def preview(name: str, form: str = "jsonl") -> Preview:
    """The one preview that was recorded."""
    (found,) = previews(text(name, form))
    return found


def events(name: str) -> list[Event]:
    """The events of a preview."""
    return [json.loads(line) for line in text(name).splitlines()]


def written(found: list[Event]) -> str:
    """Events as Pulumi writes them."""
    return "".join(f"{json.dumps(event)}\n" for event in found)


def many(name: str, vm_network: str, number: int) -> str:
    """The preview in which not one VM network comes or changes, but so many.

    They are called ``net-0000`` and so on, and their VLANs follow each other.
    """
    return written([it for event in events(name) for it in _many(event, vm_network, number)])


def _many(event: Event, vm_network: str, number: int) -> Iterator[Event]:
    step = next((event[it] for it in _STEPS if it in event), {"metadata": {"urn": ""}})
    if not step["metadata"]["urn"].endswith(f"VmNetwork::{vm_network}"):
        yield event
        return
    for n in range(number):
        made = json.loads(json.dumps(event).replace(vm_network, f"net-{n:04}"))
        for properties in _properties(made):
            if "vlan" in properties:
                properties["vlan"] += 1_000 + n
        yield made


def _properties(event: Event) -> Iterator[Event]:
    metadata = next(event[it] for it in _STEPS if it in event)["metadata"]
    for state in ("old", "new"):
        for which in ("inputs", "outputs"):
            yield (metadata.get(state) or {}).get(which) or {}
