"""Which cluster it is, and what is refused on another one."""

from __future__ import annotations

import pytest

from harvester_net.cluster.access import AccessSettings
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline
from harvester_net.cluster.errors import WrongCluster
from harvester_net.cluster.identity import cluster_id, require_same

from ...cluster import LabApi

OTHER = "0b6a673c-0000-4000-8000-000000000000"


def uid_of(api: LabApi) -> str:
    return str(api.get("namespaces", "kube-system")["metadata"]["uid"])


def cluster_of(api: LabApi, wanted: str = "") -> Cluster:
    return Cluster(AccessSettings(api.kubeconfig(), cluster_id=wanted))


async def test_identity_is_the_uid_of_kube_system_asked_for_once(api: LabApi) -> None:
    cluster = cluster_of(api)
    try:
        for _ in range(3):
            assert await cluster_id(cluster, Deadline(5)) == uid_of(api)
    finally:
        await cluster.close()
    assert api.counts() == {"GET namespaces": 1}


@pytest.mark.parametrize(
    ("wanted", "recorded", "is_refused"),
    [
        ("", "", False),
        ("", "own", False),
        ("", OTHER, True),
        ("own", OTHER, False),
        ("own", "own", False),
        (OTHER, "own", True),
        (OTHER, "", True),
    ],
)
async def test_what_was_made_elsewhere_is_refused(
    api: LabApi, wanted: str, recorded: str, is_refused: bool
) -> None:
    own = {"own": uid_of(api)}
    cluster = cluster_of(api, own.get(wanted, wanted))
    try:
        asking = require_same(
            cluster, own.get(recorded, recorded), "cluster network data", Deadline(5)
        )
        if is_refused:
            with pytest.raises(WrongCluster):
                await asking
        else:
            assert await asking == uid_of(api)
    finally:
        await cluster.close()


async def test_refusal_names_both_clusters_and_the_way_on(api: LabApi) -> None:
    cluster = cluster_of(api)
    try:
        with pytest.raises(WrongCluster) as refused:
            await require_same(cluster, OTHER, "cluster network data", Deadline(5))
    finally:
        await cluster.close()
    assert str(refused.value) == (
        f"cluster network data was made on another cluster (id {OTHER}) than this one: "
        f"{api.url} (context lab) has the id {uid_of(api)} (uid of its namespace "
        "kube-system). Nothing was changed. Is the kubeconfig the right one? If it is, and "
        f"this cluster was restored from a backup: HARVESTER_NET_CLUSTER_ID={uid_of(api)}"
    )


async def test_who_may_not_read_it_is_asked_for_no_more_than_he_knows(api: LabApi) -> None:
    api.fail("GET namespaces", 403, "may not", times=2)
    cluster = cluster_of(api)
    try:
        assert await require_same(cluster, OTHER, "x", Deadline(5)) == ""
    finally:
        await cluster.close()


async def test_who_names_a_cluster_must_be_able_to_tell_it(api: LabApi) -> None:
    api.fail("GET namespaces", 403, "may not", times=2)
    cluster = cluster_of(api, uid_of(api))
    try:
        with pytest.raises(WrongCluster, match="cannot be told"):
            await cluster_id(cluster, Deadline(5))
    finally:
        await cluster.close()
