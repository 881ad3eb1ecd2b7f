"""The cluster as one run sees it, against an embedded API server: few requests, no lost
waits.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from typing import Any

import pytest

from harvester_net.cluster import connection
from harvester_net.cluster.access import AccessSettings
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline, DeadlineExceeded
from harvester_net.cluster.errors import (
    AlreadyExists,
    ClusterError,
    Conflict,
    Denied,
    Expired,
    Forbidden,
    NotFound,
    Rejected,
    Remedy,
    Unreachable,
)
from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    VLAN_CONFIG,
    VM,
    Object,
    key_of,
)
from harvester_net.lab.apiserver.errors import status as status_object

from ... import objects
from ...cluster import LabApi, kubeconfig
from ...timing import QUICK
from ...waiting import SECONDS, until

NETWORK = objects.cluster_network("data")


@pytest.fixture
async def cluster(api: LabApi) -> AsyncIterator[Cluster]:
    opened = Cluster(AccessSettings(api.kubeconfig(), environment=""), timings=QUICK)
    yield opened
    await opened.close()


@pytest.fixture
def deadline() -> Deadline:
    return Deadline(SECONDS)


async def test_kind_is_listed_once_for_many_reads(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    for index in range(300):
        api.put(objects.nad(f"vm{index}"))
    finds = [cluster.get_cached(NAD, f"default/vm{index}", deadline) for index in range(300)]
    found = await asyncio.gather(*finds)
    assert [key_of(nad) for nad in found if nad] == [f"default/vm{i}" for i in range(300)]
    assert api.counts() == {"LIST network-attachment-definitions": 1}
    assert await cluster.get_cached(NAD, "default/none", deadline) is None
    assert len(api.seen) == 1


async def test_kinds_are_listed_side_by_side(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    await asyncio.gather(*(cluster.list(kind, deadline) for kind in (NAD, VM, VLAN_CONFIG)))
    assert len(api.seen) == 3


async def test_list_that_failed_is_tried_again_by_the_next(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    api.fail("LIST clusternetworks", 403, status_object(403, "Forbidden", "not you"))
    with pytest.raises(Forbidden, match="not you"):
        await cluster.list(CLUSTER_NETWORK, deadline)
    assert await cluster.list(CLUSTER_NETWORK, deadline) == {}


@pytest.mark.parametrize("page", ["<html>Please log in</html>", "[1]", "[" * 100_000])
async def test_answer_of_a_portal_on_the_way_is_an_outage(
    cluster: Cluster, api: LabApi, deadline: Deadline, page: str
) -> None:
    api.put(objects.cluster_network("data"))
    api.fail("LIST clusternetworks", 200, page)
    assert list(await cluster.list(CLUSTER_NETWORK, deadline)) == ["data"]
    api.fail("LIST virtualmachines", 200, page, times=1_000)
    with pytest.raises(Unreachable, match="does not answer as an API server"):
        await cluster.list(VM, Deadline(0.3))


async def test_long_list_comes_in_pages(
    cluster: Cluster, api: LabApi, deadline: Deadline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "PAGE", 2)
    for name in "abcde":
        api.put(objects.cluster_network(name))
    assert list(await cluster.list(CLUSTER_NETWORK, deadline)) == list("abcde")
    assert [seen.query["limit"] for seen in api.seen] == ["2", "2", "2"]
    first, second, third = (seen.query.get("continue") for seen in api.seen)
    assert first is None
    assert second != third


async def test_list_whose_pages_are_too_old_comes_whole(
    cluster: Cluster, api: LabApi, deadline: Deadline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "PAGE", 2)
    for name in "abcde":
        api.put(objects.cluster_network(name))
    api.meanwhile("LIST clusternetworks", lambda: None, times=2)
    api.meanwhile("LIST clusternetworks", api.forget_history)
    assert list(await cluster.list(CLUSTER_NETWORK, deadline)) == list("abcde")
    asked = [(seen.query.get("limit"), "continue" in seen.query) for seen in api.seen]
    assert asked == [("2", False), ("2", True), ("2", True), (None, False)]


async def test_list_that_is_too_old_even_when_whole_says_so(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    api.fail("LIST clusternetworks", 410, {"message": "too old"}, times=2)
    with pytest.raises(Expired, match="too old"):
        await cluster.list(CLUSTER_NETWORK, deadline)
    assert api.count("LIST clusternetworks") == 2


async def test_own_writes_are_known_without_another_list(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    await cluster.list(CLUSTER_NETWORK, deadline)
    made = await cluster.create(CLUSTER_NETWORK, NETWORK, deadline)
    assert cluster.cached(CLUSTER_NETWORK)["data"] == made
    fields = {"metadata": {"labels": {"a": "b"}}}
    changed = await cluster.patch(CLUSTER_NETWORK, "data", fields, deadline)
    found = await cluster.get_cached(CLUSTER_NETWORK, "data", deadline)
    assert found == changed
    assert changed["metadata"]["labels"] == {"a": "b"}
    assert api.count("LIST clusternetworks") == 1


async def test_patch_is_a_merge_patch_of_the_given_fields_only(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    api.put(objects.cluster_network("data", 9000, labels={"theirs": "x"}))
    fields = {"metadata": {"labels": {"mine": "y"}}}
    await cluster.patch(CLUSTER_NETWORK, "data", fields, deadline)
    request = api.writes()[0]
    assert (request.method, request.content_type) == ("PATCH", "application/merge-patch+json")
    assert request.body == fields
    assert api.get("clusternetworks", "data")["metadata"]["labels"] == {
        "theirs": "x",
        "mine": "y",
    }


async def test_namespaced_object_is_created_in_its_namespace(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "tenants"}})
    api.put(NETWORK)
    await cluster.create(NAD, objects.nad("vm100", "tenants"), deadline)
    assert api.has("network-attachment-definitions", "tenants/vm100")
    assert api.writes()[0].path == (
        "/apis/k8s.cni.cncf.io/v1/namespaces/tenants/network-attachment-definitions"
    )


async def test_fresh_asks_the_server_and_remembers(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    api.put(NETWORK)
    await cluster.list(CLUSTER_NETWORK, deadline)
    api.change("clusternetworks", "data", {"metadata": {"labels": {"a": "b"}}})
    assert "labels" not in cluster.cached(CLUSTER_NETWORK)["data"]["metadata"]
    fresh = await cluster.get(CLUSTER_NETWORK, "data", deadline)
    assert fresh is not None
    assert cluster.cached(CLUSTER_NETWORK)["data"] == fresh
    api.remove("clusternetworks", "data")
    assert await cluster.get(CLUSTER_NETWORK, "data", deadline) is None
    assert cluster.cached(CLUSTER_NETWORK) == {}


async def test_what_is_forgotten_is_listed_again(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    await cluster.list(VM, deadline)
    api.put(objects.vm("vm1"))
    assert await cluster.list(VM, deadline) == {}
    cluster.invalidate(VM)
    assert list(await cluster.list(VM, deadline)) == ["default/vm1"]


async def test_kind_that_the_server_does_not_know(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    api.unserve("virtualmachines")
    assert await cluster.list_if_served(VM, deadline) == {}
    with pytest.raises(NotFound):
        await cluster.list(VM, deadline)


OUTAGES: list[tuple[str, int, Any]] = [
    ("too many requests", 429, status_object(429, "TooManyRequests", "slow down")),
    ("internal error", 500, status_object(500, "InternalError", "etcd is away")),
    (
        "webhook down",
        500,
        status_object(500, "InternalError", 'failed calling webhook "validator": EOF'),
    ),
    ("bad gateway", 502, "<html>"),
    ("not ready", 503, status_object(503, "ServiceUnavailable", "starting")),
    ("connection reset", 0, ""),
]


@pytest.mark.parametrize(
    ("status", "body"), [pytest.param(s, b, id=what) for what, s, b in OUTAGES]
)
async def test_outage_is_waited_for(
    cluster: Cluster, api: LabApi, deadline: Deadline, status: int, body: Any
) -> None:
    await cluster.list(CLUSTER_NETWORK, deadline)
    for request in ("POST", "PATCH", "DELETE", "LIST"):
        api.fail(f"{request} clusternetworks", status, body, times=3)
    made = await cluster.create(CLUSTER_NETWORK, NETWORK, deadline)
    await cluster.patch(CLUSTER_NETWORK, "data", {"metadata": {"labels": {}}}, deadline)
    cluster.invalidate(CLUSTER_NETWORK)
    await cluster.list(CLUSTER_NETWORK, deadline)
    assert await cluster.delete(CLUSTER_NETWORK, "data", made["metadata"]["uid"], deadline)
    assert api.counts() == {
        "POST clusternetworks": 4,
        "PATCH clusternetworks": 4,
        "DELETE clusternetworks": 4,
        "LIST clusternetworks": 5,
    }


async def test_outage_that_lasts_is_raised_with_the_reason_to_stop(
    cluster: Cluster, api: LabApi
) -> None:
    await cluster.list(CLUSTER_NETWORK, Deadline(SECONDS))
    body = status_object(503, "ServiceUnavailable", "starting")
    api.fail("POST clusternetworks", 503, body, times=10000)
    with pytest.raises(Unreachable) as failure:
        await cluster.create(CLUSTER_NETWORK, NETWORK, Deadline(0.05))
    assert str(failure.value) == "post clusternetworks: starting (not done after 0 s)"


async def test_create_whose_answer_was_lost_exists_already(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    api.fail("POST clusternetworks", 0, after=True)
    with pytest.raises(AlreadyExists):
        await cluster.create(CLUSTER_NETWORK, NETWORK, deadline)
    assert api.has("clusternetworks", "data")


ANSWERS: list[tuple[int, Any, type[Exception]]] = [
    (400, status_object(400, "BadRequest", "no"), Rejected),
    (403, status_object(403, "Forbidden", "no"), Forbidden),
    (404, status_object(404, "NotFound", "no"), NotFound),
    (409, status_object(409, "Conflict", "no"), Conflict),
    (422, status_object(422, "Invalid", "no"), Rejected),
]


@pytest.mark.parametrize(("status", "body", "error"), ANSWERS)
async def test_answer_is_not_asked_for_twice(
    cluster: Cluster,
    api: LabApi,
    deadline: Deadline,
    status: int,
    body: Any,
    error: type[Exception],
) -> None:
    api.fail("POST clusternetworks", status, body)
    with pytest.raises(error):
        await cluster.create(CLUSTER_NETWORK, NETWORK, deadline)
    assert api.count("POST clusternetworks") == 1


@pytest.mark.parametrize("status", [500, 422, 400, 405])
async def test_denial_is_an_answer_whatever_its_number(
    cluster: Cluster, api: LabApi, deadline: Deadline, status: int
) -> None:
    """The network webhook denies with 500 (H3.0)."""
    api.deny("POST clusternetworks", "Internal error occurred: because of X", status=status)
    with pytest.raises(Denied) as denial:
        await cluster.create(CLUSTER_NETWORK, NETWORK, deadline)
    assert denial.value.why == "because of X"
    assert denial.value.by == "validator.harvester-system.harvester-network-webhook"
    assert api.count("POST clusternetworks") == 1


async def test_deletion_is_asked_for_this_object_only(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    uid = api.put(NETWORK)["metadata"]["uid"]
    with pytest.raises(Conflict):
        await cluster.delete(CLUSTER_NETWORK, "data", "another", deadline)
    assert await cluster.delete(CLUSTER_NETWORK, "data", uid, deadline)
    assert await cluster.delete(CLUSTER_NETWORK, "data", uid, deadline) is False
    assert [seen.body for seen in api.writes()] == [
        {"preconditions": {"uid": "another"}},
        {"preconditions": {"uid": uid}},
        {"preconditions": {"uid": uid}},
    ]


def going(name: str) -> Object:
    return objects.nad(name, finalizers=["wrangler.cattle.io/slow"])


async def test_hundred_deletions_are_waited_for_on_one_watch(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    uids = {f"default/{i}": api.put(going(str(i)))["metadata"]["uid"] for i in range(100)}
    waits = [
        asyncio.create_task(cluster.wait_until_gone(NAD, key, uid, deadline))
        for key, uid in uids.items()
    ]
    await until(lambda: api.count("WATCH network-attachment-definitions"))
    for key in uids:
        api.remove("network-attachment-definitions", key)
    await asyncio.wait_for(asyncio.gather(*waits), SECONDS)
    assert api.counts() == {
        "LIST network-attachment-definitions": 1,
        "WATCH network-attachment-definitions": 1,
    }


async def test_object_that_is_gone_already_is_not_waited_for(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    await cluster.wait_until_gone(CLUSTER_NETWORK, "data", "uid-1", deadline)


async def test_successor_of_the_same_name_means_that_the_old_one_is_gone(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    uid = api.put(NETWORK)["metadata"]["uid"]
    waiting = asyncio.create_task(
        cluster.wait_until_gone(CLUSTER_NETWORK, "data", uid, deadline)
    )
    await until(lambda: api.count("WATCH clusternetworks"))
    api.remove("clusternetworks", "data")
    assert api.put(NETWORK)["metadata"]["uid"] != uid
    await asyncio.wait_for(waiting, SECONDS)


async def waiting_for_label(
    cluster: Cluster, deadline: Deadline, value: str = "done"
) -> asyncio.Task[Any]:
    """Waits until the cluster network `data` has a label with this value."""

    def labelled() -> Object | None:
        network = cluster.cached(CLUSTER_NETWORK).get("data")
        labels = (network or {"metadata": {}})["metadata"].get("labels") or {}
        return network if labels.get("state") == value else None

    return asyncio.create_task(cluster.wait_for((CLUSTER_NETWORK,), labelled, deadline))


def label(api: LabApi, value: str = "done") -> None:
    api.change("clusternetworks", "data", {"metadata": {"labels": {"state": value}}})


async def test_change_wakes_those_who_wait(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    api.put(NETWORK)
    waiting = await waiting_for_label(cluster, deadline)
    await until(lambda: api.count("WATCH clusternetworks"))
    label(api, "not yet")
    label(api)
    assert key_of(await asyncio.wait_for(waiting, SECONDS)) == "data"


async def test_our_own_write_wakes_those_who_wait(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    api.put(NETWORK)
    waiting = await waiting_for_label(cluster, deadline)
    await until(lambda: api.count("WATCH clusternetworks"))
    fields = {"metadata": {"labels": {"state": "done"}}}
    await cluster.patch(CLUSTER_NETWORK, "data", fields, deadline)
    await asyncio.wait_for(waiting, SECONDS)


async def test_change_before_the_watch_is_not_missed(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    api.put(NETWORK)
    await cluster.list(CLUSTER_NETWORK, deadline)
    label(api)
    await asyncio.wait_for(await waiting_for_label(cluster, deadline), SECONDS)


async def test_watch_that_the_server_ends_is_continued_where_it_was(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    api.put(NETWORK)
    waiting = await waiting_for_label(cluster, deadline)
    await until(lambda: api.count("WATCH clusternetworks") == 1)
    label(api, "first")
    await until(lambda: "first" in str(cluster.cached(CLUSTER_NETWORK)))
    api.end_watches()
    await until(lambda: api.count("WATCH clusternetworks") == 2)
    label(api)
    await asyncio.wait_for(waiting, SECONDS)
    assert api.count("LIST clusternetworks") == 1
    since = [s.query["resourceVersion"] for s in api.seen if s.query.get("watch")]
    assert int(since[1]) > int(since[0])


async def test_events_that_are_too_old_mean_a_new_list(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    api.put(NETWORK)
    waiting = await waiting_for_label(cluster, deadline)
    await until(lambda: api.count("WATCH clusternetworks") == 1)
    api.forget_history()
    api.end_watches()
    await until(lambda: api.count("LIST clusternetworks") == 2)
    label(api)
    await asyncio.wait_for(waiting, SECONDS)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (410, status_object(410, "Expired", "too old")),
        (503, "starting"),
        (0, ""),
        (200, json.dumps({"type": "ERROR", "object": status_object(500, "X", "broken")})),
        (200, '{"type": "MODIFIED", "obj'),
    ],
    ids=["410", "503", "reset", "error event", "cut in the middle of a line"],
)
async def test_watch_that_breaks_is_begun_again(
    cluster: Cluster, api: LabApi, deadline: Deadline, status: int, body: Any
) -> None:
    api.put(NETWORK)
    api.fail("WATCH clusternetworks", status, body)
    waiting = await waiting_for_label(cluster, deadline)
    await asyncio.wait_for(until(lambda: api.count("WATCH clusternetworks") >= 2), 5)
    label(api)
    await asyncio.wait_for(waiting, SECONDS)


async def test_event_of_a_large_object_is_read(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    """A VM with its cloud-init and managed fields is larger than a line usually is."""
    api.put(NETWORK)
    waiting = await waiting_for_label(cluster, deadline)
    await until(lambda: api.count("WATCH clusternetworks"))
    large = {"labels": {"state": "done"}, "annotations": {"big": "x" * 500_000}}
    api.change("clusternetworks", "data", {"metadata": large})
    await asyncio.wait_for(waiting, 5)


async def test_watch_that_ends_at_once_is_not_asked_for_without_a_pause(
    cluster: Cluster, api: LabApi
) -> None:
    """A proxy may cut every stream; the server must survive us all the same."""
    api.put(NETWORK)
    api.fail("WATCH clusternetworks", 200, "", times=100_000)
    with pytest.raises(DeadlineExceeded):
        await cluster.wait_for((CLUSTER_NETWORK,), lambda: None, Deadline(0.5))
    assert api.count("WATCH clusternetworks") < 60


async def test_kind_that_may_not_be_watched_fails_those_who_wait(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    for request in ("LIST", "WATCH"):
        api.fail(f"{request} clusternetworks", 403, status_object(403, "Forbidden", "not you"))
        waiting = await waiting_for_label(cluster, deadline)
        with pytest.raises(Forbidden, match="not you"):
            await asyncio.wait_for(waiting, SECONDS)
        api.allow(f"{request} clusternetworks")


async def test_wait_ends_when_its_time_is_up(cluster: Cluster, api: LabApi) -> None:
    api.put(NETWORK)
    waiting = await waiting_for_label(cluster, Deadline(0.1))
    with pytest.raises(DeadlineExceeded, match="not done after 0 s"):
        await asyncio.wait_for(waiting, SECONDS)


async def test_wait_ends_when_the_user_cancels(cluster: Cluster, api: LabApi) -> None:
    api.put(NETWORK)
    cancelled = asyncio.Event()
    waiting = await waiting_for_label(cluster, Deadline(SECONDS, cancelled))
    await until(lambda: api.count("WATCH clusternetworks"))
    cancelled.set()
    with pytest.raises(DeadlineExceeded, match="cancelled"):
        await asyncio.wait_for(waiting, 5)


async def test_wait_for_a_list_that_does_not_come_ends_when_the_user_cancels(
    cluster: Cluster, api: LabApi
) -> None:
    api.fail("LIST clusternetworks", 503, "starting", times=100_000)
    cancelled = asyncio.Event()
    waiting = await waiting_for_label(cluster, Deadline(SECONDS, cancelled))
    await until(lambda: api.count("LIST clusternetworks"))
    cancelled.set()
    with pytest.raises((DeadlineExceeded, Unreachable), match="cancelled"):
        await asyncio.wait_for(waiting, 5)


async def test_watch_is_kept_for_the_next_who_waits(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    """The engine deletes many objects a few at a time."""
    api.put(NETWORK)
    impatient = await waiting_for_label(cluster, Deadline(0.2))
    with pytest.raises(DeadlineExceeded):
        await impatient
    patient = await waiting_for_label(cluster, deadline)
    await until(lambda: api.count("WATCH clusternetworks"))
    label(api)
    await asyncio.wait_for(patient, SECONDS)
    assert (api.count("LIST clusternetworks"), api.count("WATCH clusternetworks")) == (1, 1)


async def test_kind_that_is_forgotten_is_not_watched_any_more(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    api.put(NETWORK)
    waiting = await waiting_for_label(cluster, deadline)
    cluster.invalidate(CLUSTER_NETWORK)
    label(api)
    await asyncio.wait_for(waiting, SECONDS)  # Those who wait are not left alone.
    cluster.invalidate(CLUSTER_NETWORK)
    assert await cluster.get_cached(CLUSTER_NETWORK, "data", deadline)
    assert api.count("LIST clusternetworks") == 2


async def test_several_kinds_are_watched_together(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    def both() -> bool | None:
        return bool(cluster.cached(VLAN_CONFIG) and cluster.cached(CLUSTER_NETWORK)) or None

    waiting = asyncio.create_task(
        cluster.wait_for((VLAN_CONFIG, CLUSTER_NETWORK), both, deadline)
    )
    await until(lambda: api.count("WATCH vlanconfigs") and api.count("WATCH clusternetworks"))
    api.put(objects.config("rack-a"))
    api.put(NETWORK)
    assert await asyncio.wait_for(waiting, SECONDS) is True


async def test_requests_are_counted_for_the_benchmarks(
    cluster: Cluster, api: LabApi, deadline: Deadline
) -> None:
    await cluster.list(NAD, deadline)
    await cluster.create(CLUSTER_NETWORK, NETWORK, deadline)
    assert cluster.connection.requests == {
        "GET network-attachment-definitions": 1,
        "POST clusternetworks": 1,
    }


NO_CLUSTER: list[tuple[str, Object, str]] = [
    ("nobody listens", kubeconfig("http://127.0.0.1:1", {"token": "SEKRET9"}), "127.0.0.1:1"),
    (
        "a password in the address",
        kubeconfig("http://admin:SEKRET9@127.0.0.1:1", {}),
        "127.0.0.1:1",
    ),
    ("an address that is none", kubeconfig("::nowhere::", {"token": "SEKRET9"}), "nowhere"),
    (
        "a token with a line break",
        kubeconfig("http://127.0.0.1:1", {"token": "SEKRET9\nSEKRET9"}),
        "",
    ),
    ("no address", kubeconfig("", {"token": "SEKRET9"}), ""),
]


@pytest.mark.parametrize(
    ("config", "named"), [pytest.param(c, n, id=what) for what, c, n in NO_CLUSTER]
)
async def test_cluster_that_never_answers_is_told_with_a_way_out(
    config: Object, named: str
) -> None:
    settings = AccessSettings(json.dumps(config), environment="")
    cluster = Cluster(settings, timings=replace(QUICK, first_contact=0.05))
    try:
        with pytest.raises(ClusterError) as failure:
            await asyncio.wait_for(cluster.list(CLUSTER_NETWORK, Deadline(SECONDS)), 10)
    finally:
        await cluster.close()
    assert named in str(failure.value)
    assert "SEKRET9" not in str(failure.value)
    if isinstance(failure.value, Unreachable):
        assert failure.value.remedy is Remedy.GO_OFFLINE


async def test_closing_what_was_never_opened_is_nothing() -> None:
    await Cluster(AccessSettings("nowhere", environment="")).close()


async def test_many_calls_open_one_connection(api: LabApi, deadline: Deadline) -> None:
    cluster = Cluster(AccessSettings(api.kubeconfig(), environment=""), timings=QUICK)
    calls: list[Awaitable[Any]] = [cluster.connection.open() for _ in range(20)]
    opened = await asyncio.gather(*calls)
    assert len({id(access) for access in opened}) == 1
    await cluster.close()
