"""What a URN says of a resource."""

from __future__ import annotations

import pytest

from harvester_net.urns import Urn

VM_NETWORK = "harvester-net:index:VmNetwork"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            f"urn:pulumi:dev::networks::{VM_NETWORK}::tenant",
            Urn("dev", "networks", VM_NETWORK, "tenant"),
        ),
        (
            f"urn:pulumi:dev::networks::site:index:Site${VM_NETWORK}::tenant",
            Urn("dev", "networks", VM_NETWORK, "tenant"),
        ),
        (
            f"urn:pulumi:dev::networks::{VM_NETWORK}::a::b",
            Urn("dev", "networks", VM_NETWORK, "a::b"),
        ),
        ("tenant", Urn(name="tenant")),
        ("urn:pulumi:dev::networks", Urn(name="urn:pulumi:dev::networks")),
        ("", Urn()),
    ],
    ids=["resource", "child", "separator in the name", "no URN", "cut off", "nothing"],
)
def test_parts_of_a_urn(text: str, parts: Urn) -> None:
    assert Urn.of(text) == parts


def test_resources_and_the_provider_are_ours() -> None:
    provider = Urn("dev", "networks", "pulumi:providers:harvester-net", "default")
    ours = Urn("dev", "networks", VM_NETWORK, "tenant")
    assert provider.is_ours
    assert ours.is_ours
    assert ours.kind == "VmNetwork"
    assert not Urn("dev", "networks", "harvester-net-more:index:VmNetwork", "x").is_ours
