"""Two NICs, and a bond that looks at its links."""

from __future__ import annotations

from typing import Any

import pytest

from network_policies.resource import Resource

from .judging import judged, said


def config(**uplink: Any) -> Resource:
    return Resource("NetworkConfig", "nc-1", {"uplink": {"nics": ["eno2"]} | uplink})


@pytest.mark.parametrize(
    ("nics", "least", "is_refused"),
    [
        (["eno2"], 2, True),
        (["eno2", "eno3"], 2, False),
        (["eno2", "eno3"], 3, True),
        (["eno2"], 1, False),
    ],
)
def test_uplink_with_too_few_nics(nics: list[str], least: int, is_refused: bool) -> None:
    told = said("two-nics-for-each-uplink", config(nics=nics), minimum=least)
    expected = (
        f"uplink.nics: lists {len(nics)} ({', '.join(nics)}); list at least {least}, so that "
        "the VMs of the node stay connected when a NIC, a cable or a switch fails"
    )
    assert told == [expected] * is_refused


@pytest.mark.parametrize("options", [None, {}, {"mode": "802.3ad"}, {"miimon": -1}])
def test_bond_that_leaves_miimon_to_the_version(options: dict[str, Any] | None) -> None:
    assert said("miimon-is-set", config(bondOptions=options)) == [
        "uplink.bondOptions.miimon: is not set; set it to 100 (milliseconds), so that a dead "
        "link is noticed with every version of Harvester"
    ]


@pytest.mark.parametrize(("miimon", "is_refused"), [(1, 0), (100, 0), (200, 0), (201, 1)])
def test_miimon_has_a_longest_interval(miimon: int, is_refused: int) -> None:
    told = said("miimon-is-set", config(bondOptions={"miimon": miimon}), maximum=200)
    expected = "uplink.bondOptions.miimon: 201 ms is too long; set it to 200 or less"
    assert told == [expected] * is_refused


def test_uplinks_of_a_recorded_preview() -> None:
    assert judged("two-nics-for-each-uplink", "create") == ["nc-1", "nc-2", "nc-3"]
    assert judged("miimon-is-set", "create") == ["nc-1", "nc-2", "nc-3"]
