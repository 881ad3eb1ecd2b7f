"""Who needs the uplink of a network config that changes or goes (H3.2, H6)."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import Object

from ... import objects
from .cases import V1_5, V1_8, V1_9, Case, cluster, delete, said, says, silent, update
from .configs import DATA, EVERYWHERE, MINE, N1, N2, RACK_A, uplink

NAD = objects.nad()
USER = objects.vmi("vm1", "vm100", node="n1")
ELSEWHERE = objects.vmi("vm2", "vm100", node="n2")
OVER = objects.vmi("vm3", "vm100", node="n1", phase="Succeeded")
STORAGE = objects.storage_nad()
RWX = objects.nad("rwx-network-x", "harvester-system")
LACP = objects.config(
    "rack-a", nodes=["n1"], spec=RACK_A, uplink=uplink(mode="802.3ad", miimon=100)
)
SHRUNK = EVERYWHERE | {"spec": EVERYWHERE["spec"] | RACK_A}
DESCRIBED = MINE | {"spec": MINE["spec"] | {"description": "rack a"}}
MOVED = MINE | {"spec": MINE["spec"] | {"clusterNetwork": "other"}}
VMS, SYSTEM = "vms-on-the-nodes-are-stopped", "system-network-is-cleared"
CARRIES = "uplink: carries the storage or RWX network (harvester-system/{}); clear it first"


def spelled(**parts: object) -> Object:
    return MINE | {"spec": MINE["spec"] | {"uplink": {"nics": ["eth1"]} | parts}}


def there(*more: Object) -> tuple[Object, ...]:
    return (DATA, N1, N2, NAD, *more)


NOTHING_SAID: tuple[Object, ...] = ({"linkAttributes": {}}, {"bondOptions": {}})
CASES = [
    says(
        VMS,
        "another bond mode",
        update(MINE, LACP),
        cluster(*there(USER, ELSEWHERE, OVER)),
        "uplink: is in use by VMs; stop default/vm1 on n1, default/vm3 on n1",
    ),
    silent(VMS, "a VM on another node", update(MINE, LACP), cluster(*there(ELSEWHERE))),
    silent(
        VMS,
        "a VM that has no node yet",
        update(MINE, LACP),
        cluster(*there(objects.vmi("vm1", "vm100", node="", phase=""))),
    ),
    silent(
        VMS,
        "a VM on another cluster network",
        update(MINE, LACP),
        cluster(DATA, N1, objects.nad(cluster_network="other"), USER),
    ),
    silent(VMS, "only the description", update(MINE, DESCRIBED), cluster(*there(USER))),
    silent(VMS, "on its way out", update(MINE, objects.going(LACP)), cluster(*there(USER))),
    says(
        VMS,
        "a node is left out",
        update(EVERYWHERE, SHRUNK),
        cluster(*there(USER, ELSEWHERE)),
        "uplink: is in use by VMs; stop default/vm2 on n2",
    ),
    silent(VMS, "a node comes in", update(SHRUNK, EVERYWHERE), cluster(*there(USER))),
    says(
        VMS,
        "it moves to another cluster network",
        update(MINE, MOVED),
        cluster(*there(USER)),
        "uplink: is in use by VMs; stop default/vm1 on n1",
    ),
    silent(
        VMS,
        "another bond mode, before 1.6",
        update(MINE, LACP),
        cluster(*there(USER), version=V1_5),
    ),
    says(
        VMS,
        "it moves to another cluster network, before 1.6 too",
        update(MINE, MOVED),
        cluster(*there(USER), version=V1_5),
        "uplink: is in use by VMs; stop default/vm1 on n1",
    ),
    says(
        VMS,
        "it goes",
        delete(MINE),
        cluster(*there(USER)),
        "uplink: is in use by VMs; stop default/vm1 on n1",
    ),
    silent(VMS, "it goes unused", delete(MINE), cluster(*there(ELSEWHERE))),
    *(
        says(
            VMS,
            f"the same said in other words: {parts}",
            update(MINE, spelled(**parts)),
            cluster(*there(USER)),
            "uplink: is in use by VMs; stop default/vm1 on n1",
        )
        for parts in NOTHING_SAID
    ),
    silent(
        VMS,
        "the defaults of parts that are there",
        update(
            spelled(linkAttributes={}, bondOptions={}),
            spelled(linkAttributes={"mtu": 0, "txQLen": -1}, bondOptions={"miimon": -1}),
        ),
        cluster(*there(USER)),
    ),
    says(
        SYSTEM,
        "the storage network",
        update(MINE, LACP),
        cluster(DATA, N1, STORAGE),
        CARRIES.format("storagenetwork-abcde"),
    ),
    says(
        SYSTEM,
        "it goes",
        delete(MINE),
        cluster(DATA, N1, STORAGE),
        CARRIES.format("storagenetwork-abcde"),
    ),
    says(
        SYSTEM,
        "it goes, before 1.6 too",
        delete(MINE),
        cluster(DATA, N1, STORAGE, version=V1_5),
        CARRIES.format("storagenetwork-abcde"),
    ),
    silent(
        SYSTEM,
        "a change before 1.6",
        update(MINE, MOVED),
        cluster(DATA, N1, STORAGE, version=V1_5),
    ),
    silent(SYSTEM, "it is leaving", delete(MINE), cluster(DATA, N1, objects.going(STORAGE))),
    silent(
        SYSTEM,
        "on another cluster network",
        delete(MINE),
        cluster(DATA, N1, objects.storage_nad(cluster_network="other")),
    ),
    silent(
        SYSTEM,
        "one of that name that is a user's",
        delete(MINE),
        cluster(DATA, N1, objects.nad("storagenetwork-x")),
    ),
    silent(SYSTEM, "nothing is lost", update(MINE, DESCRIBED), cluster(DATA, N1, STORAGE)),
    says(
        SYSTEM,
        "the RWX network from 1.9 on",
        delete(MINE),
        cluster(DATA, N1, RWX, version=V1_9),
        CARRIES.format("rwx-network-x"),
    ),
    silent(
        SYSTEM,
        "the RWX network before 1.9",
        delete(MINE),
        cluster(DATA, N1, RWX, version=V1_8),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_network_config_in_use(case: Case) -> None:
    assert said(case) == case.says
