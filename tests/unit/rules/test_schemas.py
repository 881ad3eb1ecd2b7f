"""What the API server itself refuses: names, labels, schemas (H1)."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import Object

from ... import objects
from .cases import Case, cluster, create, said, says, silent

SCHEMA = "config-follows-its-schema"
METADATA = {
    "cluster-network-metadata-is-valid": objects.cluster_network("data"),
    "config-metadata-is-valid": objects.config("rack-a"),
    "vm-network-metadata-is-valid": objects.nad(),
}


def named(obj: Object, **meta: object) -> Object:
    return obj | {"metadata": obj["metadata"] | meta}


def config(**spec: object) -> Object:
    return objects.config("rack-a", spec=spec)


def link(**attributes: object) -> Object:
    return config(uplink={"nics": ["eth1"], "linkAttributes": attributes})


def bond(**options: object) -> Object:
    return config(uplink={"nics": ["eth1"], "bondOptions": options})


CASES = [
    *(
        says(
            rule,
            f"the name {name}",
            create(named(obj, name=name)),
            cluster(),
            f"name: '{name}' is not a name that Kubernetes takes",
        )
        for rule, obj in METADATA.items()
        for name in ("Data", "a_b", "-a", "a-", "", "x" * 254, "a..b")
    ),
    *(
        silent(rule, f"the name {name}", create(named(obj, name=name)), cluster())
        for rule, obj in METADATA.items()
        for name in ("data", "a.b-c", "0", "x" * 253)
    ),
    *(
        says(
            rule,
            f"the label {key}={value}",
            create(named(obj, labels={key: value})),
            cluster(),
            f"labels: '{key}: {value}' is not a label that Kubernetes takes",
        )
        for rule, obj in METADATA.items()
        for key, value in (
            ("a b", "x"),
            ("a/b/c", "x"),
            ("/a", "x"),
            ("a", "x" * 64),
            ("a", "x y"),
        )
    ),
    *(
        silent(rule, f"the label {key}", create(named(obj, labels={key: value})), cluster())
        for rule, obj in METADATA.items()
        for key, value in (("a.b/C_d", "X.y-z"), ("a", ""), ("a" * 63, "x" * 63))
    ),
    *(
        says(
            rule,
            "an annotation",
            create(named(obj, annotations={"a b": "anything"})),
            cluster(),
            "annotations: 'a b' is not an annotation key",
        )
        for rule, obj in METADATA.items()
    ),
    *(
        silent(
            rule,
            "an annotation with a prefix",
            create(named(obj, annotations={"Example.com/a": "any thing"})),
            cluster(),
        )
        for rule, obj in METADATA.items()
    ),
    *(
        says(
            "setting-texts-are-texts",
            field,
            create(objects.setting("storage-network") | {field: {"vlan": 1}}),
            cluster(),
            f"the {field} is not a text",
        )
        for field in ("value", "default")
    ),
    silent(
        "setting-texts-are-texts",
        "a text",
        create(objects.setting("storage-network", "1")),
        cluster(),
    ),
    says(
        "vm-network-follows-its-schema",
        "an object where its text belongs",
        create(objects.nad() | {"spec": {"config": {"vlan": 1}}}),
        cluster(),
        "the CNI config is not a text",
    ),
    silent(
        "vm-network-follows-its-schema",
        "none",
        create(objects.nad() | {"spec": {}}),
        cluster(),
    ),
    says(
        SCHEMA,
        "a selector of numbers",
        create(config(nodeSelector={"rack": 1})),
        cluster(),
        "nodeSelector: is not a map of labels",
    ),
    says(
        SCHEMA,
        "a list of attributes",
        create(config(uplink={"nics": ["eth1"], "linkAttributes": [1]})),
        cluster(),
        "uplink.linkAttributes: is not a map",
    ),
    says(
        SCHEMA,
        "neither of the two",
        create(config(clusterNetwork=None, uplink=None)),
        cluster(),
        "clusterNetwork: is required",
        "uplink: is required",
    ),
    says(
        SCHEMA,
        "no spec",
        create(config() | {"spec": None}),
        cluster(),
        "uplink: there is no spec",
    ),
    says(
        SCHEMA,
        "a NIC, not a list of them",
        create(config(uplink={"nics": "eth1"})),
        cluster(),
        "uplink.nics: is not a list of names",
    ),
    says(
        SCHEMA,
        "an unknown bond mode",
        create(bond(mode="lacp")),
        cluster(),
        "uplink.bondOptions.mode: 'lacp' is not a bond mode",
    ),
    says(
        SCHEMA,
        "miimon -2",
        create(bond(miimon=-2)),
        cluster(),
        "uplink: miimon -2 is below -1",
    ),
    says(SCHEMA, "MTU -1", create(link(mtu=-1)), cluster(), "uplink: mtu -1 is below 0"),
    says(
        SCHEMA, "queue -2", create(link(txQLen=-2)), cluster(), "uplink: txQLen -2 is below -1"
    ),
    says(
        SCHEMA,
        "a MAC address as people write it",
        create(link(hardwareAddr="02:00:00:aa:bb:cc")),
        cluster(),
        "uplink.linkAttributes.hardwareAddr: is no MAC address",
    ),
    silent(
        SCHEMA, "a MAC address in base64", create(link(hardwareAddr="AgAAqrvM")), cluster()
    ),
    silent(SCHEMA, "the least numbers", create(link(mtu=0, txQLen=-1)), cluster()),
    silent(SCHEMA, "a bond mode", create(bond(mode="802.3ad", miimon=-1)), cluster()),
    silent(SCHEMA, "no NICs", create(config(uplink={})), cluster()),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_api_server(case: Case) -> None:
    assert said(case) == case.says
