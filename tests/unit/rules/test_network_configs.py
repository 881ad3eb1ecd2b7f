"""What stands against a network config in itself and beside others (H3.2)."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import Object

from ... import objects
from .cases import (
    LABEL,
    V1_5,
    V1_6,
    V1_7,
    V1_8,
    V1_9,
    Case,
    cluster,
    create,
    delete,
    said,
    says,
    silent,
    update,
)
from .configs import (
    DATA,
    FOR_MGMT,
    JUMBO,
    LONG,
    MINE,
    N1,
    N2,
    OTHER,
    OTHER_JUMBO,
    RACK_A,
    SPELLED,
    uplink,
)


def options(queue: int, **bond: object) -> Object:
    """An uplink with a queue length and bond options."""
    return uplink(None, **bond) | {"linkAttributes": {"txQLen": queue}}


def addressed(address: str) -> Object:
    """A MAC address, as it is on the wire."""
    return {"linkAttributes": {"hardwareAddr": address}}


SAME = "configs-have-the-same-options"
CASES = [
    says(
        "config-is-not-for-mgmt",
        "mgmt",
        create(FOR_MGMT),
        cluster(N1),
        "clusterNetwork: mgmt is built in; it takes no network config",
    ),
    silent("config-is-not-for-mgmt", "another one", create(MINE), cluster(N1, DATA)),
    silent(
        "config-is-not-for-mgmt",
        "on its way out",
        update(FOR_MGMT, objects.going(FOR_MGMT)),
        cluster(),
    ),
    says(
        "config-names-a-short-cluster-network",
        "13 characters",
        create(objects.config("rack-a", "thirteenchars")),
        cluster(),
        "clusterNetwork: 'thirteenchars' is longer than 12",
    ),
    silent(
        "config-names-a-short-cluster-network",
        "12 characters",
        create(objects.config("rack-a", "twelve-chars")),
        cluster(),
    ),
    says(
        "cluster-network-of-config-exists",
        "none of this name",
        create(objects.config("rack-a", "dta")),
        cluster(DATA, objects.cluster_network("mgmt")),
        "clusterNetwork: there is no cluster network 'dta'; the cluster has data, mgmt",
    ),
    says(
        "cluster-network-of-config-exists",
        "none at all",
        create(MINE),
        cluster(version=V1_6),
        "clusterNetwork: there is no cluster network 'data'; the cluster has none",
    ),
    silent("cluster-network-of-config-exists", "it is there", create(MINE), cluster(DATA)),
    silent(
        "cluster-network-of-config-exists",
        "before 1.6 the manager made it",
        create(MINE),
        cluster(version=V1_5),
    ),
    says(
        "config-mtu-is-in-range",
        "too small",
        create(objects.config("rack-a", uplink=uplink(575))),
        cluster(DATA),
        "mtu: 575 is out of range; use 576 to 9000 bytes, or 0 for 1500",
    ),
    says(
        "config-mtu-is-in-range",
        "too large",
        create(objects.config("rack-a", uplink=uplink(9001))),
        cluster(DATA),
        "mtu: 9001 is out of range; use 576 to 9000 bytes, or 0 for 1500",
    ),
    *(
        silent(
            "config-mtu-is-in-range",
            f"{mtu} is in range",
            create(objects.config("rack-a", uplink=uplink(mtu))),
            cluster(DATA),
        )
        for mtu in (0, 576, 9000)
    ),
    says(
        "configs-have-one-mtu",
        "two MTUs",
        create(JUMBO),
        cluster(DATA, OTHER),
        "mtu: 9000 is not the 1500 of network config rack-b on the same cluster network",
    ),
    silent("configs-have-one-mtu", "the same", create(JUMBO), cluster(DATA, OTHER_JUMBO)),
    silent("configs-have-one-mtu", "itself before", update(MINE, JUMBO), cluster(DATA, MINE)),
    silent(
        "configs-have-one-mtu",
        "another cluster network",
        create(JUMBO),
        cluster(DATA, objects.config("rack-b", "other")),
    ),
    says(
        "configs-have-one-mtu",
        "before 1.6 absent is not 1500",
        create(MINE),
        cluster(DATA, SPELLED, version=V1_5),
        "mtu: 0 is not the 1500 of network config rack-b on the same cluster network",
    ),
    silent(
        "configs-have-one-mtu",
        "from 1.6 on it is",
        create(MINE),
        cluster(DATA, SPELLED, version=V1_6),
    ),
    says(
        "configs-have-one-mtu",
        "up to 1.7 one on its way out counts",
        create(JUMBO),
        cluster(DATA, objects.going(OTHER), version=V1_7),
        "mtu: 9000 is not the 1500 of network config rack-b on the same cluster network",
    ),
    silent(
        "configs-have-one-mtu",
        "from 1.8 on it does not",
        create(JUMBO),
        cluster(DATA, objects.going(OTHER), version=V1_8),
    ),
    says(
        "label-of-config-follows",
        "taken away",
        update(MINE, objects.config("rack-a", spec=RACK_A, labels={})),
        cluster(DATA, N1, version=V1_9),
        f"clusterNetwork: the label {LABEL} must stay data",
    ),
    silent(
        "label-of-config-follows",
        "before 1.9 nobody looked",
        update(MINE, objects.config("rack-a", spec=RACK_A, labels={})),
        cluster(DATA, N1, version=V1_8),
    ),
    silent("label-of-config-follows", "kept", update(MINE, JUMBO), cluster(version=V1_9)),
    says(
        "config-of-mgmt-stays",
        "that of an agent",
        delete(objects.config("mgmt-vlanconfig-n1", "mgmt")),
        cluster(version=V1_9),
        "name: belongs to the agent of its node and cannot be deleted",
    ),
    silent("config-of-mgmt-stays", "a user's", delete(MINE), cluster(version=V1_9)),
    silent(
        "config-of-mgmt-stays",
        "before 1.9 there was none",
        delete(objects.config("x", "mgmt")),
        cluster(version=V1_8),
    ),
    says(
        "config-name-is-a-label",
        "64 characters",
        create(LONG),
        cluster(DATA),
        f"name: '{'x' * 64}' is longer than 63 characters",
    ),
    silent(
        "config-name-is-a-label",
        "63 characters",
        create(objects.config("x" * 63)),
        cluster(DATA),
    ),
    says(
        "config-matches-a-node",
        "none",
        create(OTHER),
        cluster(DATA, N1),
        "nodeSelector: matches no node; the config does nothing until one fits",
    ),
    says(
        "config-matches-a-node",
        "a witness only",
        create(objects.config("all")),
        cluster(DATA, objects.node("w", {"node-role.harvesterhci.io/witness": "true"})),
        "nodeSelector: matches no node; the config does nothing until one fits",
    ),
    silent("config-matches-a-node", "one", create(OTHER), cluster(DATA, N1, N2)),
    silent("config-matches-a-node", "nothing changes", update(OTHER, OTHER), cluster(N1)),
    says(
        SAME,
        "two modes",
        create(objects.config("rack-a", uplink=uplink(mode="802.3ad"))),
        cluster(DATA, OTHER),
        "uplink.bondOptions: mode 802.3ad is not the active-backup of network config rack-b "
        "on the same cluster network",
    ),
    silent(
        SAME,
        "absent is active-backup",
        create(objects.config("rack-a", uplink=uplink(mode="active-backup"))),
        cluster(DATA, OTHER),
    ),
    says(
        SAME,
        "two intervals, two queues",
        create(objects.config("rack-a", uplink=options(1000, miimon=50))),
        cluster(DATA, OTHER, objects.config("rack-c", uplink=options(1000, miimon=50))),
        "uplink.bondOptions: miimon 50 is not the 100 of network config rack-b on the same "
        "cluster network",
        "uplink.linkAttributes: txQLen 1000 is not the -1 of network config rack-b on the "
        "same cluster network",
    ),
    *(
        silent(
            SAME,
            f"{what} is the default",
            create(objects.config("rack-a", uplink=options(queue, **bond))),
            cluster(DATA, objects.config("rack-b", uplink=theirs)),
        )
        for what, queue, bond, theirs in (
            ("miimon 100", -1, {"miimon": 100}, uplink()),
            ("miimon -1", -1, {"miimon": -1}, options(-1, miimon=100)),
            ("miimon 0", 0, {"miimon": 0}, options(-1, miimon=100)),
            ("an empty mode", -1, {"mode": ""}, uplink(mode="active-backup")),
            ("no option", -1, {}, options(-1, mode="active-backup", miimon=100)),
        )
    ),
    silent(
        SAME,
        "a MAC address is one bond's own",
        create(objects.config("rack-a", uplink=uplink() | addressed("AgAAqrvM"))),
        cluster(DATA, objects.config("rack-b", uplink=uplink() | addressed("AgAAqrvN"))),
    ),
    silent(
        SAME,
        "on another cluster network",
        create(objects.config("rack-a", uplink=uplink(miimon=50))),
        cluster(DATA, objects.config("rack-b", "other")),
    ),
    silent(
        SAME,
        "the uplink does not change",
        update(MINE, MINE | {"spec": MINE["spec"] | {"description": "new"}}),
        cluster(DATA, objects.config("rack-b", uplink=uplink(mode="802.3ad"))),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_network_config(case: Case) -> None:
    assert said(case) == case.says
