"""What a network config says: matched nodes, and who is ready."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import NODE, VLAN_STATUS, Object
from harvester_net.harvester.network_configs import (
    NOT_HEARD,
    matched_nodes,
    nodes_not_ready,
    nodes_of,
    present_nodes,
    progress_of_nodes,
    statuses_of,
)
from harvester_net.harvester.snapshot import Snapshot

from ... import objects


@pytest.mark.parametrize(
    ("annotation", "nodes"),
    [(None, []), ("", []), ('["node2","node1"]', ["node1", "node2"]), ("[]", [])],
)
def test_matched_nodes_are_read_sorted(annotation: str | None, nodes: list[str]) -> None:
    config = objects.config("rack-a")
    config["metadata"]["annotations"] = (
        {} if annotation is None else {"network.harvesterhci.io/matched-nodes": annotation}
    )
    assert matched_nodes(config) == nodes


@pytest.mark.parametrize(
    ("there", "present"),
    [
        ((), ["node1", "node2"]),
        (("node1", "node2", "node3"), ["node1", "node2"]),
        (("node1", "node3"), ["node1"]),
        (("node3",), []),
    ],
    ids=["nobody may list nodes", "all there", "one has left", "all have left"],
)
def test_nodes_that_have_left_the_cluster_are_waited_for_by_nobody(
    there: tuple[str, ...], present: list[str]
) -> None:
    config = objects.config("rack-a", nodes=["node1", "node2"])
    seen = Snapshot({NODE: {name: objects.node(name) for name in there}})
    assert present_nodes(config, seen) == present
    assert nodes_not_ready(config, seen) == dict.fromkeys(present, NOT_HEARD)


def by_name(*statuses: Object) -> dict[str, Object]:
    return {str(index): status for index, status in enumerate(statuses)}


def test_nodes_are_ready_when_their_agents_say_so_of_this_config() -> None:
    config = objects.config("rack-a", nodes=["node1", "node2", "node3", "node4"])
    mute = objects.vlan_status("rack-a", "node3")
    mute["status"].pop("conditions")
    statuses = by_name(
        objects.vlan_status("rack-a", "node1"),
        objects.vlan_status("rack-a", "node2", "get link eno2 failed, error: Link not found"),
        mute,
        objects.vlan_status("rack-b", "node4"),
    )
    seen = Snapshot({VLAN_STATUS: statuses})
    waiting = nodes_not_ready(config, seen)
    assert waiting == {
        "node2": "get link eno2 failed, error: Link not found",
        "node3": NOT_HEARD,
        "node4": NOT_HEARD,
    }
    assert progress_of_nodes(config, waiting, seen) == (
        "1 of 4 nodes ready; node2: get link eno2 failed, error: Link not found; node3: its "
        "agent has not set up the uplink yet; node4: its agent has not set up the uplink yet"
    )


def test_config_without_nodes_waits_for_nobody() -> None:
    assert nodes_not_ready(objects.config("rack-a"), Snapshot({})) == {}


def test_statuses_belong_to_their_config_by_label() -> None:
    own, other = objects.vlan_status("rack-a", "node1"), objects.vlan_status("rack-b", "node2")
    assert statuses_of("rack-a", by_name(own, other)) == [own]
    assert nodes_of([own, other]) == {"node1", "node2"}
