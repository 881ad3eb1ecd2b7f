"""What stands against the nodes that a network config matches (H3.2)."""

from __future__ import annotations

import pytest

from ... import objects
from .cases import MATCHED, V1_6, V1_7, V1_8, Case, cluster, create, said, says, silent, update
from .configs import DATA, DONE, EVERYWHERE, MINE, N1, N2, OTHER, annotated, unmatched

CASES = [
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
        "nodeSelector: matches n1, which network config rack-a of the same cluster network "
        "has",
    ),
    says(
        "nodes-have-no-other-uplink",
        "two are",
        create(EVERYWHERE),
        cluster(DATA, N1, N2, MINE, DONE, objects.vlan_status("rack-a", "n2")),
        "nodeSelector: matches n1, n2, which network config rack-a of the same cluster "
        "network has",
    ),
    says(
        "nodes-have-no-other-uplink",
        "what a dead agent left there",
        create(MINE),
        cluster(DATA, N1, objects.vlan_status("gone", "n1")),
        "nodeSelector: matches n1, which still has the uplink of network config 'gone', long "
        "deleted: the agent there was down. Delete the VlanStatus of data on n1 when it is "
        "back",
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
        "configs-share-no-node",
        "it is leaving",
        create(EVERYWHERE),
        cluster(N1, objects.going(MINE)),
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
        "nodeSelector: a network config that matches no node cannot be changed on this "
        "version of Harvester; let it match a node, or delete it",
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
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_nodes_of_a_network_config(case: Case) -> None:
    assert said(case) == case.says
