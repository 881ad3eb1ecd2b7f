"""The CNI config of a VM network, however odd."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster.resources import NAD
from harvester_net.harvester.cni import cni_config, foreign, mtu_keys, net_conf, tagged_vlans
from harvester_net.harvester.mtus import nad_mtu
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.harvester.vm_networks import vm_networks_of

from ... import objects


@pytest.mark.parametrize("text", ["", "no JSON", "[1]", "null", "[" * 100_000])
def test_config_that_is_no_json_object_is_as_good_as_empty(text: str) -> None:
    nad = objects.nad()
    nad["spec"]["config"] = text
    assert cni_config(nad) == {}
    assert nad_mtu(nad) == 1500
    assert cni_config({"metadata": {}, "spec": {}}) == {}


@pytest.mark.parametrize("text", ["", "null", "{}"])
def test_empty_config_spells_no_mtu(text: str) -> None:
    nad = objects.nad(config=text)
    assert net_conf(nad)["mtu"] == 0
    assert mtu_keys(nad) == []


def test_trunk_of_enormous_numbers_has_the_vlans_that_there_are() -> None:
    trunk = [{"minID": -(2**63), "maxID": 3}, {"minID": 4094, "maxID": 2**63 - 1}]
    nad = objects.nad(config={"vlanTrunk": trunk})
    assert tagged_vlans(nad) == {2, 3, 4094}


@pytest.mark.parametrize("mtu", ["9000", [9000], True, 9000.5])
def test_mtu_that_is_no_whole_number_is_none(mtu: object) -> None:
    assert nad_mtu(objects.nad(config={"mtu": mtu})) == 1500


def test_vm_network_without_a_spec_is_on_no_cluster_network() -> None:
    nad = objects.nad(cluster_network="other")
    del nad["spec"]
    assert vm_networks_of(Snapshot({NAD: {"default/vm100": nad}}), "data") == []


@pytest.mark.parametrize(
    ("config", "what"),
    [
        (objects.cni(vlan=100), None),
        (objects.cni(type=""), None),
        ('{"Bridge":"data-br"}', None),
        ({"type": "kube-ovn", "provider": "vm100.default.ovn"}, None),
        (
            {"type": "kube-ovn", "provider": "vm200.default.ovn"},
            "an overlay network of kube-ovn with provider 'vm200.default.ovn' in place of "
            "vm100.default.ovn",
        ),
        ({"type": "macvlan", "master": "eno1"}, "a network of CNI type 'macvlan'"),
        (objects.cni(type="Bridge"), "a network of CNI type 'Bridge'"),
        ({"type": "a\nb"}, "a network of CNI type 'a b'"),
        (
            {"name": "n", "plugins": [objects.cni()]},
            "a conflist, a chain of CNI plugins",
        ),
        ("", "a network whose CNI config names no bridge"),
        ("{}", "a network whose CNI config names no bridge"),
        (
            objects.cni(bridge="br0"),
            "a network on 'br0', which is no cluster network's bridge",
        ),
        (objects.cni(vlanTrunk=[None]), "a trunk without VLANs"),
        (
            "no JSON",
            "a network whose CNI config cannot be read (is no JSON: Expecting value: line 1 "
            "column 1 (char 0))",
        ),
        (
            objects.cni(vlan="100"),
            'a network whose CNI config cannot be read (vlan: "100" is not a whole number '
            "that fits here)",
        ),
        ("[]", "a network whose CNI config cannot be read (a list is not an object)"),
    ],
)
def test_what_is_no_vm_network_is_told_by_what_it_is(config: Any, what: str | None) -> None:
    assert foreign(objects.nad(config=config)) == what
