"""The inputs of a TrafficPath: what is wrong with them, with the path of the property."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from harvester_net.specs.traffic_path import problems_of
from harvester_net.specs.unknown import UNKNOWN

RIGHT: dict[str, Any] = {
    "name": "data",
    "mtu": 9000,
    "disruption": {"stopVms": True},
    "uplinks": {
        "rack-a": {
            "nics": ["eno2", "eno3"],
            "bondOptions": {"mode": "802.3ad"},
            "nodeSelector": {"rack": "a"},
        },
    },
    "networks": {"web": {"vlan": 100}, "raw": {"type": "UntaggedNetwork"}},
    "hostNetworks": {
        "backup": {"vlan": 400, "mode": "static", "ips": {"node1": "10.40.0.11/24"}},
        "iscsi": {"vlan": 401, "mode": "dhcp", "nodeSelector": {"matchLabels": {"a": "b"}}},
    },
    "storage": {"vlan": 50, "range": "192.168.50.0/24", "exclude": ["192.168.50.0/28"]},
    "rwx": {"shareStorageNetwork": True},
    "migration": {"vlan": 52, "range": "192.168.52.0/24"},
}

UNKNOWN_PART = "must be known in a preview, because it becomes resources"


def with_one(path: str, value: Any) -> dict[str, Any]:
    """The right inputs with another value at a path; None removes it."""
    return changed(RIGHT, path, value)


def changed(right: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Inputs with another value at a path; None removes it."""
    inputs = copy.deepcopy(right)
    *above, name = path.split(".")
    place = inputs
    for step in above:
        place = place[step]
    if value is None:
        del place[name]
    else:
        place[name] = value
    return inputs


def told(inputs: dict[str, Any]) -> list[str]:
    return [str(problem) for problem in problems_of(inputs)]


def test_right_inputs() -> None:
    assert told(RIGHT) == []
    assert told({"uplinks": {"all": {"nics": ["eno2"]}}}) == []


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("uplinks", None, "uplinks: is required"),
        ("uplinks", {}, "uplinks: is empty; name at least one group of nodes"),
        ("uplinks", ["eno2"], "uplinks: must be a map of names to values, not a list"),
        ("uplinks.rack-a.nics", None, "uplinks.rack-a.nics: is required"),
        ("uplinks.rack-a.nics", ["a", "a"], "uplinks.rack-a.nics: a is listed twice"),
        (
            "uplinks.rack-a.nic",
            "eno2",
            "uplinks.rack-a.nic: is not a property of uplinks; did you mean nics?",
        ),
        (
            "networks.route",
            {"vlan": 5, "vlam": 5},
            "networks.route.vlam: is not a property of networks; did you mean vlan?",
        ),
        (
            "uplinks.rack-a.name",
            "A",
            "uplinks.rack-a.name: 'A' is not a valid name of a network config; use lower-case "
            "letters, digits and '-', with a letter or digit at both ends, or several such "
            "parts joined by '.'",
        ),
        ("networks.web.vlan", 4095, "networks.web.vlan: 4095 is not a VLAN ID; use 1 to 4094"),
        (
            "networks.web",
            {},
            "networks.web.vlan: is missing; give vlan, vlanTrunk, or type: UntaggedNetwork "
            "for untagged traffic",
        ),
        (
            "networks.web.route",
            {"mode": "manual", "cidr": "10.0.0.0/24"},
            "networks.web.route.gateway: is required by mode manual",
        ),
        (
            "networks.web.labels",
            {"harvester-net/x": "y"},
            'networks.web.labels["harvester-net/x"]: is written by the server; leave it out',
        ),
        ("hostNetworks.backup.mode", None, "hostNetworks.backup.mode: is required"),
        (
            "hostNetworks.backup.mode",
            "bootp",
            "hostNetworks.backup.mode: 'bootp' is not one of static, dhcp",
        ),
        (
            "hostNetworks.backup.ips",
            None,
            "hostNetworks.backup.ips: is required by mode static; give each node its address",
        ),
        (
            "hostNetworks.backup.ips.node1",
            "10.40.0.11",
            "hostNetworks.backup.ips.node1: '10.40.0.11' has no prefix length; write "
            "10.40.0.11/24",
        ),
        (
            "hostNetworks.iscsi.ips",
            {"node1": "10.40.0.11/24"},
            "hostNetworks.iscsi.ips: cannot stand with mode dhcp, which would ignore it",
        ),
        (
            "hostNetworks.iscsi.nodeSelector",
            {"matchExpressions": [{"key": "a", "operator": "In"}]},
            "hostNetworks.iscsi.nodeSelector.matchExpressions[0].labelValues: is required by "
            "In",
        ),
        (
            "hostNetworks.iscsi.name",
            "A",
            "hostNetworks.iscsi.name: 'A' is not a valid name of a host network config; use "
            "lower-case letters, digits and '-', with a letter or digit at both ends, or "
            "several such parts joined by '.'",
        ),
        (
            "hostNetworks.iscsi.vlam",
            5,
            "hostNetworks.iscsi.vlam: is not a property of hostNetworks; did you mean vlan?",
        ),
        ("hostNetworks", UNKNOWN, f"hostNetworks: {UNKNOWN_PART}"),
        ("hostNetworks.iscsi", UNKNOWN, f"hostNetworks.iscsi: {UNKNOWN_PART}"),
        (
            "storage.exclude",
            ["10.0.0.0/28"],
            "storage.exclude[0]: 10.0.0.0/28 is outside the range 192.168.50.0/24",
        ),
        ("storage.range", None, "storage.range: is required"),
        (
            "name",
            "mgmt",
            "name: mgmt is built in and has its uplink already; make what is on it by itself",
        ),
        ("mtu", 100, "mtu: 100 is out of range; use 576 to 9000 bytes, or 0 for 1500"),
        (
            "network",
            {},
            "network: is not a property of TrafficPath; did you mean networks?",
        ),
        ("uplinks", UNKNOWN, f"uplinks: {UNKNOWN_PART}"),
        ("networks", UNKNOWN, f"networks: {UNKNOWN_PART}"),
        ("networks.web", UNKNOWN, f"networks.web: {UNKNOWN_PART}"),
        ("storage", UNKNOWN, f"storage: {UNKNOWN_PART}"),
        ("rwx", UNKNOWN, f"rwx: {UNKNOWN_PART}"),
        ("migration", UNKNOWN, f"migration: {UNKNOWN_PART}"),
        ("migration.range", None, "migration.range: is required"),
        (
            "migration.exclude",
            ["192.168.52.0/24"],
            "migration.exclude[0]: 192.168.52.0/24 leaves no address of the range "
            "192.168.52.0/24",
        ),
        (
            "rwx",
            {},
            "rwx: give either shareStorageNetwork: true, or vlan and range",
        ),
        ("rwx", {"vlan": 5}, "rwx.range: is required for a network of its own"),
        (
            "rwx",
            {"shareStorageNetwork": True, "vlan": 5},
            "rwx.vlan: has no meaning with shareStorageNetwork: the storage network has its "
            "own",
        ),
    ],
)
def test_what_is_wrong_is_said_once_with_its_path(
    path: str, value: Any, expected: str
) -> None:
    assert told(with_one(path, value)) == [expected]


