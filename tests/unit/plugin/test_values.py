"""Values on the wire: what goes in comes out, secrets on the same paths, numbers whole."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from harvester_net.plugin.values import (
    OUTPUT,
    REFERENCE,
    SECRET,
    SIGNATURE,
    UNKNOWN_TEXT,
    UNKNOWN_TEXTS,
    Decoded,
    encoded,
)
from harvester_net.specs.unknown import UNKNOWN

keys = st.text("abc./", min_size=1, max_size=5)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.text("xyz ", max_size=5)
    | st.just(UNKNOWN)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
)
properties = st.dictionaries(keys, values, max_size=4)


def places(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside a value."""
    pairs = list(value.items()) if isinstance(value, dict) else []
    if isinstance(value, list):
        pairs = list(enumerate(value))
    found = []
    for key, inner in pairs:
        found += [(*above, key), *places(inner, (*above, key))]
    return found


def struct(content: dict[str, Any]) -> Struct:
    made = Struct()
    made.update(content)
    return made


@given(properties)
def test_what_goes_in_comes_out(given_values: dict[str, Any]) -> None:
    assert Decoded(encoded(given_values)).values == given_values


@given(properties, st.data())
def test_secrets_come_out_on_the_same_paths(given_values: dict[str, Any], data: Any) -> None:
    all_places = places(given_values)
    secrets = data.draw(st.sets(st.sampled_from(all_places)) if all_places else st.just(set()))
    decoded = Decoded(encoded(given_values, secrets))
    assert decoded.values == given_values
    assert decoded.secrets == secrets


@pytest.mark.parametrize(
    ("number", "plain"), [(5.0, 5), (0.0, 0), (-1.0, -1), (1500.5, 1500.5), (2.0**40, 2**40)]
)
def test_whole_numbers_are_whole(number: float, plain: float) -> None:
    value = Decoded(struct({"a": number})).values["a"]
    assert (value, type(value)) == (plain, type(plain))


def test_truth_is_no_number() -> None:
    assert Decoded(struct({"a": True})).values["a"] is True


@pytest.mark.parametrize("text", sorted(UNKNOWN_TEXTS))
def test_every_unknown_of_the_protocol_is_one(text: str) -> None:
    assert Decoded(struct({"a": [text]})).values["a"] == [UNKNOWN]


def test_unknown_is_sent_as_the_text_that_every_engine_knows() -> None:
    assert encoded({"a": UNKNOWN}).fields["a"].string_value == UNKNOWN_TEXT


TYPED: list[tuple[str, Any, Any, set[tuple[Any, ...]]]] = [
    ("secret", {SIGNATURE: SECRET, "value": "x"}, "x", {("a",)}),
    ("secret unknown", {SIGNATURE: SECRET, "value": UNKNOWN_TEXT}, UNKNOWN, {("a",)}),
    ("output", {SIGNATURE: OUTPUT, "value": 5}, 5, set()),
    ("unknown output", {SIGNATURE: OUTPUT}, UNKNOWN, set()),
    ("secret output", {SIGNATURE: OUTPUT, "value": "x", "secret": True}, "x", {("a",)}),
    (
        "secret unknown output",
        {SIGNATURE: OUTPUT, "secret": True, "dependencies": ["urn"]},
        UNKNOWN,
        {("a",)},
    ),
    ("reference", {SIGNATURE: REFERENCE, "urn": "u", "id": "data"}, "data", set()),
    ("reference to what is not made yet", {SIGNATURE: REFERENCE, "id": ""}, UNKNOWN, set()),
    (
        "reference to what is not known yet",
        {SIGNATURE: REFERENCE, "urn": "u", "id": UNKNOWN_TEXT},
        UNKNOWN,
        set(),
    ),
    ("reference to a component", {SIGNATURE: REFERENCE, "urn": "u"}, UNKNOWN, set()),
    (
        "secret inside a secret",
        {SIGNATURE: SECRET, "value": {"b": {SIGNATURE: SECRET, "value": 1}}},
        {"b": 1},
        {("a",), ("a", "b")},
    ),
    ("null", None, None, set()),
]


@pytest.mark.parametrize(
    ("wire", "plain", "secrets"), [pytest.param(w, p, s, id=what) for what, w, p, s in TYPED]
)
def test_typed_values_are_read(wire: Any, plain: Any, secrets: set[tuple[Any, ...]]) -> None:
    decoded = Decoded(struct({"a": wire}))
    assert decoded.values == {"a": plain}
    assert decoded.secrets == secrets


def test_references_are_told_with_their_urns() -> None:
    one = {SIGNATURE: REFERENCE, "urn": "u1", "id": "data"}
    other = {SIGNATURE: SECRET, "value": {SIGNATURE: REFERENCE, "urn": "u2"}}
    decoded = Decoded(struct({"a": one, "b": [{"c": other}]}))
    assert decoded.references == {("a",): "u1", ("b", 0, "c"): "u2"}


def test_secret_path_that_is_not_there_any_more_marks_nothing() -> None:
    assert encoded({"a": 1}, {("b",), ("a", "c")}) == encoded({"a": 1})


def test_nothing_is_nothing() -> None:
    decoded = Decoded(Struct())
    assert (decoded.values, decoded.secrets) == ({}, frozenset())
