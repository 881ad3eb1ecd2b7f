"""What the server refuses of a range and its exclusions (H3.5)."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from ..harvester.addresses import SHORTEST_PREFIX, read_range
from ..harvester.settings import Network


def range_problems(network: Network) -> Iterator[tuple[str, str]]:
    """What is wrong with range and exclude: paths and sentences, the first one only, as the
    server says it.
    """
    read = read_range(network.range)
    whole = read.network if read else None
    if read is None or whole is None:
        yield "range", f"'{network.range}' is not an IPv4 network such as 192.168.0.0/24"
    elif whole.network_address != read.start:
        yield "range", f"{network.range} has host bits set; the network is {whole}"
    elif whole.prefixlen < SHORTEST_PREFIX:
        yield "range", f"{whole} is too large; Harvester takes /{SHORTEST_PREFIX} or smaller"
    else:
        yield from _exclude_problems(whole, network)


def _is_padded(text: str) -> bool:
    """Whether the prefix has a leading zero: the server takes it until it compares ranges."""
    prefix = text.rpartition("/")[2]
    return len(prefix) > 1 and prefix.startswith("0")


def _exclude_problems(whole: IPv4Network, network: Network) -> Iterator[tuple[str, str]]:
    if network.exclude and _is_padded(network.range):
        yield "range", f"{network.range} is to be written {whole}"
    before: IPv4Network | None = None
    for index, text in enumerate(network.exclude):
        path, read = f"exclude[{index}]", read_range(text)
        part = read.network if read else None
        if part is None:
            yield path, f"'{text}' is not an IPv4 network such as 192.168.0.0/28"
        elif _is_padded(text):
            yield path, f"{text} is to be written {part}"
        elif part.prefixlen < SHORTEST_PREFIX:
            yield path, f"{part} is too large; Harvester takes /{SHORTEST_PREFIX} or smaller"
        elif not part.overlaps(whole):
            yield path, f"{part} is outside the range {whole}"
        elif part.prefixlen <= whole.prefixlen:
            yield path, f"{part} leaves no address of the range {whole}"
        elif before is not None and part.overlaps(before):
            yield path, f"{part} overlaps {before}, which is excluded already"
        before = part
