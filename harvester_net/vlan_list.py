"""VLANs as switches list them: ``100-199,250``. Pure, for programs and the plugin alike."""

from __future__ import annotations

import re
from collections.abc import Iterable

Ranges = tuple[range, ...]
Tagged = tuple[str, object, object]
"""Where VLANs are asked for, such as ``vlan``, and the first and the last of them. What is no
number cannot be judged: it is not known yet, or wrong in itself.
"""

LAST = 4094
_PART = re.compile(r"([0-9]{1,4})(?:-([0-9]{1,4}))?")


def vlans_in(text: str) -> Ranges:
    """The VLANs of a list, 1 to 4094; raises ValueError with what is wrong with it."""
    return tuple(map(_range_of, text.replace(" ", "").split(",")))


def _range_of(part: str) -> range:
    found = _PART.fullmatch(part)
    if found is None:
        raise ValueError(f"'{part}' is neither a VLAN nor a range; write 100-199,250")
    first = int(found[1])
    last = int(found[2] or first)
    if not 1 <= first <= last <= LAST:
        raise ValueError(
            f"{part} is not a range of VLANs; use 1 to {LAST}, the lower one first"
        )
    return range(first, last + 1)


def text_of(vlans: Iterable[int]) -> list[str]:
    """VLANs as the shortest list of single ones and ranges."""
    ranges: list[range] = []
    for vlan in sorted(set(vlans)):
        if ranges and ranges[-1].stop == vlan:
            ranges[-1] = range(ranges[-1].start, vlan + 1)
        else:
            ranges.append(range(vlan, vlan + 1))
    return [str(r.start) if len(r) == 1 else f"{r.start}-{r.stop - 1}" for r in ranges]


def not_allowed(asked: Iterable[Tagged], allowed: str, whose: str) -> list[tuple[str, str]]:
    """What of the VLANs that are asked for is not in the list: where, and a sentence about it.

    Raises ValueError if the list is wrong in itself.
    """
    ranges = vlans_in(allowed)
    return [
        (path, _sentence(first, last, allowed, whose))
        for path, first, last in asked
        if type(first) is int and type(last) is int
        # Others are wrong for everybody.
        if 1 <= first <= last <= LAST
        if not all(any(vlan in each for each in ranges) for vlan in range(first, last + 1))
    ]


def _sentence(first: int, last: int, allowed: str, whose: str) -> str:
    if first == last:
        return f"VLAN {first} is not one of {allowed}, which {whose} may use"
    return f"VLANs {first}-{last} are not all among {allowed}, which {whose} may use"
