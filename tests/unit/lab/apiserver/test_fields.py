"""Sets of fields: what a value sets, and what is left of them."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.lab.apiserver.fields import (
    Fields,
    fields_of,
    minus,
    paths,
    shown,
    tree_of,
    union,
    value_at,
    without,
)

LISTS = {"containers": "name", "finalizers": ""}
ITEM = 'k:{"name":"a"}'
POD: Any = {"containers": [{"name": "a", "image": "x"}, {"name": "b"}], "args": ["y"]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": 1, "b": {"c": None}}, {"f:a": {}, "f:b": {"f:c": {}}}),
        ({"a": {}}, {"f:a": {}}),
        ({"args": ["x", "y"]}, {"f:args": {}}),
        ({"finalizers": ["x"]}, {"f:finalizers": {'v:"x"': {}}}),
        (
            {"containers": [{"name": "a", "image": "x"}]},
            {"f:containers": {ITEM: {".": {}, "f:name": {}, "f:image": {}}}},
        ),
        ({"containers": []}, {"f:containers": {}}),
    ],
)
def test_value_sets_its_leaves(value: Any, expected: Fields) -> None:
    assert fields_of(value, LISTS.get) == expected


@pytest.mark.parametrize(
    ("one", "other", "both", "left"),
    [
        ({"f:a": {}}, {}, {"f:a": {}}, {"f:a": {}}),
        ({}, {"f:a": {}}, {"f:a": {}}, {}),
        ({"f:a": {}}, {"f:a": {}}, {"f:a": {}}, {}),
        ({"f:a": {}}, {"f:b": {}}, {"f:a": {}, "f:b": {}}, {"f:a": {}}),
        (
            {"f:a": {"f:b": {}, "f:c": {}}},
            {"f:a": {"f:b": {}}},
            {"f:a": {"f:b": {}, "f:c": {}}},
            {"f:a": {"f:c": {}}},
        ),
        # A map that is set as a whole, and one of whose fields only some are.
        ({"f:a": {}}, {"f:a": {"f:b": {}}}, {"f:a": {".": {}, "f:b": {}}}, {"f:a": {}}),
        (
            {"f:a": {"f:b": {}}},
            {"f:a": {}},
            {"f:a": {".": {}, "f:b": {}}},
            {"f:a": {"f:b": {}}},
        ),
        (
            {"f:a": {".": {}, "f:b": {}}},
            {"f:a": {}},
            {"f:a": {".": {}, "f:b": {}}},
            {"f:a": {"f:b": {}}},
        ),
        ({"f:a": {}}, {"f:a": {".": {}, "f:b": {}}}, {"f:a": {".": {}, "f:b": {}}}, {}),
    ],
)
def test_sets_are_joined_and_taken_apart(
    one: Fields, other: Fields, both: Fields, left: Fields
) -> None:
    assert union(one, other) == both
    assert minus(one, other) == left


def test_members_make_the_set_that_has_them() -> None:
    fields = fields_of(POD, LISTS.get)
    members = list(paths(fields))
    assert ("f:containers", ITEM) in members
    assert ("f:containers", ITEM, "f:image") in members
    assert tree_of(members) == fields


@pytest.mark.parametrize(
    ("path", "text", "value", "left"),
    [
        (("f:args",), ".args", ["y"], {"containers": POD["containers"]}),
        (
            ("f:containers", ITEM),
            '.containers[name="a"]',
            {"name": "a", "image": "x"},
            {"containers": [{"name": "b"}], "args": ["y"]},
        ),
        (
            ("f:containers", ITEM, "f:image"),
            '.containers[name="a"].image',
            "x",
            {"containers": [{"name": "a"}, {"name": "b"}], "args": ["y"]},
        ),
        (
            ("f:args", 'v:"y"'),
            '.args[="y"]',
            "y",
            {"containers": POD["containers"], "args": []},
        ),
    ],
)
def test_path_leads_to_a_value(
    path: tuple[str, ...], text: str, value: Any, left: Any
) -> None:
    assert shown(path) == text
    assert value_at(POD, path) == value
    assert without(POD, path) == left


@pytest.mark.parametrize("path", [("f:x",), ("f:args", "f:x"), ("f:containers", 'v:"x"')])
def test_path_to_nothing_leaves_all_as_it_is(path: tuple[str, ...]) -> None:
    with pytest.raises(KeyError):
        value_at(POD, path)
    assert without(POD, path) == POD
