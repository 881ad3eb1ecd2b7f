"""Sets of VLAN IDs, as `bridge` lists them and as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..cluster.resources import Object
from ..harvester.cni import cni_config


def listed(entries: Any, device: str) -> frozenset[int]:
    """The VLANs of a device in the output of ``bridge -c -j vlan show``."""
    found: set[int] = set()
    for entry in entries if isinstance(entries, list) else []:
        if entry.get("ifname") == device:
            for item in entry.get("vlans") or []:
                found |= set(range(item["vlan"], item.get("vlanEnd", item["vlan"]) + 1))
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


def of_network(nad: Object) -> frozenset[int]:
    """The VLANs that a VM network needs tagged on the uplink; none if it is untagged.

    VLAN 1 is there on every port (H4.4).
    """
    config = cni_config(nad)
    found = {config.get("vlan")}
    for item in config.get("vlanTrunk") or []:
        low, high = item.get("minID"), item.get("maxID")
        found |= {item.get("id")}
        if isinstance(low, int) and isinstance(high, int):
            found |= set(range(low, high + 1))
    return frozenset(vlan for vlan in found if isinstance(vlan, int) and 2 <= vlan <= 4094)
