"""What pods see of simulated nodes, read by those that read real ones."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.lab.simulators import looks
from harvester_net.lab.simulators.links import Bonding, Links, booted
from harvester_net.lab.simulators.uplinks import Uplink, set_up, tear_down
from harvester_net.verify.devices import Bond, Bridge, Member
from harvester_net.verify.parsing import PingReport, devices_in, pinged_in
from harvester_net.verify.pods import PodOptions, look_task, manifest, ping_task, result_of

NICS = ("eno1", "eno2", "eno3")
TOLD = {"CN": "data", "VLAN": "100", "MTU": "9000", "PEERS": "169.254.4.2 169.254.4.3"}
CARRIED = {100, 101, 102, 300}


def node(mtu: int = 9000, **changed: dict[str, Any]) -> Links:
    """The devices of a node with the cluster network data; some links changed by name."""
    uplink = Uplink("data", ("eno2", "eno3"), Bonding(mtu=mtu))
    links = set_up(booted("a", NICS), "a", uplink).stages[-1]
    for name, values in changed.items():
        links = links.changed(name.replace("_", "-"), **values)
    return links


def pod(script: str) -> dict[str, Any]:
    task = ping_task(TOLD, 60) if script == looks.PING else look_task("data", None, 60)
    return manifest(task, "node1", "data", PodOptions("an image"))


def test_a_look_tells_of_bond_nics_bridge_and_vlans() -> None:
    seen = devices_in(looks.look(node(), "data", CARRIED), "a", "data")
    nics = (Member("eno2", 9000, "up"), Member("eno3", 9000, "up"))
    bond = seen.bond
    assert bond is not None
    assert bond == Bond(
        "data-bo", bond.index, 9000, "active-backup", "eno2", "data-br", nics, up=True
    )
    assert seen.bridge == Bridge("data-br", bond.index + 1, 9000)
    assert seen.vlans == {1, *CARRIED}
    assert seen.is_connected


def test_a_look_finds_what_is_wrong() -> None:
    links = node(1500, eno2={"up": False}, eno3={"mtu": 4000})
    seen = devices_in(looks.look(links, "data", CARRIED), "a", "data")
    assert seen.bond is not None
    assert seen.bond.mtu == 1500
    assert seen.bond.active_nic == "eno3"
    assert seen.bond.members == (Member("eno2", 1500, "down"), Member("eno3", 4000, "up"))


def test_a_look_at_a_node_without_the_network_finds_nothing() -> None:
    seen = devices_in(looks.look(booted("a", NICS), "data", CARRIED), "a", "data")
    assert (seen.bond, seen.bridge, seen.vlans) == (None, None, frozenset())


def test_a_bond_beside_its_bridge_carries_no_vlan() -> None:
    links = node(data_bo={"master": 0})
    seen = devices_in(looks.look(links, "data", CARRIED), "a", "data")
    assert seen.bond is not None
    assert seen.bond.master == ""
    assert seen.vlans == frozenset()
    assert not seen.is_connected


NO_LINK = node(eno2={"up": False}, eno3={"up": False})


@pytest.mark.parametrize(
    ("own", "peer", "vlans", "result"),
    [
        (node(), node(), CARRIED, "full"),
        (node(), node(1500), CARRIED, "usual"),
        (node(1500), node(), CARRIED, "usual"),
        (node(), node(1000), CARRIED, "small"),
        (node(), node(data_br={"mtu": 1500}), CARRIED, "usual"),
        (node(), NO_LINK, CARRIED, "none"),
        (NO_LINK, node(), CARRIED, "none"),
        (node(), node(), {101}, "none"),
        (node(), tear_down(node(), "data").stages[-1], CARRIED, "none"),
    ],
)
def test_a_ping_goes_as_far_as_both_ends_let_it(
    own: Links, peer: Links, vlans: set[int], result: str
) -> None:
    peers = {"169.254.4.2": peer, "169.254.4.3": node()}
    said = pinged_in(looks.ping(own, TOLD, peers, vlans))
    assert "2" in getattr(said, result)
    bridge = own.find("data-br")
    assert bridge is not None
    assert said.mtu == bridge.mtu


def test_a_peer_without_a_pod_is_not_reached() -> None:
    said = pinged_in(looks.ping(node(), TOLD, {"169.254.4.2": node()}, CARRIED))
    assert said == PingReport(full=frozenset("2"), none=frozenset("3"), mtu=9000)


@pytest.mark.parametrize("script", [looks.LOOK, looks.PING])
def test_pods_are_known_by_what_they_run(script: str) -> None:
    assert looks.script_of(pod(script)) == script


def test_only_those_that_ping_over_the_same_vlan_find_each_other() -> None:
    own = pod(looks.PING)
    assert looks.pinging(own) == ("data 100",)
    assert looks.pinging(pod(looks.LOOK)) == ()
    own["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert looks.pinging(own) == ()


def test_what_somebody_else_runs_is_not_answered() -> None:
    other = pod(looks.LOOK)
    other["spec"]["containers"][0]["command"] = ["sh", "-c", "echo look 1"]
    assert looks.script_of(other) == ""
    del other["spec"]["containers"][0]["command"]
    assert looks.script_of(other) == ""


def test_the_answer_is_in_the_status_of_the_pod() -> None:
    made = pod(looks.LOOK)
    found = result_of(made | {"status": looks.ended(made, "look 1")})
    assert found is not None
    assert (found.message, found.trouble) == ("look 1", "")
