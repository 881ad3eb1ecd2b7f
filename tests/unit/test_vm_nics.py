"""NICs of VMs: what KubeVirt and cloud-init are told, and what is wrong before they are."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import yaml

from harvester_net.vm_nics import Nic, interface, network, network_data, problems, stable_mac

FRONT = Nic("front", "shop/web", "02:00:00:00:00:01")
BACK = Nic(
    "back",
    "shop/db",
    "02:11:22:33:44:55",
    ("192.168.100.10/24",),
    "192.168.100.1",
    ("192.168.100.2",),
    mtu=8900,
)
ALONE = replace(BACK, gateway=None, mtu=None, dns=())


def test_mac_is_stable_local_unicast_and_of_stack_vm_and_nic() -> None:
    mac = stable_mac("dev", "web1", "front")
    assert mac == stable_mac("dev", "web1", "front") == "02:06:d8:5e:0c:f4"
    others = {
        stable_mac("prod", "web1", "front"),
        stable_mac("dev", "web2", "front"),
        stable_mac("dev", "web1", "back"),
        stable_mac("dev", "web1f", "ront"),
    }
    assert len(others | {mac}) == 5


def test_parts_of_the_vm() -> None:
    assert interface("front", FRONT.mac, 1) == {
        "name": "front",
        "model": "virtio",
        "bridge": {},
        "macAddress": "02:00:00:00:00:01",
        "bootOrder": 1,
    }
    assert "bootOrder" not in interface("front", FRONT.mac)
    assert network("front", "shop/web") == {
        "name": "front",
        "multus": {"networkName": "shop/web"},
    }


def test_version_2() -> None:
    assert json.loads(network_data([FRONT, BACK])) == {
        "version": 2,
        "ethernets": {
            "front": {
                "match": {"macaddress": "02:00:00:00:00:01"},
                "dhcp4": True,
                "dhcp-identifier": "mac",
                "dhcp4-overrides": {"use-routes": False},
            },
            "back": {
                "match": {"macaddress": "02:11:22:33:44:55"},
                "dhcp4": False,
                "addresses": ["192.168.100.10/24"],
                "routes": [{"to": "0.0.0.0/0", "via": "192.168.100.1"}],
                "nameservers": {"addresses": ["192.168.100.2"]},
                "mtu": 8900,
            },
        },
    }


def test_version_1() -> None:
    assert json.loads(network_data([FRONT, ALONE], version=1)) == {
        "version": 1,
        "config": [
            {
                "type": "physical",
                "name": "front",
                "mac_address": "02:00:00:00:00:01",
                "subnets": [{"type": "dhcp"}],
            },
            {
                "type": "physical",
                "name": "back",
                "mac_address": "02:11:22:33:44:55",
                "subnets": [{"type": "static", "address": "192.168.100.10/24"}],
            },
        ],
    }
    (only,) = json.loads(network_data([BACK], version=1))["config"]
    assert (only["mtu"], only["subnets"]) == (
        8900,
        [
            {
                "type": "static",
                "address": "192.168.100.10/24",
                "gateway": "192.168.100.1",
                "dns_nameservers": ["192.168.100.2"],
            }
        ],
    )


def test_mac_of_digits_alone_is_read_as_a_text() -> None:
    text = network_data([BACK])
    read = yaml.safe_load(text)["ethernets"]["back"]["match"]["macaddress"]
    assert read == "02:11:22:33:44:55"


def test_first_nic_with_dhcp_has_the_default_route_where_no_other_has() -> None:
    other = replace(FRONT, name="other", mac="02:00:00:00:00:02")
    ethernets = json.loads(network_data([ALONE, FRONT, other]))["ethernets"]
    assert ["dhcp4-overrides" in ethernets[name] for name in ("front", "other")] == [
        False,
        True,
    ]


def test_gateway_may_be_of_version_6() -> None:
    nic = replace(BACK, addresses=("2001:db8::2/64",), gateway="2001:db8::1", dns=())
    (made,) = json.loads(network_data([nic]))["ethernets"].values()
    assert made["routes"] == [{"to": "::/0", "via": "2001:db8::1"}]


@pytest.mark.parametrize(
    ("nics", "said"),
    [
        ([FRONT, BACK], []),
        (
            [replace(FRONT, name="Eth0")],
            ["NIC Eth0: its name must be of lower-case letters, digits and '-'"],
        ),
        (
            [replace(FRONT, network="web")],
            ["NIC front: 'web' is not the id of a VM network; write namespace/name"],
        ),
        (
            [replace(FRONT, mac="02:00:00:00:00:AA")],
            [
                "NIC front: '02:00:00:00:00:AA' is not a MAC address such as "
                "02:00:00:aa:bb:cc, in lower case"
            ],
        ),
        (
            [replace(FRONT, mac="03:00:00:00:00:01")],
            ["NIC front: 03:00:00:00:00:01 is a multicast MAC address"],
        ),
        (
            [replace(ALONE, addresses=("192.168.100.10", "x"))],
            [
                "NIC back: 192.168.100.10 has no prefix length; write 192.168.100.10/24",
                "NIC back: 'x' is not an address such as 192.168.100.10/24",
            ],
        ),
        (
            [replace(BACK, gateway="10.0.0.1", dns=("dns",))],
            [
                "NIC back: DNS server 'dns' is not an IP address",
                "NIC back: gateway 10.0.0.1 is in none of the networks of its addresses",
            ],
        ),
        (
            [replace(FRONT, gateway="10.0.0.1")],
            ["NIC front: a gateway needs addresses; by DHCP it comes from the server"],
        ),
        (
            [BACK, replace(BACK, name="third")],
            [
                "two NICs have the MAC 02:11:22:33:44:55",
                "back, third have a gateway each; a VM has one default route",
            ],
        ),
        ([FRONT, replace(FRONT, mac=BACK.mac)], ["two NICs have the name front"]),
    ],
)
def test_what_is_wrong_is_said_at_once(nics: list[Nic], said: list[str]) -> None:
    assert list(problems(nics)) == said


def test_version_1_cannot_keep_a_second_default_route_away() -> None:
    with pytest.raises(ValueError, match="use version 2") as wrong:
        network_data([FRONT, BACK], version=1)
    assert str(wrong.value) == (
        "front would take a second default route by DHCP, which version 1 cannot forbid; use "
        "version 2"
    )


def test_other_versions_are_not_known() -> None:
    assert list(problems([], 3)) == [
        "there is no version 3 of cloud-init's network data; use 1 or 2"
    ]
