"""What live objects say: MTUs, matched nodes, who is ready, how far a setting is."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import Object
from harvester_net.harvester.cni import cni_config
from harvester_net.harvester.link_monitors import bonds
from harvester_net.harvester.mtus import config_mtu, nad_mtu, uplink_mtu
from harvester_net.harvester.network_configs import (
    NOT_HEARD,
    matched_nodes,
    nodes_not_ready,
    nodes_of,
    progress_of_nodes,
    statuses_of,
)
from harvester_net.harvester.settings import leaked, storage_progress, value_of

from ... import objects

TEXT = '{"clusterNetwork":"storage","vlan":300,"range":"192.168.0.0/24"}'
EMPTY_HASH = "da39a3ee5e6b4b0d3255bfef95601890afd80709"


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
    waiting = nodes_not_ready(config, statuses)
    assert waiting == {
        "node2": "get link eno2 failed, error: Link not found",
        "node3": NOT_HEARD,
        "node4": NOT_HEARD,
    }
    assert progress_of_nodes(config, waiting) == (
        "1 of 4 nodes ready; node2: get link eno2 failed, error: Link not found; node3: its "
        "agent has not set up the uplink yet; node4: its agent has not set up the uplink yet"
    )


def test_config_without_nodes_waits_for_nobody() -> None:
    assert nodes_not_ready(objects.config("rack-a"), {}) == {}


def test_statuses_belong_to_their_config_by_label() -> None:
    own, other = objects.vlan_status("rack-a", "node1"), objects.vlan_status("rack-b", "node2")
    assert statuses_of("rack-a", by_name(own, other)) == [own]
    assert nodes_of([own, other]) == {"node1", "node2"}


@pytest.mark.parametrize(
    ("text", "mtu"), [(None, 1500), ("", 1500), ("0", 1500), ("9000", 9000), ("many", 1500)]
)
def test_mtu_of_a_cluster_network_is_read_from_its_annotation(
    text: str | None, mtu: int
) -> None:
    network = objects.cluster_network("data")
    if text is not None:
        network["metadata"]["annotations"]["network.harvesterhci.io/uplink-mtu"] = text
    assert uplink_mtu(network) == mtu


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ({}, ""),
        ({"value": ""}, ""),
        ({"value": TEXT}, TEXT),
        ({"default": TEXT}, TEXT),
        ({"value": "", "default": TEXT}, TEXT),
        ({"value": None, "default": None}, ""),
    ],
)
def test_missing_value_means_empty(setting: Object, value: str) -> None:
    assert value_of(setting) == value


PROGRESS: list[tuple[str, Object, bool, str]] = [
    ("never used", objects.storage_setting(), True, "never configured"),
    ("configured", objects.storage_setting(TEXT), True, "configured"),
    ("cleared", objects.storage_setting("", hash=EMPTY_HASH), True, "configured"),
    (
        "the stale True of the value before",
        objects.storage_setting(TEXT, hash=EMPTY_HASH),
        False,
        "Harvester has not started with the new value yet",
    ),
    (
        "just cleared, still the True of the old value",
        objects.storage_setting("", hash="0" * 40, nad="harvester-system/storagenetwork-a"),
        False,
        "Harvester has not started with the new value yet",
    ),
    (
        "set for the first time: no condition yet",
        {**objects.storage_setting(), "value": TEXT},
        False,
        "Harvester has not started with the new value yet",
    ),
    (
        "in progress",
        objects.storage_setting(
            TEXT, status="False", reason="In Progress", message="waiting for all volumes"
        ),
        False,
        "waiting for all volumes",
    ),
    (
        "in progress without a message",
        objects.storage_setting(TEXT, status="False", reason="In Progress"),
        False,
        "In Progress",
    ),
    (
        "the old network is not gone",
        objects.storage_setting(TEXT, old_nad="harvester-system/storagenetwork-old"),
        False,
        "removing the network before, harvester-system/storagenetwork-old",
    ),
    (
        "the new network is not there",
        objects.storage_setting(TEXT, nad=""),
        False,
        "Harvester has not made the new network yet",
    ),
]


@pytest.mark.parametrize(
    ("setting", "done", "words"),
    [pytest.param(s, d, w, id=what) for what, s, d, w in PROGRESS],
)
def test_progress_with_this_very_value(setting: Object, done: bool, words: str) -> None:
    seen = storage_progress(setting)
    assert (seen.done, seen.words) == (done, words)


def test_hash_is_of_the_text_as_it_stands() -> None:
    spaced = TEXT.replace(":", ": ")
    setting = objects.storage_setting(TEXT)
    setting["value"] = spaced
    assert not storage_progress(setting).done
    assert storage_progress(objects.storage_setting(spaced)).done


def nads(*keys: str) -> dict[str, Object]:
    return {key: objects.nad(*reversed(key.split("/"))) for key in keys}


def test_networks_that_harvester_lost_are_found() -> None:
    setting = objects.storage_setting(
        TEXT,
        nad="harvester-system/storagenetwork-new",
        old_nad="harvester-system/storagenetwork-old",
    )
    present = nads(
        "harvester-system/storagenetwork-old",
        "harvester-system/storagenetwork-new",
        "harvester-system/storagenetwork-lost",
        "harvester-system/rwx-network-x",
        "default/storagenetwork-mine",
    )
    assert leaked(setting, present) == ["harvester-system/storagenetwork-lost"]


def test_storage_network_that_is_cleared_leaves_none_that_it_knows() -> None:
    present = nads("harvester-system/storagenetwork-lost")
    assert leaked(objects.storage_setting(), present) == [
        "harvester-system/storagenetwork-lost"
    ]
    assert leaked(objects.storage_setting(), {}) == []


@pytest.mark.parametrize("text", ["", "no JSON", "[1]", "null"])
def test_config_that_is_no_json_object_is_as_good_as_empty(text: str) -> None:
    nad = objects.nad()
    nad["spec"]["config"] = text
    assert cni_config(nad) == {}
    assert nad_mtu(nad) == 1500
    assert cni_config({"metadata": {}, "spec": {}}) == {}


@pytest.mark.parametrize(
    ("mtu", "read"), [(None, 1500), (0, 1500), (1500, 1500), (9000, 9000)]
)
def test_mtu_is_read_from_the_config(mtu: int | None, read: int) -> None:
    more = {} if mtu is None else {"mtu": mtu}
    assert nad_mtu(objects.nad(config=objects.cni(vlan=100, **more))) == read


@pytest.mark.parametrize(
    ("uplink", "mtu"),
    [
        ({"nics": ["a"]}, 1500),
        ({"nics": ["a"], "linkAttributes": None}, 1500),
        ({"nics": ["a"], "linkAttributes": {"mtu": 0}}, 1500),
        ({"nics": ["a"], "linkAttributes": {"mtu": 9000}}, 9000),
    ],
)
def test_mtu_of_a_config_is_read_from_its_uplink(uplink: Object, mtu: int) -> None:
    assert config_mtu(objects.config("rack-a", uplink=uplink)) == mtu


def test_leftover_that_is_being_deleted_is_no_leak() -> None:
    going = objects.storage_nad("storagenetwork-lost")
    going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    present = {"harvester-system/storagenetwork-lost": going}
    assert leaked(objects.storage_setting(), present) == []


def link(name: str, index: int, master: int = 0) -> Object:
    return {"name": name, "index": index, "masterIndex": master}


def test_bond_of_each_node_is_found_with_whether_its_bridge_has_it() -> None:
    """First only the bridge is listed, then the bond, at last with its master (O5.3)."""
    monitor = objects.link_monitor(
        "data",
        {
            "done": [link("data-br", 7), link("data-bo", 6, master=7)],
            "alone": [link("data-br", 7), link("data-bo", 9)],
            "elsewhere": [link("data-br", 7), link("data-bo", 9, master=8)],
            "no-bridge": [link("data-bo", 5, master=7)],
            "no-bond": [link("data-br", 7), link("xdata-bo", 3, master=7)],
        },
    )
    assert bonds(monitor, "data") == {
        "done": (6, True),
        "alone": (9, False),
        "elsewhere": (9, False),
        "no-bridge": (5, False),
    }


@pytest.mark.parametrize(
    "monitor", [None, {}, {"status": None}, {"status": {"linkStatus": None}}]
)
def test_monitor_that_says_nothing_knows_no_bonds(monitor: Object | None) -> None:
    assert bonds(monitor, "data") == {}
