"""What is alike is found, as a person would see it."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.adopt.alike import Group, Text, grouped, leaves

VLANS = [{"name": f"net{n}", "vlan": 100 + n * n} for n in range(4)]
NAMED = [{"name": f"vlan{n}", "vlan": n} for n in (100, 200, 300)]
GATEWAYS = [
    {"name": name, "vlan": vlan, "route": {"cidr": f"10.0.{vlan}.0/24", "mode": "manual"}}
    for name, vlan in (("web", 100), ("db", 101), ("mail", 102))
]
TENANTS = [
    {"name": f"{space}-{n}", "namespace": space, "vlan": n * n}
    for space in ("red", "blue")
    for n in (1, 2, 3)
]
MANY = [
    {letter: f"{letter}{n * n}x{ord(letter) * n}" for letter in "abcdef"} for n in range(3)
]
FLAGS = [{"name": name, "on": flag} for name, flag in (("a", True), ("b", False), ("c", True))]


def groups(items: list[dict[str, Any]], fewest: int = 3, *apart: str) -> list[Group]:
    return grouped([leaves(item) for item in items], fewest, [(path,) for path in apart])


def test_the_values_of_nested_properties_have_paths() -> None:
    assert leaves({"a": {"b": 1, "c": {}}, "d": [1, {"e": 2}]}) == {
        ("a", "b"): 1,
        ("a", "c"): {},
        ("d",): [1, {"e": 2}],
    }


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param(VLANS[:2], [Group([0]), Group([1])], id="too few"),
        pytest.param(VLANS, [Group([0, 1, 2, 3], [("name",), ("vlan",)])], id="two columns"),
        pytest.param(
            NAMED,
            [Group([0, 1, 2], [("vlan",)], {("name",): Text(("vlan",), "vlan", "")})],
            id="a name with the VLAN in it",
        ),
        pytest.param(
            GATEWAYS,
            [
                Group(
                    [0, 1, 2],
                    [("name",), ("vlan",)],
                    {("route", "cidr"): Text(("vlan",), "10.0.", ".0/24")},
                )
            ],
            id="an address with the VLAN in it",
        ),
        pytest.param(
            [VLANS[0], {"name": "odd"}, *VLANS[1:]],
            [Group([0, 2, 3, 4], [("name",), ("vlan",)]), Group([1])],
            id="other properties",
        ),
        pytest.param(
            MANY, [Group([0]), Group([1]), Group([2])], id="more columns than one can read"
        ),
        pytest.param(
            FLAGS, [Group([0, 1, 2], [("name",), ("on",)])], id="truth values stay columns"
        ),
    ],
)
def test_groups(items: list[dict[str, Any]], expected: list[Group]) -> None:
    assert groups(items) == expected


def test_what_whole_groups_share_makes_groups_of_its_own() -> None:
    red, blue = groups(TENANTS)
    assert (red.members, blue.members) == ([0, 1, 2], [3, 4, 5])
    assert ("namespace",) not in [*red.columns, *blue.columns]


def test_what_is_to_be_apart_is_apart() -> None:
    items = [{"name": name, "mode": mode} for name, mode in (("a", "x"), ("b", "y"))]
    assert groups(items, 2) == [Group([0, 1], [("name",), ("mode",)])]
    assert groups(items, 2, "mode") == [Group([0]), Group([1])]


def test_everything_follows_from_the_shortest() -> None:
    items = [{"text": f"rack a{n}'s", "name": f"rack-a{n}", "rack": f"a{n}"} for n in (3, 7)]
    assert groups(items, 2) == [
        Group(
            [0, 1],
            [("rack",)],
            {
                ("text",): Text(("rack",), "rack ", "'s"),
                ("name",): Text(("rack",), "rack-", ""),
            },
        )
    ]
