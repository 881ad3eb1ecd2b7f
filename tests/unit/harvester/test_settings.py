"""The settings of networks: the value that counts."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import Object
from harvester_net.harvester.settings import effective

TEXT = '{"clusterNetwork":"storage","vlan":300,"range":"192.168.0.0/24"}'


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
    assert effective(setting) == value
