"""The devices that the agents of a likeness find."""

from __future__ import annotations

import json

from harvester_net.cluster.resources import (
    LINK_MONITOR,
    NODE,
    VLAN_CONFIG,
    VLAN_STATUS,
    key_of,
)
from harvester_net.lab import faults
from harvester_net.lab.simulators.links import Links, from_data
from harvester_net.lab.simulators.machines import nics_of
from harvester_net.lab.simulators.uplinks import set_up, wanted_uplink

from ... import objects
from ...sites import Size, site
from .likenesses import SIZE, Kinds, up


def links_of(node: str, found: Kinds | None = None) -> Links:
    made = up(found)["ConfigMap", f"{faults.NAMESPACE}/links-{node}"]
    return from_data(json.loads(made["data"]["links"]))


def test_devices_are_those_of_the_link_monitors() -> None:
    links = links_of("node001")
    seen = {link.name: (link.index, link.master, link.type) for link in links.all}
    assert seen == {
        "eno1": (2, 7, "device"),
        "ens1f0": (3, 9, "device"),
        "ens1f1": (4, 9, "device"),
        "ens2f0": (5, 11, "device"),
        "ens2f1": (6, 0, "device"),
        "mgmt-bo": (7, 8, "bond"),
        "mgmt-br": (8, 0, "bridge"),
        "data-bo": (9, 10, "bond"),
        "data-br": (10, 0, "bridge"),
        "store-bo": (11, 12, "bond"),
        "store-br": (12, 0, "bridge"),
    }
    assert links.next_index == 13
    bond = links.find("data-bo")
    assert bond is not None
    assert bond.mac == "0c:c4:7a:00:01:09"
    assert bond.active == 3


def test_devices_have_the_mtu_of_their_configs() -> None:
    found = site(Size(mtu=9000))
    mtus = {link.name: link.mtu for link in links_of("node000", found).all}
    assert {name for name, mtu in mtus.items() if mtu == 9000} == {
        "ens1f0",
        "ens1f1",
        "ens2f0",
        "data-bo",
        "data-br",
        "store-bo",
        "store-br",
    }


def test_agents_find_nothing_to_do() -> None:
    for mtu in (1500, 9000):
        found = site(Size(mtu=mtu))
        for node in SIZE.node_names:
            links = links_of(node, found)
            for config in found[VLAN_CONFIG]:
                if node in json.loads(
                    config["metadata"]["annotations"]["network.harvesterhci.io/matched-nodes"]
                ):
                    assert set_up(links, node, wanted_uplink(config["spec"])).stages == ()


def test_link_monitors_say_of_simulated_nodes_what_their_agents_say() -> None:
    said = up()["LinkMonitor", "data"]["status"]["linkStatus"]["node000"]
    assert said == [
        {
            "name": "data-bo",
            "index": 9,
            "type": "bond",
            "mac": "0c:c4:7a:00:00:09",
            "promiscuous": True,
            "state": "up",
            "masterIndex": 10,
        },
        {
            "name": "data-br",
            "index": 10,
            "type": "bridge",
            "mac": "0c:c4:7a:00:00:0a",
            "promiscuous": True,
            "state": "up",
        },
    ]


def test_nodes_have_the_nics_that_were_seen() -> None:
    assert nics_of(up()["Node", "node002"]) == ("eno1", "ens1f0", "ens1f1", "ens2f0", "ens2f1")


def test_a_node_that_was_not_ready_is_left_as_it_was() -> None:
    found = site()
    found[NODE][0]["status"]["conditions"] = [{"type": "Ready", "status": "Unknown"}]
    for monitor in found[LINK_MONITOR]:
        for link in monitor["status"]["linkStatus"]["node000"]:
            link["state"] = "unknown"
    come = up(found)
    assert nics_of(come["Node", "node000"]) == ()
    assert ("ConfigMap", f"{faults.NAMESPACE}/links-node000") not in come
    said = come["LinkMonitor", "nic"]["status"]["linkStatus"]["node000"]
    assert [link["state"] for link in said] == ["up"] * 5
    assert said[0]["mac"] == "0c:c4:7a:00:00:02"


def test_a_node_without_link_monitors_has_the_nics_that_configs_want() -> None:
    found = site()
    found[LINK_MONITOR] = []
    come = up(found)
    assert nics_of(come["Node", "node000"]) == ("mgmt-nic", "ens1f0", "ens1f1", "ens2f0")
    names = {link.name for link in links_of("node000", found).all}
    assert {"mgmt-bo", "data-bo", "data-br", "store-br"} <= names


def test_an_uplink_that_failed_at_home_is_not_set_up() -> None:
    found = site()
    found[LINK_MONITOR] = []
    for status in found[VLAN_STATUS]:
        status["status"]["conditions"] = [
            {"type": "ready", "status": "False", "message": "get link ens9 failed"}
        ]
    assert {link.name for link in links_of("node000", found).all} == {
        "mgmt-nic",
        "mgmt-bo",
        "mgmt-br",
    }


def test_a_nic_in_foreign_hands_stays_there() -> None:
    found = site()
    for link in next(m for m in found[LINK_MONITOR] if key_of(m) == "nic")["status"][
        "linkStatus"
    ]["node000"]:
        if link["name"] == "ens2f1":
            link["masterIndex"] = 99
    nic = links_of("node000", found).find("ens2f1")
    assert nic is not None
    assert nic.master == 99


def test_devices_with_odd_names_are_not_taken_over() -> None:
    found = site()
    links = found[LINK_MONITOR][0]["status"]["linkStatus"]["node000"]
    links.append(objects.link("a b\nagent-down", 77))
    links.append(objects.link("a,b", 78))
    assert nics_of(up(found)["Node", "node000"])[-1] == "ens2f1"
