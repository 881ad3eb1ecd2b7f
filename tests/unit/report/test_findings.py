"""What of a cluster is told to its owner."""

from __future__ import annotations

import json

import pytest

from harvester_net.cluster.resources import VLAN_STATUS, Object, key_of
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.report.findings import findings
from harvester_net.topology.model import topology
from tests import objects

from ..topology.snapshots import LACP, cluster, network, snapshot

ONE_IS_MISSING = ("cluster network data", "it is not on node3: no VM on it there")
NETWORK = {"clusterNetwork": "data", "vlan": 300, "range": "10.7.0.0/22"}


def with_statuses(seen: Snapshot, *statuses: Object) -> Snapshot:
    found = {key_of(status): status for status in statuses}
    return Snapshot({**seen.objects, VLAN_STATUS: found})


def ready(*more: Object, version: str = "v1.8.2") -> Snapshot:
    """A cluster all of whose nodes are ready."""
    statuses = [objects.vlan_status("rack-a", node) for node in ("node1", "node2")]
    return with_statuses(cluster(*more, version=version), *statuses)


def told(seen: Snapshot) -> list[tuple[str, str]]:
    return [(it.about, it.words) for it in findings(seen, topology(seen))]


def test_of_a_cluster_that_is_well_only_what_it_lacks_is_told() -> None:
    assert told(ready(network("web", vlan=100), objects.vm("a", "default/web"))) == [
        ONE_IS_MISSING
    ]


def test_a_node_that_is_not_ready_in_its_own_words() -> None:
    good = objects.vlan_status("rack-a", "node1")
    bad = objects.vlan_status("rack-a", "node2", "get link eno3 failed")
    found = told(with_statuses(cluster(), good, bad))
    assert found[0] == (
        "network config rack-a",
        "1 of 2 nodes ready; node2: get link eno3 failed",
    )


OTHER_MTU = LACP | {"linkAttributes": {"mtu": 1500}}


@pytest.mark.parametrize(
    ("more", "about", "words"),
    [
        ([objects.config("b", nodes=[])], "network config b", "it matches no node"),
        (
            [objects.cluster_network("more")],
            "cluster network more",
            "no network config carries it",
        ),
        (
            [network("lost", "gone-br", vlan=5)],
            "VM network default/lost",
            "on cluster network gone, which is not there",
        ),
        (
            [objects.nad("old", config=objects.cni("old", mtu=1500, vlan=7))],
            "VM network default/old",
            "its MTU is 1500, that of data 9000",
        ),
        (
            [objects.config("b", nodes=["node3"], uplink=OTHER_MTU)],
            "network config b",
            "its MTU is 1500, that of data 9000",
        ),
        (
            [objects.vm("a", "default/gone", "default/web"), network("web", vlan=1)],
            "VM default/a",
            "it names VM networks that are not there: default/gone",
        ),
        (
            [objects.setting("vm-migration-network", "{")],
            "Setting vm-migration-network",
            "its value cannot be read: ",
        ),
        (
            [objects.setting("storage-network", json.dumps(NETWORK))],
            "Setting storage-network",
            "Harvester has not started with the new value yet",
        ),
        (
            [objects.setting("storage-network", ""), objects.storage_nad()],
            "Setting storage-network",
            "harvester-system/storagenetwork-abcde is left over from an earlier",
        ),
    ],
)
def test_what_is_found(more: list[Object], about: str, words: str) -> None:
    found = told(ready(*more))
    assert [it for it in found if it[0] == about and it[1].startswith(words)], found


def test_who_keeps_networks_is_told_once_for_all_of_them() -> None:
    kept = [network(name, vlan=vlan) for name, vlan in (("b", 5), ("a", 6))]
    for each in kept:
        each["metadata"]["annotations"] = {"argocd.argoproj.io/tracking-id": "nets:x"}
    assert told(ready(*kept))[-1] == (
        "Argo CD (application nets)",
        "keeps as a repository has them: VM network default/a, VM network default/b",
    )


def test_of_mgmt_nothing_is_expected() -> None:
    nodes = map(objects.node, ("node1", "node2"))
    assert told(snapshot(*nodes, objects.cluster_network("mgmt"))) == []
