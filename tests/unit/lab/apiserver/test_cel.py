"""Rules in CEL: what breaks them, and when they are not checked at all.

The words are those of the real server, which `lab/tests/running/test_definitions.py` asks.
"""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.lab.apiserver import cel
from harvester_net.lab.apiserver.errors import invalid_value, required
from harvester_net.lab.apiserver.objects import Object

TEXT: Object = {"type": "string"}
ADDRESS = TEXT | {cel.RULES: [{"rule": "isCIDR(self)", "message": "no CIDR"}]}
STATIC = "self.mode != 'static' || (has(self.ips) && size(self.ips) > 0)"
SPEC: Object = {
    "type": "object",
    "properties": {
        "mode": TEXT,
        "ips": {"type": "object", "additionalProperties": ADDRESS},
        "list": {"type": "array", "items": ADDRESS},
        "one": ADDRESS,
    },
    cel.RULES: [{"rule": STATIC, "message": "no ips"}],
}
SCHEMA: Object = {"type": "object", "properties": {"spec": SPEC}}


@pytest.mark.parametrize(
    ("spec", "broken"),
    [
        ({"mode": "dhcp"}, []),
        ({"mode": "static", "ips": {"a": "10.0.0.1/24"}}, []),
        ({"mode": "static"}, ["spec: Invalid value: no ips"]),
        ({"mode": "static", "ips": {}}, ["spec: Invalid value: no ips"]),
        (
            {"mode": "dhcp", "ips": {"a/b": "x"}},
            ['spec.ips[a/b]: Invalid value: "x": no CIDR'],
        ),
        ({"mode": "dhcp", "one": "x"}, ['spec.one: Invalid value: "x": no CIDR']),
        (
            {"mode": "dhcp", "list": ["::/8", "y"]},
            ['spec.list[1]: Invalid value: "y": no CIDR'],
        ),
        ({"mode": "dhcp", "unknown": "x"}, []),
    ],
)
def test_broken_rules_are_told_with_their_place(spec: Object, broken: list[str]) -> None:
    assert list(map(str, cel.wrong({"spec": spec}, SCHEMA, []))) == broken


def test_rule_that_nobody_knows_counts_as_kept() -> None:
    unknown = {cel.RULES: [{"rule": "self > 3", "message": "too small"}]}
    assert list(cel.wrong(1, unknown, [])) == []


def test_rules_are_not_checked_where_something_is_missing() -> None:
    (cause,) = cel.wrong({"spec": {}}, SCHEMA, [required("spec.mode")])
    assert cause.field == "<nil>"
    assert "were not checked" in cause.message


def test_nothing_is_said_of_rules_that_there_are_not() -> None:
    assert list(cel.wrong({}, {"properties": {"a": TEXT}}, [required("a")])) == []


def test_value_beyond_its_limits_does_not_keep_rules_from_being_checked() -> None:
    found = [invalid_value("spec.vlanID", "0", "too small")]
    broken = cel.wrong({"spec": {"mode": "static"}}, SCHEMA, found)
    assert [cause.field for cause in broken] == ["spec"]


@pytest.mark.parametrize(
    "text", ["10.0.0.1/24", "1.2.3.4/0", "::1/64", "2001:DB8::/32", "1:2:3:4:5:6:1.2.3.4/64"]
)
def test_address_with_the_length_of_its_prefix_is_a_cidr(text: str) -> None:
    assert cel.is_cidr(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10.0.0.1",
        "10.0.0.0/33",
        "::/129",
        "10.0.0.01/24",
        "10.0.0.1/024",
        "1.2.3.4/-1",
        "1.2.3.4/+8",
        "1.2.3.4/8/8",
        "1.2.3.4/255.0.0.0",
        " 1.2.3.4/8",
        "1.2.3.4/8\n",
        "1.2.3/8",
        "00000::/8",
        "fe80::1%eth0/64",
        "::ffff:1.2.3.4/96",
    ],
)
def test_anything_else_is_none(text: Any) -> None:
    assert not cel.is_cidr(text)