def test_device_of_a_host_network_has_a_name_that_linux_takes() -> None:
    inputs = with_one("name", "racks-a-to-z")
    (first, second) = told(inputs)
    assert first == (
        "hostNetworks.backup.vlan: the device would be racks-a-to-z-br.400, which has 19 "
        "characters, and Linux allows 15; use a shorter VLAN ID, or a cluster network with a "
        "shorter name"
    )
    assert second.startswith(
        "hostNetworks.iscsi.vlan: the device would be racks-a-to-z-br.401"
    )
    # Which name it has is the program's to say, or not known yet.
    assert told(with_one("name", None)) == told(with_one("name", UNKNOWN)) == []


def test_all_that_is_wrong_is_said_at_once() -> None:
    inputs = with_one("networks", {"web": {"vlan": 0}, "db": {}, "new": {"vlan": 7}})
    inputs["storage"]["vlan"] = "50"
    assert [line.partition(":")[0] for line in told(inputs)] == [
        "networks.web.vlan",
        "storage.vlan",
        "networks.db.vlan",
    ]


@pytest.mark.parametrize(
    "path",
    [
        "name",
        "mtu",
        "disruption",
        "uplinks.rack-a.nics",
        "uplinks.rack-a.nodeSelector",
        "networks.web.vlan",
        "networks.web.route",
        "hostNetworks.backup.vlan",
        "hostNetworks.backup.mode",
        "hostNetworks.backup.ips",
        "hostNetworks.backup.ips.node1",
        "hostNetworks.iscsi.nodeSelector",
        "hostNetworks.iscsi.nodeSelector.matchLabels.a",
        "storage.range",
        "storage.exclude",
    ],
)
def test_values_may_be_unknown(path: str) -> None:
    assert told(with_one(path, UNKNOWN)) == []
