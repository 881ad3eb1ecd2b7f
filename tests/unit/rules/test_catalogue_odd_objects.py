"""No rule fails on an object, however odd, that an API server would have let in."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    SETTING,
    VLAN_CONFIG,
    Object,
    key_of,
)
from harvester_net.harvester.names import MIGRATION_SETTING, RWX_SETTING, STORAGE_SETTING
from harvester_net.kinds.desired_state import DesiredObject, DesiredState
from harvester_net.kinds.rule_checks import describe
from harvester_net.rules.catalogue import judge
from harvester_net.rules.rule import Write

from ... import objects
from .cases import LABEL, MATCHED, UPLINK_MTU, V1_4, V1_6, V1_7, V1_9, cluster, kind_of

NAMES = st.sampled_from(["mgmt", "data", "rack-a", "vm100", "n1", ""])
KEYS = st.sampled_from(
    [
        *("clusterNetwork", "uplink", "nics", "bondOptions", "linkAttributes", "nodeSelector"),
        *("mtu", "mode", "miimon", "type", "bridge", "vlan", "vlanTrunk", "minID", "maxID"),
        *("id", "provider", "range", "exclude", "network", "exclusiveVlan", "cidr", "gateway"),
        *("share-storage-network", "ipam", "dns"),
    ]
)
TEXTS = st.sampled_from(
    ["", "x", "data-br", "bridge", "kube-ovn", "a.b.ovn", "10.0.0.0/24", "1", "²", "٢", "auto"]
)
NUMBERS = st.sampled_from([0, 1, -1, 100, 4095, 1500, 2**63, -(2**70), 1.5])
LEAVES = st.none() | st.booleans() | NUMBERS | TEXTS | NAMES
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=5,
)
JSON_TEXTS = JSON.map(json.dumps) | TEXTS | st.just("[" * 5000) | st.just("9" * 5000)

CNI = st.fixed_dictionaries(
    {"bridge": st.sampled_from(["data-br", "mgmt-br", "x"]), "type": st.just("bridge")},
    optional={"vlan": JSON, "mtu": JSON, "vlanTrunk": JSON, "provider": JSON},
)
NETWORK = st.fixed_dictionaries(
    {"clusterNetwork": NAMES, "vlan": st.integers(0, 4100), "range": TEXTS},
    optional={"exclude": JSON, "exclusiveVlan": JSON},
)
RWX_NETWORK = st.fixed_dictionaries({"network": NETWORK, "share-storage-network": JSON})
UPLINK = st.fixed_dictionaries(
    {"nics": st.lists(st.sampled_from(["eth1", "eth9"]), max_size=2)},
    optional={
        "linkAttributes": st.fixed_dictionaries({}, optional={"mtu": JSON, "txQLen": JSON}),
        "bondOptions": st.fixed_dictionaries({}, optional={"mode": JSON, "miimon": JSON}),
    },
)
CONFIG = st.fixed_dictionaries(
    {"clusterNetwork": NAMES, "uplink": UPLINK | JSON}, optional={"nodeSelector": JSON}
)
LABELS = st.fixed_dictionaries({}, optional={LABEL: NAMES})
NOTES = st.dictionaries(
    st.sampled_from([MATCHED, UPLINK_MTU, f"{objects.NETWORK}/route", f"{objects.STORAGE}"]),
    JSON_TEXTS,
    max_size=3,
)
META = st.fixed_dictionaries(
    {"labels": LABELS | st.none(), "annotations": NOTES | st.none()},
    optional={"deletionTimestamp": st.just(objects.GOING["deletionTimestamp"])},
)


def with_meta(obj: Object, meta: Object) -> Object:
    return obj | {
        "metadata": {k: v for k, v in obj["metadata"].items() if k != "labels"} | meta
    }


cluster_networks = st.builds(
    lambda name, meta: with_meta(objects.cluster_network(name), meta),
    st.sampled_from(["data", "mgmt"]),
    META,
)
configs = st.builds(
    lambda spec, meta: with_meta(objects.config("rack-a") | {"spec": spec}, meta),
    CONFIG | JSON,
    META,
)
nads = st.builds(
    lambda text, meta: with_meta(objects.nad(config=text), meta),
    JSON_TEXTS | CNI.map(json.dumps),
    META,
)
settings_ = st.builds(
    lambda name, value, default, meta: with_meta(objects.setting(name, value, default), meta),
    st.sampled_from([STORAGE_SETTING, RWX_SETTING, MIGRATION_SETTING]),
    JSON_TEXTS | NETWORK.map(json.dumps) | RWX_NETWORK.map(json.dumps),
    st.just("") | JSON_TEXTS,
    META,
)
ANY = {
    CLUSTER_NETWORK: cluster_networks,
    VLAN_CONFIG: configs,
    NAD: nads,
    SETTING: settings_,
}
VERSIONS = st.sampled_from([(1, 1), V1_4, V1_6, V1_7, (1, 8), V1_9])
WRITES = st.one_of(
    *(
        st.builds(Write, st.just(kind), st.none(), found)
        | st.builds(Write, st.just(kind), found, st.none())
        | st.builds(Write, st.just(kind), found, found)
        for kind, found in ANY.items()
    )
)


def is_well_shaped(obj: Object) -> bool:
    """Whether an API server would have let it in."""
    findings = judge(Write(kind_of(obj), None, obj), cluster())
    return not any(finding.rule.schema for finding in findings)


SITUATIONS = st.tuples(
    st.lists(st.one_of(*ANY.values()).filter(is_well_shaped), max_size=5), VERSIONS
)
USUAL = (
    objects.node("n1", {"rack": "a"}),
    objects.link_monitor("nic", {"n1": [objects.link("eth1", 1, 5)]}),
    objects.vmi("vm1", "vm100", node="n1"),
    objects.vm("vm1", "vm100"),
    objects.vlan_status("rack-a", "n1"),
)


@settings(max_examples=120)
@given(WRITES, SITUATIONS)
def test_every_rule_answers(write: Write, found: tuple[list[Object], Any]) -> None:
    old_is_there = write.old is None or is_well_shaped(write.old)
    objects_there, version = found
    snapshot = cluster(*USUAL, *objects_there, version=version)
    if old_is_there and (write.old is None or write.new is None or is_same(write)):
        assert all(map(describe, judge(write, snapshot)))


def is_same(write: Write) -> bool:
    """Whether old and new are versions of one object."""
    return write.old is None or write.new is None or key_of(write.old) == key_of(write.new)


@settings(max_examples=60)
@given(st.one_of(*ANY.values()).filter(is_well_shaped), SITUATIONS)
def test_every_object_can_be_laid_over_the_cluster(
    obj: Object, found: tuple[list[Object], Any]
) -> None:
    desired_state, ref = DesiredState(), (kind_of(obj), key_of(obj))
    desired_state.lay(ref, DesiredObject("data", lambda _live, _mtu: obj))
    after = desired_state.after(cluster(*USUAL, *found[0], version=found[1]))
    assert key_of(after.of(ref[0])[ref[1]]) == ref[1]
    assert all(map(describe, judge(Write(ref[0], None, obj), after)))
