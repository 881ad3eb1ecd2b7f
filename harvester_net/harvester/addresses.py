"""Addresses of the networks in Harvester's settings: how many there are, and how many are
needed (H3.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from ..cluster.resources import LONGHORN_NODE, NODE, Object, key_of, labels_of
from .names import WITNESS
from .snapshot import Snapshot
from .wording import counted

SHORTEST_PREFIX = 16
FOR_RWX = 32
"""Addresses that Harvester keeps free for RWX workloads."""
RESERVED = ("10.42.0.0/16", "10.43.0.0/16", "10.52.0.0/16", "10.53.0.0/16")
"""Pods and services of Harvester's own cluster and of Rancher's, as its documentation says
(H9).
"""

Interval = tuple[int, int]
"""First and last address, as numbers."""


@dataclass(frozen=True)
class Range:
    """An IPv4 CIDR as it was written."""

    network: IPv4Network
    start: IPv4Address
    """The address that was written: Harvester counts an exclusion from there on."""

    @property
    def last(self) -> int:
        """The last address, as a number."""
        return int(self.network.broadcast_address)


def read_range(text: str) -> Range | None:
    """What an IPv4 CIDR says, host bits or not; None if it is none."""
    address, slash, prefix = text.partition("/")
    if not slash or not (prefix.isascii() and prefix.isdigit()):
        return None
    try:
        return Range(IPv4Network(text, strict=False), IPv4Address(address))
    except ValueError:
        return None


def usable(whole: Range, exclude: Iterable[Range]) -> list[Interval]:
    """The addresses that are given out: all but the first, the last and the excluded ones, as
    sorted intervals.
    """
    first = max(int(whole.start), int(whole.network.network_address) + 1)
    free = [(first, whole.last - 1)]
    for part in exclude:
        free = [piece for free_one in free for piece in _without(free_one, part)]
    return sorted((low, high) for low, high in free if low <= high)


def _without(interval: Interval, part: Range) -> Iterator[Interval]:
    (low, high), first, last = interval, int(part.start), part.last
    if last < low or high < first:
        yield interval
        return
    yield low, min(high, first - 1)
    yield max(low, last + 1), high


def count(intervals: Iterable[Interval]) -> int:
    """How many addresses these are."""
    return sum(high - low + 1 for low, high in intervals)


def overlap(one: Sequence[Interval], other: Sequence[Interval]) -> bool:
    """Whether an address is in both."""
    return any(a <= d and c <= b for a, b in one for c, d in other)


def disks_of(longhorn_node: Object) -> int:
    """The number of disks of a Longhorn node."""
    return len((longhorn_node.get("spec") or {}).get("disks") or {})


def workers(snapshot: Snapshot) -> int:
    """The number of nodes that are no witnesses, by the label alone."""
    return sum(WITNESS not in labels_of(node) for node in snapshot.of(NODE).values())


@dataclass(frozen=True)
class Budget:
    """The addresses of a storage network."""

    available: int
    per_node: Mapping[str, int]
    """Needed by the Longhorn of each node: 2, and 2 for each of its disks."""
    disks: Mapping[str, int]
    for_rwx: int
    """Needed in addition while the RWX network shares the storage network."""

    @property
    def needed(self) -> int:
        """Without which Harvester refuses the range."""
        return sum(self.per_node.values()) + self.for_rwx

    @property
    def spare(self) -> int:
        """Left for more nodes and disks; below 0 when there are too few."""
        return self.available - self.needed

    def words(self, network: str) -> str:
        """The budget as a user reads it, in three lines or so."""
        nodes = ", ".join(
            f"{node} {need} ({counted(self.disks[node], 'disk')})"
            for node, need in sorted(self.per_node.items())
        )
        rwx = f", and {self.for_rwx} for RWX volumes" if self.for_rwx else ""
        return (
            f"addresses of {network}: {self.available} available, {self.needed} needed, "
            f"{self.spare} spare. Longhorn needs 2 for a node and 2 for each of its disks: "
            f"{nodes or 'no nodes'}{rwx}"
        )


def storage_budget(
    whole: Range, exclude: Iterable[Range], snapshot: Snapshot, *, shared: bool
) -> Budget:
    """The addresses that a storage network of this range has and needs."""
    nodes = snapshot.of(LONGHORN_NODE)
    disks = {key_of(node).rpartition("/")[2]: disks_of(node) for node in nodes.values()}
    return Budget(
        available=count(usable(whole, exclude)),
        per_node={node: 2 + 2 * number for node, number in disks.items()},
        disks=disks,
        for_rwx=workers(snapshot) + FOR_RWX if shared else 0,
    )
