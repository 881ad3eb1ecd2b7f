"""What host network configs and their agents say, and how far they are."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster.resources import (
    HOST_NETWORK_CONFIG,
    LINK_MONITOR,
    NODE,
    VLAN_STATUS,
    Object,
    key_of,
)
from harvester_net.harvester import host_networks, versions
from harvester_net.harvester.host_networks import (
    are_in_place,
    nodes_not_ready,
    nodes_with_network,
    ready_nodes,
    static_addresses,
)
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.harvester.versions import Feature

from ... import objects

ALL = {"n1": "", "n2": ""}


def site(*monitors: Object, ready: tuple[str, ...] = ("n1", "n2")) -> Snapshot:
    """Two nodes that have the cluster network data, and one that has not."""
    nodes = [objects.node(name) for name in ("n1", "n2", "n3")]
    statuses = [objects.vlan_status("rack-a", node) for node in ready]
    kinds = {NODE: nodes, VLAN_STATUS: statuses, LINK_MONITOR: monitors}
    return Snapshot({kind: {key_of(o): o for o in of} for kind, of in kinds.items()}, (1, 8))


def lists(*devices: str) -> Object:
    """The LinkMonitor of data, with these devices on n1."""
    links = [objects.link(name, at) for at, name in enumerate(devices, start=5)]
    return objects.link_monitor("data", {"n1": links})


def test_only_nodes_that_have_the_cluster_network_are_to_have_the_device() -> None:
    assert nodes_with_network(objects.host_network(), site()) == ["n1", "n2"]
    failed = objects.vlan_status("rack-a", "n2", "no link")
    snapshot = site(ready=("n1",)).with_object(VLAN_STATUS, failed)
    assert nodes_with_network(objects.host_network(), snapshot) == ["n1"]
    on_mgmt = objects.host_network(cluster_network="mgmt")
    assert nodes_with_network(on_mgmt, site()) == ["n1", "n2", "n3"]


@pytest.mark.parametrize(
    ("config", "monitors", "expected"),
    [
        (objects.host_network(said=ALL), (), {}),
        (objects.host_network(said=ALL), (lists("data-br", "data-br.400"),), {}),
        (
            objects.host_network(said={"n1": ""}),
            (),
            {"n2": "its agent has not set up the device yet"},
        ),
        (
            objects.host_network(said={"n1": "", "n2": "setup l3 connectivity failed: x"}),
            (),
            {"n2": "setup l3 connectivity failed: x"},
        ),
        (
            objects.host_network(said=ALL),
            (lists("data-br", "data-bo"),),
            {"n1": "its agent lists no device data-br.400 yet"},
        ),
    ],
)
def test_nodes_that_are_not_ready_say_why(
    config: Object, monitors: tuple[Object, ...], expected: dict[str, str]
) -> None:
    assert nodes_not_ready(config, site(*monitors)) == expected


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("vlanID", 401, "vlanID 400"), ("mode", "static", "mode dhcp")],
)
def test_word_of_an_agent_about_another_config_is_none(
    field: str, value: Any, words: str
) -> None:
    config = objects.host_network(said=ALL)
    config["spec"][field] = value
    assert nodes_not_ready(config, site())["n1"] == f"its agent still speaks of {words}"


@pytest.mark.parametrize(
    "status",
    [
        None,
        [],
        {},
        {"nodeStatus": None},
        {"nodeStatus": []},
        {"nodeStatus": {"n1": None}},
        {"nodeStatus": {"n1": {"conditions": "x"}}},
        {"nodeStatus": {"n1": {"conditions": [7, {"type": "ready", "status": 1}]}}},
    ],
)
def test_status_that_says_nothing_is_no_readiness(status: Any) -> None:
    config = objects.host_network() | {"status": status}
    assert ready_nodes(config) == []
    assert set(nodes_not_ready(config, site())) == {"n1", "n2"}


def test_words_of_agents_are_printable() -> None:
    config = objects.host_network(said={"n1": "", "n2": "a\x1b[2Jb\n"})
    assert "\x1b" not in nodes_not_ready(config, site())["n2"]


def test_addresses_are_those_of_mode_static() -> None:
    ips = {"n1": "10.0.0.11/24"}
    assert static_addresses(objects.host_network(ips=ips)) == ips
    by_dhcp = objects.host_network(spec={"ips": ips})
    assert static_addresses(by_dhcp) == {}


def test_no_version_so_far_changes_a_device_that_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert are_in_place(versions.NEWEST) == []
    follows = {"ips": Feature((1, 10), "addresses follow")}
    monkeypatch.setattr(host_networks, "HOST_NETWORKS_FOLLOW", follows)
    assert are_in_place((1, 9)) == []
    assert are_in_place((1, 10)) == ["ips"]


def test_unknown_kind_has_no_configs() -> None:
    assert HOST_NETWORK_CONFIG not in site().objects
    assert host_networks.of_network("data", site()) == []
