"""Differences between our rules and the real webhooks that were met once, each under what it
was.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from harvester_net.cluster.resources import NAD, SETTING, VLAN_CONFIG, Object, Resource
from harvester_net.rules.rule import Write
from tests import objects

from .boundaries import NET, NETWORK, sound_cluster
from .networks import MATCHED
from .pools import MIGRATION, RWX, RWX_DEFAULT, STORAGE
from .rig import Objects, Rig
from .tally import told
from .verdicts import verdicts
from .writes import Case


def refuse(rig: Rig, cluster: list[Object], write: Callable[[Objects], Write]) -> bool:
    """Whether both refuse this write over the cluster; that they agree is tested here."""
    live = rig.seed(cluster)
    (verdict,) = verdicts(rig, [Case(write(live), as_patch=False)], live)
    assert verdict.agreed, told(verdict, cluster)
    return verdict.answer.refused


def create(resource: Resource, obj: Object) -> Callable[[Objects], Write]:
    return lambda live: Write(resource, None, obj)


def change(resource: Resource, key: str, **to: Any) -> Callable[[Objects], Write]:
    """The object as it is on the server, with these fields set; None is sent as null."""
    return lambda live: Write(resource, live[resource][key], live[resource][key] | to)


def a_setting(name: str, **fields: Any) -> Object:
    return objects.setting(name) | fields


@pytest.mark.parametrize(
    "spec",
    [None, {}, {"clusterNetwork": "data"}, {"clusterNetwork": "data", "uplink": "eno2"}],
    ids=json.dumps,
)
def test_config_without_the_required_shape_is_refused(rig: Rig, spec: Any) -> None:
    made = objects.config("nc1", "data") | {"spec": spec}
    if spec is None:
        del made["spec"]
    cluster = [objects.cluster_network("data")]
    assert refuse(rig, cluster, create(VLAN_CONFIG, made))


@pytest.mark.parametrize("spec", ["x", {"config": 7}, {"config": {}}], ids=json.dumps)
def test_vm_network_whose_config_is_no_text_is_refused(rig: Rig, spec: Any) -> None:
    made = objects.nad() | {"spec": spec}
    assert refuse(rig, [objects.cluster_network("data")], create(NAD, made))


def test_vm_network_that_goes_is_still_decoded(rig: Rig) -> None:
    going = objects.nad(finalizers=["tests/hold"], deletionTimestamp="now")
    cluster = [objects.cluster_network("data"), going]
    assert refuse(rig, cluster, change(NAD, "default/vm100", spec={"config": {}}))


def test_null_as_the_value_of_a_setting_means_no_value(rig: Rig) -> None:
    cluster = [a_setting(STORAGE, default="")]
    assert not refuse(rig, cluster, change(SETTING, STORAGE, value=None))


def test_mtu_that_comes_again_in_capitals_is_the_one_that_counts(rig: Rig) -> None:
    config = json.dumps(objects.cni(mtu=1400) | {"MTU": 9000})
    cluster = [objects.cluster_network("data")]
    assert refuse(rig, cluster, create(NAD, objects.nad(config=config)))


def test_network_given_twice_is_read_as_one(rig: Rig) -> None:
    twice = '{"network":{"clusterNetwork":"mgmt"},"network":{"vlan":9,"range":"10.9.0.0/24"}}'
    cluster = [a_setting(STORAGE, default=""), a_setting(RWX, default=RWX_DEFAULT)]
    assert not refuse(rig, cluster, change(SETTING, RWX, value=twice))


@pytest.mark.parametrize(
    "network",
    [
        {"range": "192.168.0.0/24", "exclude": ["192.168.0.1/032"]},
        {"range": "192.168.0.0/024", "exclude": ["192.168.0.1/32"]},
    ],
    ids=json.dumps,
)
def test_prefix_with_a_leading_zero_is_refused_beside_excludes(
    rig: Rig, network: Object
) -> None:
    cluster = [a_setting(MIGRATION, default="")]
    value = json.dumps({"clusterNetwork": "mgmt", "vlan": 9} | network)
    assert refuse(rig, cluster, change(SETTING, MIGRATION, value=value))


def test_prefix_with_a_leading_zero_is_taken_alone(rig: Rig) -> None:
    cluster = [a_setting(MIGRATION, default="")]
    value = '{"clusterNetwork":"mgmt","vlan":9,"range":"192.168.0.0/024"}'
    assert not refuse(rig, cluster, change(SETTING, MIGRATION, value=value))


def test_empty_hardware_address_is_refused(rig: Rig) -> None:
    made = objects.config("nc1", uplink={"linkAttributes": {"hardwareAddr": ""}})
    assert refuse(rig, [objects.cluster_network("data")], create(VLAN_CONFIG, made))


@pytest.mark.parametrize("matched", ["[7]", '{"node1":true}', '"node1"'])
def test_setting_is_refused_while_matched_nodes_cannot_be_read(rig: Rig, matched: str) -> None:
    cluster = sound_cluster()
    other = objects.config("nc2", NET)
    other["metadata"]["annotations"] = {MATCHED: matched}
    value = json.dumps(NETWORK)
    assert refuse(rig, [*cluster, other], change(SETTING, MIGRATION, value=value))
