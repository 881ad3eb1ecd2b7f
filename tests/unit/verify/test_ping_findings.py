"""What is said of what came of the pings."""

from __future__ import annotations

import pytest

from harvester_net.verify.ping_findings import of_pings
from harvester_net.verify.pinging import PingResult, Pings

NODES = ("node1", "node2", "node3")
PAIRS = [(a, b) for a in NODES for b in NODES if a != b]
SWITCH = "the switch between them, or a NIC, does not carry the MTU (VLAN 100)"


def results(default: PingResult = PingResult.FULL, **failed: PingResult) -> Pings:
    """Pings between the nodes; `n1_n3` is the one from node1 to node3."""
    pairs = dict.fromkeys(PAIRS, default)
    for pair, what in failed.items():
        a, b = (f"node{name[1]}" for name in pair.split("_"))
        pairs[a, b] = what
    return Pings(100, pairs, dict.fromkeys(NODES, 9000), "hnv-100-0000")


@pytest.mark.parametrize(
    ("pings", "says"),
    [
        (results(), []),
        (
            results(n1_n3=PingResult.USUAL),
            [f"node1 -> node3: frames of 9000 bytes do not arrive, 1500 do: {SWITCH}"],
        ),
        (
            results(n1_n3=PingResult.SMALL),
            [f"node1 -> node3: frames of 9000 bytes do not arrive, small ones do: {SWITCH}"],
        ),
        (
            results(PingResult.USUAL),
            [
                "all nodes: between any two of them frames of 9000 bytes do not arrive, 1500 "
                f"do: {SWITCH}"
            ],
        ),
        (
            results(
                n1_n3=PingResult.NONE,
                n2_n3=PingResult.NONE,
                n3_n1=PingResult.NONE,
                n3_n2=PingResult.NONE,
            ),
            [
                "node3 <-> all others: frames of 9000 bytes do not arrive, and no others "
                "either: look at the VLAN on the switch ports, and at the cables (VLAN 100)"
            ],
        ),
        (results(n1_n3=PingResult.UNKNOWN), []),
    ],
)
def test_failing_pairs_are_named_with_what_the_difference_means(
    pings: Pings, says: list[str]
) -> None:
    assert [str(finding) for finding in of_pings(pings, 9000)] == says


def test_a_node_whose_bridge_is_too_small_explains_its_own_pings() -> None:
    pings = results(n2_n1=PingResult.USUAL, n2_n3=PingResult.USUAL, n1_n3=PingResult.USUAL)
    (finding,) = of_pings(pings, 9000, explained=["node2"])
    assert finding.node == "node1 -> node3"
    # That nothing at all comes back is no matter of the MTU.
    (finding,) = of_pings(results(n2_n1=PingResult.NONE), 9000, explained=["node2"])
    assert finding.node == "node2 -> node1"


def test_a_host_device_that_did_not_follow_is_named() -> None:
    pings = Pings(
        100, results().results, {"node1": 1500, "node2": 9000}, "data-br.100", over=True
    )
    (finding,) = of_pings(pings, 9000)
    assert str(finding) == (
        "node1: device data-br.100 has MTU 1500, not 9000; make its host network config anew"
    )
