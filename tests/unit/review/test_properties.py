"""Values of properties: what changes, what is new, and what nobody is shown."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.markdown import escaped
from harvester_net.review.preview import Change, Operation
from harvester_net.review.properties import (
    LONGEST,
    UNKNOWN,
    description,
    difference,
    drift,
    is_described,
)
from harvester_net.urns import Urn

SECRET = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    "plaintext": '"hush"',
    "ciphertext": "hush",
}
WEB = Urn("dev", "networks", "harvester-net:index:VmNetwork", "web")


def change(old: dict[str, Any], new: dict[str, Any], *paths: str) -> Change:
    return Change(WEB, Operation.UPDATE, old, new, paths)


@pytest.mark.parametrize(
    ("old", "new", "path", "told"),
    [
        ({"vlan": 1}, {"vlan": 2}, "vlan", "vlan: 1 → 2"),
        ({"vlan": 1.0}, {"vlan": 2.0}, "vlan", "vlan: 1 → 2"),
        ({}, {"vlan": 2}, "vlan", "vlan: 2"),
        ({"vlan": 1}, {}, "vlan", "vlan: 1 → nothing"),
        ({"mtu": 1500}, {"mtu": UNKNOWN}, "mtu", "mtu: 1500 → known at up"),
        ({"on": True}, {"on": False}, "on", "on: true → false"),
        ({"a": ""}, {"a": "x"}, "a", 'a: "" → x'),
        (
            {"uplink": {"nics": ["eno2"]}},
            {"uplink": {"nics": ["eno2", "eno3"]}},
            "uplink.nics[1]",
            r"uplink.nics\[1\]: eno3",
        ),
        (
            {"uplink": {"nics": ["eno2"]}},
            {"uplink": {"nics": ["eno3", "eno4"]}},
            "uplink.nics",
            "uplink.nics: eno2 → eno3 + eno4",
        ),
        (
            {"labels": {"a.b/c": "x"}},
            {"labels": {"a.b/c": "y"}},
            'labels["a.b/c"]',
            r'labels\["a.b/c"\]: x → y',
        ),
        ({"pw": SECRET}, {"pw": "[secret]"}, "pw", r"pw: \[secret\] → \[secret\]"),
        ({"pw": {"in": SECRET}}, {}, "pw", r'pw: \{"in": "\[secret\]"\} → nothing'),
        ({}, {}, "gone", "gone"),
        ({"a": 1}, {"a": 2}, "a.b[3].c", r"a.b\[3\].c"),
        ({"a": "x|y"}, {"a": "@team"}, "a", "a: x&#124;y → `@`team"),
        ({"a": 1}, {"a": "x\n\n# y"}, "a", "a: 1 → x `#` y"),
    ],
)
def test_difference(old: dict[str, Any], new: dict[str, Any], path: str, told: str) -> None:
    assert escaped(difference(change(old, new, path))) == told


def test_a_long_value_is_cut_and_says_so() -> None:
    told = difference(change({}, {"a": "x" * 5_000}, "a"))
    assert len(told) < LONGEST + 20
    assert told.endswith("more characters)")


@pytest.mark.parametrize(
    ("group", "told"),
    [
        ([{"name": "web", "vlan": 7}], "vlan: 7"),
        ([{"vlan": 7}, {"vlan": 7}], "vlan: 7"),
        ([{"vlan": 7}, {"vlan": 9}], "vlan: 7, 9"),
        ([{"vlan": n} for n in (9, 5, 7, 3)], "vlan: 3 … 9"),
        ([{"type": t} for t in "abcd"], ""),
        ([{"vlan": 7}, {"type": "x"}], ""),
        ([{"vlan": n} for n in (1, 2, 3, UNKNOWN)], ""),
        ([{"on": n} for n in (True, 1, 2, 3)], ""),
        (
            [{"labels": {"a": "b"}, "annotations": {}, "__cluster": "x", "mtu": 9000}],
            "mtu: 9000",
        ),
        (
            [{"uplink": {"nics": ["a", "b"], "bondOptions": {"mode": "802.3ad"}}}],
            "uplink.bondOptions.mode: 802.3ad; uplink.nics: a + b",
        ),
        ([{"pw": SECRET}], r"pw: \[secret\]"),
        ([{"route": None}], ""),
    ],
)
def test_description(group: list[dict[str, Any]], told: str) -> None:
    assert escaped(description(group)) == told


@pytest.mark.parametrize(
    ("operation", "paths", "described"),
    [
        (Operation.CREATE, (), True),
        (Operation.DELETE, (), True),
        (Operation.REPLACE, ("name",), False),
        (Operation.UPDATE, (), False),
    ],
)
def test_what_is_wholly_new_is_described(
    operation: Operation, paths: tuple[str, ...], described: bool
) -> None:
    assert is_described(Change(WEB, operation, paths=paths)) == described


@pytest.mark.parametrize(
    ("recorded", "old", "told"),
    [
        (None, {"vlan": 1}, ""),
        ({"vlan": 1}, {"vlan": 2}, "vlan: 1 → 2"),
        ({"vlan": 1, "mtu": 9000}, {"vlan": 1}, "mtu: 9000 → nothing"),
        ({"vlan": 1}, {}, "it is gone from the cluster"),
    ],
)
def test_drift(recorded: dict[str, Any] | None, old: dict[str, Any], told: str) -> None:
    assert drift(Change(WEB, Operation.UPDATE, old, recorded=recorded)) == told
