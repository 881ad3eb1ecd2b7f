"""The cluster of the other tests: its faults are those that tests believe they see."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from harvester_net.cluster.access import AccessSettings
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline
from harvester_net.cluster.errors import AlreadyExists, Conflict, Denied
from harvester_net.cluster.resources import CLUSTER_NETWORK, VM, Object

from .. import objects
from ..cluster import LabApi
from ..timing import QUICK
from ..waiting import SECONDS

NETWORK = objects.cluster_network("data")


@pytest.fixture
async def client(api: LabApi) -> AsyncIterator[Cluster]:
    opened = Cluster(AccessSettings(api.kubeconfig(), environment=""), timings=QUICK)
    yield opened
    await opened.close()


@pytest.fixture
def deadline() -> Deadline:
    return Deadline(SECONDS)


async def test_status_is_put_where_it_is_a_subresource_too(api: LabApi) -> None:
    made = api.put(objects.vm("vm1", status="Running"))
    assert made["status"] == {"printableStatus": "Running"}
    assert api.get("virtualmachines", "default/vm1") == made
    assert list(api.of("virtualmachines")) == ["default/vm1"]


async def test_what_is_held_goes_when_it_is_removed(api: LabApi) -> None:
    going = objects.going(objects.cluster_network("data", finalizers=["example.com/slow"]))
    assert "deletionTimestamp" in api.put(going)["metadata"]
    api.remove("clusternetworks", "data")
    assert not api.has("clusternetworks", "data")


async def test_webhook_is_asked_when_the_server_has_no_objection(
    api: LabApi, client: Cluster, deadline: Deadline
) -> None:
    api.deny("POST clusternetworks", "no", times=1)
    with pytest.raises(Denied, match="no"):
        await client.create(CLUSTER_NETWORK, NETWORK, deadline)
    await client.create(CLUSTER_NETWORK, NETWORK, deadline)
    api.deny("PATCH clusternetworks", "no")
    stale = {"metadata": {"resourceVersion": "1", "labels": {"a": "b"}}}
    with pytest.raises(Conflict):
        await client.patch(CLUSTER_NETWORK, "data", stale, deadline)
    with pytest.raises(Denied):
        await client.patch(CLUSTER_NETWORK, "data", {"metadata": {"labels": {}}}, deadline)


async def test_lost_answer_has_done_its_work(
    api: LabApi, client: Cluster, deadline: Deadline
) -> None:
    api.fail("POST clusternetworks", 0, after=True)
    with pytest.raises(AlreadyExists):
        await client.create(CLUSTER_NETWORK, NETWORK, deadline)
    assert api.counts() == {"POST clusternetworks": 2}


async def test_controller_answers_to_writes_of_clients_and_of_others(
    api: LabApi, client: Cluster, deadline: Deadline
) -> None:
    def start(vm: Object) -> None:
        vm["status"] = {"printableStatus": "Running"}

    api.controllers["virtualmachines"] = start
    await client.create(VM, objects.vm("vm1"), deadline)
    api.put(objects.vm("vm2"))
    states = [vm["status"]["printableStatus"] for vm in api.of("virtualmachines").values()]
    assert states == ["Running", "Running"]


async def test_mistake_of_a_controller_does_not_stay_in_the_dark(certificates: Path) -> None:
    def err(_: Object) -> None:
        raise ZeroDivisionError("a mistake")

    async def live() -> None:
        async with LabApi(certificates) as api:
            api.controllers["clusternetworks"] = err
            api.put(NETWORK)

    with pytest.raises(ZeroDivisionError):
        await live()


async def test_call_from_another_thread_is_done_in_the_servers(api: LabApi) -> None:
    done_in: list[int] = []
    api.controllers["clusternetworks"] = lambda _: done_in.append(threading.get_ident())
    await asyncio.to_thread(api.put, NETWORK)
    assert done_in == [threading.get_ident()]
    assert api.has("clusternetworks", "data")
