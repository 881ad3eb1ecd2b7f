"""The inputs of a Site: what is wrong with them, with the path of the property."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.specs.site import (
    ONCE,
    SiteMgmt,
    SiteTrafficPath,
    problems_of,
    problems_of_description,
)
from harvester_net.specs.spec import property_names
from harvester_net.specs.traffic_path import TrafficPath
from harvester_net.specs.unknown import UNKNOWN

from .test_traffic_path import UNKNOWN_PART, changed

NICS = {"all": {"nics": ["eno2"]}}
RIGHT: dict[str, Any] = {
    "trafficPaths": {
        "tenant": {"uplinks": NICS, "mtu": 9000, "networks": {"web": {"vlan": 100}}},
        "storage": {
            "uplinks": {"all": {"nics": ["eno4"]}},
            "storage": {"vlan": 50, "range": "192.168.50.0/24"},
        },
    },
    "mgmt": {
        "networks": {"ops": {"vlan": 7}},
        "hostNetworks": {"backup": {"vlan": 400, "mode": "dhcp"}},
    },
    "disruption": {"stopVms": True},
}


def told(inputs: dict[str, Any]) -> list[str]:
    return [str(problem) for problem in problems_of(inputs)]


def test_right_inputs() -> None:
    assert told(RIGHT) == []
    assert told({"trafficPaths": RIGHT["trafficPaths"]}) == []
    assert told({"mgmt": {}}) == []
    assert told({"file": "berlin.yaml", "disruption": {}}) == []


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (
            "trafficPaths.tenant.uplinks.all.nics",
            ["a", "a"],
            "trafficPaths.tenant.uplinks.all.nics: a is listed twice",
        ),
        ("trafficPaths.tenant.uplinks", None, "trafficPaths.tenant.uplinks: is required"),
        (
            "trafficPaths.tenant.uplinks",
            {},
            "trafficPaths.tenant.uplinks: is empty; name at least one group of nodes",
        ),
        (
            "trafficPaths.tenant.networks.web",
            {},
            "trafficPaths.tenant.networks.web.vlan: is missing; give vlan, vlanTrunk, or "
            "type: UntaggedNetwork for untagged traffic",
        ),
        (
            "mgmt.networks.ops",
            {},
            "mgmt.networks.ops.vlan: is missing; give vlan, vlanTrunk, or type: "
            "UntaggedNetwork for untagged traffic",
        ),
        (
            "mgmt.hostNetworks.backup.mode",
            "static",
            "mgmt.hostNetworks.backup.ips: is required by mode static; give each node its "
            "address",
        ),
        (
            "trafficPaths.tenant.hostNetworks",
            {"backup": {"vlan": 1234567, "mode": "dhcp"}},
            "trafficPaths.tenant.hostNetworks.backup.vlan: 1234567 is not a VLAN ID; use 1 to "
            "4094",
        ),
        (
            "trafficPaths.long-name",
            {"uplinks": NICS, "hostNetworks": {"backup": {"vlan": 400, "mode": "dhcp"}}},
            "trafficPaths.long-name.hostNetworks.backup.vlan: the device would be "
            "long-name-br.400, which has 16 characters, and Linux allows 15; use a shorter "
            "VLAN ID, or a cluster network with a shorter name",
        ),
        (
            "trafficPaths.long-name",
            {
                "uplinks": NICS,
                "name": "short",
                "hostNetworks": {"backup": {"vlan": 400, "mode": "static"}},
            },
            "trafficPaths.long-name.hostNetworks.backup.ips: is required by mode static; give "
            "each node its address",
        ),
        (
            "mgmt.hostNetworks",
            UNKNOWN,
            f"mgmt.hostNetworks: {UNKNOWN_PART}",
        ),
        (
            "trafficPaths.tenant.network",
            {},
            "trafficPaths.tenant.network: is not a property of trafficPaths; did you mean "
            "networks?",
        ),
        (
            "mgmt.uplinks",
            NICS,
            "mgmt.uplinks: is not a property of mgmt; it has networks, "
            "hostNetworks, storage, rwx, migration, mtu, disruption",
        ),
        (
            "trafficPath",
            {},
            "trafficPath: is not a property of Site; did you mean trafficPaths?",
        ),
        (
            "trafficPaths.mgmt",
            {"uplinks": NICS},
            "trafficPaths.mgmt: mgmt is built in; give what is on it as mgmt of the site",
        ),
        (
            "trafficPaths.tenant.name",
            "mgmt",
            "trafficPaths.tenant.name: mgmt is built in; give what is on it as mgmt of the "
            "site",
        ),
        (
            "trafficPaths.much-too-long",
            {"uplinks": NICS},
            "trafficPaths.much-too-long: 'much-too-long' has 13 characters; the name of a "
            "cluster network has at most 12",
        ),
        (
            "trafficPaths.tenant.name",
            "storage",
            "trafficPaths.storage: has the cluster network storage, as trafficPaths.tenant "
            "has",
        ),
        (
            "mgmt.storage",
            {"vlan": 50, "range": "192.168.50.0/24"},
            "mgmt.storage: is on trafficPaths.storage already; a cluster has one",
        ),
        ("trafficPaths", UNKNOWN, f"trafficPaths: {UNKNOWN_PART}"),
        ("trafficPaths.tenant", UNKNOWN, f"trafficPaths.tenant: {UNKNOWN_PART}"),
        (
            "trafficPaths.tenant.networks",
            UNKNOWN,
            f"trafficPaths.tenant.networks: {UNKNOWN_PART}",
        ),
        ("mgmt", UNKNOWN, f"mgmt: {UNKNOWN_PART}"),
    ],
)
def test_what_is_wrong_is_said_once_with_its_path(
    path: str, value: Any, expected: str
) -> None:
    assert told(changed(RIGHT, path, value)) == [expected]


@pytest.mark.parametrize("nothing", [{}, {"trafficPaths": {}}, {"disruption": {}}])
def test_site_of_nothing_is_refused(nothing: dict[str, Any]) -> None:
    assert told(nothing) == ["describes nothing; give trafficPaths, mgmt or both"]


def test_keys_that_are_joined_to_the_same_name_in_the_stack_are_refused() -> None:
    paths: dict[str, Any] = {
        "a": {"uplinks": {"b-c": {"nics": ["eno2"]}, "x": {"nics": ["eno3"]}}},
        "a-b": {"uplinks": {"c": {"nics": ["eno4"]}, "x": {"nics": ["eno5"]}}},
    }
    paths["a"]["hostNetworks"] = {"b-d": {"vlan": 4, "mode": "dhcp"}}
    paths["a-b"]["hostNetworks"] = {
        "d": {"vlan": 5, "mode": "dhcp"},
        # Of another kind: a name of its own.
        "c": {"vlan": 6, "mode": "dhcp"},
    }
    assert told({"trafficPaths": paths}) == [
        "trafficPaths.a-b.uplinks.c: is a-b-c in the stack, as trafficPaths.a.uplinks.b-c is",
        "trafficPaths.a-b.hostNetworks.d: is a-b-d in the stack, as "
        "trafficPaths.a.hostNetworks.b-d is",
    ]


def test_description_is_in_the_file_or_in_the_program() -> None:
    assert told(RIGHT | {"file": "berlin.yaml"}) == [
        "trafficPaths: is in the file; give one of the two",
        "mgmt: is in the file; give one of the two",
    ]
    assert told({"file": UNKNOWN}) == [f"file: {UNKNOWN_PART}"]


def test_a_file_names_no_other_file() -> None:
    (problem,) = problems_of_description(RIGHT | {"file": "berlin.yaml"})
    assert str(problem) == (
        "file: is not a property of Site; it has trafficPaths, mgmt, disruption"
    )


@pytest.mark.parametrize(
    "path",
    [
        "disruption",
        "trafficPaths.tenant.mtu",
        "trafficPaths.tenant.name",
        "trafficPaths.tenant.uplinks.all.nics",
        "mgmt.mtu",
        "mgmt.networks.ops.vlan",
    ],
)
def test_values_may_be_unknown(path: str) -> None:
    assert told(changed(RIGHT, path, UNKNOWN)) == []


def test_site_says_of_its_paths_what_a_traffic_path_says() -> None:
    whole = property_names(TrafficPath)
    assert property_names(SiteTrafficPath) == whole
    assert set(property_names(SiteMgmt)) == {*whole} - {"name", "uplinks"}
    assert {*ONCE} == {*whole} - {
        *("name", "uplinks", "networks", "hostNetworks", "mtu", "disruption")
    }
