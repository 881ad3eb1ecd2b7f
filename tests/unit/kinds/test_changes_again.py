"""VMs that one run would stop more than once are named at preview."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from harvester_net.kinds.changes import stopped_again
from harvester_net.kinds.desired_state import DesiredState

from ... import objects
from ...cluster import LabApi
from .calls import Run, running, urn_of
from .runs import CONFIG, DATA, NETWORK, RACK, carry, furnish

NET, RACK_A, RACK_B = (
    f"urn:pulumi:dev::site::harvester-net:index:{kind}::{name}"
    for kind, name in (
        ("ClusterNetwork", "data"),
        ("NetworkConfig", "rack-a"),
        ("NetworkConfig", "rack-b"),
    )
)


@pytest.mark.parametrize(
    ("stopping", "said"),
    [
        ({RACK_A: {"default/vm1"}}, ""),
        ({NET: {"default/vm2"}, RACK_A: {"default/vm1"}}, ""),
        ({NET: set(), RACK_A: set()}, ""),
        (
            {NET: {"default/vm1", "default/vm2"}, RACK_A: {"default/vm1"}},
            "default/vm1 would be stopped 2 times in this run, also for ClusterNetwork data: "
            "Pulumi makes one change after the other",
        ),
        (
            {NET: {"default/vm1"}, RACK_B: {"default/vm1"}, RACK_A: {"default/vm1"}},
            "default/vm1 would be stopped 3 times in this run, also for ClusterNetwork data, "
            "NetworkConfig rack-b: Pulumi makes one change after the other",
        ),
    ],
)
def test_vms_are_named_with_what_else_stops_them(
    stopping: dict[str, set[str]], said: str
) -> None:
    assert stopped_again(RACK_A, stopping) == said


@pytest.fixture
async def run(api: LabApi) -> AsyncIterator[Run]:
    furnish(api)
    carry(api)
    api.put(objects.nad())
    api.put(objects.vm("vm1", "vm100", status="Running", strategy="Always"))
    api.put(objects.vmi("vm1", "vm100", node="n1"))
    async with running(api) as started:
        yield started


async def test_preview_of_two_changes_of_one_network_says_so_once(run: Run) -> None:
    consent = {"disruption": {"stopVms": True}}
    desired_state = DesiredState()
    call = run.call(NETWORK, "data", preview=True, desired_state=desired_state)
    await NETWORK.update("data", DATA, DATA | {"mtu": 9000} | consent, {}, call)
    assert not [text for text in run.said.warned if "times in this run" in text]
    lacp = {"nics": ["eth1"], "bondOptions": {"mode": "802.3ad"}}
    call = run.call(CONFIG, "rack-a", preview=True, desired_state=desired_state)
    await CONFIG.update("rack-a", RACK, RACK | {"uplink": lacp} | consent, {}, call)
    name = urn_of(NETWORK, "data").rpartition("::")[2]
    assert [text for text in run.said.warned if "times in this run" in text] == [
        f"default/vm1 would be stopped 2 times in this run, also for ClusterNetwork {name}: "
        "Pulumi makes one change after the other"
    ]
