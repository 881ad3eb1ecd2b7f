"""The MTU in the text of a CNI config."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester_net.lab.controllers.cni_text import with_mtu

KEYS = st.text(max_size=5) | st.sampled_from(["mtu", "MTU", "name", 'a"b'])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # As Harvester's manager did it.
        ('{"a": 1, "ipam": {}, "vlan": 100}', '{"a": 1, "ipam": {}, "vlan": 100,"mtu":9000}'),
        ('{"a": 1, "mtu": 1500}', '{"a": 1, "mtu": 9000}'),
        ('{"a": 1,"mtu":1500}', '{"a": 1,"mtu":9000}'),
        ("{}", '{"mtu":9000}'),
        (' { "a" : [1, {"mtu": 1}] } ', ' { "a" : [1, {"mtu": 1}] ,"mtu":9000} '),
        ('{"mtu":null,"a":"mtu"}', '{"mtu":9000,"a":"mtu"}'),
        ('{"MTU":1400}', '{"MTU":1400,"mtu":9000}'),
    ],
)
def test_nothing_but_the_mtu_moves(before: str, after: str) -> None:
    assert with_mtu(before, 9000) == after


@pytest.mark.parametrize("text", ["", "[]", "7", '{"a"}', '{"a" 1}', "{'a': 1}", "{} {}"])
def test_what_is_no_object_has_no_mtu(text: str) -> None:
    with pytest.raises(ValueError, match=r"no JSON object|Expect|Extra"):
        with_mtu(text, 9000)


@given(st.dictionaries(KEYS, VALUES, max_size=5), st.sampled_from([None, 0, 2]))
def test_all_other_members_are_as_before(
    config: dict[str, object], indent: int | None
) -> None:
    changed = json.loads(with_mtu(json.dumps(config, indent=indent), 9000))
    assert changed == config | {"mtu": 9000}
