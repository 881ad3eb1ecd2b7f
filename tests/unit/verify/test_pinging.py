"""Who pings whom, over what, and what is said of what came of it."""

from __future__ import annotations

import pytest

from harvester_net.verify.devices import Devices
from harvester_net.verify.ping_findings import of_pings
from harvester_net.verify.pinging import (
    NETS,
    PingPlan,
    PingResult,
    Pings,
    own_device,
    ping_plan,
    vlan_device,
)

NODES = ("node1", "node2", "node3")
CARRYING = frozenset({1, 100})
VM_NETWORKS = {"default/web": frozenset({100})}
Seen = dict[str, Devices]


def nodes(**changed: Devices) -> Seen:
    return {node: Devices(node, vlans=CARRYING) for node in NODES} | changed


def host(node: str, address: str = "") -> Devices:
    """A node that has a device of its own in the VLAN."""
    return Devices(node, vlans=CARRYING, address=address, vlan_device=True)


def planned(seen: Seen, vlan: int = 100) -> tuple[PingPlan | None, list[str]]:
    return ping_plan(seen, "data", vlan, 9000, VM_NETWORKS)


def test_every_node_gets_a_link_local_address_of_its_own() -> None:
    plan, why = planned(nodes())
    assert plan is not None
    assert why == []
    assert not plan.over
    assert plan.net in NETS
    assert plan.addresses == {n: f"169.254.{plan.net}.{i}" for i, n in enumerate(NODES, 1)}
    values = plan.values("node2")
    assert values["PEERS"].split() == [plan.addresses["node1"], plan.addresses["node3"]]
    assert (values["SELF"], values["VLAN"], values["MTU"]) == ("2", "100", "9000")
    assert (values["OVER"], values["OWN"]) == ("", own_device("data", 100))


def test_well_known_link_local_addresses_are_left_alone() -> None:
    used = {net + half for net in NETS for half in (0, 1)}
    assert not used & {0, 1, 20, 169, 254, 255}
    assert all(net % 2 == 0 for net in NETS)


@pytest.mark.parametrize("network", ["a", "mgmt", "twelve-chars"])
@pytest.mark.parametrize("vlan", [2, 4094])
def test_the_pods_device_fits_the_kernel_and_is_not_the_agents(
    network: str, vlan: int
) -> None:
    name = own_device(network, vlan)
    assert len(name) <= 15
    assert not name.startswith(f"{network}-br")


def test_the_hosts_own_addresses_are_used_where_all_have_one() -> None:
    seen = {node: host(node, f"10.1.0.{n}") for n, node in enumerate(NODES)}
    plan, why = planned(seen)
    assert plan is not None
    assert (plan.over, why) == (True, [])
    assert plan.values("node1")["OVER"] == "data-br.100" == vlan_device("data", 100)
    assert plan.values("node1")["PEERS"] == "10.1.0.1 10.1.0.2"


@pytest.mark.parametrize(
    ("seen", "vlan", "pinging", "why"),
    [
        (
            nodes(node2=Devices("node2", vlans=frozenset({1}))),
            100,
            ["node1", "node3"],
            "VLAN 100 is not on the uplink of node2",
        ),
        (
            nodes(),
            300,
            [],
            "VLAN 300 is not on the uplink of node1, node2, node3, because no VM network of "
            "cluster network data has it (there are 100)",
        ),
        ({"node1": nodes()["node1"]}, 100, [], "there is no second node to ping"),
        ({}, 100, [], "no node could be looked at"),
        (nodes(), 1, [], "untagged frames cannot be pinged; name a VLAN"),
        (
            nodes(node1=host("node1", "10.1.0.1"), node2=host("node2", "10.1.0.2")),
            100,
            ["node1", "node2"],
            "node3 cannot be pinged over VLAN 100: device data-br.100 has no IPv4 address "
            "there; it is the hosts' own, and is left alone",
        ),
        (
            {node: host(node) for node in NODES},
            100,
            [],
            "node1, node2, node3 cannot be pinged over VLAN 100: device data-br.100 has no "
            "IPv4 address there; it is the hosts' own, and is left alone",
        ),
    ],
)
def test_what_cannot_be_pinged_is_said(
    seen: Seen, vlan: int, pinging: list[str], why: str
) -> None:
    plan, reasons = planned(seen, vlan)
    assert sorted(plan.addresses if plan else []) == pinging
    assert reasons == [why]


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
