"""StorageNetwork: compared by meaning, written with Harvester's own keys."""

from __future__ import annotations

import json

import pytest

from harvester_net.cluster.resources import Object
from harvester_net.harvester.wording import listed
from harvester_net.kinds.codecs.network_setting import STORAGE_CODEC
from harvester_net.kinds.storage_network import StorageNetwork
from harvester_net.specs.parse import parse
from harvester_net.specs.unknown import UNKNOWN

from ..programs import FULL, STORAGE_NETWORK, program
from .calls import checked

LEAST = program(STORAGE_NETWORK)
TEXT = '{"clusterNetwork":"storage","vlan":300,"range":"192.168.0.0/24"}'
EMPTY_HASH = "da39a3ee5e6b4b0d3255bfef95601890afd80709"


@pytest.mark.parametrize(("given", "network"), [("storage", "storage"), (UNKNOWN, "")])
def test_cluster_network_that_it_is_about(given: str, network: str) -> None:
    desired, problems = parse(StorageNetwork.spec, LEAST | {"clusterNetwork": given})
    assert (desired.network, problems) == (network, [])


def test_text_has_harvesters_keys_and_no_defaults() -> None:
    assert STORAGE_CODEC.text_of(LEAST) == TEXT
    assert (
        STORAGE_CODEC.text_of(LEAST | {"exclude": [], "disruption": {"stopVms": True}}) == TEXT
    )


def test_text_of_the_full_program() -> None:
    assert json.loads(STORAGE_CODEC.text_of(FULL[STORAGE_NETWORK])) == {
        "clusterNetwork": "storage",
        "vlan": 300,
        "range": "192.168.0.0/24",
        "exclude": ["192.168.0.1/32", "192.168.0.128/25"],
        "exclusiveVlan": True,
    }


@pytest.mark.parametrize(
    ("text", "properties"),
    [
        ("", {}),
        ("{}", {}),
        ("no JSON", {}),
        ("[]", {}),
        (TEXT, LEAST),
        ('{ "vlan": 300,\n "range":"192.168.0.0/24", "clusterNetwork":"storage" }', LEAST),
        (TEXT[:-1] + ',"exclude":[],"exclusiveVlan":null,"future":1}', LEAST),
        (TEXT[:-1] + ',"exclusiveVlan":"what 1.8 does not know"}', LEAST),
        (TEXT.replace('"vlan":300,', ""), LEAST | {"vlan": 0}),
        (TEXT.replace("300", "null"), LEAST | {"vlan": 0}),
        (TEXT.replace("vlan", "VLAN").replace("range", "Range"), LEAST),
    ],
)
def test_text_of_the_setting_is_read(text: str, properties: Object) -> None:
    assert STORAGE_CODEC.properties_of(text) == properties


SAME: list[tuple[Object, Object]] = [
    ({}, {}),
    (LEAST, dict(reversed(LEAST.items()))),
    (LEAST, LEAST | {"exclude": [], "exclusiveVlan": False}),
    (LEAST | {"vlan": 0}, LEAST | {"vlan": 1}),
    (program(STORAGE_NETWORK, without=("vlan",)), LEAST | {"vlan": 0}),
    (
        LEAST | {"exclude": ["192.168.0.1/32", "192.168.0.2/32"]},
        LEAST | {"exclude": ["192.168.0.2/32", "192.168.0.1/32"]},
    ),
    (LEAST, LEAST | {"disruption": {"stopVms": True}}),
]
DIFFERENT: list[tuple[Object, Object]] = [
    ({}, LEAST),
    (LEAST, LEAST | {"vlan": 301}),
    (LEAST, LEAST | {"range": "192.168.1.0/24"}),
    (LEAST, LEAST | {"clusterNetwork": "other"}),
    (LEAST, LEAST | {"exclude": ["192.168.0.1/32"]}),
    (LEAST, LEAST | {"exclusiveVlan": True}),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same_storage_network_however_it_is_written(one: Object, other: Object) -> None:
    assert STORAGE_CODEC.same_network(one, other)
    assert STORAGE_CODEC.same_network(other, one)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_storage_networks(one: Object, other: Object) -> None:
    assert not STORAGE_CODEC.same_network(one, other)
    assert not STORAGE_CODEC.same_network(other, one)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1, "vm0"),
        (3, "vm0, vm1, vm2"),
        (12, "vm0, vm1, vm2, vm3, vm4, vm5, vm6, vm7, vm8, vm9 and 2 more"),
    ],
)
def test_long_list_is_cut(count: int, text: str) -> None:
    assert listed([f"vm{index}" for index in range(count)]) == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", None),
        (TEXT, None),
        (TEXT[:-1] + ',"exclusiveVlan":7}', None),
        (
            TEXT.replace("300", '"300"'),
            'the value of the Setting storage-network cannot be read (vlan: "300" is not a '
            "whole number that fits here); mend it, or clear it",
        ),
        (
            "[]",
            "the value of the Setting storage-network cannot be read (a list is not an "
            "object); mend it, or clear it",
        ),
    ],
)
def test_value_that_cannot_be_read_says_why(text: str, why: str | None) -> None:
    assert STORAGE_CODEC.unreadable(text) == why


@pytest.mark.parametrize(
    "exclude",
    [["192.168.0.9/30"], ["192.168.0.0/30", "192.168.0.128/25", "192.168.0.1/32"]],
    ids=["host bits", "twice, but not one after the other"],
)
def test_exclusions_that_harvester_takes_pass_as_they_are(exclude: list[str]) -> None:
    inputs = LEAST | {"exclude": exclude}
    assert checked(StorageNetwork(), inputs) == inputs
