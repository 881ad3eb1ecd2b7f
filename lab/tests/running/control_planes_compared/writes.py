"""Each write to an object, as the fields that it changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from harvester_net.lab.api import Object

from .facts import Fields, Objects, fields_of
from .tokens import Tokens

READY = "status.conditions[ready]"
NETWORK_GROUP = "network.harvesterhci.io"
READY_LABEL = f"labels[{NETWORK_GROUP}/ready]"
CONFIG_LABEL = f"labels[{NETWORK_GROUP}/vlanconfig]"
MGMT_LABEL = f"labels[{NETWORK_GROUP}/mgmt]"
_LEFT_TO_CHANCE = {
    ("ClusterNetwork", READY),
    ("ClusterNetwork", f"annotations[{NETWORK_GROUP}/vlan-id-set-str]"),
    ("ClusterNetwork", f"annotations[{NETWORK_GROUP}/vlan-id-set-str-hash]"),
    ("NAD", READY_LABEL),
    ("Node", CONFIG_LABEL),
}
MADE, GONE = "made", "gone"
Write = dict[str, Any]
"""The fields that a write changed, with None for those it took away."""
Writes = dict[str, list[Write]]
"""The writes to each object, in their order, by kind and key."""


@dataclass(frozen=True)
class Event:
    """One write as a watch sees it; `obj` is None if it was a deletion."""

    version: int
    word: str
    key: str
    obj: Object | None


Change = tuple[str, Write]
"""An object, by kind and key, and what a write to it changed."""


def changes(start: Objects, events: Iterable[Event], tokens: Tokens) -> list[Change]:
    """All writes since `start` that changed something worth comparing."""
    before = {(word, key): fields_of(word, obj, tokens) for (word, key), obj in start.items()}
    found: list[Change] = []
    for event in events:
        name = tokens.told(f"{event.word} {event.key}")
        was = before.pop((event.word, event.key), None)
        if event.obj is None:
            found.append((name, {GONE: True}))
            continue
        now = fields_of(event.word, event.obj, tokens)
        before[event.word, event.key] = now
        if write := _made(now) if was is None else _changed(was, now):
            found.append((name, write))
    return found


def by_object(found: Iterable[Change]) -> Writes:
    writes: Writes = {}
    for name, write in found:
        writes.setdefault(name, []).append(write)
    return {name: writes[name] for name in sorted(writes)}


def counts(name: str, path: str) -> bool:
    """Whether the writes of a field are compared, and not only what it is in the end.

    Links are written by simulated agents, whose own comparison looks at each write. Whether a
    cluster network without nodes is still ready is left to chance (H4.5), and with it the
    writes of the next one that makes it ready. Where one VM network comes and another goes,
    its VLANs may be noted once or twice. Which conditions of a VM are seen on the way, and
    which of three controllers is the first to put or take its finalizer, depends on how quick
    they and their watches are. A node in several cluster networks has the label of one
    of their configs.
    """
    word = name.partition(" ")[0]
    if path.startswith("links[") or (word, path) in _LEFT_TO_CHANCE:
        return False
    of_vms = path == "finalizers" or path.startswith("status.conditions[")
    return not (word in ("VM", "VMI") and of_vms)


def _made(fields: Fields) -> Write:
    return {MADE: True} | fields


def _changed(was: Fields, now: Fields) -> Write:
    paths = sorted(was.keys() | now.keys())
    return {path: now.get(path) for path in paths if was.get(path) != now.get(path)}
