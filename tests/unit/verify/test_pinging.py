"""Who pings whom, and over what."""

from __future__ import annotations

import pytest

from harvester_net.verify.devices import Devices
from harvester_net.verify.pinging import NETS, PingPlan, own_device, ping_plan, vlan_device

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


def test_nodes_with_one_address_are_not_pinged_for_each_would_answer_itself() -> None:
    seen = nodes(
        node1=host("node1", "10.1.0.1"),
        node2=host("node2", "10.1.0.1"),
        node3=host("node3", "10.1.0.3"),
    )
    plan, why = planned(seen | {"node4": host("node4", "10.1.0.4")})
    assert plan is not None
    assert plan.addresses == {"node3": "10.1.0.3", "node4": "10.1.0.4"}
    assert why == ["node1 and node2 have the same address, 10.1.0.1"]
