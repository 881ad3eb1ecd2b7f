"""What stands against a cluster network (H3.1)."""

from __future__ import annotations

import pytest

from ... import objects
from .cases import (
    V1_5,
    V1_6,
    V1_7,
    V1_8,
    Case,
    cluster,
    create,
    delete,
    said,
    says,
    silent,
    update,
)

DATA = objects.cluster_network("data", 1500)
LARGE = objects.cluster_network("data", 9000)
MGMT, LARGE_MGMT = objects.cluster_network("mgmt"), objects.cluster_network("mgmt", 9000)
UNREADABLE = objects.cluster_network(
    "data", annotations={f"{objects.NETWORK}/uplink-mtu": "x"}
)
ODD_MGMT = objects.cluster_network(
    "mgmt", annotations={f"{objects.NETWORK}/uplink-mtu": "575"}
)
JUMBO = objects.config("rack-a", uplink={"nics": ["eth1"], "linkAttributes": {"mtu": 9000}})
STANDARD = objects.config("rack-b")
ON_MGMT = objects.nad("vm100", cluster_network="mgmt")
STORAGE = objects.storage_nad(cluster_network="mgmt")
RWX = objects.nad("rwx-network-x", "harvester-system", cluster_network="mgmt")

CASES = [
    says(
        "cluster-network-name-is-short",
        "13 characters",
        create(objects.cluster_network("thirteenchars")),
        cluster(),
        "name: 'thirteenchars' has 13 characters; "
        "the name of a cluster network has at most 12",
    ),
    silent(
        "cluster-network-name-is-short",
        "12 characters",
        create(objects.cluster_network("twelve-chars")),
        cluster(),
    ),
    says(
        "new-cluster-network-has-no-mtu-yet",
        "an MTU at once",
        create(LARGE),
        cluster(),
        "mtu: cannot be given when the cluster network is made, only afterwards",
    ),
    silent(
        "new-cluster-network-has-no-mtu-yet",
        "before 1.6 nobody looked",
        create(LARGE),
        cluster(version=V1_5),
    ),
    silent(
        "new-cluster-network-has-no-mtu-yet",
        "none",
        create(objects.cluster_network("data")),
        cluster(),
    ),
    says(
        "mtu-annotation-is-readable",
        "no number",
        update(DATA, UNREADABLE),
        cluster(),
        "mtu: 'x' is no MTU of 576 to 9000 bytes",
    ),
    silent("mtu-annotation-is-readable", "a number", update(UNREADABLE, DATA), cluster()),
    says(
        "mtu-annotation-is-readable",
        "on mgmt the one before counts too",
        update(ODD_MGMT, MGMT),
        cluster(),
        "mtu: '575' is no MTU of 576 to 9000 bytes",
    ),
    silent(
        "mtu-annotation-is-readable",
        "on its way out",
        update(DATA, objects.going(UNREADABLE)),
        cluster(),
    ),
    says(
        "mtu-is-that-of-all-configs",
        "one of two differs",
        update(DATA, LARGE),
        cluster(DATA, JUMBO, STANDARD),
        "mtu: 9000 is not the 1500 of network config rack-b",
    ),
    silent(
        "mtu-is-that-of-all-configs",
        "the other one alone",
        update(DATA, LARGE),
        cluster(DATA, JUMBO),
    ),
    silent(
        "mtu-is-that-of-all-configs",
        "0 and 1500 are the same",
        update(DATA, objects.cluster_network("data", 0)),
        cluster(DATA, STANDARD),
    ),
    says(
        "mtu-is-that-of-all-configs",
        "up to 1.7 one on its way out counts",
        update(DATA, LARGE),
        cluster(DATA, objects.going(STANDARD), version=V1_7),
        "mtu: 9000 is not the 1500 of network config rack-b",
    ),
    silent(
        "mtu-is-that-of-all-configs",
        "from 1.8 on it does not",
        update(DATA, LARGE),
        cluster(DATA, objects.going(STANDARD), version=V1_8),
    ),
    silent(
        "mtu-is-that-of-all-configs",
        "before 1.6 nobody looked",
        update(DATA, LARGE),
        cluster(DATA, STANDARD, version=V1_5),
    ),
    says(
        "mgmt-mtu-changes-without-system-network",
        "the storage network is on it",
        update(MGMT, LARGE_MGMT),
        cluster(MGMT, STORAGE),
        "mtu: cannot change while the storage or RWX network "
        "(harvester-system/storagenetwork-abcde) is on mgmt; clear it first",
    ),
    silent(
        "mgmt-mtu-changes-without-system-network",
        "absent and 1500 are the same",
        update(MGMT, objects.cluster_network("mgmt", 1500)),
        cluster(MGMT, STORAGE),
    ),
    silent(
        "mgmt-mtu-changes-without-system-network",
        "it is leaving",
        update(MGMT, LARGE_MGMT),
        cluster(MGMT, objects.going(STORAGE)),
    ),
    silent(
        "mgmt-mtu-changes-without-system-network",
        "the RWX network before 1.9",
        update(MGMT, LARGE_MGMT),
        cluster(MGMT, RWX, version=V1_8),
    ),
    says(
        "mgmt-mtu-changes-without-system-network",
        "the RWX network from 1.9 on",
        update(MGMT, LARGE_MGMT),
        cluster(MGMT, RWX, version=(1, 9)),
        "mtu: cannot change while the storage or RWX network "
        "(harvester-system/rwx-network-x) is on mgmt; clear it first",
    ),
    says(
        "mgmt-mtu-changes-without-vms",
        "an instance that is over",
        update(MGMT, LARGE_MGMT),
        cluster(MGMT, ON_MGMT, objects.vmi("vm1", "vm100", phase="Succeeded")),
        "mtu: cannot change while VMs use mgmt; stop default/vm1",
    ),
    silent(
        "mgmt-mtu-changes-without-vms",
        "an instance on another network",
        update(MGMT, LARGE_MGMT),
        cluster(MGMT, ON_MGMT, objects.vmi("vm1", "vm200")),
    ),
    says(
        "mgmt-stays",
        "mgmt",
        delete(MGMT),
        cluster(MGMT),
        "name: mgmt is built in and cannot be deleted",
    ),
    silent("mgmt-stays", "another one", delete(DATA), cluster(DATA)),
    says(
        "deleted-cluster-network-has-no-configs",
        "one that is going itself",
        delete(DATA),
        cluster(DATA, STANDARD, objects.going(JUMBO)),
        "name: cannot be deleted while it has network configs: rack-a, rack-b",
    ),
    silent(
        "deleted-cluster-network-has-no-configs",
        "one of another cluster network",
        delete(DATA),
        cluster(DATA, objects.config("rack-a", "other")),
    ),
    says(
        "deleted-cluster-network-has-no-vm-networks",
        "a VM network",
        delete(DATA),
        cluster(DATA, objects.nad(), version=V1_6),
        "name: cannot be deleted while it has VM networks: default/vm100",
    ),
    silent(
        "deleted-cluster-network-has-no-vm-networks",
        "before 1.6 nobody looked",
        delete(DATA),
        cluster(DATA, objects.nad(), version=V1_5),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_cluster_network(case: Case) -> None:
    assert said(case) == case.says


@pytest.mark.parametrize("digits", ["9" * 5000, "²", "1_500", " 1500", "1500.0", ""])
def test_annotation_that_go_reads_as_no_number_is_unreadable(digits: str) -> None:
    odd = objects.cluster_network(
        "data", annotations={f"{objects.NETWORK}/uplink-mtu": digits}
    )
    case = says("mtu-annotation-is-readable", "", update(DATA, odd), cluster(), "anything")
    assert said(case) == (f"mtu: '{digits}' is no MTU of 576 to 9000 bytes",)
