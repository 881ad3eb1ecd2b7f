"""A cluster whose network controller is of another version than Harvester."""

from __future__ import annotations

import pytest

from harvester_net.lab.api import ApiError
from harvester_net.lab.cluster import LabCluster
from tests import objects

NETWORK = "/apis/network.harvesterhci.io/v1beta1"
SETTINGS = "/apis/harvesterhci.io/v1beta1/settings"


async def test_each_webhook_has_the_rules_of_its_version() -> None:
    async with LabCluster(network_version="v1.7.1") as cluster, cluster.api() as api:
        await api.create(f"{NETWORK}/clusternetworks", objects.cluster_network("data"))
        config = objects.new_config("nc1", spec={"nodeSelector": {"site": "x"}})
        await api.create(f"{NETWORK}/vlanconfigs", config)
        described = {"spec": {"description": "x"}}
        with pytest.raises(ApiError, match="EOF"):
            # Crashes up to 1.7 (H3.2).
            await api.merge_patch(f"{NETWORK}/vlanconfigs/nc1", described)
        shared = {"value": '{"share-storage-network":true}'}
        with pytest.raises(ApiError) as refused:
            # Is judged since 1.8 (H3.5).
            await api.merge_patch(f"{SETTINGS}/rwx-network", shared)
        assert refused.value.status == 422
