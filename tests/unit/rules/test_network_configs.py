"""What stands against a network config, apart from its NICs (H3.2)."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import Object

from ... import objects
from .cases import (
    LABEL,
    MATCHED,
    V1_5,
    V1_6,
    V1_7,
    V1_8,
    V1_9,
    Case,
    cluster,
    create,
    delete,
    going,
    said,
    says,
    silent,
    update,
)

DATA = objects.cluster_network("data", 1500)
N1, N2 = objects.node("n1", {"rack": "a"}), objects.node("n2", {"rack": "b"})
RACK_A: Object = {"nodeSelector": {"rack": "a"}}
RACK_B: Object = {"nodeSelector": {"rack": "b"}}


def uplink(mtu: int | None = None, **bond: object) -> Object:
    link = {"linkAttributes": {"mtu": mtu}} if mtu is not None else {}
    return {"nics": ["eth1"]} | link | ({"bondOptions": bond} if bond else {})


MINE = objects.config("rack-a", nodes=["n1"], spec=RACK_A)
JUMBO = objects.config("rack-a", nodes=["n1"], spec=RACK_A, uplink=uplink(9000))
OTHER = objects.config("rack-b", nodes=["n2"], spec=RACK_B)
OTHER_JUMBO = objects.config("rack-b", nodes=["n2"], spec=RACK_B, uplink=uplink(9000))
EVERYWHERE = objects.config("all", nodes=["n1", "n2"])
FOR_MGMT = objects.config("rack-a", "mgmt", spec=RACK_A)
DONE = objects.vlan_status("rack-a", "n1")
LONG = objects.config("x" * 64)
SPELLED = objects.config("rack-b", nodes=["n2"], spec=RACK_B, uplink=uplink(1500))
NOWHERE: Object = {"nodeSelector": {"rack": "none"}}


def unmatched(**spec: object) -> Object:
    config = objects.config("rack-a", spec=NOWHERE | spec)
    config["metadata"]["annotations"] = {}
    return config


def annotated(text: str) -> Object:
    return objects.config("rack-a", spec=NOWHERE, annotations={MATCHED: text})


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
        update(FOR_MGMT, going(FOR_MGMT)),
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
        "mtu: 1500 is not the 1500 of network config rack-b on the same cluster network",
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
        cluster(DATA, going(OTHER), version=V1_7),
        "mtu: 9000 is not the 1500 of network config rack-b on the same cluster network",
    ),
    silent(
        "configs-have-one-mtu",
        "from 1.8 on it does not",
        create(JUMBO),
        cluster(DATA, going(OTHER), version=V1_8),
    ),
    *(
        says(
            "matched-nodes-are-readable",
            text,
            create(annotated(text)),
            cluster(DATA),
            f"nodeSelector: the annotation {MATCHED} is no JSON list of node names",
        )
        for text in ("n1", '{"n1": 1}', "[1]", '"n1"')
    ),
    *(
        silent("matched-nodes-are-readable", text, create(annotated(text)), cluster(DATA))
        for text in ('["n1"]', "[]", "null", "", "[null]")
    ),
    silent(
        "matched-nodes-are-readable",
        "the webhook writes over it",
        create(annotated("n1") | {"spec": MINE["spec"]}),
        cluster(DATA, N1),
    ),
    says(
        "nodes-have-no-other-uplink",
        "another config is set up there",
        create(EVERYWHERE),
        cluster(DATA, N1, N2, MINE, DONE),
        "nodeSelector: matches n1, which has network config rack-a of the same cluster network "
        "already",
    ),
    says(
        "nodes-have-no-other-uplink",
        "two are",
        create(EVERYWHERE),
        cluster(DATA, N1, N2, MINE, DONE, objects.vlan_status("rack-a", "n2")),
        "nodeSelector: matches n1, n2, which have network config rack-a of the same cluster "
        "network already",
    ),
    says(
        "nodes-have-no-other-uplink",
        "what a dead agent left there",
        create(MINE),
        cluster(DATA, N1, objects.vlan_status("gone", "n1")),
        "nodeSelector: matches n1, which still has the uplink of network config 'gone', long "
        "deleted: the agent there was down. Delete the VlanStatus of data on n1 when it is back",
    ),
    silent("nodes-have-no-other-uplink", "its own", create(MINE), cluster(DATA, N1, DONE)),
    silent(
        "nodes-have-no-other-uplink",
        "of another cluster network",
        create(MINE),
        cluster(DATA, N1, objects.vlan_status("x", "n1", cluster_network="other")),
    ),
    says(
        "configs-share-no-node",
        "two that no agent has set up yet",
        create(EVERYWHERE),
        cluster(DATA, N1, N2, MINE, OTHER),
        "nodeSelector: matches n1, which network config rack-a of the same cluster network "
        "matches too",
        "nodeSelector: matches n2, which network config rack-b of the same cluster network "
        "matches too",
    ),
    silent(
        "configs-share-no-node",
        "an agent has: the server says it",
        create(EVERYWHERE),
        cluster(DATA, N1, MINE, DONE),
    ),
    silent("configs-share-no-node", "other nodes", create(MINE), cluster(DATA, N1, N2, OTHER)),
    silent(
        "configs-share-no-node", "it is leaving", create(EVERYWHERE), cluster(N1, going(MINE))
    ),
    silent(
        "configs-share-no-node",
        "another cluster network",
        create(EVERYWHERE),
        cluster(DATA, N1, objects.config("x", "other", nodes=["n1"])),
    ),
    silent(
        "configs-share-no-node",
        "a witness gets none",
        create(EVERYWHERE),
        cluster(objects.node("w", {"node-role.harvesterhci.io/witness": "false"}), OTHER),
    ),
    *(
        says(
            "config-without-nodes-stays",
            f"its spec, on {version[0]}.{version[1]}",
            update(unmatched(), unmatched(description="new")),
            cluster(DATA, N1, version=version),
            "nodeSelector: a network config that matches no node cannot be changed on this "
            "version of Harvester; let it match a node, or delete it",
        )
        for version in (V1_6, V1_7)
    ),
    says(
        "config-without-nodes-stays",
        "a mere label on 1.7",
        update(unmatched(), unmatched() | {"metadata": {"name": "rack-a", "labels": {}}}),
        cluster(DATA, version=V1_7),
        "nodeSelector: a network config that matches no node cannot be changed on this version "
        "of Harvester; let it match a node, or delete it",
    ),
    silent(
        "config-without-nodes-stays",
        "a mere label on 1.6",
        update(unmatched(), unmatched() | {"metadata": {"name": "rack-a", "labels": {}}}),
        cluster(DATA, version=V1_6),
    ),
    silent(
        "config-without-nodes-stays",
        "1.8 can",
        update(unmatched(), unmatched(description="new")),
        cluster(DATA, version=V1_8),
    ),
    silent(
        "config-without-nodes-stays",
        "it matches one",
        update(MINE, MINE | {"spec": MINE["spec"] | {"description": "new"}}),
        cluster(DATA, N1, version=V1_7),
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
        "configs-have-one-bond-mode",
        "two modes",
        create(objects.config("rack-a", uplink=uplink(mode="802.3ad"))),
        cluster(DATA, OTHER),
        "uplink.bondOptions: mode 802.3ad is not the active-backup of network config rack-b on "
        "the same cluster network",
    ),
    silent(
        "configs-have-one-bond-mode",
        "absent is active-backup",
        create(objects.config("rack-a", uplink=uplink(mode="active-backup"))),
        cluster(DATA, OTHER),
    ),
    silent(
        "configs-have-one-bond-mode",
        "the uplink does not change",
        update(MINE, MINE | {"spec": MINE["spec"] | {"description": "new"}}),
        cluster(DATA, objects.config("rack-b", uplink=uplink(mode="802.3ad"))),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_network_config(case: Case) -> None:
    assert said(case) == case.says
