"""What the pools of the managed DHCP add-on say, and who has their addresses."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster.resources import VM_NETWORK_CONFIG, Object, key_of
from harvester_net.harvester.dhcp_pools import (
    counted,
    network_of,
    not_ready,
    vms_with_addresses,
)
from harvester_net.harvester.snapshot import Snapshot

from ... import objects

READY = {"Registered": "", "CacheReady": "", "AgentReady": ""}
RUNS = {"Stopped": "no"}


@pytest.mark.parametrize(
    ("pool", "expected"),
    [
        (objects.dhcp_pool(said=READY), []),
        (objects.dhcp_pool(said=READY | RUNS), []),
        (
            objects.dhcp_pool(),
            ["Registered: no word yet", "CacheReady: no word yet", "AgentReady: no word yet"],
        ),
        (
            objects.dhcp_pool(said=READY | {"AgentReady": "agent pod x not ready"}),
            ["AgentReady: agent pod x not ready"],
        ),
        (
            objects.dhcp_pool(said=READY | {"Stopped": ""}),
            ["its DHCP server is still stopped"],
        ),
        (
            objects.dhcp_pool(said=READY, paused=True),
            ["it is paused, and its DHCP server has not stopped yet"],
        ),
        (
            objects.dhcp_pool(
                said={"AgentReady": "administratively disabled", "Stopped": ""}, paused=True
            ),
            [],
        ),
        (objects.dhcp_pool() | {"status": [1]}, [
            "Registered: no word yet", "CacheReady: no word yet", "AgentReady: no word yet",
        ]),
    ],
)  # fmt: skip
def test_pool_that_is_not_ready_says_why(pool: Object, expected: list[str]) -> None:
    assert not_ready(pool) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"ipv4": {"used": 2, "available": 189}}, {"used": 2, "available": 189}),
        ({"ipv4": {"used": 0}}, {"used": 0}),
        ({"ipv4": {"used": "2", "available": True}}, {}),
        ({"ipv4": None}, {}),
        (None, {}),
    ],
)
def test_addresses_are_counted_as_far_as_the_add_on_says(
    status: Any, expected: dict[str, int]
) -> None:
    assert counted(objects.dhcp_pool() | {"status": status}) == expected


@pytest.mark.parametrize("spec", [None, {}, {"networkName": None}, {"networkName": ["x"]}])
def test_pool_of_no_network_is_of_none(spec: Any) -> None:
    assert network_of(objects.dhcp_pool() | {"spec": spec}) == ""


def test_vms_with_addresses_are_those_of_their_configs() -> None:
    web, odd = "default/vm100", objects.vm_network_config("vm9")
    configs = [
        objects.vm_network_config("vm2", "default/vm200", web),
        objects.vm_network_config("vm1", web),
        objects.vm_network_config("vm3", "default/vm200"),
        odd | {"spec": {"networkConfigs": [None, {"networkName": 7}]}},
    ]
    snapshot = Snapshot({VM_NETWORK_CONFIG: {key_of(each): each for each in configs}})
    assert vms_with_addresses(web, snapshot) == ["default/vm1", "default/vm2"]
    assert vms_with_addresses(web, Snapshot({})) == []
