"""What of a cluster is listed: what can be imported, and has what was asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from harvester_net.kinds.registry import KINDS

from ... import objects
from ...cluster import LabApi
from ..programs import CLUSTER_NETWORK, NETWORK_CONFIG, STORAGE_NETWORK, VM_NETWORK
from .calls import Run, running

STORED = '{"vlan":300,"clusterNetwork":"data","range":"10.0.0.0/24"}'


@pytest.fixture
async def run(api: LabApi) -> AsyncIterator[Run]:
    async with running(api) as started:
        yield started


@pytest.fixture
def site(api: LabApi) -> None:
    """Two cluster networks with what may be on them, and a network of another CNI."""
    for name, mtu in (("data", 9000), ("spare", 1500)):
        api.put(objects.cluster_network(name, mtu=mtu))
        uplink = {"nics": ["eno2"], "linkAttributes": {"mtu": mtu}}
        spec = {"clusterNetwork": name, "nodeSelector": {"rack": name}, "uplink": uplink}
        api.put(objects.config(f"nc-{name}", spec=spec))
    api.put(objects.nad("web", config=objects.cni("web", vlan=100, mtu=9000)))
    api.put(objects.nad("web", "tenants", objects.cni("web", vlan=200, mtu=9000)))
    trunk = objects.cni("trunk", bridge="spare-br", vlan=0, vlanTrunk=[{"id": 5}])
    api.put(objects.nad("trunk", config=trunk, cluster_network="spare"))
    api.put(objects.nad("other", config={"type": "macvlan", "master": "eno1"}))
    api.put(objects.storage_nad())
    api.put(objects.storage_setting(STORED))


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("token", "query", "found"),
    [
        (CLUSTER_NETWORK, {}, {"data": "data", "spare": "spare"}),
        (CLUSTER_NETWORK, {"mtu": 9000}, {"data": "data"}),
        (CLUSTER_NETWORK, {"mtu": 0}, {"spare": "spare"}),
        (NETWORK_CONFIG, {}, {"nc-data": "nc-data", "nc-spare": "nc-spare"}),
        (NETWORK_CONFIG, {"clusterNetwork": "spare"}, {"nc-spare": "nc-spare"}),
        (
            VM_NETWORK,
            {},
            {"default/trunk": "trunk", "default/web": "web", "tenants/web": "tenants-web"},
        ),
        (VM_NETWORK, {"namespace": "tenants"}, {"tenants/web": "tenants-web"}),
        (VM_NETWORK, {"vlan": 100}, {"default/web": "web"}),
        (VM_NETWORK, {"type": "L2VlanTrunkNetwork"}, {"default/trunk": "trunk"}),
        (VM_NETWORK, {"clusterNetwork": "data", "vlan": 300}, {}),
        (STORAGE_NETWORK, {}, {"storage-network": "storage-network"}),
    ],
)
async def test_objects_that_can_be_imported_are_listed(
    run: Run, token: str, query: dict[str, Any], found: dict[str, str]
) -> None:
    kind = KINDS[token]
    assert await kind.list_objects(query, run.call(kind, "")) == found


async def test_storage_network_that_is_not_set_is_not_listed(run: Run, api: LabApi) -> None:
    api.put(objects.storage_setting())
    kind = KINDS[STORAGE_NETWORK]
    assert await kind.list_objects({}, run.call(kind, "")) == {}
