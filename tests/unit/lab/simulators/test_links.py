"""The links of a simulated node: what set-up, teardown and faults make of them."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.lab.api import Object
from harvester_net.lab.faults import Fault, LinkDown, NicEnslaved, NicMissing
from harvester_net.lab.simulators.hardware import FOREIGN_MASTER, with_hardware
from harvester_net.lab.simulators.links import (
    Link,
    Links,
    booted,
    from_data,
    index_of,
    monitored,
    to_data,
)
from harvester_net.lab.simulators.uplinks import (
    Outcome,
    Uplink,
    set_up,
    tear_down,
    wanted_uplink,
)

NICS = ("eno1", "eno2", "eno3", "eno4")
NODE = "node1"


def uplink(*nics: str, **options: Any) -> Uplink:
    attributes = {"mtu": options.pop("mtu", 1500), **options.pop("attributes", {})}
    spec = {"nics": list(nics), "linkAttributes": attributes, "bondOptions": options}
    return wanted_uplink({"clusterNetwork": "data", "uplink": spec})


def after(links: Links, desired: Uplink) -> Links:
    """The links once the uplink is set up; it has to be."""
    outcome = set_up(links, NODE, desired)
    assert outcome.error == ""
    return outcome.stages[-1] if outcome.stages else links


def faulty(links: Links, *faults: Fault) -> Links:
    return with_hardware(links, NODE, NICS, frozenset(faults))


def link(links: Links, name: str) -> Link:
    found = links.find(name)
    assert found is not None, f"{name} is not among {[x.name for x in links.all]}"
    return found


def master_of(links: Links, name: str) -> str:
    master = link(links, name).master
    return next((x.name for x in links.all if x.index == master), "")


@pytest.fixture
def new() -> Links:
    return booted(NODE, NICS)


@pytest.fixture
def ready(new: Links) -> Links:
    return after(new, uplink("eno2"))


def test_first_nic_of_a_new_node_carries_mgmt(new: Links) -> None:
    assert [master_of(new, nic) for nic in NICS] == ["mgmt-bo", "", "", ""]
    assert master_of(new, "mgmt-bo") == "mgmt-br"


def test_set_up_makes_bond_and_bridge(new: Links) -> None:
    links = after(new, uplink("eno2", "eno3", mtu=9000))
    masters = [master_of(links, x) for x in ("eno2", "eno3", "data-bo")]
    assert masters == ["data-bo", "data-bo", "data-br"]
    names = ("eno2", "eno3", "data-bo", "data-br")
    assert [link(links, name).mtu for name in names] == [9000] * 4


def test_same_wish_again_changes_nothing(ready: Links) -> None:
    assert set_up(ready, NODE, uplink("eno2")) == Outcome(())


@pytest.mark.parametrize(
    ("change", "new_bond"),
    [
        ({"mtu": 9000}, True),
        ({"mtu": 1500}, False),
        ({"mtu": 0}, False),
        ({"mode": "802.3ad"}, True),
        ({"mode": "active-backup"}, False),
        ({"miimon": 50}, True),
        ({"miimon": -1}, False),
        ({"miimon": 100}, False),
        ({"attributes": {"txQLen": 500}}, True),
        ({"attributes": {"txQLen": -1}}, False),
        ({"attributes": {"hardwareAddr": "UlQAblwq"}}, True),
    ],
)
def test_bond_is_made_anew_for_its_own_attributes(
    ready: Links, change: dict[str, Any], new_bond: bool
) -> None:
    before = index_of(ready, "data-bo")
    links = after(ready, uplink("eno2", **change))
    assert (index_of(links, "data-bo") != before) is new_bond
    assert index_of(links, "data-br") == index_of(ready, "data-br")
    assert master_of(links, "eno2") == "data-bo"


def test_mtu_left_out_keeps_the_bond_as_it_is(new: Links) -> None:
    links = after(new, uplink("eno2", mtu=9000))
    again = after(links, uplink("eno2", mtu=0))
    assert again == links
    assert link(after(again, uplink("eno2", mtu=1500)), "data-bo").mtu == 1500


def test_hardware_address_is_read_from_base64(new: Links) -> None:
    links = after(new, uplink("eno2", attributes={"hardwareAddr": "UlQAblwq"}))
    assert link(links, "data-bo").mac == "52:54:00:6e:5c:2a"


def test_bond_made_anew_goes_through_three_stages(ready: Links) -> None:
    gone, enslaved, attached = set_up(ready, NODE, uplink("eno2", mtu=9000)).stages
    assert gone.find("data-bo") is None
    assert gone.find("data-br") is not None
    assert master_of(enslaved, "eno2") == "data-bo"
    assert master_of(enslaved, "data-bo") == ""
    assert master_of(attached, "data-bo") == "data-br"


def test_bridge_shows_up_only_after_its_bond_was_made_anew(ready: Links) -> None:
    again = after(ready, uplink("eno2", mtu=9000))
    assert [link(links, "data-br").up for links in (ready, again)] == [False, True]


def test_bridge_shows_its_carrier_once_it_lost_it(ready: Links) -> None:
    off = faulty(ready, LinkDown(NODE, "eno2"))
    on = faulty(off)
    pulled = faulty(on, NicMissing(NODE, "eno2"))
    seen = [link(links, "data-br").up for links in (ready, off, on, pulled)]
    assert seen == [False, False, True, False]
    assert link(ready, "mgmt-br").up
    assert not link(faulty(ready, LinkDown(NODE, "eno1")), "mgmt-br").up


def test_nics_change_in_the_living_bond(ready: Links) -> None:
    links = after(ready, uplink("eno3", "eno4"))
    assert index_of(links, "data-bo") == index_of(ready, "data-bo")
    masters = [master_of(links, x) for x in ("eno2", "eno3", "eno4")]
    assert masters == ["", "data-bo", "data-bo"]


def test_missing_nic_leaves_a_bond_without_bridge(new: Links) -> None:
    outcome = set_up(new, NODE, uplink("eno2", "eno9", "eno3"))
    assert outcome.error == "get link eno9 failed, error: Link not found"
    links = outcome.stages[-1]
    assert links.find("data-br") is None
    # Taken before the error, and never reached.
    assert [master_of(links, x) for x in ("eno2", "eno3")] == ["data-bo", ""]


def test_bond_without_a_nic_is_down(new: Links) -> None:
    links = set_up(new, NODE, uplink("eno9")).stages[-1]
    assert not link(links, "data-bo").up


def test_nic_of_mgmt_is_refused_with_its_master(new: Links) -> None:
    index = index_of(new, "mgmt-bo")
    outcome = set_up(new, NODE, uplink("eno1"))
    assert outcome.error == f"eno1 has been enslaved by the link with index {index}"


def test_repaired_nic_list_completes_the_bond_that_is_there(new: Links) -> None:
    failed = set_up(new, NODE, uplink("eno2", "eno9")).stages[-1]
    links = after(failed, uplink("eno2"))
    assert index_of(links, "data-bo") == index_of(failed, "data-bo")
    assert master_of(links, "data-bo") == "data-br"


def test_teardown_removes_bond_then_bridge_and_frees_nics(new: Links) -> None:
    links = after(new, uplink("eno2", mtu=9000))
    without_bond, clean = tear_down(links, "data").stages
    assert without_bond.find("data-bo") is None
    assert without_bond.find("data-br") is not None
    assert clean.all == new.all


def test_teardown_of_what_never_was_ready_leaks_the_bond(new: Links) -> None:
    failed = set_up(new, NODE, uplink("eno2", "eno9")).stages[-1]
    assert tear_down(failed, "data") == Outcome(())
    index = index_of(failed, "data-bo")
    other = wanted_uplink({"clusterNetwork": "other", "uplink": {"nics": ["eno2"]}})
    message = f"eno2 has been enslaved by the link with index {index}"
    assert set_up(failed, NODE, other).error == message


def test_an_index_is_never_given_twice(ready: Links) -> None:
    clean = tear_down(ready, "data").stages[-1]
    again = after(clean, uplink("eno2"))
    assert index_of(again, "data-bo") > index_of(ready, "data-br")


def test_no_fault_changes_nothing(ready: Links) -> None:
    assert faulty(ready) == ready


def test_missing_nic_is_gone_and_comes_back_as_a_new_link(ready: Links) -> None:
    pulled = faulty(ready, NicMissing(NODE, "eno2"))
    assert pulled.find("eno2") is None
    back = faulty(pulled)
    assert master_of(back, "eno2") == ""
    assert index_of(back, "eno2") > index_of(ready, "eno2")


def test_fault_of_another_node_changes_nothing(ready: Links) -> None:
    assert faulty(ready, NicMissing("node2", "eno2"), LinkDown("node2", "eno3")) == ready


def test_nic_is_taken_by_a_foreign_master_and_given_back(new: Links) -> None:
    taken = faulty(new, NicEnslaved(NODE, "eno2"), NicEnslaved(NODE, "eno3"))
    assert [master_of(taken, x) for x in ("eno2", "eno3")] == [FOREIGN_MASTER] * 2
    half = faulty(taken, NicEnslaved(NODE, "eno3"))
    assert [master_of(half, x) for x in ("eno2", "eno3")] == ["", FOREIGN_MASTER]
    assert faulty(half).all == new.all


def test_bond_is_down_when_all_its_nics_are(new: Links) -> None:
    links = after(new, uplink("eno2", "eno3"))

    def is_up(*down: str) -> bool:
        return link(faulty(links, *(LinkDown(NODE, nic) for nic in down)), "data-bo").up

    assert [is_up(), is_up("eno2"), is_up("eno2", "eno3")] == [True, True, False]


def test_monitor_of_nics_lists_devices_only(ready: Links) -> None:
    seen = monitored(ready, "device", "")
    assert [entry["name"] for entry in seen] == list(NICS)
    assert seen[1] == {
        "name": "eno2",
        "index": 3,
        "type": "device",
        "mac": seen[1]["mac"],
        "promiscuous": True,
        "state": "up",
        "masterIndex": index_of(ready, "data-bo"),
    }


def test_only_what_is_below_a_bridge_of_an_agent_is_promiscuous(ready: Links) -> None:
    seen = [entry["name"] for entry in monitored(ready, "", "") if entry.get("promiscuous")]
    assert seen == ["eno2", "data-bo", "data-br"]


def test_only_the_nic_in_use_is_promiscuous(new: Links) -> None:
    def promiscuous(links: Links) -> list[str]:
        seen = monitored(links, "device", "")
        return [entry["name"] for entry in seen if entry.get("promiscuous")]

    links = after(new, uplink("eno3", "eno2"))
    assert promiscuous(links) == ["eno3"]
    assert promiscuous(faulty(links, LinkDown(NODE, "eno3"))) == ["eno2"]
    assert promiscuous(after(links, uplink("eno2", "eno4"))) == ["eno2"]
    assert promiscuous(after(links, uplink("eno3", "eno2", mode="802.3ad"))) == [
        "eno2",
        "eno3",
    ]


def test_monitor_of_a_cluster_network_lists_its_bond_and_bridge(ready: Links) -> None:
    seen: dict[str, Object] = {
        entry["name"]: entry for entry in monitored(ready, "", "data(-br|-bo)")
    }
    assert list(seen) == ["data-bo", "data-br"]
    assert seen["data-bo"]["masterIndex"] == seen["data-br"]["index"]


def test_monitor_rules_are_unanchored(new: Links) -> None:
    desired = wanted_uplink({"clusterNetwork": "xdata", "uplink": {"nics": ["eno2"]}})
    names = [entry["name"] for entry in monitored(after(new, desired), "", "data(-br|-bo)")]
    assert names == ["xdata-bo", "xdata-br"]


def test_links_survive_being_stored(ready: Links) -> None:
    assert from_data(to_data(ready)) == ready
