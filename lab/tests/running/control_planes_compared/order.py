"""Which write came before which, where one causes the other.

Only pairs that are cause and effect are told: what else happens at the same time has no order.
A pair that came in another order in another run of the real control plane is left to chance,
and forgotten by the record. So is when an object is gone at last: its deletion begins with one
controller and ends with all whose finalizers it has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .writes import GONE, MADE, Change


@dataclass(frozen=True)
class Moment:
    """Writes of one kind that change one of these fields."""

    word: str
    fields: str
    """A regular expression."""
    names: str = ".*"
    """Another one for the objects."""
    values: str = ".*"
    """And for what the fields become."""


_NODE = re.compile(r"\b(node\d)\b(?:-[0-9a-f]{8})?")
_LABEL = r"labels\[(?!.*/vlanconfig).*\]"
_CONFIG = Moment(
    "VlanConfig", rf"{MADE}|spec\..*|deleting|{GONE}|annotations\[.*matched-nodes\]"
)
_STATUS = Moment("VlanStatus", rf"{MADE}|deleting|status\.conditions.*")
_READY = Moment("ClusterNetwork", r"status\.conditions\[ready\]")
_MTU = Moment("ClusterNetwork", r"annotations\[.*uplink-mtu\]")
_NAD = Moment("NAD", rf"{MADE}|deleting|spec\.config\.(vlan|vlanTrunk|mtu)")
_SETTING = Moment(
    "Setting",
    r"value|value\.(clusterNetwork|share-storage-network)|annotations\[.*net-attach-def\]"
    r"|status\.conditions\[configured\]",
)
_LONGHORN = Moment("LonghornSetting", r"value", ".*/storage-network")
_POOL = Moment("IPPool", MADE)
_SCALED = ("Prometheus", "Alertmanager", "Deployment")
_VM = Moment("VM", rf"{MADE}|deleting|spec\.runStrategy|spec\.running")
_PRINTED = Moment("VM", r"status\.printableStatus")
_VMI = Moment("VMI", rf"{MADE}|deleting|status\.phase")
_VMI_LIFE = Moment("VMI", rf"{MADE}|deleting")
_VMI_ON_NODE = Moment("VMI", r"status\.phase", values="Scheduled|Running")
_VMI_ENDED = Moment("VMI", r"status\.phase", values="Succeeded|Failed")
_POD_LIFE = Moment("Pod", rf"{MADE}|deleting")
_POD_RUNS = Moment("Pod", "phase", values="Running")
_POD_ENDED = Moment("Pod", "phase", values="Succeeded|Failed")
_MIGRATION = Moment("Migration", rf"{MADE}|deleting|status\.phase")

CAUSES: tuple[tuple[Moment, Moment], ...] = (
    (Moment("Node", _LABEL), _CONFIG),
    (Moment("Node", GONE), _CONFIG),
    (_CONFIG, _STATUS),
    (_CONFIG, _MTU),
    (_STATUS, Moment("Node", _LABEL)),
    (_STATUS, _READY),
    (_MTU, Moment("NAD", r"spec\.config\.mtu")),
    (_READY, Moment("NAD", r"labels\[.*ready\]")),
    (_NAD, Moment("ClusterNetwork", r"annotations\[.*vlan-id-set-str\]")),
    (_SETTING, _NAD),
    (_SETTING, _SETTING),
    (_NAD, _NAD),
    (_CONFIG, _CONFIG),
    (_VMI, _VMI),
    (_SETTING, Moment("LonghornSetting", r"value")),
    (_SETTING, Moment("KubeVirt", r"spec\..*")),
    *((_LONGHORN, Moment(word, "replicas")) for word in _SCALED),
    (_LONGHORN, _POOL),
    (_POOL, Moment("Setting", r"status\.conditions\[configured\]")),
    (_VM, _VMI),
    (_VMI_LIFE, _POD_LIFE),
    (_POD_RUNS, _VMI_ON_NODE),
    (_VMI_ENDED, _POD_ENDED),
    (_VMI, _PRINTED),
    (_VM, _PRINTED),
    (_POD_LIFE, Moment("Volume", "state")),
    (_MIGRATION, _POD_LIFE),
    (_MIGRATION, Moment("VMI", r"status\.migrationState.*|status\.nodeName")),
)

Order = list[str]
"""Pairs, each as "one, then the other"."""


@dataclass(frozen=True)
class _First:
    """The first time that a field of an object gets a value."""

    number: int
    """Of the write."""
    name: str
    path: str
    value: str | None
    """None for what only happens."""

    @property
    def kind(self) -> str:
        return self.name.partition(" ")[0]

    @property
    def node(self) -> str:
        """Whose it is, if the object is one of a node."""
        found = _NODE.search(self.name)
        return found.group(1) if found else ""

    @property
    def told(self) -> str:
        """The same words for all nodes."""
        name = _NODE.sub("*", self.name)
        said = "" if self.value is None else f" = {self.value}"
        return f"{name} {self.path}{said}"


def order_of(found: Iterable[Change]) -> Order:
    """The order of causes and effects among these writes, sorted.

    What nodes do at the same time has no order. Of what is done on each node, that is told
    which is so on all; towards what is no node's, the first node counts, and the last one for
    what goes.
    """
    alike: dict[str, list[_First]] = {}
    for first in _firsts(found):
        alike.setdefault(first.told, []).append(first)
    parts = {told: _parts_of(firsts[0]) for told, firsts in alike.items()}
    concerned = [told for told in alike if any(parts[told])]
    return sorted(
        f"{one}, then {other}"
        for one in concerned
        for other in concerned
        if _have_to_do(parts[one], parts[other])
        and _may_be_told(alike[one][0], alike[other][0])
        and _is_before(alike[one], alike[other])
    )


_Parts = tuple[frozenset[int], frozenset[int]]
"""In which entries of `CAUSES` something is the cause, and in which the effect."""


def _parts_of(first: _First) -> _Parts:
    causes = (n for n, (cause, _) in enumerate(CAUSES) if _matches(cause, first))
    effects = (n for n, (_, effect) in enumerate(CAUSES) if _matches(effect, first))
    return frozenset(causes), frozenset(effects)


def _have_to_do(one: _Parts, other: _Parts) -> bool:
    """Whether one is the cause of the other, whichever that is."""
    return bool(one[0] & other[1] or one[1] & other[0])


def _may_be_told(one: _First, other: _First) -> bool:
    """Of two objects of a kind none has to do with the other."""
    return one.name == other.name or one.kind != other.kind


def _is_before(ones: list[_First], others: list[_First]) -> bool:
    """Whether the ones came before the others."""
    if ones[0].node and others[0].node:
        numbers = {first.node: first.number for first in others}
        pairs = [(one.number, numbers[one.node]) for one in ones if one.node in numbers]
    else:
        pairs = [(_counting(ones), _counting(others))]
    return bool(pairs) and all(one < other for one, other in pairs)


def _counting(firsts: list[_First]) -> int:
    numbers = [first.number for first in firsts]
    return max(numbers) if firsts[0].path == GONE else min(numbers)


def _firsts(found: Iterable[Change]) -> Iterator[_First]:
    seen = set()
    for number, (name, write) in enumerate(found):
        fields = {MADE: True} if MADE in write else write
        for path, value in fields.items():
            first = _First(number, name, path, None if value is True else str(value))
            if (key := (name, path, first.value)) not in seen:
                seen.add(key)
                yield first


def _matches(moment: Moment, first: _First) -> bool:
    return (
        first.kind == moment.word
        and bool(re.fullmatch(moment.fields, first.path))
        and bool(re.fullmatch(moment.names, first.name.partition(" ")[2]))
        and bool(re.fullmatch(moment.values, first.value or ""))
    )
