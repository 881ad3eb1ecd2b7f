"""What a change has seen on the nodes becomes the output `nodes` of its resources."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from harvester_net.kinds.changes import context_of, nodes_seen
from harvester_net.kinds.registry import KINDS
from harvester_net.specs.disruption import NodeDevices
from harvester_net.specs.parse import parse
from harvester_net.verify.devices import Bond, Bridge, Devices, Member
from harvester_net.verify.outcome import Finding, Outcome
from harvester_net.verify.pinging import PingResult, Pings

from ...cluster import LabApi
from ..programs import CLUSTER_NETWORK
from .calls import Run, running

NICS = (Member("ens1", 9000, "up"),)
SEEN = Outcome(
    "data",
    9000,
    nodes={
        "node1": Devices(
            "node1",
            Bond("data-bo", 20, 9000, "active-backup", "ens1", "data-br", NICS),
            Bridge("data-br", 21, 9000),
            vlans=frozenset({1, 100}),
        ),
        "node2": Devices("node2"),
        "node3": None,
    },
    pings=Pings(
        100, {("node1", "node2"): PingResult.FULL, ("node2", "node1"): PingResult.USUAL}
    ),
    notes=(Finding("node1", "data-bo", "NIC ens2 of bond data-bo has no link"),),
)


@pytest.fixture
async def run(api: LabApi) -> AsyncIterator[Run]:
    async with running(api) as started:
        yield started


async def test_what_was_seen_is_the_output_of_the_cluster_network(run: Run) -> None:
    call = run.call(KINDS[CLUSTER_NETWORK], "data")
    assert nodes_seen("data", call) == {}
    context_of(call).observer.nodes_checked(SEEN)
    assert nodes_seen("other", call) == {}
    nodes = nodes_seen("data", call)["nodes"]
    assert nodes == [
        {
            "node": "node1",
            "bondMtu": 9000,
            "bondMode": "active-backup",
            "activeNic": "ens1",
            "nics": ["ens1"],
            "bridgeMtu": 9000,
            "vlans": [1, 100],
            "reaches": ["node2"],
        },
        {"node": "node2", "vlans": [], "reaches": []},
    ]
    assert [parse(NodeDevices, node)[1] for node in nodes] == [[], []]


async def test_notes_stay_on_the_resource(run: Run) -> None:
    informed: list[str] = []
    call = replace(run.call(KINDS[CLUSTER_NETWORK], "data"), inform=informed.append)
    context_of(call).observer.nodes_checked(SEEN)
    assert informed == ["node1: NIC ens2 of bond data-bo has no link"]
