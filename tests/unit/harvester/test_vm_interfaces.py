"""The NICs of a VM: its spec names them, its instance knows their addresses."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster.resources import Object
from harvester_net.harvester.vm_interfaces import Interface, has_guest_agent, interfaces_of


def vm(*interfaces: Object, networks: Any = ()) -> Object:
    spec = {"domain": {"devices": {"interfaces": list(interfaces)}}, "networks": networks}
    return {
        "metadata": {"name": "web1", "namespace": "shop"},
        "spec": {"template": {"spec": spec}},
    }


def vmi(*interfaces: Object, **status: Any) -> Object:
    return {"metadata": {"name": "web1"}, "status": {"interfaces": list(interfaces)} | status}


FRONT = {"name": "front", "multus": {"networkName": "shop/web"}}
BARE = {"name": "back", "multus": {"networkName": "db"}}
POD = {"name": "pod", "pod": {}}
NICS = [{"name": name, "macAddress": f"02:{name}"} for name in ("front", "back", "pod")]


def test_networks_are_qualified_and_the_pod_network_is_none() -> None:
    found = interfaces_of(vm(*NICS, networks=[POD, BARE, FRONT]), None)
    assert found == [
        Interface("front", "shop/web", "02:front"),
        Interface("back", "shop/db", "02:back"),
        Interface("pod", "", "02:pod"),
    ]


@pytest.mark.parametrize(
    ("seen", "addresses"),
    [
        ({"ipAddress": "10.0.0.5"}, ["10.0.0.5"]),
        (
            {"ipAddress": "10.0.0.5", "ipAddresses": ["10.0.0.5", "FE80::1"]},
            ["10.0.0.5", "fe80::1"],
        ),
        ({"ipAddresses": ["10.0.0.5/24", "no\x1baddress", None]}, ["10.0.0.5"]),
        (
            {"ipAddresses": [f"10.0.0.{n}" for n in range(100)]},
            [f"10.0.0.{n}" for n in range(64)],
        ),
        ({}, []),
    ],
    ids=["one", "several", "what is none", "too many", "none"],
)
def test_addresses_are_those_that_the_instance_has(seen: Object, addresses: list[str]) -> None:
    (found,) = interfaces_of(
        vm(NICS[0], networks=[FRONT]), vmi({"name": "front", "mac": "02:live"} | seen)
    )
    assert (found.mac, found.addresses) == ("02:live", addresses)


def test_guest_agent_is_what_kubevirt_says_is_connected() -> None:
    connected = {"conditions": [{"type": "AgentConnected", "status": "True"}]}
    assert has_guest_agent(vmi(**connected))
    assert not has_guest_agent(vmi())
    assert not has_guest_agent(None)


def test_vm_without_anything_has_no_nics() -> None:
    assert interfaces_of({"metadata": {"name": "a", "namespace": "b"}}, {}) == []
