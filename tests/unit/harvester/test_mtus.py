"""The MTU that an object says, in its own way each."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster.resources import Object
from harvester_net.harvester.mtus import config_mtu, nad_mtu, uplink_mtu

from ... import objects


@pytest.mark.parametrize(
    ("text", "mtu"),
    [
        (None, 1500),
        ("", 1500),
        ("0", 1500),
        ("+9000", 9000),
        ("09000", 9000),
        ("9000", 9000),
        ("many", 1500),
    ],
)
def test_mtu_of_a_cluster_network_is_read_from_its_annotation(
    text: str | None, mtu: int
) -> None:
    network = objects.cluster_network("data")
    if text is not None:
        network["metadata"]["annotations"]["network.harvesterhci.io/uplink-mtu"] = text
    assert uplink_mtu(network) == mtu


@pytest.mark.parametrize(
    ("mtu", "read"), [(None, 1500), (0, 1500), (1500, 1500), (9000, 9000)]
)
def test_mtu_is_read_from_the_config(mtu: int | None, read: int) -> None:
    more: dict[str, Any] = {} if mtu is None else {"mtu": mtu}
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
