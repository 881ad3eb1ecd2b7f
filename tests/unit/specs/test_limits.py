"""The limits of single values: what just passes, and what just does not."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from harvester_net.specs import limits, network_config, storage_network, vm_network

GOOD: dict[str, tuple[Any, list[Any]]] = {
    "MTU": (limits.Mtu, [0, 576, 1500, 9000]),
    "VLAN": (limits.VlanId, [1, 2, 4094]),
    "storage VLAN": (storage_network.StorageVlanId, [0, 1, 4094]),
    "cluster network": (
        limits.ClusterNetworkName,
        ["a", "mgmt", "a-b", "a.b", "123456789012", "0"],
    ),
    "network config": (limits.NetworkConfigName, ["rack-a", "node1.example.org", "r" * 63]),
    "VM network": (limits.VmNetworkName, ["vm100", "a.b.c", "a" * 253]),
    "namespace": (limits.Namespace, ["default", "n" * 63]),
    "IPv4 network": (limits.Ipv4Network, ["10.0.0.0/16", "192.168.0.0/024", "10.1.1.1/32"]),
    "part of an IPv4 network": (limits.Ipv4Part, ["10.0.0.0/16", "10.0.0.9/30"]),
    "NIC": (network_config.NicName, ["eth1", "enp0s31f6", "e" * 15, "bond0.100"]),
    "MAC address": (
        network_config.MacAddress,
        ["02:00:00:aa:bb:cc", "02:00:00:AA:BB:CC"],
    ),
    "storable number": (network_config.Storable, [-1, 1, 100]),
    "CIDR": (vm_network.Cidr, ["192.168.100.0/24", "192.168.100.1/24", "10.0.0.0/1"]),
    "address": (vm_network.Address, ["192.168.100.1", "fd00::1"]),
}

BAD: dict[str, tuple[Any, list[Any]]] = {
    "MTU": (limits.Mtu, [-1, 1, 575, 9001]),
    "VLAN": (limits.VlanId, [-1, 0, 4095]),
    "storage VLAN": (storage_network.StorageVlanId, [-1, 4095]),
    "cluster network": (
        limits.ClusterNetworkName,
        [
            "",
            "1234567890123",
            "-a",
            "a-",
            "A",
            "a_b",
            "a..b",
            "a.-b",
            ".a",
            "a.",
            "a b",
            "ä",
            "a\n",
        ],
    ),
    "network config": (
        limits.NetworkConfigName,
        ["r" * 64, f"{'r' * 62}.r", "a..b", "a-.b", ".a", "a.", "A.b", ""],
    ),
    "VM network": (
        limits.VmNetworkName,
        ["", "a..b", ".a", "a.", "a" * 254, f"{'a' * 200}.{'b' * 100}"],
    ),
    "namespace": (limits.Namespace, ["n" * 64, "a.b", ""]),
    "IPv4 network": (
        limits.Ipv4Network,
        [
            "",
            "10.0.0.0/15",
            "10.0.0.1/24",
            "10.0.0.0",
            "10.0.0.0/33",
            "10.0.0.0/255.255.0.0",
            "fd00::/64",
            "::ffff:10.0.0.0/112",
            "x",
        ],
    ),
    "part of an IPv4 network": (
        limits.Ipv4Part,
        ["", "10.0.0.0/15", "10.0.0.1", "10.0.0.0/33", "fd00::/64", "x"],
    ),
    "NIC": (network_config.NicName, ["", "e" * 16, "a/b", "a b"]),
    "MAC address": (
        network_config.MacAddress,
        ["", "02:00:00:aa:bb", "02:00:00:aa:bb:cc:dd", "0200.00aa.bbcc", "gg:00:00:00:00:00"],
    ),
    "storable number": (network_config.Storable, [0, -2]),
    "CIDR": (
        vm_network.Cidr,
        ["", "192.168.100.0", "0.0.0.0/0", "x/24", "192.168.100.0/255.255.255.0"],
    ),
    "address": (vm_network.Address, ["", "192.168.100.0/24", "192.168.100", "gateway"]),
}


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        pytest.param(limit, v, id=f"{what} {v!r:.40}")
        for what, (limit, vs) in GOOD.items()
        for v in vs
    ],
)
def test_value_within_the_limit_passes_unchanged(limit: Any, value: Any) -> None:
    assert TypeAdapter(limit).validate_python(value) == value


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        pytest.param(limit, v, id=f"{what} {v!r:.40}")
        for what, (limit, vs) in BAD.items()
        for v in vs
    ],
)
def test_value_beyond_the_limit_is_refused(limit: Any, value: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(limit).validate_python(value)


@pytest.mark.parametrize(
    ("mtu", "meant"), [(None, 1500), (0, 1500), (1500, 1500), (9000, 9000)]
)
def test_mtu_absent_and_0_mean_1500(mtu: int | None, meant: int) -> None:
    assert limits.mtu_or_default(mtu) == meant


def test_longest_cluster_network_leaves_room_for_its_devices() -> None:
    assert limits.LONGEST_CLUSTER_NETWORK == 12
