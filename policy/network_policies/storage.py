"""Policies for the storage network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Interface

from .resource import (
    STORAGE_NETWORK,
    VM_NETWORK,
    VM_NETWORKS,
    Properties,
    Resource,
    Settings,
    Violation,
)

UNTAGGED = 1
"""The VLAN of what has no tag: 0, no VLAN, and 1 are one network."""
FOR_RWX = 32
"""Addresses that Harvester keeps free for RWX volumes, besides one for each node."""


def storage_vlan_is_its_own(
    resources: Sequence[Resource], settings: Settings
) -> Iterator[Violation]:
    """No VM network is in the VLAN of the storage network of the same cluster network."""
    for storage in (it for it in resources if it.kind == STORAGE_NETWORK):
        place, vlan = _place(storage), storage.properties.get("vlan")
        # What is required and not there, only the update will tell.
        if None in place or vlan is None:
            continue
        for network in (it for it in resources if it.kind in (VM_NETWORK, VM_NETWORKS)):
            path = _path_of(vlan or UNTAGGED, network.properties)
            if path and _place(network) == place:
                yield network.says(
                    path,
                    f"carries {_words(vlan)} of cluster network {place[1]}, and so does "
                    f"StorageNetwork {storage.name}: the VMs could see and disturb Longhorn's "
                    "traffic; give one of them another VLAN",
                )


def _place(resource: Resource) -> tuple[str, str | None]:
    """The cluster network, and the provider that stands for its cluster."""
    return resource.provider_urn, resource.properties.get("clusterNetwork")


def _path_of(vlan: int, network: Properties) -> str:
    """The property by which a VM network carries the VLAN; empty if it does not."""
    for index, part in enumerate(network.get("vlanTrunk") or ()):
        first = part.get("id") or part.get("minID")
        last = part.get("id") or part.get("maxID")
        if first and last and first <= vlan <= last:
            return f"vlanTrunk[{index}]"
    for index, item in enumerate(network.get("vlans") or ()):
        if any(first <= vlan <= last for first, last in _ranges(item)):
            return f"vlans[{index}]"
    if network.get("type") == "UntaggedNetwork":
        return "type" if vlan == UNTAGGED else ""
    return "vlan" if network.get("vlan") == vlan else ""


def _ranges(item: float | str) -> Iterator[tuple[int, int]]:
    """The first and the last VLANs of an entry of `vlans`, such as 100 or "200-299"."""
    for part in str(item if isinstance(item, str) else int(item)).split(","):
        first, _, last = part.partition("-")
        yield int(first), int(last or first)


def _words(vlan: int) -> str:
    return f"VLAN {vlan}" if vlan > UNTAGGED else "the untagged traffic"


def storage_range_has_room(storage: Resource, settings: Settings) -> Iterator[Violation]:
    """The range is large enough for a cluster of `nodes` with `disksPerNode`.

    Longhorn takes 2 addresses on each node and 2 for each of its disks. `sharedWithRwx` adds
    what Harvester keeps free while the RWX network shares the storage network.
    """
    nodes, disks = int(settings["nodes"]), int(settings["disksPerNode"])
    needed = nodes * (2 + 2 * disks)
    if settings["sharedWithRwx"]:
        needed += nodes + FOR_RWX
    given = storage.properties
    available = addresses(given["range"], given.get("exclude") or ())
    if available < needed:
        larger = _prefix_for(needed + addresses(given["range"], ()) - available)
        yield storage.says(
            "range",
            f"{given['range']} gives {available} addresses, and {nodes} nodes with {disks} "
            f"disks each need {needed}; use a {larger} or larger now, for another range later "
            "stops every VM",
        )


def addresses(whole: str, exclude: Sequence[str]) -> int:
    """How many addresses of a range are given out: all but the first, the last and the
    excluded ones.

    An exclusion begins at the address that is written, host bits or not.
    """
    first, last = _bounds(whole)
    start = int(IPv4Interface(whole).network.network_address)
    free = [(max(first, start + 1), last - 1)]
    for part in exclude:
        low, high = _bounds(part)
        free = [
            piece
            for a, b in free
            for piece in ((a, min(b, low - 1)), (max(a, high + 1), b))
            if piece[0] <= piece[1]
        ]
    return sum(max(0, b - a + 1) for a, b in free)


def _bounds(cidr: str) -> tuple[int, int]:
    """The first address that is written and the last one of its network, as numbers."""
    written = IPv4Interface(cidr)
    return int(written.ip), int(written.network.broadcast_address)


def _prefix_for(needed: int) -> str:
    """The smallest network that gives so many addresses, without its first and last one."""
    return f"/{32 - (needed + 1).bit_length()}"
