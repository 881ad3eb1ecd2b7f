"""The inputs of TenantNetworks: what is wrong with them, with the path of the property."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.specs.tenant_networks import problems_of
from harvester_net.specs.unknown import UNKNOWN

from .test_traffic_path import UNKNOWN_PART, changed

RIGHT: dict[str, Any] = {
    "namespace": "shop",
    "clusterNetwork": "tenant",
    "allowedVlans": "100-199,250",
    "defaults": {"route": {"mode": "auto"}, "labels": {"team": "shop"}},
    "networks": {
        "web": {"vlan": 100},
        "routers": {"vlanTrunk": [{"minID": 110, "maxID": 119}, {"id": 250}]},
    },
}


def told(inputs: dict[str, Any]) -> list[str]:
    return [str(problem) for problem in problems_of(inputs)]


def test_right_inputs() -> None:
    assert told(RIGHT) == []
    assert told(RIGHT | {"networks": {}}) == []


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (
            "networks.web.vlan",
            300,
            "networks.web.vlan: VLAN 300 is not one of 100-199,250, which shop may use",
        ),
        (
            "networks.routers.vlanTrunk",
            [{"minID": 190, "maxID": 210}],
            "networks.routers.vlanTrunk[0]: VLANs 190-210 are not all among 100-199,250, "
            "which shop may use",
        ),
        (
            "networks.routers.vlanTrunk",
            [{"id": 100}, {"id": 9}],
            "networks.routers.vlanTrunk[1]: VLAN 9 is not one of 100-199,250, which shop may "
            "use",
        ),
        # Said once, by the one that knows best.
        ("networks.web.vlan", 5000, "networks.web.vlan: 5000 is not a VLAN ID; use 1 to 4094"),
        (
            "networks.web.type",
            "UntaggedNetwork",
            "networks.web.type: is not for a team: untagged traffic is in no VLAN",
        ),
        ("networks.web", {}, "networks.web.vlan: is missing; give vlan or vlanTrunk"),
        (
            "networks.web.namespace",
            "other",
            "networks.web.namespace: is not a property of networks; did you mean name?",
        ),
        (
            "networks.web.labels",
            {"harvester-net/x": "y"},
            'networks.web.labels["harvester-net/x"]: is written by the server; leave it out',
        ),
        (
            "defaults.labels",
            {"harvester-net/x": "y"},
            'defaults.labels["harvester-net/x"]: is written by the server; leave it out',
        ),
        ("defaults.route.mode", None, "defaults.route.mode: is required"),
        (
            "allowedVlans",
            "all",
            "allowedVlans: 'all' is neither a VLAN nor a range; write 100-199,250",
        ),
        ("allowedVlans", None, "allowedVlans: is required"),
        ("namespace", None, "namespace: is required"),
        ("clusterNetwork", None, "clusterNetwork: is required"),
        ("networks", None, "networks: is required"),
        ("networks", UNKNOWN, f"networks: {UNKNOWN_PART}"),
        ("networks.web", UNKNOWN, f"networks.web: {UNKNOWN_PART}"),
        ("defaults", UNKNOWN, f"defaults: {UNKNOWN_PART}"),
    ],
)
def test_what_is_wrong_is_said_once_with_its_path(
    path: str, value: Any, expected: str
) -> None:
    assert told(changed(RIGHT, path, value)) == [expected]


def test_vlans_are_those_of_the_team_while_its_name_is_not_known() -> None:
    inputs = changed(RIGHT, "networks.web.vlan", 7) | {"namespace": UNKNOWN}
    expected = "networks.web.vlan: VLAN 7 is not one of 100-199,250, which the team may use"
    assert told(inputs) == [expected]


@pytest.mark.parametrize(
    "path",
    [
        "namespace",
        "clusterNetwork",
        "allowedVlans",
        "networks.web.vlan",
        "networks.routers.vlanTrunk",
        "defaults.route",
        "defaults.labels",
    ],
)
def test_values_may_be_unknown(path: str) -> None:
    assert told(changed(RIGHT, path, UNKNOWN)) == []
