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
        "storage.range",
        "storage.exclude",
    ],
)
def test_values_may_be_unknown(path: str) -> None:
    assert told(with_one(path, UNKNOWN)) == []
