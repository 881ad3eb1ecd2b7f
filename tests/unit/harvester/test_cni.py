"""The CNI config of a VM network, however odd."""

from __future__ import annotations

import pytest

from harvester_net.harvester.cni import cni_config
from harvester_net.harvester.mtus import nad_mtu

from ... import objects


@pytest.mark.parametrize("text", ["", "no JSON", "[1]", "null"])
def test_config_that_is_no_json_object_is_as_good_as_empty(text: str) -> None:
    nad = objects.nad()
    nad["spec"]["config"] = text
    assert cni_config(nad) == {}
    assert nad_mtu(nad) == 1500
    assert cni_config({"metadata": {}, "spec": {}}) == {}
