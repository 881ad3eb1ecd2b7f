"""Sets of VLAN IDs, as `bridge` lists them and as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .links import Vlans


def listed(entries: Iterable[Vlans], device: str) -> frozenset[int]:
    """The VLANs of a device in the output of ``bridge -c -j vlan show``."""
    found: set[int] = set()
    for entry in entries:
        if entry.ifname == device:
            for item in entry.vlans or ():
                found |= set(range(item.vlan, (item.vlanEnd or item.vlan) + 1))
    return frozenset(found)


def words(vlans: Iterable[int]) -> str:
    """A set of VLANs in as few words as it takes: ``1, 100-102``."""
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in _ranges(sorted(vlans)))


def _ranges(numbers: list[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for end, number in enumerate(numbers, start=1):
        if end == len(numbers) or numbers[end] != number + 1:
            yield numbers[start], number
            start = end
