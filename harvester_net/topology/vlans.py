"""VLANs as people and switches write them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator


def vlans_text(vlans: Collection[int]) -> str:
    """VLANs in order, neighbours as ranges: ``100-102,200``; empty if there are none."""
    return ",".join(
        str(first) if first == last else f"{first}-{last}" for first, last in _spans(vlans)
    )


def vlans_named(vlans: Collection[int]) -> str:
    """The same with its noun: ``VLAN 200``, ``VLANs 100-102``."""
    return f"{'VLAN' if len(vlans) == 1 else 'VLANs'} {vlans_text(vlans)}"


def _spans(vlans: Collection[int]) -> Iterator[tuple[int, int]]:
    first = last = None
    for vlan in sorted(vlans):
        if first is not None and last is not None and vlan > last + 1:
            yield first, last
            first = vlan
        first, last = (vlan if first is None else first), vlan
    if first is not None and last is not None:
        yield first, last
