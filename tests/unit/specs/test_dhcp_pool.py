"""What is wrong with a DHCP pool on its own."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.specs.unknown import UNKNOWN

from ..programs import DHCP_POOL, messages, program


def given(**changed: Any) -> dict[str, Any]:
    return program(DHCP_POOL, **changed)


def test_there_is_nothing_to_agree_to() -> None:
    """`disruption` was taken, and meant nothing: no VM stops for a pool."""
    (problem,) = messages(DHCP_POOL, given(disruption={"stopVms": ["*"]}))
    assert problem.startswith("disruption: is not a property of DhcpPool; it has ")


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (given(), []),
        (given(router="192.168.100.1", exclude=["192.168.100.10", "192.168.100.200"]), []),
        (given(start="192.168.100.10", end="192.168.100.10"), []),
        (given(serverIp="192.168.100.20"), []),
        (given(cidr=UNKNOWN, start="10.0.0.1"), []),
        (given(start=UNKNOWN, router=UNKNOWN, exclude=[UNKNOWN]), []),
        (
            given(cidr="192.168.100.1/24"),
            ["cidr: 192.168.100.1/24 has host bits set; the network is 192.168.100.0/24"],
        ),
        (
            given(cidr="192.168.100.0"),
            [
                "cidr: '192.168.100.0' has no prefix length from 1 to 30; write "
                "192.168.100.0/24"
            ],
        ),
        (
            given(cidr="192.168.100.0/31"),
            [
                "cidr: '192.168.100.0/31' has no prefix length from 1 to 30; write "
                "192.168.100.0/24"
            ],
        ),
        (
            given(cidr="fd00::/64"),
            ["cidr: 'fd00::/64' is not an IPv4 network such as 192.168.100.0/24"],
        ),
        (
            given(serverIp="fd00::1"),
            ["serverIp: 'fd00::1' is not an IPv4 address such as 192.168.100.10"],
        ),
        (
            given(serverIp="10.0.0.1", start="10.0.0.2", end="10.0.0.3", router="10.0.0.4"),
            [
                "serverIp: 10.0.0.1 is not in 192.168.100.0/24",
                "start: 10.0.0.2 is not in 192.168.100.0/24",
                "end: 10.0.0.3 is not in 192.168.100.0/24",
                "router: 10.0.0.4 is not in 192.168.100.0/24",
            ],
        ),
        (
            given(start="192.168.100.0", end="192.168.100.255"),
            [
                "start: 192.168.100.0 is the network address of 192.168.100.0/24",
                "end: 192.168.100.255 is the broadcast address of 192.168.100.0/24",
            ],
        ),
        (
            given(start="192.168.100.20", end="192.168.100.10"),
            ["end: 192.168.100.10 comes before start 192.168.100.20; the pool is reversed"],
        ),
        (
            given(exclude=["192.168.100.50", "192.168.100.9"]),
            [
                "exclude[1]: 192.168.100.9 is not between start 192.168.100.10 and end "
                "192.168.100.200"
            ],
        ),
        (
            given(router="192.168.100.2"),
            ["serverIp: 192.168.100.2 is the router's; give the server its own"],
        ),
        (
            given(serverIp="192.168.100.20", exclude=["192.168.100.20"]),
            ["exclude[0]: 192.168.100.20 is the server's own, which no VM gets; leave it out"],
        ),
        (
            given(vmNetwork="vm100"),
            [
                "vmNetwork: 'vm100' is not namespace and name of a VM network, such as "
                "default/web"
            ],
        ),
        (given(vmNetwork=f"default/{'a' * 56}"), []),
        (
            given(vmNetwork=f"default/{'a' * 57}"),
            [
                f"vmNetwork: 'default/{'a' * 57}' has 65 characters; the add-on takes 64",
            ],
        ),
        (given(dns=["10.0.0.1"] * 4), ["dns: has 4 servers; the add-on takes 3"]),
        (given(dns=["10.0.0.1"] * 3, ntp=["a"] * 4), []),
        (given(ntp=["time.example.com"] * 5), ["ntp: has 5 servers; the add-on takes 4"]),
        (given(ntp=[" "]), ["ntp[0]: is empty; leave it out"]),
        (
            given(leaseTime=0),
            ["leaseTime: 0 is no time; give the lease in seconds, such as 3600"],
        ),
    ],
)
def test_problems_are_said(inputs: dict[str, Any], expected: list[str]) -> None:
    assert messages(DHCP_POOL, inputs) == expected
