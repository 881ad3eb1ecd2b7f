"""VLANs in few words, of a device, and of a VM network."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.harvester.cni import tagged_vlans
from harvester_net.verify.links import Vlans
from harvester_net.verify.vlans import listed, words

from ... import objects
from .recorded import vlans


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([], ""),
        ([1], "1"),
        ([1, 100, 101, 102, 200], "1, 100-102, 200"),
        ([2, 3], "2-3"),
        (range(1, 4095), "1-4094"),
    ],
)
def test_vlans_are_said_in_few_words(numbers: Any, said: str) -> None:
    assert words(numbers) == said


def test_ranges_and_single_vlans_of_a_device_are_read() -> None:
    printed = [*vlans("other", 7), *vlans("data-bo", 100, (200, 203))]
    entries = [Vlans.model_validate(one) for one in printed]
    assert listed(entries, "data-bo") == {1, 100, 200, 201, 202, 203}
    assert listed([], "data-bo") == set()


@pytest.mark.parametrize(
    ("cni", "needed"),
    [
        ({"vlan": 100}, {100}),
        ({"vlan": 1}, set()),
        ({}, set()),
        ({"vlanTrunk": [{"minID": 10, "maxID": 12}, {"id": 20}]}, {10, 11, 12, 20}),
    ],
)
def test_vm_networks_need_their_tagged_vlans_on_the_uplink(
    cni: dict[str, Any], needed: set[int]
) -> None:
    assert tagged_vlans(objects.nad(config=cni)) == needed
