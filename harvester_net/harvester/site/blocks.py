"""Other IP addresses in place of those of a site, between which all is as it was.

Rules ask which ranges have addresses in common, how many addresses a range has, and which of
them are excluded. So an address moves together with the widest range that it is in, by the
same distance, and the ranges keep their order. What is alone moves with its /24.

Ranges that Harvester's documentation reserves (H9) stay: whether a network overlaps them is
asked too, and they are nobody's secret. So does a range around one of these; what is in it
moves inside it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    ip_interface,
)
from itertools import count

from ..addresses import RESERVED

_ALONE = 24
"""Length of the prefix with which moves what is smaller, and in no wider range."""
_FIRST = int(IPv4Address("100.64.0.0"))
"""Where the moved ranges begin: above the private ones in which sites usually are."""
_EVERYTHING = IPv4Network("0.0.0.0/0")
_MULTICAST = int(IPv4Address("224.0.0.0"))
_DOCUMENTATION = int(IPv6Address("2001:db8::"))
_RESERVED = tuple(map(IPv4Network, RESERVED))


def other_addresses(texts: Iterable[str]) -> dict[str, str]:
    """What stands in the place of each address or CIDR, written in the same way."""
    found = {text: ip_interface(text) for text in sorted(texts)}
    fours = {text: i for text, i in found.items() if isinstance(i, IPv4Interface)}
    sixes = {text: i for text, i in found.items() if isinstance(i, IPv6Interface)}
    return dict([*_of_version_4(fours), *_of_version_6(sixes)])


def _of_version_6(found: dict[str, IPv6Interface]) -> Iterator[tuple[str, str]]:
    """No rule compares these; each is another one of those that documentation uses."""
    taken = {interface.ip for interface in found.values()}
    documented = (IPv6Address(_DOCUMENTATION + (n << 64) + 1) for n in count(1))
    free = (address for address in documented if address not in taken)
    for text in sorted(found, key=found.__getitem__):
        yield text, _like(text, next(free))


def _of_version_4(found: dict[str, IPv4Interface]) -> Iterator[tuple[str, str]]:
    blocks = {_block(text, i) for text, i in found.items()}
    moves = _Moves(sorted(blocks))
    for text, interface in found.items():
        yield text, _like(text, IPv4Address(moves.moved(int(interface.ip))))


def _block(text: str, interface: IPv4Interface) -> IPv4Network:
    """What an address moves with if it is in no wider range."""
    network = interface.network
    return network if network.prefixlen <= _ALONE else network.supernet(new_prefix=_ALONE)


def _like(text: str, address: IPv4Address | IPv6Address) -> str:
    """The address with the prefix length that the text has, if any, as it is spelled."""
    _, slash, prefix = text.partition("/")
    return f"{address}{slash}{prefix}"


@dataclass(frozen=True)
class _Span:
    """Addresses from the first to the last, and how far they move."""

    first: int
    last: int
    distance: int = 0


def _span(network: IPv4Network) -> _Span:
    return _Span(int(network.network_address), int(network.broadcast_address))


class _Moves:
    """Where each block of a site moves to; blocks may be inside others."""

    def __init__(self, blocks: list[IPv4Network]) -> None:
        # Nothing moves to where something of the site was: no address is found again.
        self._left = [_span(each) for each in blocks if not _stays(each)]
        spans = self._spans(blocks, _EVERYTHING, _FIRST)
        self._moving = sorted(spans, key=lambda span: span.first)
        self._starts = [span.first for span in self._moving]

    def moved(self, address: int) -> int:
        """Where an address goes."""
        number = bisect_right(self._starts, address)
        if number and address <= self._moving[number - 1].last:
            return address + self._moving[number - 1].distance
        return address

    def _spans(
        self, blocks: list[IPv4Network], inside: IPv4Network, start: int
    ) -> Iterator[_Span]:
        """The moves of the widest blocks inside another one, to places from a start on."""
        widest = list(_widest(each for each in blocks if each != inside))
        around = [each for each in widest if _stays(each) and _is_wide(each)]
        for each in around:
            inner = [block for block in blocks if block.subnet_of(each)]
            yield from self._spans(inner, each, _span(each).first)
        avoided = _Avoided([*self._left, *map(_span, (*around, *_RESERVED))])
        end = min(_span(inside).last, _MULTICAST - 1)
        for block in widest:
            if _stays(block):
                continue
            here, place = _span(block), avoided.free(start, block.num_addresses)
            start = place + block.num_addresses
            if start - 1 <= end:  # Where there is no room, it stays.
                yield _Span(here.first, here.last, place - here.first)


def _stays(block: IPv4Network) -> bool:
    return any(map(block.overlaps, _RESERVED))


def _is_wide(block: IPv4Network) -> bool:
    """Whether a reserved range can be in it, and others beside that."""
    return block.prefixlen < _RESERVED[0].prefixlen


class _Avoided:
    """Addresses that are not free, as spans that do not meet."""

    def __init__(self, spans: list[_Span]) -> None:
        self._spans: list[_Span] = []
        for span in sorted(spans, key=lambda span: span.first):
            before = self._spans[-1] if self._spans else None
            if before is not None and span.first <= before.last:
                self._spans[-1] = _Span(before.first, max(before.last, span.last))
            else:
                self._spans.append(span)
        self._starts = [span.first for span in self._spans]

    def free(self, start: int, size: int) -> int:
        """The first multiple of a size, from a start on, with so many free addresses."""
        while True:
            place = -(-start // size) * size
            number = bisect_right(self._starts, place + size - 1)
            if not number or self._spans[number - 1].last < place:
                return place
            start = self._spans[number - 1].last + 1


def _widest(blocks: Iterable[IPv4Network]) -> Iterator[IPv4Network]:
    """The blocks that are inside no other one, in their order."""
    widest: IPv4Network | None = None
    for block in sorted(set(blocks)):
        if widest is None or not block.subnet_of(widest):
            widest = block
            yield block
