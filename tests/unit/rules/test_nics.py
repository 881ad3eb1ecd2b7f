"""The NICs that a network config wants, as the nodes' agents see them (H4.1)."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import Object
from harvester_net.harvester.link_monitors import bond_with, nics_of
from harvester_net.rules.nics import free_nics

from ... import objects
from .cases import Case, cluster, create, said, says, silent, update
from .configs import N1, N2, RACK_A, RACK_B

MISSING, TWICE = "nodes-have-the-nics", "nics-are-in-no-other-config"
HELD, DOWN = "nics-are-held-by-nobody-else", "nics-are-up"

NICS = [
    objects.link("eno1", 1, 9),
    objects.link("eno2", 2),
    objects.link("eno3", 3),
    objects.link("eno4", 4, state="down"),
]
BOND: Object = {"name": "mgmt-bo", "index": 9, "type": "bond"}
LEFT: Object = {"name": "data-bo", "index": 7, "type": "bond"}
MONITOR = objects.link_monitor("nic", {"n1": NICS, "n2": [objects.link("eno1", 1, 9)]})
BONDS = objects.link_monitor("mgmt", {"n1": [BOND], "n2": [BOND]})


def wants(*nics: str, name: str = "mine", network: str = "data", **spec: object) -> Object:
    return objects.config(name, network, uplink={"nics": list(nics)}, spec=spec or RACK_A)


def held_by(index: int, *bonds: Object) -> tuple[Object, ...]:
    """The nodes, with eno2 of n1 in a device of this index."""
    nics = [objects.link("eno2", 2, index), objects.link("eno3", 3)]
    monitor = objects.link_monitor("nic", {"n1": nics})
    return N1, N2, monitor, objects.link_monitor("data", {"n1": list(bonds)}), BONDS


CASES = [
    says(
        MISSING,
        "no such NIC on one of two nodes",
        create(wants("eno2", nodeSelector={})),
        cluster(N1, N2, MONITOR, BONDS),
        "uplink.nics: n2 has no eno2; no NIC is free there",
    ),
    says(
        MISSING,
        "misspelled",
        create(wants("eno22")),
        cluster(N1, N2, MONITOR, BONDS),
        "uplink.nics: n1 has no eno22; free there: eno2, eno3, eno4 (down)",
    ),
    says(
        MISSING,
        "what a config wants is not offered",
        create(wants("eno22")),
        cluster(N1, MONITOR, wants("eno3", name="other", network="other")),
        "uplink.nics: n1 has no eno22; free there: eno2, eno4 (down)",
    ),
    silent(MISSING, "it is there", create(wants("eno2")), cluster(N1, N2, MONITOR, BONDS)),
    silent(MISSING, "nothing is known of the node", create(wants("eno22")), cluster(N1)),
    silent(
        MISSING,
        "the config has it already",
        update(wants("eno22"), wants("eno22") | {"metadata": {"name": "mine"}}),
        cluster(N1, MONITOR),
    ),
    says(
        MISSING,
        "a node comes in",
        update(wants("eno2"), wants("eno2", nodeSelector={})),
        cluster(N1, N2, MONITOR, BONDS),
        "uplink.nics: n2 has no eno2; no NIC is free there",
    ),
    says(
        TWICE,
        "a config of another cluster network",
        create(wants("eno2")),
        cluster(N1, MONITOR, wants("eno2", name="other", network="other")),
        "uplink.nics: eno2 of n1 is used by network config other of cluster network other; "
        "free there: eno3, eno4 (down)",
    ),
    silent(
        TWICE,
        "of the same one: another rule's matter",
        create(wants("eno2")),
        cluster(N1, MONITOR, wants("eno2", name="other")),
    ),
    silent(
        TWICE,
        "on another node",
        create(wants("eno2")),
        cluster(N1, N2, wants("eno2", name="other", network="other", **RACK_B)),
    ),
    silent(
        TWICE,
        "it is leaving",
        create(wants("eno2")),
        cluster(N1, objects.going(wants("eno2", name="other", network="other"))),
    ),
    silent(
        TWICE,
        "what an agent wrote for mgmt is not desired",
        create(wants("eno2")),
        cluster(N1, wants("eno2", name="mgmt-vlanconfig-n1", network="mgmt")),
    ),
    says(
        HELD,
        "mgmt's own",
        create(wants("eno1")),
        cluster(N1, MONITOR, BONDS),
        "uplink.nics: eno1 of n1 is held by mgmt-bo; free there: eno2, eno3, eno4 (down)",
    ),
    says(
        HELD,
        "mgmt's own, for which the agents of 1.9 have a config",
        create(wants("eno1")),
        cluster(N1, MONITOR, BONDS, wants("eno1", name="mgmt-vlanconfig-n1", network="mgmt")),
        "uplink.nics: eno1 of n1 is held by mgmt-bo; free there: eno2, eno3, eno4 (down)",
    ),
    says(
        HELD,
        "a device without a name",
        create(wants("eno2")),
        cluster(*held_by(5)),
        "uplink.nics: eno2 of n1 is held by the device with index 5; free there: eno3",
    ),
    says(
        HELD,
        "a bond that nobody answers for",
        create(wants("eno2", network="new")),
        cluster(*held_by(7, LEFT)),
        "uplink.nics: eno2 of n1 is held by data-bo, which no network config has there: one "
        "that never became ready left it behind. Delete it on the node: ip link delete "
        "data-bo; free there: eno3",
    ),
    silent(
        HELD,
        "a bond that a config there answers for",
        create(wants("eno2", network="new")),
        cluster(*held_by(7, LEFT), wants("eno2", name="other")),
    ),
    silent(
        HELD,
        "a bond that is being taken down",
        create(wants("eno2", network="new")),
        cluster(*held_by(7, LEFT), objects.vlan_status("gone", "n1")),
    ),
    silent(HELD, "its own", create(wants("eno2")), cluster(*held_by(7, LEFT))),
    silent(HELD, "nobody", create(wants("eno2")), cluster(N1, MONITOR, BONDS)),
    silent(
        HELD,
        "the config has it already",
        update(wants("eno1"), wants("eno1")),
        cluster(N1, MONITOR, BONDS),
    ),
    says(
        DOWN,
        "one",
        create(wants("eno4")),
        cluster(N1, MONITOR),
        "uplink.nics: eno4 of n1 is down; look at cable and switch port",
    ),
    says(
        DOWN,
        "two",
        create(wants("eno4", nodeSelector={})),
        cluster(N1, N2, objects.link_monitor("nic", {"n1": NICS, "n2": NICS})),
        "uplink.nics: eno4 of n1, eno4 of n2 are down; look at cable and switch port",
    ),
    silent(DOWN, "it is up", create(wants("eno2")), cluster(N1, MONITOR)),
    silent(DOWN, "it had it", update(wants("eno4"), wants("eno4")), cluster(N1, MONITOR)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_nics(case: Case) -> None:
    assert said(case) == case.says


@pytest.mark.parametrize("links", [{}, {"n1": []}, {"n1": None}, {"n2": NICS}])
def test_node_of_which_no_agent_has_told_is_not_known(links: dict[str, list[Object]]) -> None:
    assert nics_of("n1", cluster(N1, objects.link_monitor("nic", links))) is None


def test_node_is_not_known_without_any_monitor() -> None:
    assert nics_of("n1", cluster(N1)) is None


def test_state_that_old_agents_do_not_tell_counts_as_up() -> None:
    monitor = objects.link_monitor("nic", {"n1": [{"name": "eno1", "index": 1}]})
    seen = nics_of("n1", cluster(N1, monitor))
    assert seen is not None
    assert (seen["eno1"].up, seen["eno1"].master) == (True, 0)


def test_only_bonds_hold_nics() -> None:
    bridge = objects.link_monitor("data", {"n1": [{"name": "data-br", "index": 7}]})
    assert bond_with(7, "n1", cluster(bridge)) is None
    assert bond_with(9, "n1", cluster(bridge, BONDS)) == "mgmt-bo"
    assert bond_with(9, "n3", cluster(bridge, BONDS)) is None


def test_free_nics_are_those_that_neither_a_device_nor_a_config_has() -> None:
    taken = wants("eno2", name="other")
    assert free_nics("n1", cluster(N1, MONITOR, taken)) == "eno3, eno4 (down)"
    assert free_nics("n1", cluster(N1)) == ""
