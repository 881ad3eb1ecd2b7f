"""JSON as a server in Go reads it, where Python would read it otherwise."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester_net.harvester.gojson import (
    Undecodable,
    anything,
    array,
    boolean,
    decode,
    decode_first,
    integer,
    mapping,
    optional,
    string,
    struct,
)

SHAPE = struct(
    {
        "name": string,
        "on": boolean,
        "vlan": integer(0, 4094),
        "trunk": array(optional(struct({"id": optional(integer())}))),
        "more": mapping(boolean),
    }
)
EMPTY: dict[str, Any] = {"name": "", "on": False, "vlan": 0, "trunk": None, "more": None}
STRICT = struct({"name": string, "inner": optional(struct({"id": integer()}))}, strict=True)


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("{}", {}),
        ("null", {}),
        (' {"name": "a"} \n', {"name": "a"}),
        ('{"NAME": "a", "VLaN": 1}', {"name": "a", "vlan": 1}),
        ('{"name": "a", "name": "b"}', {"name": "b"}),
        ('{"name": "a", "NAME": "b"}', {"name": "b"}),
        ('{"name": "a", "name": null}', {"name": "a"}),
        ('{"name": null, "vlan": null, "on": null}', {}),
        ('{"unknown": {"vlan": "x"}}', {}),
        ('{"trunk": []}', {"trunk": []}),
        ('{"trunk": [null, {}, {"id": 1}]}', {"trunk": [None, {"id": None}, {"id": 1}]}),
        ('{"more": {"A": true, "a": null}}', {"more": {"A": True, "a": False}}),
        ('{"vlan": 4094, "on": true}', {"vlan": 4094, "on": True}),
        ('{"name": "\\u00e4\\ud83d\\ude00"}', {"name": "ä😀"}),
    ],
)
def test_text_is_read(text: str, decoded: dict[str, Any]) -> None:
    assert decode(text, SHAPE) == EMPTY | decoded


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[]", "a list is not an object"),
        ("1", "1 is not an object"),
        ('{"name": 1}', "name: 1 is not a text"),
        ('{"name": {}}', "name: an object is not a text"),
        ('{"on": "true"}', 'on: "true" is neither true nor false'),
        ('{"on": 0}', "on: 0 is neither true nor false"),
        ('{"vlan": "1"}', 'vlan: "1" is not a whole number that fits here'),
        ('{"vlan": 1.0}', "vlan: 1.0 is not a whole number that fits here"),
        ('{"vlan": 1e2}', "vlan: 100.0 is not a whole number that fits here"),
        ('{"vlan": true}', "vlan: true is not a whole number that fits here"),
        ('{"vlan": -1}', "vlan: -1 is not a whole number that fits here"),
        ('{"vlan": 4095}', "vlan: 4095 is not a whole number that fits here"),
        ('{"trunk": {}}', "trunk: an object is not a list"),
        ('{"trunk": [1]}', "trunk: 1 is not an object"),
        ('{"trunk": [{"id": "x"}]}', 'trunk: id: "x" is not a whole number that fits here'),
        ('{"more": []}', "more: a list is not an object"),
        ('{"more": {"a": 1}}', "more: 1 is neither true nor false"),
    ],
)
def test_value_of_another_type_is_refused_with_its_place(text: str, why: str) -> None:
    with pytest.raises(Undecodable) as refused:
        decode(text, SHAPE)
    assert str(refused.value) == why


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{",
        "{}{}",
        "{} x",
        "{'name': 'a'}",
        '{"name": "a",}',
        "NaN",
        '{"unknown": NaN}',
        '{"unknown": -Infinity}',
        '{"unknown": 01}',
        '{"name": "a\nb"}',
        "\ufeff{}",
        "\xa0{}",
        '{"vlan": ' + "9" * 5000 + "}",
        "[" * 100_000,
    ],
)
def test_text_that_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(Undecodable):
        decode(text, SHAPE)


@pytest.mark.parametrize("behind", ["", "x", " {}", "}", "\n["])
def test_stream_decoder_takes_the_first_value_and_leaves_the_rest(behind: str) -> None:
    assert decode_first(' \t{"name": "a"}' + behind, SHAPE) == EMPTY | {"name": "a"}


@pytest.mark.parametrize("text", ["", "x", '{"name"', "NaN", "\xa0{}", "[" * 100_000])
def test_stream_decoder_refuses_a_first_value_that_is_none(text: str) -> None:
    with pytest.raises(Undecodable):
        decode_first(text, SHAPE)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"x": 1}', "'x' is not known"),
        ('{"inner": {"id": 1, "x": 1}}', None),
        ('{"Inner": {"ID": 1}}', None),
    ],
)
def test_strict_object_refuses_keys_of_its_own_that_it_does_not_know(
    text: str, why: str | None
) -> None:
    if why is None:
        assert decode(text, STRICT)["inner"] == {"id": 1}
        return
    with pytest.raises(Undecodable, match=why):
        decode(text, STRICT)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["name", "ON", "vlan", "trunk", "more", "id", "x"]), inner
            )
        ),
        max_leaves=8,
    )
)
def test_any_json_is_read_or_refused(value: Any) -> None:
    text = json.dumps(value)
    with suppress(Undecodable):
        assert decode(text, SHAPE).keys() == EMPTY.keys()
    assert (decode(text, anything) is None) is (text == "null")
