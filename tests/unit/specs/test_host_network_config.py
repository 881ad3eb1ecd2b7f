"""What is wrong with a host network config on its own."""

from __future__ import annotations

from typing import Any

import pytest

from ..programs import HOST_NETWORK, messages, program

IPS = {"n1": "10.0.0.11/24"}


def given(*labels: dict[str, Any], **more: Any) -> dict[str, Any]:
    if labels:
        more["nodeSelector"] = {"matchExpressions": list(labels)}
    return program(HOST_NETWORK, **more)


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (given(), []),
        (given(mode="static", ips=IPS), []),
        (
            given(mode="static"),
            ["ips: is required by mode static; give each node its address"],
        ),
        (given(ips=IPS), ["ips: cannot stand with mode dhcp, which would ignore it"]),
        (given(mode="manual"), ["mode: 'manual' is not one of static, dhcp"]),
        (
            given(mode="static", ips={"n1": "10.0.0.11"}),
            ["ips.n1: '10.0.0.11' has no prefix length; write 10.0.0.11/24"],
        ),
        (
            given(mode="static", ips={"n1": "fd00::1/64"}),
            [
                "ips.n1: 'fd00::1/64' is not an IPv4 address with its prefix length, such as "
                "10.0.0.11/24"
            ],
        ),
        (
            given(mode="static", ips={"n1": "10.0.0.11/255.255.255.0"}),
            ["ips.n1: '10.0.0.11/255.255.255.0' has no prefix length; write 10.0.0.11/24"],
        ),
        (
            given(
                mode="static",
                ips={f"n{n}": f"10.0.{n // 250}.{n % 250}/16" for n in range(501)},
            ),
            ["ips: has 501 addresses; Harvester takes 500"],
        ),
        (given(vlan=0), ["vlan: 0 is not a VLAN ID; use 1 to 4094"]),
        (
            given(clusterNetwork="eight888", vlan=4000),
            [
                "vlan: the device would be eight888-br.4000, which has 16 characters, and "
                "Linux allows 15; use a shorter VLAN ID, or a cluster network with a shorter "
                "name"
            ],
        ),
        (
            given({"key": "zone", "operator": "In"}, {"key": "zone", "operator": "Exists"}),
            ["nodeSelector.matchExpressions[0].labelValues: is required by In"],
        ),
        (
            given({"key": "zone", "operator": "Exists", "labelValues": ["a"]}),
            ["nodeSelector.matchExpressions[0].labelValues: cannot stand with Exists"],
        ),
    ],
)
def test_what_a_program_is_told(inputs: dict[str, Any], expected: list[str]) -> None:
    assert messages(HOST_NETWORK, inputs) == expected
