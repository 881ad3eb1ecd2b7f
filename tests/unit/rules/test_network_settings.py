"""What the three settings that name a network have in common: value, VLAN, uplinks (H3.5)."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster.resources import Object

from ... import objects
from .cases import (
    MATCHED,
    V1_4,
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
from .storage import (
    DATA,
    MIGRATION,
    N1,
    N2,
    NOT_SHARED,
    RWX,
    SHARED,
    STORAGE,
    WITNESS,
    carried,
    dedicated,
    storage,
    unset,
    value,
)

JSON, VLAN, THERE = (
    "setting-is-json",
    "vlan-of-setting-is-valid",
    "cluster-network-of-setting-exists",
)
READY, SPANS = "uplinks-of-setting-are-ready", "configs-of-setting-span-all-nodes"
BUSY, STAYS = "setting-is-not-in-progress", "setting-stays"


def busy(name: str = STORAGE, reason: str = "In Progress") -> Object:
    conditions = [
        {"type": "configured", "status": "False", "reason": reason, "message": "volumes"}
    ]
    return objects.setting(name, value()) | {"status": {"conditions": conditions}}


def nowhere(name: str, **meta: Any) -> Object:
    return objects.config(name, **({"annotations": {}} | meta))


CASES = [
    says(
        JSON,
        "no JSON",
        update(unset(), objects.setting(STORAGE, "x")),
        carried(),
        "the value is no JSON: Expecting value: line 1 column 1 (char 0)",
    ),
    says(
        JSON,
        "one that is made",
        create(objects.setting(STORAGE, "x")),
        carried(),
        "the value is no JSON: Expecting value: line 1 column 1 (char 0)",
    ),
    says(
        JSON,
        "the default counts too",
        update(unset(), objects.setting(STORAGE, value(), default="[]")),
        carried(),
        "the value a list is not an object",
    ),
    says(
        JSON,
        "rwx-network is read strictly",
        update(unset(RWX), objects.setting(RWX, '{"share-storage-network":false,"x":1}')),
        carried(),
        "the value 'x' is not known",
    ),
    silent(
        JSON,
        "others are not",
        update(unset(), objects.setting(STORAGE, value(x=1))),
        carried(),
    ),
    silent(
        JSON,
        "nothing changes",
        update(objects.setting(STORAGE, "x"), objects.setting(STORAGE, "x")),
        carried(),
    ),
    says(
        VLAN,
        "4095",
        update(unset(), storage(vlan=4095)),
        carried(),
        "vlan: 4095 is not a VLAN ID; use 1 to 4094",
    ),
    silent(VLAN, "4094", update(unset(), storage(vlan=4094)), carried()),
    says(
        VLAN,
        "untagged on mgmt",
        update(unset(RWX), objects.setting(RWX, dedicated(clusterNetwork="mgmt", vlan=1))),
        carried(),
        "vlan: 1 (untagged traffic) is not allowed on mgmt",
    ),
    silent(VLAN, "untagged elsewhere", update(unset(), storage(vlan=0)), carried()),
    says(
        VLAN,
        "untagged before 1.5",
        update(unset(), storage(vlan=0)),
        carried(version=V1_4),
        "vlan: 0 is not a VLAN ID; use 1 to 4094",
    ),
    says(
        THERE,
        "none of this name",
        update(unset(MIGRATION), objects.setting(MIGRATION, value(clusterNetwork="dta"))),
        carried(),
        "clusterNetwork: there is no cluster network 'dta'; the cluster has data",
    ),
    silent(THERE, "it is there", update(unset(), storage()), carried()),
    silent(
        THERE, "mgmt always is", update(unset(), storage(clusterNetwork="mgmt")), carried()
    ),
    says(
        READY,
        "no node",
        update(unset(), storage()),
        cluster(DATA),
        "clusterNetwork: no node has set up cluster network data yet",
    ),
    says(
        READY,
        "one node failed",
        update(unset(), storage()),
        carried(objects.vlan_status("all", "n2", "get link eth1 failed")),
        "clusterNetwork: cluster network data is not set up on n2 (get link eth1 failed)",
    ),
    silent(READY, "both", update(unset(), storage()), carried()),
    silent(
        READY,
        "one has not said yet",
        update(unset(), storage()),
        carried(objects.vlan_status("all", "n2") | {"status": {"node": "n2"}}),
    ),
    silent(READY, "cleared", update(storage(), objects.setting(STORAGE, "")), cluster(DATA)),
    says(
        SPANS,
        "a node without",
        update(unset(), storage()),
        carried(objects.config("all", nodes=["n1"])),
        "clusterNetwork: cluster network data has no network config on n2; it must span every "
        "node but witnesses",
    ),
    says(
        SPANS,
        "no config at all",
        update(unset(), storage()),
        cluster(DATA, N1),
        "clusterNetwork: cluster network data has no network config",
    ),
    silent(SPANS, "every node", update(unset(), storage()), carried()),
    silent(
        SPANS,
        "a witness needs none",
        update(unset(), storage()),
        carried(objects.node("n3", {WITNESS: "true"})),
    ),
    says(
        SPANS,
        "a witness whose label says false needs one, which it never gets",
        update(unset(), storage()),
        carried(objects.node("n3", {WITNESS: "false"})),
        "clusterNetwork: cluster network data has no network config on n3; it must span every "
        "node but witnesses",
    ),
    says(
        SPANS,
        "one that matches no node, up to 1.8",
        update(unset(), storage()),
        carried(nowhere("none"), version=V1_8),
        "clusterNetwork: network config none matches no node; delete it, or let it match one",
    ),
    silent(
        SPANS,
        "from 1.9 on it is left out",
        update(unset(), storage()),
        carried(nowhere("none"), version=V1_9),
    ),
    *(
        says(
            SPANS,
            f"matched nodes that cannot be read: {text}",
            update(unset(), storage()),
            carried(nowhere("none", annotations={MATCHED: text})),
            "clusterNetwork: network config none matches no node; delete it, or let it match "
            "one",
        )
        for text in ("n1", "[[1]]", '{"n1":1}', '"n1"', "[1]")
    ),
    says(
        BUSY,
        "another value",
        update(busy(), storage(vlan=301)),
        carried(),
        "Harvester is still busy with the value before (volumes); wait for it",
    ),
    silent(BUSY, "a reset", update(busy(), objects.setting(STORAGE, "")), carried()),
    silent(
        BUSY,
        "a reset of rwx-network",
        update(busy(RWX), objects.setting(RWX, NOT_SHARED, NOT_SHARED)),
        carried(),
    ),
    silent(BUSY, "it failed", update(busy(reason="Error"), storage(vlan=301)), carried()),
    silent(
        BUSY, "before 1.8 it could", update(busy(), storage(vlan=301)), carried(version=(1, 7))
    ),
    *(
        says(
            STAYS,
            name,
            delete(unset(name)),
            cluster(),
            "the setting cannot be deleted; clear it instead",
        )
        for name in (STORAGE, RWX, MIGRATION)
    ),
    silent(STAYS, "another setting", delete(objects.setting("ntp-servers", "{}")), cluster()),
    silent(
        THERE, "a new one that shares", create(objects.setting(RWX, SHARED)), cluster(N1, N2)
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_network_setting(case: Case) -> None:
    assert said(case) == case.says
