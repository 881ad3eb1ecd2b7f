"""Which pings failed between whom, in as few sentences as it takes: pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .outcome import Finding
from .pinging import PingResult, Pings

MOST_PAIRS = 6
CAUSES = {
    PingResult.USUAL: "1500 do: the switch between them, or a NIC, does not carry the MTU",
    PingResult.SMALL: (
        "small ones do: the switch between them, or a NIC, does not carry the MTU"
    ),
    PingResult.NONE: (
        "and no others either: look at the VLAN on the switch ports, and at the cables"
    ),
}


def of_pings(pings: Pings, mtu: int, explained: Iterable[str] = ()) -> list[Finding]:
    """What is wrong between the nodes.

    ``explained``: nodes whose devices are known to be too small, so that their pings have to
    fail.
    """
    known = set(explained)
    small = [n for n, own in sorted(pings.mtus.items()) if own < mtu and n not in known]
    found = [_of_device(node, pings, mtu) for node in small]
    known |= set(small)
    for results in CAUSES:
        failed = [
            pair
            for pair, what in sorted(pings.results.items())
            if what is results and (results is PingResult.NONE or not known & set(pair))
        ]
        found += _of_pairs(failed, pings, results, mtu)
    return found


def _of_device(node: str, pings: Pings, mtu: int) -> Finding:
    has = f"device {pings.device} has MTU {pings.mtus[node]}, not {mtu}"
    if pings.over:
        # The kernel does not raise a VLAN device with what it is on (H5.7).
        return Finding(node, pings.device, f"{has}; make its host network config anew")
    return Finding(node, pings.device, f"{has}, as the bridge that it is on")


def _of_pairs(
    failed: list[tuple[str, str]], pings: Pings, results: PingResult, mtu: int
) -> Iterator[Finding]:
    if not failed:
        return
    what = f"frames of {mtu} bytes do not arrive, {CAUSES[results]} (VLAN {pings.vlan})"
    if len(failed) == len(pings.results) > 2:
        yield Finding("all nodes", pings.device, f"between any two of them {what}")
        return
    for node in _alone(failed, pings):
        whole = {pair for pair in failed if node in pair}
        failed = [pair for pair in failed if pair not in whole]
        yield Finding(f"{node} <-> all others", pings.device, what)
    for a, b in failed[:MOST_PAIRS]:
        yield Finding(f"{a} -> {b}", pings.device, what)
    if len(failed) > MOST_PAIRS:
        more = f"{len(failed) - MOST_PAIRS} more pairs"
        yield Finding(more, pings.device, what)


def _alone(failed: list[tuple[str, str]], pings: Pings) -> list[str]:
    """The nodes all of whose pings failed, in both directions; there are others that work."""
    nodes = {node for pair in pings.results for node in pair}
    if len(nodes) < 3:
        return []
    return [
        node
        for node in sorted(nodes)
        if all(pair in failed for pair in pings.results if node in pair)
    ]
