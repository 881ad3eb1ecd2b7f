"""The route of a VM network as the server reads its annotation (H1.6)."""

from __future__ import annotations

import json

import pytest

from harvester_net.rules.routes import is_readable, problems

MANUAL = {"mode": "manual", "cidr": "192.168.100.0/24", "gateway": "192.168.100.1"}


def paths(**changed: object) -> list[str]:
    """The properties with which something is wrong."""
    return [path for path, _ in problems(json.dumps(MANUAL | changed))]


@pytest.mark.parametrize(
    "text", ["", "{}", '{"mode": ""}', '{"mode": "auto"}', json.dumps(MANUAL)]
)
def test_route_is_right(text: str) -> None:
    assert list(problems(text)) == []


@pytest.mark.parametrize("text", ["x", "[]", '{"mode": 1}', '{"outdated": "true"}'])
def test_route_that_cannot_be_read(text: str) -> None:
    assert [path for path, _ in problems(text)] == ["route"]
    assert not is_readable(text)


def test_address_of_an_automatic_route_is_not_looked_at() -> None:
    assert paths(mode="auto", cidr="x", gateway="y") == []


@pytest.mark.parametrize(
    "cidr", ["192.168.100.7/24", "10.0.0.0/8", "fd00::/64", "10.0.0.1/32"]
)
def test_cidr_is_right(cidr: str) -> None:
    assert paths(cidr=cidr) == []


@pytest.mark.parametrize(
    "cidr", ["", "192.168.100.0", "0.0.0.0/0", "10.0.0.0/33", "10.0.0/8", "x/8"]
)
def test_cidr_is_wrong(cidr: str) -> None:
    assert paths(cidr=cidr) == ["route.cidr"]


@pytest.mark.parametrize(
    "gateway", ["", "192.168.100", "192.168.100.1/24", "fe80::1%eth0", "x"]
)
def test_gateway_is_wrong(gateway: str) -> None:
    assert paths(gateway=gateway) == ["route.gateway"]


def test_gateway_may_be_ipv6() -> None:
    assert paths(gateway="fe80::1") == []
